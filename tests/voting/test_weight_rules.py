"""Weights as they are typed: what a measure is called, how a number is written, how a list is read."""

from datetime import date

import pytest

from ecabinet.refusals import Refused
from voting.franchise import weight_rules
from voting.franchise.weight_rules import Reason

MEMBERS = [
    (1, "Bộ trưởng Bộ Y tế"),
    (2, "Bộ trưởng Bộ Tài chính"),
    (3, "Ủy viên; thường trực"),
    (4, "Ủy viên"),
    (5, "Ủy viên"),
]


def reason_of(refused: pytest.ExceptionInfo[Refused]) -> object:
    return refused.value.reason


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Population", Reason.NOT_A_MEASURE),
        ("", Reason.NOT_A_MEASURE),
        ("p" * 40, Reason.NOT_A_MEASURE),
        ("dân_số", Reason.NOT_A_MEASURE),
        ("heads", Reason.HEADS_ARE_ONE),
    ],
)
def test_a_measure_has_a_plain_name_and_is_not_heads(name: str, reason: Reason) -> None:
    weight_rules.check_measure("votes_of_2026")
    with pytest.raises(Refused) as refused:
        weight_rules.check_measure(name)
    assert reason_of(refused) is reason


def test_a_weight_begins_today_or_later() -> None:
    today = date(2026, 11, 21)
    weight_rules.check_day(today, today)
    with pytest.raises(Refused) as refused:
        weight_rules.check_day(date(2026, 11, 20), today)
    assert reason_of(refused) is Reason.BEFORE_TODAY


@pytest.mark.parametrize(
    ("typed", "kept"), [("12.50", "12.5"), ("007", "7"), ("0", "0"), ("18400", "18400"), ("", None)]
)
def test_a_weight_is_kept_in_one_way_of_writing_it(typed: str, kept: str | None) -> None:
    assert weight_rules.value_of(typed, "x") == kept


@pytest.mark.parametrize("typed", ["12,5", "-1", "1e3", "1.", ".5", "٣", "1 000", "9" * 41])
def test_what_is_no_decimal_is_refused_with_the_name_of_the_member(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        weight_rules.value_of(typed, "Bộ trưởng Bộ Y tế")
    assert reason_of(refused) is Reason.NOT_A_DECIMAL
    assert refused.value.values["name"] == "Bộ trưởng Bộ Y tế"


def test_a_list_gives_each_named_member_a_weight_or_none() -> None:
    text = "Bộ trưởng Bộ Y tế; 12.50\r\n\n  Bộ trưởng Bộ Tài chính ;\nỦy viên; thường trực;3"
    assert weight_rules.read_list(text, MEMBERS) == {1: "12.5", 2: None, 3: "3"}


def test_what_was_read_can_be_written_and_read_again() -> None:
    values = {1: "12.5", 3: "3"}
    written = weight_rules.written_list(MEMBERS[:3], values)
    assert weight_rules.read_list(written, MEMBERS) == {1: "12.5", 2: None, 3: "3"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Bộ trưởng Bộ Y tế 12", Reason.NO_SEPARATOR),
        ("Bộ trưởng Bộ Tư pháp; 12", Reason.NOT_A_MEMBER),
        ("Ủy viên; 12", Reason.TWO_OF_THIS_NAME),
        ("Bộ trưởng Bộ Y tế; 12\nBộ trưởng Bộ Y tế; 13", Reason.LISTED_TWICE),
        ("Bộ trưởng Bộ Y tế; twelve", Reason.NOT_A_DECIMAL),
    ],
)
def test_a_list_that_cannot_be_read_says_which_line_or_member(text: str, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        weight_rules.read_list(text, MEMBERS)
    assert reason_of(refused) is reason
