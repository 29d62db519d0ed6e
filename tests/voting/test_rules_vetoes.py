"""What one member can do: a veto, final or suspensive, an approval that has to be there, a no or an absence that blocks."""

from typing import Any

import pytest

from tests.voting.made_lines import answered, ballots, outcome

NINE: dict[str, Any] = {"min_yes": 2}
FINAL = {**NINE, "veto": "final"}
SUSPENSIVE = {**NINE, "veto": "suspensive", "second_vote": "germany/second_vote"}


def test_only_an_explicit_no_of_a_holder_is_a_veto() -> None:
    held: dict[str, Any] = {"veto_holders": ["c", "d"]}
    assert outcome(FINAL, "abcd", ballots=ballots(yes="ab", no="c"), **held) == "fail"
    assert outcome(FINAL, "abcd", ballots=ballots(yes="bc", no="a"), **held) == "pass"
    assert outcome(FINAL, "abcd", ballots=ballots(yes="ab", abstain="c"), **held) == "pass"
    assert outcome(FINAL, "abcd", ballots=ballots(yes="ab", recused="c", absent="d"), **held) == "pass"


def test_a_veto_means_nothing_where_the_rule_has_none() -> None:
    assert outcome(NINE, "abc", ballots=ballots(yes="ab", no="c"), veto_holders=["c"]) == "pass"


def test_another_opinion_read_as_rejection_is_a_veto_and_blocks() -> None:
    read: dict[str, Any] = {"ballots": ballots(yes="ab", other="c"), "veto_holders": ["c"]}
    assert outcome(FINAL, "abc", **read) == "pass"
    assert outcome(FINAL, "abc", classified={"c": "no"}, **read) == "fail"
    assert outcome({**NINE, "no_blocks": True}, "abc", classified={"c": "no"}, **read) == "fail"
    assert outcome({**NINE, "no_blocks": True}, "abc", classified={"c": "neither"}, **read) == "pass"


def test_a_ballot_cast_by_proxy_can_be_a_veto() -> None:
    sent: dict[str, Any] = {"ballots": ballots(yes="ab", no="c"), "proxies": {"c": "a"}, "veto_holders": ["c"]}
    assert outcome({**FINAL, "proxies_per_member": 1}, "abc", **sent) == "fail"


def test_a_suspensive_veto_suspends_what_would_pass_and_names_the_second_vote() -> None:
    held: dict[str, Any] = {"veto_holders": ["c"]}
    said = answered(SUSPENSIVE, "abc", ballots=ballots(yes="ab", no="c"), **held)
    assert (said["outcome"], "germany/second_vote" in said["why"]) == ("suspended", True)
    assert outcome(SUSPENSIVE, "abc", ballots=ballots(yes="a", no="c"), **held) == "fail"
    assert outcome(SUSPENSIVE, "abc", ballots=ballots(yes="ac", no="b"), **held) == "pass"


def test_the_names_of_those_who_vetoed_are_taken_as_given_beside_counts() -> None:
    counted: dict[str, Any] = {"counts": {"yes": 14, "no": 1}}
    assert outcome(FINAL, {"size": 15}, vetoes=["United States"], **counted) == "fail"
    assert outcome(FINAL, {"size": 15}, vetoes=[], **counted) == "pass"
    assert outcome(SUSPENSIVE, {"size": 15}, vetoes=["one"], **counted) == "suspended"
    assert outcome(FINAL, "ab", vetoes=["not on the roll"], counts={"yes": 2}) == "fail"


@pytest.mark.parametrize(
    ("choice", "expected"), [("yes", "pass"), ("no", "fail"), ("abstain", "fail"), ("absent", "fail")]
)
def test_a_role_that_must_approve_is_among_the_explicit_yes(choice: str, expected: str) -> None:
    approve = {**NINE, "must_approve": ["chancellor"]}
    given = {**ballots(yes="ab"), "c": choice}
    assert outcome(approve, "abc", ballots=given, roles={"chancellor": "c"}) == expected


def test_a_vacant_role_and_silence_do_not_approve() -> None:
    approve = {**NINE, "must_approve": ["chancellor"]}
    assert outcome(approve, "abc", ballots=ballots(yes="abc"), roles={"chancellor": None}) == "fail"
    assert outcome(approve, "abc", ballots=ballots(yes="abc")) == "fail"
    consent = {**approve, "form": "written", "silence": "consent"}
    written: dict[str, Any] = {"roles": {"chancellor": "c"}, "deadline_passed": True}
    assert outcome(consent, "abc", ballots=ballots(yes="ab"), **written) == "fail"
    assert outcome(consent, "abc", ballots=ballots(yes="c"), **written) == "pass"


def test_a_role_that_must_approve_is_read_from_its_role_ballot_beside_counts() -> None:
    approve = {**NINE, "must_approve": ["chancellor"]}
    assert outcome(approve, {"size": 3}, counts={"yes": 3}, role_ballots={"chancellor": "yes"}) == "pass"
    assert outcome(approve, {"size": 3}, counts={"yes": 3}, roles={"chancellor": "c"}) == "fail"


def test_an_absent_member_blocks_unless_represented() -> None:
    unanimity = {"no_blocks": True, "absence_blocks": True, "proxies_per_member": 1}
    assert outcome(unanimity, "abc", ballots=ballots(yes="ab")) == "fail"
    assert outcome(unanimity, "abc", ballots=ballots(yes="ab", recused="c")) == "pass"
    assert outcome(unanimity, "abc", ballots=ballots(yes="abc"), proxies={"c": "a"}) == "pass"
    assert outcome(unanimity, "abc", ballots=ballots(yes="ab", abstain="c"), proxies={"c": "a"}) == "pass"
    assert outcome(unanimity, "abc", ballots=ballots(yes="ab", absent="c"), proxies={"c": "a"}) == "pass"


def test_an_explicit_absence_blocks_in_writing_too() -> None:
    for silence, expected in {
        "consent": "pass",
        "not_a_yes": "fail",
        "absent": "fail",
        "objection_stops": "pass",
    }.items():
        unanimity = {"form": "written", "no_blocks": True, "absence_blocks": True, "silence": silence}
        assert outcome(unanimity, "abc", ballots=ballots(yes="ab"), deadline_passed=True) == expected
        assert outcome(unanimity, "abc", ballots=ballots(yes="ab", absent="c"), deadline_passed=True) == "fail"


def test_absence_goes_by_the_counts_beside_a_given_number_of_those_present() -> None:
    unanimity = {"no_blocks": True, "absence_blocks": True}
    assert outcome(unanimity, {"size": 3}, counts={"yes": 2, "present": 3}) == "fail"
    assert outcome(unanimity, {"size": 3}, counts={"yes": 3, "present": 2}) == "pass"


def test_blocks_come_before_criteria_and_ties() -> None:
    tie = {
        "criteria": [{"measure": "heads", "base": "all", "fraction": "1/2", "strict": True}],
        "tie": {"side_of": "chair"},
    }
    split: dict[str, Any] = {"ballots": ballots(yes="a", no="b"), "roles": {"chair": None}}
    assert outcome(tie, "ab", **split) == "tie"
    assert outcome({**tie, "no_blocks": True}, "ab", **split) == "fail"
    assert outcome({**tie, "veto": "final"}, "ab", veto_holders=["b"], **split) == "fail"


def test_no_quorum_comes_before_blocks() -> None:
    rule = {"no_blocks": True, "quorum": {"at_least": 2}}
    assert outcome(rule, "ab", ballots=ballots(no="a")) == "no_quorum"
    assert outcome(rule, "ab", ballots=ballots(no="ab")) == "fail"
