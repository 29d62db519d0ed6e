"""Measures besides heads: weights of members, tallies counted elsewhere, and criteria waived for want of blockers."""

from fractions import Fraction
from typing import Any

import pytest

from tests.voting.made_lines import answered, ballots, error, outcome
from voting.engine.decimals import decimal_of, decimal_text

POPULATION = {"measure": "population", "base": "all", "fraction": "65/100", "strict": False}
HALF_OF_ALL = {"measure": "heads", "base": "all", "fraction": "1/2", "strict": True}
QUALIFIED: dict[str, Any] = {
    "criteria": [
        {"measure": "heads", "base": "all", "fraction": "55/100", "strict": False},
        {**POPULATION, "waived_if_blockers_below": 4},
    ]
}
PARTICIPATING: dict[str, Any] = {
    "criteria": [
        {
            **POPULATION,
            "waived_if_blockers_below": {
                "fewest_over": {"measure": "population", "fraction": "35/100"},
                "plus": 1,
            },
        }
    ]
}
DOUBLE_MAJORITY: dict[str, Any] = {
    "criteria": [
        {"measure": "people", "base": "cast", "fraction": "1/2", "strict": True},
        {"measure": "cantons", "base": "all", "fraction": "1/2", "strict": True},
    ]
}


def weighing(measure: str = "population", **weights: str) -> dict[str, dict[str, str]]:
    return {member: {measure: weight} for member, weight in weights.items()}


def only(criterion: dict[str, Any], **changed: object) -> dict[str, Any]:
    return {"criteria": [{**criterion, **changed}]}


def test_every_criterion_has_to_hold_in_its_own_measure() -> None:
    roll = weighing(a="40", b="25", c="20", d="15")
    rule = {"criteria": [HALF_OF_ALL, POPULATION]}
    assert outcome(rule, roll, ballots=ballots(yes="abc")) == "pass"
    assert outcome(rule, roll, ballots=ballots(yes="bcd")) == "fail"
    assert outcome(rule, roll, ballots=ballots(yes="ab")) == "fail"


def test_a_share_is_exact_to_the_last_decimal() -> None:
    roll = weighing(a="0.65", b="0.35")
    assert outcome(only(POPULATION), roll, ballots=ballots(yes="a")) == "pass"
    assert outcome(only(POPULATION, strict=True), roll, ballots=ballots(yes="a")) == "fail"
    roll = weighing(a="0.6499999999999999999999", b="0.3500000000000000000001")
    assert outcome(only(POPULATION), roll, ballots=ballots(yes="a")) == "fail"


def test_the_figures_say_each_measure_of_the_whole_roll_as_plain_decimals() -> None:
    roll = weighing(a="40.50", b="25.5", c="34.00")
    figures = answered(only(POPULATION, base="cast"), roll, ballots=ballots(yes="a", no="b"))["figures"]
    assert figures["measures"] == {"population": {"yes": "40.5", "no": "25.5", "total": "100"}}
    assert (figures["members"], figures["yes"], figures["no"], figures["absent"]) == (3, 1, 1, 1)


def test_heads_need_no_measure_in_the_figures() -> None:
    assert answered(only(HALF_OF_ALL), "ab")["figures"]["measures"] == {}


def test_a_member_of_the_base_without_the_weight_is_an_error_that_names_both() -> None:
    said = error(only(POPULATION), {"a": {"population": "1"}, "b": {}}, ballots=ballots(yes="a"))
    assert "“b”" in said
    assert "“population”" in said


def test_a_member_outside_the_base_needs_no_weight() -> None:
    roll = {"a": {"population": "1"}, "b": {}}
    said = answered(only(POPULATION, base="cast"), roll, ballots=ballots(yes="a"))
    assert (said["outcome"], said["figures"]["measures"]["population"]["total"]) == ("pass", "1")
    assert outcome(only(POPULATION, base="cast"), roll, ballots=ballots(yes="a", no="b")) == "error"
    assert outcome(only(POPULATION, base="entitled"), roll, ballots=ballots(yes="a", recused="b")) == "pass"


def test_errors_are_looked_for_where_the_vote_is_open_objected_or_without_quorum() -> None:
    roll = {"a": {"population": "1"}, "b": {}}
    written = {"form": "written", **only(POPULATION)}
    assert outcome(written, roll, deadline_passed=False) == "error"
    stopped = {**written, "silence": "objection_stops"}
    assert outcome(stopped, roll, ballots=ballots(no="a"), deadline_passed=True) == "error"
    assert outcome({**only(POPULATION), "quorum": {"at_least": 2}}, roll) == "error"
    assert outcome({**only(POPULATION), "no_blocks": True}, roll, ballots=ballots(no="a")) == "error"


def test_errors_are_looked_for_with_silence_as_it_stands_at_that_moment() -> None:
    roll = {"a": {"population": "1"}, "b": {}}
    consent = {"form": "written", "silence": "consent", **only(POPULATION, base="cast")}
    assert outcome(consent, roll, ballots=ballots(yes="a"), deadline_passed=False) == "open"
    assert outcome(consent, roll, ballots=ballots(yes="a"), deadline_passed=True) == "error"


