"""What may happen to a meeting and its agenda, without a database."""

from datetime import date, datetime

import pytest

from ecabinet.refusals import Refused
from meetings import rules
from meetings.rules import AgendaState, MeetingState, Reason


def reason_of(refusal: pytest.ExceptionInfo[Refused]) -> object:
    return refusal.value.reason


def test_an_edit_of_the_newest_revision_is_let_through_and_of_an_older_one_refused() -> None:
    rules.check_may_edit(state=MeetingState.PLANNED, revision=4, made_on=4)
    with pytest.raises(Refused) as refusal:
        rules.check_may_edit(state=MeetingState.PLANNED, revision=5, made_on=4)
    assert reason_of(refusal) is Reason.AGENDA_CHANGED_BY_ANOTHER


@pytest.mark.parametrize("before", sorted(set(AgendaState) - {AgendaState.RETURNED}))
def test_an_edited_agenda_needs_the_chair_again(before: AgendaState) -> None:
    assert rules.state_after_edit(before) is AgendaState.DRAFT


def test_what_the_chair_returned_stays_returned_while_it_is_worked_on() -> None:
    assert rules.state_after_edit(AgendaState.RETURNED) is AgendaState.RETURNED


@pytest.mark.parametrize("agenda_state", sorted(set(AgendaState) - {AgendaState.APPROVED}))
def test_only_what_the_chair_approved_is_published(agenda_state: AgendaState) -> None:
    with pytest.raises(Refused) as refusal:
        rules.check_may_publish(state=MeetingState.PLANNED, agenda_state=agenda_state, unaccepted=())
    assert reason_of(refusal) is Reason.AGENDA_NOT_APPROVED


def test_the_dossiers_that_nobody_accepted_are_named() -> None:
    with pytest.raises(Refused) as refusal:
        rules.check_may_publish(state=MeetingState.PLANNED, agenda_state=AgendaState.APPROVED, unaccepted=["B", "A"])
    assert refusal.value.values == {"titles": "A; B"}


@pytest.mark.parametrize(
    ("check", "values"),
    [
        (rules.check_may_edit, {"revision": 1, "made_on": 1}),
        (rules.check_may_propose, {"agenda_state": AgendaState.DRAFT, "items": 1}),
        (rules.check_may_answer, {"agenda_state": AgendaState.PROPOSED, "revision": 1, "seen": 1}),
        (rules.check_may_publish, {"agenda_state": AgendaState.APPROVED, "unaccepted": ()}),
        (rules.check_may_start, {"published_version": 1}),
        (rules.check_may_check_in, {"meeting_day": date(2026, 11, 30), "today": date(2026, 11, 30)}),
    ],
)
def test_nothing_happens_to_a_closed_meeting(check: object, values: dict[str, object]) -> None:
    with pytest.raises(Refused) as refusal:
        check(state=MeetingState.CLOSED, **values)  # type: ignore[operator]
    assert reason_of(refusal) is Reason.MEETING_CLOSED


@pytest.mark.parametrize(
    ("state", "today", "may"),
    [(MeetingState.PLANNED, 29, False), (MeetingState.PLANNED, 30, True), (MeetingState.RUNNING, 29, True)],
)
def test_members_check_in_on_the_day_or_once_the_meeting_runs(state: MeetingState, today: int, may: bool) -> None:  # noqa: FBT001
    day = date(2026, 11, 30)
    if may:
        rules.check_may_check_in(state=state, meeting_day=day, today=date(2026, 11, today))
        return
    with pytest.raises(Refused) as refusal:
        rules.check_may_check_in(state=state, meeting_day=day, today=date(2026, 11, today))
    assert reason_of(refusal) is Reason.NOT_THE_DAY


@pytest.mark.parametrize("year", [1, 1999, 2100, 9999])
def test_a_meeting_in_a_year_that_is_a_slip_is_refused(year: int) -> None:
    with pytest.raises(Refused) as refusal:
        rules.check_start(datetime(year, 1, 1))  # noqa: DTZ001 - wall time
    assert reason_of(refusal) is Reason.MEETING_YEAR


@pytest.mark.parametrize(
    ("starts", "ends", "reason"),
    [
        (date(2026, 12, 2), date(2026, 12, 1), Reason.DATES_REVERSED),
        (date(2026, 11, 1), date(2026, 11, 20), Reason.DELEGATION_OVER),
        (date(2026, 11, 21), date(2027, 12, 1), Reason.DELEGATION_TOO_LONG),
    ],
)
def test_a_delegation_has_days_in_order_not_all_past_and_an_end_in_sight(
    starts: date, ends: date, reason: Reason
) -> None:
    with pytest.raises(Refused) as refusal:
        rules.check_delegation_days(starts_on=starts, ends_on=ends, today=date(2026, 11, 21))
    assert reason_of(refusal) is reason


def test_a_delegation_covers_the_meetings_of_its_days_and_is_over_by_itself() -> None:
    days = {"starts_on": date(2026, 11, 30), "ends_on": date(2026, 12, 2)}
    assert rules.covers(**days, meeting_day=date(2026, 12, 1), today=date(2026, 11, 21))
    assert not rules.covers(**days, meeting_day=date(2026, 12, 3), today=date(2026, 11, 21))
    assert not rules.covers(**days, meeting_day=date(2026, 12, 1), today=date(2026, 12, 3))
