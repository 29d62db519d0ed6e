"""The rule engine: what each rule means, in votes one can picture."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from ecabinet.refusals import Refused
from tests.voting.made_votes import majority, rule, vote
from voting.engine.refusals import Reason
from voting.engine.rule import Choice, Rule
from voting.engine.rule_book import rule_named
from voting.engine.vote import Vote
from voting.rules import Outcome, Reference, StepKind, decide, steps_from_json

Heads = dict[str, Any]

MEETING = rule_named("viet_nam/meeting").rule
OPINION_FORM = rule_named("viet_nam/opinion_form").rule
COUNCIL = rule_named("swiss_federal_council/decision").rule


def prime_minister(member: str) -> dict[str, str | None]:
    return {"prime_minister": member}


def chair(member: str | None) -> dict[str, str | None]:
    return {"chair": member}


def test_more_than_half_of_all_members_passes_and_the_absent_count_against() -> None:
    assert decide(vote(yes=14, no=10, absent=3), MEETING).outcome is Outcome.PASS
    assert decide(vote(yes=13, no=7, absent=7), MEETING).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("side", "outcome"), [("yes-1", Outcome.PASS), ("no-1", Outcome.FAIL)], ids=["approves", "rejects"]
)
def test_thirteen_to_thirteen_of_twenty_six_goes_to_the_side_of_the_prime_minister(side: str, outcome: Outcome) -> None:
    assert decide(vote(prime_minister(side), yes=13, no=13), MEETING).outcome is outcome


def test_ten_to_ten_with_seven_abstentions_fails_even_with_the_prime_minister() -> None:
    assert decide(vote(prime_minister("yes-1"), yes=10, no=10, abstain=7), MEETING).outcome is Outcome.FAIL


def test_a_tie_stays_open_where_the_prime_minister_took_no_side() -> None:
    assert decide(vote(prime_minister("abstain-1"), yes=13, no=12, abstain=1), MEETING).outcome is Outcome.TIE
    assert decide(vote(prime_minister("recused-1"), yes=13, no=12, recused=1), MEETING).outcome is Outcome.TIE
    assert decide(vote(yes=13, no=13), MEETING).outcome is Outcome.TIE


def test_a_tie_that_could_not_have_passed_anyway_fails() -> None:
    strict = rule(tie={"side_of": "chair"}, min_yes=14)
    assert decide(vote(chair("absent-1"), yes=13, no=12, absent=1), strict).outcome is Outcome.FAIL


def test_a_tie_without_a_tie_rule_fails() -> None:
    assert decide(vote(yes=2, no=2), rule()).outcome is Outcome.FAIL


def test_exactly_half_of_two_thirds_is_no_tie() -> None:
    two_thirds = rule(criteria=majority("all", "2/3", strict=False), tie={"side_of": "chair"})
    assert decide(vote(chair("yes-1"), yes=13, no=13), two_thirds).outcome is Outcome.FAIL


def test_two_thirds_of_all_needs_eighteen_of_twenty_seven() -> None:
    two_thirds = rule_named("plain/two_thirds_of_all").rule
    assert decide(vote(yes=18, no=9), two_thirds).outcome is Outcome.PASS
    assert decide(vote(yes=17, no=10), two_thirds).outcome is Outcome.FAIL


def test_the_quorum_is_two_thirds_of_all_and_seats_taken_by_deputies_do_not_count() -> None:
    members = tuple(f"m{n}" for n in range(27))
    ballots = dict.fromkeys(members[:17], Choice.YES)
    without = Vote(members, ballots, substitutes=frozenset(members[17:21]))
    assert decide(without, MEETING).outcome is Outcome.NO_QUORUM
    assert decide(Vote(members, {**ballots, "m17": Choice.NO}), MEETING).outcome is Outcome.PASS


def test_a_rule_may_let_deputies_make_the_quorum_without_giving_them_a_vote() -> None:
    members = ("a", "b", "c")
    seated = rule(quorum={"fraction": "2/3", "substitutes": True})
    sits = Vote(members, {"a": Choice.YES}, substitutes=frozenset({"b"}))
    assert decide(sits, seated).outcome is Outcome.FAIL
    assert decide(sits, rule(quorum={"fraction": "2/3"})).outcome is Outcome.NO_QUORUM


def test_a_required_officer_and_a_required_role_make_the_quorum() -> None:
    estonia = rule(
        criteria=majority("present"),
        quorum={
            "fraction": "1/2",
            "except_roles": ["prime_minister"],
            "roles": ["prime_minister"],
            "attending": ["state_secretary"],
        },
    )
    there = vote(prime_minister("yes-1"), yes=8, absent=7)
    assert decide(there, estonia).outcome is Outcome.NO_QUORUM
    secretary = Vote(there.members, there.ballots, there.roles, attending=frozenset({"state_secretary"}))
    assert decide(secretary, estonia).outcome is Outcome.PASS
    away = Vote(there.members, there.ballots, prime_minister("absent-1"), attending=frozenset({"state_secretary"}))
    assert decide(away, estonia).outcome is Outcome.NO_QUORUM
    vacant = Vote(there.members, there.ballots, {"prime_minister": None}, attending=frozenset({"state_secretary"}))
    assert decide(vacant, estonia).outcome is Outcome.NO_QUORUM


def test_an_exempted_role_leaves_both_sides_of_the_quorum() -> None:
    half = rule(quorum={"fraction": "1/2", "except_roles": ["chair"]})
    assert decide(vote(chair("yes-1"), yes=3, absent=3), half).outcome is Outcome.NO_QUORUM
    assert decide(vote(chair("absent-1"), yes=3, absent=3), half).outcome is not Outcome.NO_QUORUM


def test_silence_is_consent_only_after_the_deadline() -> None:
    form: Heads = {"yes": 9, "no": 6, "silent": 12}
    assert decide(vote(passed=False, **form), OPINION_FORM).outcome is Outcome.OPEN
    assert decide(vote(passed=True, **form), OPINION_FORM).outcome is Outcome.PASS


def test_a_silent_prime_minister_counts_as_agreeing_but_breaks_no_tie() -> None:
    silent = vote(prime_minister("silent-1"), yes=12, no=13, silent=1, passed=True)
    decided = decide(silent, OPINION_FORM)
    assert (decided.outcome, decided.figures.yes, decided.figures.deemed_yes) == (Outcome.TIE, 13, 1)


def test_an_explicit_absence_in_writing_is_not_touched_by_silence() -> None:
    assert decide(vote(yes=13, absent=14, passed=True), OPINION_FORM).outcome is Outcome.FAIL


def test_silence_never_makes_a_quorum() -> None:
    written = rule(form="written", silence="consent", quorum={"fraction": "1/2"})
    assert decide(vote(yes=4, silent=6, passed=True), written).outcome is Outcome.NO_QUORUM
    assert decide(vote(yes=5, silent=5, passed=True), written).outcome is Outcome.PASS


def test_silence_that_is_not_a_yes_leaves_the_answered_alone() -> None:
    answered = rule(form="written", criteria=majority("answered"), silence="absent")
    assert decide(vote(yes=2, no=1, silent=20, passed=True), answered).outcome is Outcome.PASS
    consenting = rule(form="written", criteria=majority("answered"), silence="consent")
    assert decide(vote(yes=1, no=2, silent=2, passed=True), consenting).figures.yes == 3


def test_one_objection_stops_a_silence_procedure_at_once() -> None:
    silence = rule(form="written", criteria=[], silence="objection_stops")
    assert decide(vote(no=1, silent=26, passed=False), silence).outcome is Outcome.OBJECTED
    assert decide(vote(silent=27, passed=False), silence).outcome is Outcome.OPEN
    assert decide(vote(silent=27, passed=True), silence).outcome is Outcome.PASS


def test_another_opinion_read_as_rejection_is_an_objection() -> None:
    silence = rule(form="written", criteria=[], silence="objection_stops")
    other = Vote(("a", "b"), {"a": Choice.OTHER}, deadline_passed=True)
    assert decide(other, silence).outcome is Outcome.PASS
    read = Vote(("a", "b"), {"a": Choice.OTHER}, classified={"a": Choice.NO}, deadline_passed=True)
    assert decide(read, silence).outcome is Outcome.OBJECTED


def test_a_written_vote_closes_early_only_when_all_but_the_recused_have_answered() -> None:
    early = rule(form="written", early_close=True)
    assert decide(vote(yes=2, recused=1, passed=False), early).outcome is Outcome.PASS
    assert decide(vote(yes=2, silent=1, passed=False), early).outcome is Outcome.OPEN
    assert decide(vote(yes=2, absent=1, passed=False), early).outcome is Outcome.OPEN


def test_one_no_or_one_absence_blocks_unanimity_but_abstention_does_not() -> None:
    unanimity = rule(criteria=[], no_blocks=True, absence_blocks=True)
    assert decide(vote(yes=20, abstain=7), unanimity).outcome is Outcome.PASS
    assert decide(vote(yes=25, absent=2), unanimity).outcome is Outcome.FAIL
    assert decide(vote(yes=26, no=1), unanimity).outcome is Outcome.FAIL


def test_a_silent_member_blocks_unanimity_in_writing_unless_silence_means_something() -> None:
    def written(silence: str) -> Rule:
        return rule(form="written", criteria=[], min_yes=1, absence_blocks=True, silence=silence)

    silent = vote(yes=2, silent=1, passed=True)
    outcomes = {silence: decide(silent, written(silence)).outcome for silence in ("not_a_yes", "absent", "consent")}
    assert outcomes == {"not_a_yes": Outcome.FAIL, "absent": Outcome.FAIL, "consent": Outcome.PASS}
    assert decide(silent, written("objection_stops")).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("heads", "holder", "outcome"),
    [
        ({"yes": 3, "no": 2, "abstain": 2}, "yes-1", Outcome.PASS),
        ({"yes": 2, "no": 1, "abstain": 4}, "yes-1", Outcome.FAIL),
        ({"yes": 2, "no": 2, "absent": 3}, "yes-1", Outcome.PASS),
        ({"yes": 2, "no": 2, "absent": 3}, "no-1", Outcome.FAIL),
        ({"yes": 3, "absent": 4}, "yes-1", Outcome.NO_QUORUM),
        ({"yes": 2, "no": 2, "abstain": 1, "absent": 2}, "abstain-1", Outcome.TIE),
        ({"yes": 1, "no": 1, "abstain": 2, "absent": 3}, "abstain-1", Outcome.FAIL),
    ],
)
def test_the_swiss_federal_council(heads: Heads, holder: str | None, outcome: Outcome) -> None:
    assert decide(vote(chair(holder), **heads), COUNCIL).outcome is outcome


def test_the_chairs_double_vote_may_be_kept_from_the_least_number_of_yes() -> None:
    single = rule(criteria=majority("cast"), min_yes=3, tie={"counts_double": "chair"}, double_counts_for_min_yes=False)
    assert decide(vote(chair("yes-1"), yes=2, no=2), single).outcome is Outcome.FAIL


def test_an_election_in_the_swiss_council_has_no_double_vote() -> None:
    election = rule_named("swiss_federal_council/election").rule
    assert decide(vote(chair("yes-1"), yes=3, no=3), election).outcome is Outcome.FAIL


def test_the_base_decides_more_often_than_the_threshold() -> None:
    heads: Heads = {"yes": 2, "no": 1, "abstain": 10}
    assert decide(vote(**heads), rule_named("plain/majority_of_cast").rule).outcome is Outcome.PASS
    assert decide(vote(**heads), rule_named("plain/majority_of_present").rule).outcome is Outcome.FAIL


def test_nothing_is_never_enough_of_nobody() -> None:
    cast = rule(criteria=majority("cast", "1/2", strict=False), tie={"side_of": "chair"})
    assert decide(vote(chair("abstain-1"), abstain=3), cast).outcome is Outcome.FAIL


def test_as_many_for_as_against_is_a_tie_where_the_rule_says_so() -> None:
    switch = rule(tie={"side_of": "prime_minister"}, tie_when="yes_equals_no")
    decided = decide(vote(prime_minister("yes-1"), yes=10, no=10, abstain=7), switch)
    assert decided.outcome is Outcome.PASS
    assert [step.values["yes_equals_no"] for step in decided.steps if step.kind is StepKind.TIE] == [True]
    assert decide(vote(prime_minister("yes-1"), yes=11, no=10, abstain=6), switch).outcome is Outcome.FAIL


def test_a_recused_member_stays_among_all_unless_the_rule_takes_them_out() -> None:
    recused: Heads = {"yes": 2, "no": 1, "recused": 1}
    assert decide(vote(**recused), rule()).outcome is Outcome.FAIL
    assert decide(vote(**recused), rule(recused_leave=["all"])).outcome is Outcome.PASS
    assert decide(vote(**recused), rule(criteria=majority("entitled"))).outcome is Outcome.PASS
    assert decide(vote(**recused), rule(criteria=majority("entitled"), recused_leave=[])).outcome is Outcome.FAIL


def test_a_recused_member_makes_the_quorum_only_where_the_rule_says_so() -> None:
    heads: Heads = {"yes": 2, "recused": 1, "absent": 1}
    three = {"quorum": {"at_least": 3}, "criteria": majority("cast")}
    assert decide(vote(**heads), rule(**three)).outcome is Outcome.NO_QUORUM
    assert decide(vote(**heads), rule(**three, recused_leave=["present", "entitled"])).outcome is Outcome.PASS


def test_a_recused_member_leaves_the_total_of_the_quorum_with_the_entitled() -> None:
    heads: Heads = {"yes": 2, "recused": 1, "absent": 1}
    cast = majority("cast")
    of_entitled = rule(criteria=cast, quorum={"fraction": "2/3", "of": "entitled"})
    of_all = rule(criteria=cast, quorum={"fraction": "2/3", "of": "all"})
    assert decide(vote(**heads), of_entitled).outcome is Outcome.PASS
    assert decide(vote(**heads), of_all).outcome is Outcome.NO_QUORUM


def refusal(call: Callable[..., object], *arguments: object) -> object:
    with pytest.raises(Refused) as caught:
        call(*arguments)
    return caught.value.reason


@pytest.mark.parametrize(
    "wrong",
    [
        Vote(("a",), {"b": Choice.YES}),
        Vote(("a",), roles={"prime_minister": "b"}),
        Vote(("a",), substitutes=frozenset({"b"})),
        Vote(("a",), classified={"b": Choice.YES}),
    ],
)
def test_a_name_that_is_not_on_the_roll_is_refused(wrong: Vote) -> None:
    assert refusal(decide, wrong, MEETING) is Reason.NOT_ON_ROLL


def test_a_vote_that_is_none_under_its_rule_is_refused() -> None:
    assert refusal(decide, vote(abstain=1), rule(abstention="forbidden")) is Reason.ABSTENTION_FORBIDDEN
    assert refusal(decide, vote(yes=1), OPINION_FORM) is Reason.DEADLINE_NOT_SAID
    assert refusal(decide, Vote(("a", "a")), MEETING) is Reason.TWICE_ON_ROLL
    classified = Vote(("a",), classified={"a": Choice.ABSENT})
    assert refusal(decide, classified, MEETING) is Reason.NOT_A_CLASS


def test_a_result_is_kept_whole_and_its_reasons_are_read_back() -> None:
    decided = decide(vote(prime_minister("yes-1"), yes=13, no=13), MEETING, Reference("Decree", "3"))
    kept = json.loads(json.dumps(decided.as_json()))
    assert (kept["outcome"], kept["figures"]["yes"], kept["figures"]["measures"]) == ("pass", 13, {})
    assert [step["kind"] for step in kept["steps"]] == ["counted", "criterion", "tie", "quorum", "reference"]
    assert steps_from_json(kept["steps"]) == decided.steps
    assert decide(vote(yes=14), MEETING, Reference("", "")).steps == decide(vote(yes=14), MEETING).steps
