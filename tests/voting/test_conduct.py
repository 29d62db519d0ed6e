"""When a question may be answered, opened and closed: pure decisions."""

from datetime import UTC, datetime, timedelta

import pytest

from ecabinet.refusals import Refused
from voting import conduct
from voting.conduct import Procedure, QuestionState, Reason
from voting.engine.rule import Form, Rule, Silence

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)


def test_the_room_has_no_grace_and_writing_has_a_minute() -> None:
    assert conduct.last_moment(Form.MEETING, NOW) == NOW
    assert conduct.last_moment(Form.WRITTEN, NOW) == NOW + timedelta(seconds=60)
    assert conduct.last_moment(Form.MEETING, None) is None


def test_four_answers_are_offered_and_none_where_the_rule_forbids_it() -> None:
    assert conduct.options_of(Procedure.VOTE, Rule(no_blocks=True)) == ("yes", "no", "abstain", "other")
    assert conduct.options_of(Procedure.VOTE, Rule(no_blocks=True, abstention_allowed=False)) == ("yes", "no", "other")


def test_where_the_chair_asks_for_objections_only_the_objection_is_offered() -> None:
    assert conduct.options_of(Procedure.NO_OBJECTION, Rule(no_blocks=True)) == ("no",)


@pytest.mark.parametrize(
    ("is_open", "on_roll", "recused", "last", "reason"),
    [
        (True, False, False, None, Reason.NOT_ENTITLED),
        (True, True, True, None, Reason.RECUSED),
        (False, True, False, None, Reason.NOT_OPEN),
        (True, True, False, NOW - timedelta(milliseconds=1), Reason.TOO_LATE),
    ],
)
def test_who_may_not_vote_now_is_told_why(
    *, is_open: bool, on_roll: bool, recused: bool, last: datetime | None, reason: Reason
) -> None:
    with pytest.raises(Refused) as refusal:
        conduct.check_may_cast(is_open=is_open, on_roll=on_roll, recused=recused, now=NOW, last=last)
    assert refusal.value.reason is reason


def test_a_ballot_at_the_last_instant_is_in_time() -> None:
    conduct.check_may_cast(is_open=True, on_roll=True, recused=False, now=NOW, last=NOW)


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (QuestionState.DRAFT, Reason.NOT_ARMED),
        (QuestionState.OPEN, Reason.NOT_A_DRAFT),
        (QuestionState.CLOSED, Reason.NOT_A_DRAFT),
        (QuestionState.WITHDRAWN, Reason.NOT_ARMED),
    ],
)
def test_only_an_armed_question_is_opened(state: QuestionState, reason: Reason) -> None:
    with pytest.raises(Refused) as refusal:
        conduct.check_may_open(state, is_running=True, another_open=False)
    assert refusal.value.reason is reason


@pytest.mark.parametrize("state", [QuestionState.OPEN, QuestionState.CLOSED, QuestionState.WITHDRAWN])
def test_what_was_opened_is_neither_amended_nor_withdrawn(state: QuestionState) -> None:
    with pytest.raises(Refused):
        conduct.check_may_amend(state)
    with pytest.raises(Refused):
        conduct.check_may_withdraw(state)


def test_a_rule_for_meetings_does_not_decide_a_written_question() -> None:
    with pytest.raises(Refused) as refusal:
        conduct.check_may_prepare(form=Form.WRITTEN, procedure=Procedure.VOTE, rule=Rule(no_blocks=True))
    assert refusal.value.reason is Reason.RULE_OF_OTHER_FORM


@pytest.mark.parametrize("days", [1, 6])
def test_the_period_keeps_to_what_the_body_allows(days: int) -> None:
    with pytest.raises(Refused):
        conduct.check_days(days, 2, 5)
    conduct.check_days(2, 2, 5)
    conduct.check_days(5, 2, 5)


@pytest.mark.parametrize(
    ("rule", "voted", "objected", "settled"),
    [
        (Rule(form=Form.WRITTEN, early_close=True), 5, False, True),
        (Rule(form=Form.WRITTEN, early_close=True), 4, False, False),
        (Rule(form=Form.WRITTEN), 5, False, False),
        (Rule(form=Form.WRITTEN, silence=Silence.OBJECTION_STOPS), 1, True, True),
        (Rule(form=Form.WRITTEN, silence=Silence.OBJECTION_STOPS), 1, False, False),
        (Rule(form=Form.MEETING, no_blocks=True), 5, True, False),
    ],
)
def test_a_written_question_need_not_wait_when_all_is_settled(
    *, rule: Rule, voted: int, objected: bool, settled: bool
) -> None:
    assert conduct.is_settled(rule, voted=voted, entitled=5, objected=objected) is settled
