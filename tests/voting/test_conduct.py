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


def test_where_members_choose_the_options_are_offered_and_to_abstain() -> None:
    offered = conduct.options_of(Procedure.CHOICE, Rule(no_blocks=True), ("Đà Nẵng", "Huế"))
    assert offered == ("option:1", "option:2", "abstain")


@pytest.mark.parametrize(
    ("on_roll", "holds_proxy", "recused", "reason"),
    [
        (False, False, False, Reason.NOT_ENTITLED),
        (True, False, False, Reason.NO_PROXY),
        (True, True, True, Reason.RECUSED),
    ],
)
def test_who_has_no_vote_is_told_why(*, on_roll: bool, holds_proxy: bool, recused: bool, reason: Reason) -> None:
    with pytest.raises(Refused) as refusal:
        conduct.check_franchise(on_roll=on_roll, holds_proxy=holds_proxy, recused=recused)
    assert refusal.value.reason is reason


@pytest.mark.parametrize(
    ("is_open", "last", "reason"),
    [(False, None, Reason.NOT_OPEN), (True, NOW - timedelta(milliseconds=1), Reason.TOO_LATE)],
)
def test_who_comes_too_early_or_too_late_is_told_why(*, is_open: bool, last: datetime | None, reason: Reason) -> None:
    with pytest.raises(Refused) as refusal:
        conduct.check_may_cast(is_open=is_open, now=NOW, last=last)
    assert refusal.value.reason is reason


def test_a_member_on_the_roll_may_vote_until_the_last_instant() -> None:
    conduct.check_franchise(on_roll=True, holds_proxy=True, recused=False)
    conduct.check_may_cast(is_open=True, now=NOW, last=NOW)
    conduct.check_may_cast(is_open=True, now=NOW, last=None)


def test_a_second_ballot_is_refused_only_where_the_rule_allows_no_change() -> None:
    conduct.check_change(has_voted=True, allowed=True)
    conduct.check_change(has_voted=False, allowed=False)
    with pytest.raises(Refused) as refusal:
        conduct.check_change(has_voted=True, allowed=False)
    assert refusal.value.reason is Reason.ALREADY_VOTED


def test_a_ballot_that_rests_on_something_else_is_refused_and_one_that_does_not_say_is_taken() -> None:
    conduct.check_seen("", "aa")
    conduct.check_seen("aa", "aa")
    with pytest.raises(Refused) as refusal:
        conduct.check_seen("bb", "aa")
    assert refusal.value.reason is Reason.SEEN_OTHER


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


@pytest.mark.parametrize(
    ("choice", "words", "reason"),
    [
        ("maybe", "", Reason.NOT_OFFERED),
        ("abstain", "", Reason.NOT_OFFERED),
        ("other", "", Reason.OPINION_MISSING),
        ("other", "x" * (conduct.LONGEST_OPINION + 1), Reason.OPINION_TOO_LONG),
    ],
)
def test_an_answer_that_is_not_offered_or_an_opinion_without_words_or_with_too_many_is_refused(
    choice: str, words: str, reason: Reason
) -> None:
    with pytest.raises(Refused) as refusal:
        conduct.check_ballot(choice, words, ("yes", "no", "other"))
    assert refusal.value.reason is reason


def test_an_answer_that_is_offered_needs_no_words_but_may_have_as_many_as_fit() -> None:
    conduct.check_ballot("yes", "", ("yes", "no", "other"))
    conduct.check_ballot("other", "x" * conduct.LONGEST_OPINION, ("yes", "no", "other"))


def test_words_are_kept_with_another_opinion_and_in_writing_with_any_answer() -> None:
    assert conduct.words_kept(Form.MEETING, "yes", "because") == ""
    assert conduct.words_kept(Form.MEETING, "other", "because") == "because"
    assert conduct.words_kept(Form.WRITTEN, "yes", "because") == "because"


def test_a_mark_is_eight_to_sixty_four_signs_that_need_no_quoting() -> None:
    for good in ("x" * 8, "x" * 64, "aZ09_-aZ"):
        conduct.check_cast_id(good)
    for bad in ("", "x" * 7, "x" * 65, "x" * 8 + "\n", "with spaces"):
        with pytest.raises(Refused) as refusal:
            conduct.check_cast_id(bad)
        assert refusal.value.reason is Reason.NO_MARK


