"""Votes of which only the numbers are known: heads by choice, the ballots of roles, and a given number of those present."""

from typing import Any

import pytest

from ecabinet.refusals import Refused
from tests.voting.made_lines import answered, ballots, outcome
from tests.voting.made_votes import rule
from voting.engine.refusals import Reason
from voting.engine.rule import Choice
from voting.engine.vote import Counts, Vote
from voting.rules import Outcome, decide

HALF: dict[str, Any] = {"measure": "heads", "base": "all", "fraction": "1/2", "strict": True}
MAJORITY = {"criteria": [HALF]}
PRESENT = {"criteria": [{**HALF, "base": "present"}]}
ONE = {"min_yes": 1}


def test_what_is_missing_to_the_size_is_absent_in_a_meeting_and_silent_in_writing() -> None:
    meeting = answered(MAJORITY, {"size": 27}, counts={"yes": 10, "no": 5})["figures"]
    assert (meeting["absent"], meeting["silent"], meeting["members"]) == (12, 0, 27)
    written = answered({**MAJORITY, "form": "written"}, {"size": 27}, counts={"yes": 10, "no": 5}, deadline_passed=True)
    assert (written["figures"]["absent"], written["figures"]["silent"]) == (0, 12)


def test_counted_silence_is_absence_in_a_meeting_and_counted_absence_stays_absence_in_writing() -> None:
    meeting = answered(MAJORITY, {"size": 5}, counts={"yes": 1, "silent": 2, "absent": 1})["figures"]
    assert (meeting["absent"], meeting["silent"]) == (4, 0)
    consent = {**MAJORITY, "form": "written", "silence": "consent"}
    counts = {"yes": 1, "silent": 1, "absent": 2}
    written = answered(consent, {"size": 5}, counts=counts, deadline_passed=True)["figures"]
    assert (written["yes"], written["deemed_yes"], written["absent"], written["silent"]) == (3, 2, 2, 0)


def test_counts_may_stand_beside_a_roll_of_names() -> None:
    assert outcome(MAJORITY, "abc", counts={"yes": 2}) == "pass"
    assert outcome(MAJORITY, "abcd", counts={"yes": 2}) == "fail"
    assert outcome(MAJORITY, "abc", counts={"yes": 2}, roles={"chair": "z"}) == "error"
    assert outcome(MAJORITY, {"size": 3}, counts={"yes": 2}, roles={"chair": "z"}, veto_holders=["y"]) == "pass"


def test_a_member_may_be_called_size() -> None:
    assert outcome(MAJORITY, {"size": {}}, ballots={"size": "yes"}) == "pass"


@pytest.mark.parametrize(
    ("roll", "entries"),
    [
        ({"size": 3}, {}),
        ({"size": 3}, {"ballots": {}}),
        ({"size": 3}, {"ballots": {"a": "yes"}}),
        ({"size": 3}, {"counts": {"yes": 4}}),
        ({"size": 3}, {"counts": {"yes": 2, "no": 2}}),
        ({"size": 3}, {"counts": {"present": 4}}),
        ({"size": 3}, {"counts": {"yes": -1}}),
        ({"size": 3}, {"counts": {"yes": "1"}}),
        ({"size": 3}, {"counts": {"yes": True}}),
        ({"size": 3}, {"counts": {"yes": None}}),
        ({"size": 3}, {"counts": {"maybe": 1}}),
        ({"size": 3}, {"counts": None}),
        ({"size": 3}, {"counts": [1]}),
        ({"size": -3}, {"counts": {}}),
        ({"size": "3"}, {"counts": {}}),
        ({"size": 3, "a": {}}, {"counts": {}}),
        ("abc", {"counts": {"yes": 2}, "ballots": {"a": "yes"}}),
        ("abc", {"counts": {"yes": 2}, "ballots": {}}),
        ("abc", {"counts": {"yes": 2}, "proxies": {"a": "b"}}),
        ("abc", {"counts": {"yes": 2}, "substitutes": ["a"]}),
        ("abc", {"counts": {"yes": 2}, "classified": {"a": "yes"}}),
        ("abc", {"ballots": {"a": "yes"}, "role_ballots": {"chair": "yes"}}),
        ("abc", {"ballots": {"a": "yes"}, "vetoes": ["a"]}),
        ("abc", {"role_ballots": {}}),
        ("abc", {"vetoes": []}),
        ({"size": 3}, {"counts": {}, "role_ballots": {"chair": "maybe"}}),
        ({"size": 3}, {"counts": {}, "vetoes": "chair"}),
    ],
)
def test_what_cannot_be_counted_is_an_error(roll: Any, entries: Any) -> None:
    assert outcome(ONE, roll, **entries) == "error"


def test_a_forbidden_abstention_is_an_error_among_counts_and_role_ballots() -> None:
    forbidden = {**ONE, "abstention": "forbidden"}
    assert outcome(forbidden, {"size": 3}, counts={"yes": 1, "abstain": 1}) == "error"
    assert outcome(forbidden, {"size": 3}, counts={"yes": 1, "abstain": 0}) == "pass"
    assert outcome(forbidden, {"size": 3}, counts={"yes": 1}, role_ballots={"chair": "abstain"}) == "error"


