"""What the rows of an imported agenda mean, without a database."""

import pytest

from agenda_docs.folding import fold
from ecabinet.refusals import Refused
from meetings.import_rules import CheckedRow, Reason, check, records

MATTERS = {7: "Đề án cấp nước sạch", 8: "Dự thảo Nghị định"}


def rows(*lines: str) -> list[list[str]]:
    return [line.split("|") for line in lines]


def checked(*lines: str) -> list[CheckedRow]:
    return check(records(rows(*lines), fold), MATTERS, fold)


def reasons(row: CheckedRow) -> list[Reason]:
    return [finding.reason for finding in row.findings]


@pytest.mark.parametrize(
    "headings",
    [
        "number|title|kind|presenter|minutes|matter",
        "STT|Nội dung|Loại|Người trình bày|Số phút|Hồ sơ",
        "stt|NOI DUNG|loai|nguoi trinh bay|so phut|ho so",
    ],
)
def test_columns_are_known_by_their_english_and_vietnamese_names(headings: str) -> None:
    (row,) = checked(headings, "1|Dự thảo|biểu quyết|Bộ trưởng|20|8")
    assert (row.number, row.title, row.kind, row.presenter, row.minutes, row.matter_id) == (
        "1",
        "Dự thảo",
        "decision",
        "Bộ trưởng",
        20,
        8,
    )
    assert row.line == 2
    assert not row.findings


def test_columns_may_stand_in_any_order_and_others_are_passed_over() -> None:
    (row,) = checked("ghi chú|minutes|title", "mật|5|Khai mạc")
    assert (row.title, row.minutes) == ("Khai mạc", 5)


def test_without_a_title_column_the_file_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        records(rows("a|b", "1|2"), fold)
    assert refusal.value.reason is Reason.NO_TITLE_COLUMN


def test_two_columns_with_one_meaning_are_refused() -> None:
    with pytest.raises(Refused) as refusal:
        records(rows("title|nội dung", "1|2"), fold)
    assert refusal.value.reason is Reason.HEADING_TWICE


def test_empty_rows_are_passed_over_and_the_line_numbers_stay_those_of_the_file() -> None:
    found = checked("title", "Một", "", "Hai")
    assert [(row.line, row.title) for row in found] == [(2, "Một"), (4, "Hai")]


def test_a_number_with_a_dot_makes_a_sub_item_of_the_item_above() -> None:
    found = checked("number|title", "1.|Một", "1.1|Một một", "2|Hai", "2.1|Hai một")
    assert [row.depth for row in found] == [0, 1, 0, 1]
    assert not any(row.findings for row in found)


def test_a_sub_item_of_an_item_that_is_not_above_it_is_an_error() -> None:
    found = checked("number|title", "1|Một", "2.1|Hai một")
    assert reasons(found[1]) == [Reason.NO_ITEM_ABOVE]


def test_a_matter_is_found_by_its_number_or_its_title_without_marks() -> None:
    found = checked("title|matter", "A|7", "B|du thao nghi dinh")
    assert [row.matter_id for row in found] == [7, 8]


def test_a_row_without_a_title_takes_the_matters() -> None:
    (row,) = checked("title|matter", "|7")
    assert (row.title, row.kind) == ("Đề án cấp nước sạch", "decision")
    assert not row.findings


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("x|Tên||||", Reason.NUMBER_UNCLEAR),
        ("1|||||", Reason.TITLE_MISSING),
        (f"1|{'x' * 501}||||", Reason.TITLE_TOO_LONG),
        ("1|Tên|họp||||", Reason.KIND_UNKNOWN),
        (f"1|Tên||{'x' * 201}||", Reason.PRESENTER_TOO_LONG),
        ("1|Tên|||nửa giờ|", Reason.MINUTES_UNCLEAR),
        ("1|Tên|||0|", Reason.MINUTES_UNCLEAR),
        ("1|Tên|||99999999999999|", Reason.MINUTES_UNCLEAR),
        ("1|Tên|||²|", Reason.MINUTES_UNCLEAR),
        ("1|Tên||||Hồ sơ khác", Reason.MATTER_UNKNOWN),
        ("1|Tên||||99999999999999999999", Reason.MATTER_UNKNOWN),
    ],
)
def test_what_is_wrong_with_a_row_is_said(line: str, reason: Reason) -> None:
    (row,) = checked("number|title|kind|presenter|minutes|matter", line)
    assert reasons(row) == [reason]


def test_all_that_is_wrong_with_a_row_is_said_at_once() -> None:
    (row,) = checked("number|title|minutes", "x||0")
    assert reasons(row) == [Reason.NUMBER_UNCLEAR, Reason.TITLE_MISSING, Reason.MINUTES_UNCLEAR]


def test_a_matter_in_two_rows_is_an_error_of_the_second() -> None:
    found = checked("title|matter", "A|7", "B|7")
    assert [reasons(row) for row in found] == [[], [Reason.MATTER_TWICE]]