def test_a_question_has_words_and_no_more_than_fit() -> None:
    conduct.check_text("x" * conduct.LONGEST_TEXT)
    for words, reason in (("", Reason.TEXT_MISSING), ("x" * (conduct.LONGEST_TEXT + 1), Reason.TEXT_TOO_LONG)):
        with pytest.raises(Refused) as refusal:
            conduct.check_text(words)
        assert refusal.value.reason is reason


@pytest.mark.parametrize(
    ("form", "procedure", "reason"),
    [
        (Form.WRITTEN, Procedure.NO_OBJECTION, Reason.VOTE_IN_WRITING),
        (Form.WRITTEN, Procedure.CHOICE, None),
        (Form.WRITTEN, Procedure.VOTE, None),
        (Form.MEETING, Procedure.NO_OBJECTION, None),
        (Form.MEETING, Procedure.CHOICE, None),
    ],
)
def test_in_writing_members_vote_or_choose_and_nobody_is_asked_for_objections(
    form: Form, procedure: Procedure, reason: Reason | None
) -> None:
    rule = Rule(form=form, no_blocks=True)
    if reason is None:
        conduct.check_may_prepare(form=form, procedure=procedure, rule=rule)
        return
    with pytest.raises(Refused) as refusal:
        conduct.check_may_prepare(form=form, procedure=procedure, rule=rule)
    assert refusal.value.reason is reason


@pytest.mark.parametrize("state", [QuestionState.DRAFT, QuestionState.ARMED])
def test_what_was_not_opened_is_amended_and_withdrawn(state: QuestionState) -> None:
    conduct.check_may_amend(state)
    conduct.check_may_withdraw(state)


def test_a_draft_is_armed_once_and_in_a_running_meeting() -> None:
    conduct.check_may_arm(QuestionState.DRAFT, is_running=True)
    with pytest.raises(Refused) as twice:
        conduct.check_may_arm(QuestionState.ARMED, is_running=True)
    assert twice.value.reason is Reason.NOT_A_DRAFT
    with pytest.raises(Refused) as outside:
        conduct.check_may_arm(QuestionState.DRAFT, is_running=False)
    assert outside.value.reason is Reason.NOT_RUNNING


def test_one_question_at_a_time_is_opened_and_in_a_running_meeting() -> None:
    conduct.check_may_open(QuestionState.ARMED, is_running=True, another_open=False)
    with pytest.raises(Refused) as outside:
        conduct.check_may_open(QuestionState.ARMED, is_running=False, another_open=False)
    assert outside.value.reason is Reason.NOT_RUNNING
    with pytest.raises(Refused) as beside:
        conduct.check_may_open(QuestionState.ARMED, is_running=True, another_open=True)
    assert beside.value.reason is Reason.ANOTHER_OPEN


@pytest.mark.parametrize(
    ("has_box", "is_open", "is_void", "reason"),
    [
        (False, False, False, Reason.NOT_OPEN),
        (True, False, True, Reason.NOT_CLOSABLE),
        (True, False, False, Reason.CLOSED_BEFORE),
    ],
)
def test_what_is_closed_was_opened_and_neither_annulled_nor_closed_before(
    *, has_box: bool, is_open: bool, is_void: bool, reason: Reason
) -> None:
    conduct.check_may_close(has_box=True, is_open=True, is_void=False)
    with pytest.raises(Refused) as refusal:
        conduct.check_may_close(has_box=has_box, is_open=is_open, is_void=is_void)
    assert refusal.value.reason is reason


def test_a_question_of_a_block_is_not_conducted_on_its_own() -> None:
    conduct.check_alone(None)
    with pytest.raises(Refused) as refusal:
        conduct.check_alone(7)
    assert refusal.value.reason is Reason.IN_BLOCK


def test_a_question_of_a_block_takes_no_single_ballot() -> None:
    conduct.check_in_block(None, in_block=False)
    conduct.check_in_block(7, in_block=True)
    with pytest.raises(Refused) as refusal:
        conduct.check_in_block(7, in_block=False)
    assert refusal.value.reason is Reason.VOTED_IN_BLOCK
