"""What may become of a matter, without a database."""

from datetime import date, timedelta

import pytest

from ecabinet.refusals import Refused
from outcomes import rules
from outcomes.rules import DecisionKind, Details, Reason

TODAY = date(2026, 11, 21)
YESTERDAY = TODAY - timedelta(days=1)
TEXT = Details(text="Chính phủ thống nhất.")


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (DecisionKind.ADOPTED_WITH_CHANGES, Reason.FINALISER_MISSING),
        (DecisionKind.DEFERRED, Reason.DATE_MISSING),
        (DecisionKind.NOT_ADOPTED, Reason.DATE_MISSING),
    ],
)
def test_a_decision_says_what_its_kind_needs_also_where_it_corrects_another(kind: DecisionKind, reason: Reason) -> None:
    with pytest.raises(Refused) as of_a_new_one:
        rules.check_details(kind, TEXT, TODAY)
    with pytest.raises(Refused) as of_a_correction:
        rules.check_complete(kind, TEXT)
    assert of_a_new_one.value.reason is of_a_correction.value.reason is reason


def test_a_new_decision_names_no_day_that_has_passed_and_a_correction_may() -> None:
    details = Details(text="Hoãn.", until=YESTERDAY)
    rules.check_complete(DecisionKind.DEFERRED, details)
    with pytest.raises(Refused) as refusal:
        rules.check_details(DecisionKind.DEFERRED, details, TODAY)
    assert refusal.value.reason is Reason.DATE_PAST
    rules.check_details(DecisionKind.DEFERRED, Details(text="Hoãn.", until=TODAY), TODAY)


@pytest.mark.parametrize(
    ("kind", "computed", "declared"),
    [
        (DecisionKind.ADOPTED, "fail", "pass"),
        (DecisionKind.ADOPTED_WITHOUT_VOTE, "pass", "pass"),
        (DecisionKind.NOT_ADOPTED, "pass", "fail"),
        (DecisionKind.DEFERRED, "no_quorum", "no_quorum"),
        (DecisionKind.DEFERRED, "pass", "fail"),
    ],
)
def test_what_the_chair_declares_stands_beside_what_the_rule_computed(
    kind: DecisionKind, computed: str, declared: str
) -> None:
    assert rules.declared_outcome(kind, computed) == declared


@pytest.mark.parametrize("kind", sorted(rules.PASSED | {DecisionKind.NOT_ADOPTED}))
def test_what_needs_a_vote_is_not_recorded_without_one(kind: DecisionKind) -> None:
    with pytest.raises(Refused) as refusal:
        rules.check_may_record(kind=kind, kind_shown="x", was_called=True, has_question=False, is_decided=False)
    assert refusal.value.reason is Reason.NEEDS_A_VOTE


def test_a_meeting_is_not_closed_while_a_question_is_open_or_not_declared() -> None:
    for open_question, undeclared, reason in (("A", None, Reason.QUESTION_OPEN), (None, "B", Reason.NOT_DECLARED)):
        with pytest.raises(Refused) as refusal:
            rules.check_may_close_meeting(is_running=True, open_question=open_question, undeclared_question=undeclared)
        assert refusal.value.reason is reason
    rules.check_may_close_meeting(is_running=True, open_question=None, undeclared_question=None)