def test_a_base_of_nothing_fails_waived_or_not_and_is_no_tie() -> None:
    tie = {"tie": {"side_of": "chair"}, "roles": {"chair": "a"}}
    cast = {"criteria": [{**HALF_OF_ALL, "base": "cast", "strict": False}], "tie": tie["tie"]}
    assert outcome(cast, "ab", roles=tie["roles"], ballots=ballots(abstain="ab")) == "fail"
    weightless = only(POPULATION, waived_if_blockers_below=9)
    assert outcome(weightless, weighing(a="0", b="0.0"), ballots=ballots(yes="ab")) == "fail"
    assert outcome(only(HALF_OF_ALL, waived_if_blockers_below=9), {}) == "fail"


def test_too_few_blockers_waive_a_criterion_and_are_counted_in_heads() -> None:
    roll = weighing(a="30", b="30", c="20", d="1", e="1", f="1", g="1", h="1", i="1", j="1")
    assert outcome(QUALIFIED, roll, ballots=ballots(yes="defghij", no="ab", abstain="c")) == "pass"
    assert outcome(QUALIFIED, roll, ballots=ballots(yes="efghij", no="ab", abstain="cd")) == "fail"


def test_absent_and_recused_members_of_the_base_are_blockers() -> None:
    one = only(HALF_OF_ALL, fraction="1/1", strict=False, waived_if_blockers_below=2)
    assert outcome(one, "abc", ballots=ballots(yes="ab")) == "pass"
    assert outcome(one, "abc", ballots=ballots(yes="ab", recused="c")) == "pass"
    assert outcome(one, "abcd", ballots=ballots(yes="ab", recused="c")) == "fail"
    entitled = only(one["criteria"][0], base="entitled")
    assert outcome(entitled, "abcd", ballots=ballots(yes="ab", recused="c")) == "pass"
    assert outcome({**one, "recused_leave": ["all"]}, "abcd", ballots=ballots(yes="ab", recused="c")) == "pass"


def test_silence_that_consents_makes_no_blocker() -> None:
    one = {**only(HALF_OF_ALL, fraction="1/1", strict=True, waived_if_blockers_below=1), "form": "written"}
    assert outcome({**one, "silence": "consent"}, "abc", deadline_passed=True) == "pass"
    assert outcome(one, "abc", deadline_passed=True) == "fail"


def test_a_waiver_of_nought_waives_nothing_and_one_that_holds_is_said() -> None:
    never = only(HALF_OF_ALL, strict=True, fraction="1/1", waived_if_blockers_below=0)
    assert outcome(never, "ab", ballots=ballots(yes="ab")) == "fail"
    roll = weighing(a="90", b="1", c="1", d="1")
    said = answered(only(POPULATION, waived_if_blockers_below=2), roll, ballots=ballots(yes="bcd"))
    assert said["outcome"] == "pass"
    assert said["why"] != answered(only(POPULATION), roll, ballots=ballots(yes="bcd"))["why"]


def test_the_fewest_over_a_share_are_counted_heaviest_first_and_strictly_over() -> None:
    roll = weighing(a="35", b="15", c="25", d="25")
    # a alone has exactly 35 of 100, which is not more: with c it is two, plus one is three blockers
    assert outcome(PARTICIPATING, roll, ballots=ballots(yes="bd", no="ac")) == "pass"
    assert outcome(PARTICIPATING, roll, ballots=ballots(yes="d", no="abc")) == "fail"
    heavier = weighing(a="36", b="14", c="25", d="25")
    assert outcome(PARTICIPATING, heavier, ballots=ballots(yes="bd", no="ac")) == "fail"
    assert outcome(PARTICIPATING, heavier, ballots=ballots(yes="bcd", no="a")) == "pass"


def test_plus_is_nought_where_nothing_is_said() -> None:
    over = {"fewest_over": {"measure": "population", "fraction": "35/100"}}
    roll = weighing(a="34", b="33", c="33")
    alone = only(POPULATION, fraction="1/1", waived_if_blockers_below=over)
    assert outcome(alone, roll, ballots=ballots(yes="bc", no="a")) == "pass"
    assert outcome(alone, roll, ballots=ballots(yes="c", no="ab")) == "fail"
    one_more = only(POPULATION, fraction="1/1", waived_if_blockers_below={**over, "plus": 1})
    assert outcome(one_more, roll, ballots=ballots(yes="c", no="ab")) == "pass"


def test_where_none_have_more_than_the_whole_it_is_all_of_them_and_one() -> None:
    whole = {"fewest_over": {"measure": "population", "fraction": "1/1"}, "plus": 0}
    waived = only(POPULATION, waived_if_blockers_below=whole)
    assert outcome(waived, weighing(a="1", b="1"), ballots=ballots(no="ab")) == "pass"


def test_the_fewest_over_a_share_of_heads() -> None:
    over = {"fewest_over": {"measure": "heads", "fraction": "35/100"}, "plus": 0}
    rule = only(HALF_OF_ALL, fraction="1/1", waived_if_blockers_below=over, strict=True)
    # 35 % of 20 are exactly 7, so that 8 are the fewest over it, and 7 blockers are too few
    assert outcome(rule, {"size": 20}, counts={"yes": 13}) == "pass"
    assert outcome(rule, {"size": 20}, counts={"yes": 12}) == "fail"