def test_a_given_number_of_those_present_is_taken_as_it_stands_and_the_reasons_say_so() -> None:
    said = answered(PRESENT, {"size": 200}, counts={"yes": 83, "no": 79, "present": 166})
    assert (said["outcome"], said["figures"]["present"]) == ("fail", 166)
    without = answered(PRESENT, {"size": 200}, counts={"yes": 83, "no": 79})
    assert (without["outcome"], without["figures"]["present"]) == ("pass", 162)
    same = answered(PRESENT, {"size": 200}, counts={"yes": 83, "no": 79, "present": 162})
    assert same["why"] != without["why"]


def test_a_given_number_of_those_present_makes_the_quorum() -> None:
    third = {**ONE, "quorum": {"fraction": "1/3"}}
    assert outcome(third, {"size": 200}, counts={"yes": 53, "abstain": 4, "present": 58}) == "no_quorum"
    assert outcome(third, {"size": 200}, counts={"yes": 53, "abstain": 4, "present": 67}) == "pass"


def test_an_excepted_holder_who_is_there_is_taken_off_a_given_number_too() -> None:
    rule = {**ONE, "quorum": {"at_least": 3, "except_roles": ["chair"]}}
    counted: dict[str, Any] = {"counts": {"yes": 3, "present": 3}}
    assert outcome(rule, {"size": 5}, roles={"chair": "x"}, **counted) == "pass"
    assert outcome(rule, {"size": 5}, role_ballots={"chair": "yes"}, **counted) == "no_quorum"
    assert outcome(rule, {"size": 5}, role_ballots={"chair": "absent"}, **counted) == "pass"


def test_a_holder_without_a_role_ballot_is_absent_and_two_roles_are_two_members() -> None:
    half = {**ONE, "quorum": {"fraction": "1/2", "strict": True, "except_roles": ["chair", "clerk"]}}
    roles = {"chair": "x", "clerk": "x"}
    assert outcome(half, {"size": 6}, counts={"yes": 3}, roles=roles) == "pass"
    assert outcome(half, {"size": 6}, counts={"yes": 3}) == "no_quorum"
    assert outcome(half, {"size": 6}, counts={"yes": 3}, role_ballots={"chair": "yes", "clerk": "no"}) == "no_quorum"


def test_a_required_role_needs_a_role_ballot_that_is_counted() -> None:
    chaired = {**ONE, "quorum": {"at_least": 1, "roles": ["chair"]}}
    counted: dict[str, Any] = {"counts": {"yes": 3, "present": 3}}
    assert outcome(chaired, {"size": 3}, role_ballots={"chair": "abstain"}, **counted) == "pass"
    assert outcome(chaired, {"size": 3}, roles={"chair": "x"}, **counted) == "no_quorum"
    assert outcome(chaired, {"size": 3}, **counted) == "no_quorum"
    assert outcome(chaired, {"size": 3}, role_ballots={"chair": "recused"}, **counted) == "no_quorum"


def test_a_role_said_to_be_vacant_is_vacant() -> None:
    side = {**MAJORITY, "tie": {"side_of": "chair"}}
    counted: dict[str, Any] = {"counts": {"yes": 1, "no": 1}, "role_ballots": {"chair": "yes"}}
    assert outcome(side, {"size": 2}, **counted) == "pass"
    assert outcome(side, {"size": 2}, roles={"chair": None}, **counted) == "tie"


def test_a_role_that_decides_is_set_aside_among_the_counts() -> None:
    cast = {"criteria": [{**HALF, "base": "cast"}], "tie": {"decides": "chair"}}
    said = answered(cast, {"size": 5}, counts={"yes": 3, "no": 2}, role_ballots={"chair": "yes"})
    assert (said["outcome"], said["figures"]["yes"], said["figures"]["present_not_voting"]) == ("pass", 2, 1)
    assert outcome(cast, {"size": 5}, counts={"yes": 3, "no": 2}, role_ballots={"chair": "abstain"}) == "pass"
    assert outcome(cast, {"size": 5}, counts={"yes": 3, "no": 2}, role_ballots={"chair": "no"}) == "pass"


def test_a_role_that_decides_is_off_the_roll_where_its_holder_or_its_ballot_is_not_among_the_counts() -> None:
    cast = {"criteria": [{**HALF, "base": "cast"}], "tie": {"decides": "chair"}}
    chair: dict[str, Any] = {"roles": {"chair": "z"}, "role_ballots": {"chair": "yes"}}
    assert outcome(cast, "abcd", counts={"yes": 2, "no": 2}, **chair) == "pass"
    assert outcome(cast, {"size": 4}, counts={"no": 2}, **chair) == "fail"


def test_a_role_that_decides_is_on_the_roll_where_nobody_says_who_holds_it_or_only_the_size_is_known() -> None:
    cast = {"criteria": [{**HALF, "base": "cast"}], "tie": {"decides": "chair"}}
    unnamed = answered(cast, "abcde", counts={"yes": 3, "no": 2}, role_ballots={"chair": "yes"})
    sized = answered(
        cast, {"size": 5}, counts={"yes": 3, "no": 2}, role_ballots={"chair": "yes"}, roles={"chair": "somebody"}
    )
    for said in (unnamed, sized):
        assert [said["figures"][key] for key in ("yes", "no", "present_not_voting")] == [2, 2, 1]