def test_a_member_without_the_weight_of_the_waiver_is_an_error() -> None:
    over = {"fewest_over": {"measure": "population", "fraction": "35/100"}, "plus": 0}
    rule = only(HALF_OF_ALL, waived_if_blockers_below=over)
    assert outcome(rule, {"a": {"population": "1"}, "b": {}}, ballots=ballots(yes="ab")) == "error"


def test_the_fewest_over_reads_weights_of_members_and_never_a_tally() -> None:
    over = {"fewest_over": {"measure": "population", "fraction": "35/100"}, "plus": 0}
    rule = only(HALF_OF_ALL, waived_if_blockers_below=over)
    tallies = {"population": {"yes": "1", "no": "1", "total": "2"}}
    assert outcome(rule, "ab", ballots=ballots(yes="ab"), tallies=tallies) == "error"
    assert outcome(rule, weighing(a="1", b="1"), ballots=ballots(yes="ab"), tallies=tallies) == "pass"
    assert outcome(rule, {"size": 2}, counts={"yes": 2}, tallies=tallies) == "error"


def test_people_and_cantons() -> None:
    cantons = weighing("cantons", a="1", b="1", c="0.5", d="0.5")
    people = {"people": {"yes": "145584", "no": "54320", "total": "199904"}}
    assert outcome(DOUBLE_MAJORITY, cantons, ballots=ballots(yes="ac", no="bd"), tallies=people) == "fail"
    assert outcome(DOUBLE_MAJORITY, cantons, ballots=ballots(yes="acd", no="b"), tallies=people) == "pass"
    against = {"people": {"yes": "1", "no": "1", "total": "2"}}
    assert outcome(DOUBLE_MAJORITY, cantons, ballots=ballots(yes="acd", no="b"), tallies=against) == "fail"


def test_a_tally_beats_a_weight_of_the_same_name() -> None:
    tallies = {"population": {"yes": "64.9", "no": "35.1", "total": "100"}}
    said = answered(only(POPULATION), weighing(a="1", b="1"), ballots=ballots(yes="ab"), tallies=tallies)
    assert said["outcome"] == "fail"
    assert said["figures"]["measures"] == {"population": {"yes": "64.9", "no": "35.1", "total": "100"}}


@pytest.mark.parametrize(("base", "expected"), [("all", "fail"), ("entitled", "fail"), ("cast", "pass")])
def test_of_a_tally_all_and_entitled_are_the_total_and_cast_is_yes_and_no(base: str, expected: str) -> None:
    tallies = {"people": {"yes": "40", "no": "20", "total": "100"}}
    rule = only(POPULATION, measure="people", base=base)
    assert outcome(rule, {"size": 3}, counts={}, tallies=tallies) == expected


def test_other_bases_of_a_tally_are_an_error() -> None:
    tallies = {"people": {"yes": "40", "no": "20", "total": "100"}}
    rule = only(POPULATION, measure="people", base="present")
    said = error(rule, {"size": 3}, counts={}, tallies=tallies)
    assert "“present”" in said
    assert "“people”" in said


def test_heads_are_never_a_tally() -> None:
    tallies = {"heads": {"yes": "3", "no": "0", "total": "3"}}
    assert "“heads”" in error(only(HALF_OF_ALL), "abc", tallies=tallies)


def test_a_weight_cannot_be_counted_from_numbers_of_heads() -> None:
    assert "“population”" in error(only(POPULATION), {"size": 3}, counts={"yes": 3})
    assert outcome(only(POPULATION), weighing(a="1"), counts={"yes": 1}) == "error"


def test_a_weight_called_heads_changes_nothing() -> None:
    roll = {"a": {"heads": "100"}, "b": {}, "c": {}}
    assert outcome(only(HALF_OF_ALL), roll, ballots=ballots(yes="a", no="bc")) == "fail"


@pytest.mark.parametrize(
    ("written", "said"), [("12.50", "12.5"), ("007", "7"), ("0.0", "0"), ("0.05", "0.05"), ("120", "120")]
)
def test_a_decimal_is_written_without_zeros_that_say_nothing(written: str, said: str) -> None:
    read = decimal_of(written)
    assert read is not None
    assert decimal_text(read) == said


@pytest.mark.parametrize("text", ["", "-1", "1e3", ".5", "1.", "1,5", "+1", "½", "１", "1/2", " 1", "9" * 41])
def test_what_is_no_decimal_is_not_read(text: str) -> None:
    assert decimal_of(text) is None


def test_what_has_no_decimal_text_is_written_as_a_fraction() -> None:
    assert decimal_text(Fraction(1, 3)) == "1/3"
    assert decimal_text(Fraction(1, 8)) == "0.125"


def test_a_decimal_of_very_many_digits_is_exact() -> None:
    many = "0." + "1234567" * 5
    read = decimal_of(many)
    assert read is not None
    assert decimal_text(read) == many