def test_a_role_ballot_in_writing_is_read_with_its_deadline() -> None:
    consent = {**MAJORITY, "form": "written", "silence": "consent", "must_approve": ["chair"]}
    counted: dict[str, Any] = {"counts": {"yes": 1, "no": 1}, "deadline_passed": True}
    assert outcome(consent, {"size": 4}, role_ballots={"chair": "yes"}, **counted) == "pass"
    assert outcome(consent, {"size": 4}, role_ballots={"chair": "silent"}, **counted) == "fail"


@pytest.mark.parametrize(
    ("cast", "reason", "values"),
    [
        (Vote(("a",), {"a": Choice.YES}, counts=Counts()), Reason.BESIDE_COUNTS, {"key": "ballots"}),
        (Vote(("a",), substitutes=frozenset("a"), counts=Counts()), Reason.BESIDE_COUNTS, {"key": "substitutes"}),
        (Vote(("a",), classified={"a": Choice.NO}, counts=Counts()), Reason.BESIDE_COUNTS, {"key": "classified"}),
        (
            Vote(size=3, counts=Counts({Choice.YES: 2, Choice.NO: 2})),
            Reason.MORE_THAN_SIZE,
            {"key": "counts", "count": 4, "size": 3},
        ),
        (
            Vote(("a", "b"), counts=Counts(present=3)),
            Reason.MORE_THAN_SIZE,
            {"key": "present", "count": 3, "size": 2},
        ),
    ],
)
def test_what_does_not_fit_numbers_of_heads_is_named(cast: Vote, reason: Reason, values: dict[str, object]) -> None:
    with pytest.raises(Refused) as caught:
        decide(cast, rule())
    assert (caught.value.reason, caught.value.values) == (reason, values)


@pytest.mark.parametrize(
    ("roll", "entries", "named"),
    [
        ({"size": 3}, {"role_ballots": {}}, "“role_ballots” can stand beside numbers of heads only."),
        ({"size": 3}, {"vetoes": []}, "“vetoes” can stand beside numbers of heads only."),
        ({"size": 3}, {"counts": {"yes": 1}, "ballots": {}}, "“ballots” cannot stand beside numbers of heads"),
        ({"size": 3}, {"counts": 3}, "“counts” cannot have the value “3”"),
        ({"size": 3}, {"counts": {"yes": -1}}, "“yes” cannot have the value “-1”"),
        ({"size": 3}, {"counts": {"present": "2"}}, "“present” cannot have the value “2”"),
        ({"size": 3}, {"counts": {"maybe": 1}}, "“maybe” that is not known"),
        ({"size": -1}, {"counts": {}}, "“size” cannot have the value “-1”"),
        ({"size": 3}, {"counts": {}, "role_ballots": None}, "“role_ballots” cannot have the value “None”"),
        ({"size": 3}, {"counts": {}, "role_ballots": {"chair": "maybe"}}, "“chair” cannot have the value “maybe”"),
        ({"size": 3}, {"counts": {}, "vetoes": [1]}, "“vetoes” cannot have the value “[1]”"),
        ({"a": 3}, {}, "“a” cannot have the value “3”"),
    ],
)
def test_what_cannot_be_counted_is_named(roll: Any, entries: Any, named: str) -> None:
    assert named in answered(MAJORITY, roll, **entries)["error"]


def test_a_roll_of_nobody_is_decided_by_counts_too() -> None:
    assert decide(Vote(counts=Counts()), rule()).outcome is Outcome.FAIL


def test_early_close_waits_for_all_but_the_recused_in_counts_too() -> None:
    early = {**ONE, "form": "written", "early_close": True}
    assert outcome(early, {"size": 3}, counts={"yes": 2, "recused": 1}, deadline_passed=False) == "pass"
    assert outcome(early, {"size": 3}, counts={"yes": 2}, deadline_passed=False) == "open"


def test_a_vote_decided_by_tallies_alone_gives_no_counts() -> None:
    people = {"criteria": [{**HALF, "measure": "people", "base": "cast"}]}
    tallies = {"people": {"yes": "10", "no": "9", "total": "19"}}
    assert outcome(people, {"size": 19}, counts={}, tallies=tallies) == "pass"
    assert outcome(people, {}, tallies=tallies) == "pass"


def test_counts_and_ballots_of_the_same_heads_come_to_the_same() -> None:
    given = ballots(yes="abc", no="de", abstain="f", other="g", recused="h")
    counts = {"yes": 3, "no": 2, "abstain": 1, "other": 1, "recused": 1}
    for counted in (MAJORITY, PRESENT, {**ONE, "quorum": {"fraction": "2/3", "of": "entitled"}}):
        one = answered(counted, "abcdefghij", ballots=given)
        other = answered(counted, {"size": 10}, counts=counts)
        assert (one["outcome"], one["figures"]) == (other["outcome"], other["figures"])
