"""Deadlines of written opinions through time: holidays, make-up days, the turn of the year, clocks that change, calendars that change, silence that waits."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import delete

from ecabinet import clock
from ecabinet.access import Actor
from ecabinet.database import reading, transaction
from ecabinet.organisation.models import Body, CalendarDay, DayKind, WorkingCalendar
from ecabinet.organisation.rules import Reason as CalendarReason
from ecabinet.refusals import Refused
from outcomes import jobs as outcome_jobs
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import TEXT, Room, approved, casts, circulated
from tests.world import MEMBERS, ZONE, World
from voting import preparing
from voting.conduct import Procedure, QuestionState, Reason
from voting.models import Question
from voting.opinions import queries, steps
from voting.opinions import service as written
from voting.opinions.models import StepKind
from voting.rulings import service as rulings
from voting.rulings.rules import Reason as RulingReason

People = Callable[[str], Persona]
SetClock = Callable[[datetime], None]
MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)  # nine o'clock in the morning there
THURSDAY_AT_FIVE = datetime(2026, 11, 26, 10, tzinfo=UTC)
GRACE = timedelta(seconds=60)
FAR = datetime(2030, 1, 1, tzinfo=UTC)
NOT_A_YES, NO_OBJECTION = "plain/majority_of_all_written", "plain/no_objection_written"
TALLINN, BERLIN = "Europe/Tallinn", "Europe/Berlin"
TET = {date(2027, 2, day): "Tết Nguyên đán" for day in (5, 8, 9, 10)}  # Friday to Wednesday, the weekend between

pytestmark = pytest.mark.any_database


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    return lambda instant: monkeypatch.setattr(clock, "now", lambda: instant)


def refused(reason: object) -> "pytest.RaisesExc[Refused]":
    return pytest.raises(Refused, match=f"^{reason.name}$")  # type: ignore[attr-defined] # every Reason has a name


def fresh(persona: Persona) -> Actor:
    """The person with a lease that lasts as long as the test."""
    return replace(persona.actor(), stepped_up_until=FAR)


def there(day: date, hour: int = 17, zone: str = ZONE) -> datetime:
    """Return the instant of an hour on a day in a zone."""
    return clock.instant_of(datetime.combine(day, time(hour)), zone)


def body_in(room: Room, zone: str = ZONE, *, most: int = 20, closes: time = time(17)) -> None:
    """Let the body be of another zone, with periods of up to `most` working days."""
    with transaction() as session:
        body = session.get_one(Body, room.world.body_id)
        body.zone, body.written_days_least, body.written_days_most, body.office_closes = zone, 1, most, closes


def day(room: Room, on: date, kind: DayKind) -> None:
    """Enter a holiday or a make-up day, as a change of the calendar does: with a new version."""
    with transaction() as session:
        session.add(CalendarDay(calendar_id=room.world.calendar_id, day=on, kind=kind, name="Ngày"))
        session.get_one(WorkingCalendar, room.world.calendar_id).version += 1


def known_until(room: Room, last: date) -> None:
    with transaction() as session:
        session.get_one(WorkingCalendar, room.world.calendar_id).covers_until = last


def deadline_of(question_id: int) -> datetime | None:
    return rooms.question(question_id).closes_at


def clock_closes(question_id: int) -> QuestionState:
    """Let the clock try to close a question; return where it stands then."""
    outcome_jobs.close_written(question_id=question_id)
    return rooms.state_of(question_id)


@pytest.mark.parametrize(
    ("sent", "days", "ends"),
    [
        (date(2026, 11, 27), 1, date(2026, 11, 30)),  # a Friday: the weekend does not count
        (date(2026, 11, 28), 1, date(2026, 11, 30)),  # a Saturday counts no more than as the day of sending
        (
            date(2026, 12, 31),
            2,
            date(2027, 1, 4),
        ),  # over the turn of the year, where New Year's Day is no holiday entered
        (date(2027, 2, 4), 1, date(2027, 2, 11)),  # the day before Tết: four holidays and a weekend
        (date(2027, 2, 3), 3, date(2027, 2, 12)),  # one day before, two after
        (date(2027, 2, 6), 2, date(2027, 2, 12)),  # sent in the middle of Tết
    ],
)
def test_weekends_tet_and_the_turn_of_the_year_are_not_counted(
    room: Room, secretary: Persona, set_clock: SetClock, sent: date, days: int, ends: date
) -> None:
    body_in(room)
    who = fresh(secretary)
    set_clock(there(sent, 9))
    assert deadline_of(circulated(room, who, days=days, rule_name=NOT_A_YES)) == there(ends)


def test_a_make_up_day_is_a_working_day_though_it_is_a_saturday(
    room: Room, secretary: Persona, set_clock: SetClock
) -> None:
    body_in(room)
    day(room, date(2026, 11, 28), DayKind.WORKING)
    who = fresh(secretary)
    set_clock(there(date(2026, 11, 27), 9))
    question = rooms.question(circulated(room, who, days=1, rule_name=NOT_A_YES))
    assert (question.closes_at, question.calendar_version) == (there(date(2026, 11, 28)), 2)


@pytest.mark.parametrize(
    ("zone", "sent", "ends_in_utc"),
    [
        (TALLINN, date(2026, 10, 22), datetime(2026, 10, 26, 15, tzinfo=UTC)),  # winter time began on Sunday the 25th
        (BERLIN, date(2027, 3, 25), datetime(2027, 3, 29, 15, tzinfo=UTC)),  # summer time began on Sunday the 28th
        (BERLIN, date(2027, 3, 23), datetime(2027, 3, 25, 16, tzinfo=UTC)),  # before it
    ],
)
def test_the_deadline_is_the_hour_on_the_wall_though_the_clocks_change(
    room: Room, secretary: Persona, set_clock: SetClock, zone: str, sent: date, ends_in_utc: datetime
) -> None:
    body_in(room, zone)
    who = fresh(secretary)
    set_clock(there(sent, 9, zone))
    question_id = circulated(room, who, days=2)
    assert deadline_of(question_id) == ends_in_utc
    assert clock.in_zone(ends_in_utc, zone).hour == 17
    set_clock(ends_in_utc + GRACE - timedelta(milliseconds=1))
    assert clock_closes(question_id) is QuestionState.OPEN
    set_clock(ends_in_utc + GRACE)
    assert clock_closes(question_id) is QuestionState.CLOSED


def test_the_day_of_sending_is_the_day_of_the_body_not_of_the_server(
    room: Room, secretary: Persona, set_clock: SetClock
) -> None:
    body_in(room)
    who = fresh(secretary)
    set_clock(datetime(2026, 11, 22, 17, 30, tzinfo=UTC))  # Sunday there in Greenwich, Monday half past midnight here
    assert deadline_of(circulated(room, who, days=1, rule_name=NOT_A_YES)) == there(date(2026, 11, 24))


@pytest.mark.parametrize(
    ("changed", "kind"), [(date(2026, 11, 25), DayKind.HOLIDAY), (date(2026, 11, 28), DayKind.WORKING)]
)
def test_a_change_of_the_calendar_after_the_sending_changes_nothing(
    room: Room, secretary: Persona, set_clock: SetClock, changed: date, kind: DayKind
) -> None:
    body_in(room)
    who = fresh(secretary)
    set_clock(MONDAY)
    question_id = circulated(room, who, days=3)
    day(room, changed, kind)
    question = rooms.question(question_id)
    assert (question.closes_at, question.deadline_days, question.calendar_version) == (THURSDAY_AT_FIVE, 3, 1)
    assert json.loads(rooms.bodies(question_id)[0])["deadline"] == "2026-11-26T10:00:00.000Z"
    set_clock(THURSDAY_AT_FIVE + GRACE)
    assert clock_closes(question_id) is QuestionState.CLOSED
    with reading() as session:
        sent = next(step for step in steps.of_question(session, question_id) if step.kind is StepKind.CIRCULATED)
    assert (sent.values["deadline"], sent.values["calendar"]) == ("2026-11-26T10:00:00.000Z", 1)


def extends(who: Actor, question_id: int, days: int) -> datetime:
    with transaction() as session:
        return rulings.extend(session, who, question_id, by=days, reason="Cần thêm thời gian")


def test_more_time_before_a_change_of_the_calendar_keeps_the_version_it_was_counted_by(
    room: Room, secretary: Persona, set_clock: SetClock
) -> None:
    body_in(room)
    who = fresh(secretary)
    set_clock(MONDAY)
    question_id = circulated(room, who, days=3)
    assert extends(who, question_id, 4) == there(date(2026, 11, 27))
    day(room, date(2026, 11, 27), DayKind.HOLIDAY)
    question = rooms.question(question_id)
    assert (question.closes_at, question.calendar_version) == (there(date(2026, 11, 27)), 1)


def test_more_time_after_a_change_of_the_calendar_is_counted_by_the_new_one_and_says_so(
    room: Room, secretary: Persona, set_clock: SetClock
) -> None:
    body_in(room)
    who = fresh(secretary)
    set_clock(MONDAY)
    question_id = circulated(room, who, days=3)
    day(room, date(2026, 11, 27), DayKind.HOLIDAY)
    assert extends(who, question_id, 4) == there(date(2026, 11, 30))
    question = rooms.question(question_id)
    assert (question.deadline_days, question.calendar_version) == (4, 2)
    with reading() as session:
        step = steps.of_question(session, question_id)[-1]
    assert (step.kind, step.values["days"], step.values["calendar"]) == (StepKind.EXTENDED, 4, 2)


def test_more_time_is_never_less_though_the_new_calendar_would_say_so(
    room: Room, secretary: Persona, set_clock: SetClock
) -> None:
    body_in(room)
    who = fresh(secretary)
    set_clock(there(date(2026, 11, 27), 9))
    question_id = circulated(room, who, days=2)  # Tuesday the 1st of December
    for made_up in (date(2026, 11, 28), date(2026, 11, 29)):
        day(room, made_up, DayKind.WORKING)
    with refused(RulingReason.NOT_LATER):
        extends(who, question_id, 3)  # by the new calendar that would be Monday
    assert deadline_of(question_id) == there(date(2026, 12, 1))


def test_an_end_that_has_passed_is_not_moved_even_within_the_grace(
    room: Room, secretary: Persona, set_clock: SetClock
) -> None:
    body_in(room)
    who = fresh(secretary)
    set_clock(MONDAY)
    question_id = circulated(room, who, days=3)
    set_clock(THURSDAY_AT_FIVE + timedelta(seconds=30))
    with refused(RulingReason.END_PASSED):
        extends(who, question_id, 5)


def test_the_clock_that_was_on_its_way_leaves_an_extended_question_open(
    room: Room, secretary: Persona, set_clock: SetClock
) -> None:
    body_in(room)
    who = fresh(secretary)
    set_clock(MONDAY)
    question_id = circulated(room, who, days=3)
    extends(who, question_id, 4)
    set_clock(THURSDAY_AT_FIVE + GRACE)
    assert clock_closes(question_id) is QuestionState.OPEN
    set_clock(there(date(2026, 11, 27)) + GRACE)
    assert clock_closes(question_id) is QuestionState.CLOSED


def test_an_answer_in_the_grace_counts_and_one_after_it_does_not(
    room: Room, secretary: Persona, persona: People, set_clock: SetClock
) -> None:
    body_in(room)
    who, early, late = fresh(secretary), fresh(persona("health_minister")), fresh(persona("finance_minister"))
    set_clock(MONDAY)
    question_id = circulated(room, who, days=3, rule_name=NOT_A_YES)
    set_clock(THURSDAY_AT_FIVE + GRACE)
    casts(early, question_id, "yes")
    set_clock(THURSDAY_AT_FIVE + GRACE + timedelta(milliseconds=1))
    with refused(Reason.TOO_LATE):
        casts(late, question_id, "yes")
    assert clock_closes(question_id) is QuestionState.CLOSED
    figures = (rooms.question(question_id).result or {})["figures"]
    assert (figures["yes"], figures["silent"]) == (1, 5)


@pytest.mark.parametrize("rule_name", [None, NOT_A_YES, NO_OBJECTION])
def test_silence_is_never_counted_before_the_deadline(
    room: Room, secretary: Persona, persona: People, set_clock: SetClock, rule_name: str | None
) -> None:
    """Neither by the clock nor by an official, though all but one have agreed and the outcome could not change any more."""
    body_in(room)
    who, members = fresh(secretary), [fresh(persona(key)) for key in MEMBERS[:5]]
    set_clock(MONDAY)
    question_id = circulated(room, who, days=3, rule_name=rule_name)
    for member in members:
        casts(member, question_id, "yes")
    for instant in (MONDAY, THURSDAY_AT_FIVE, THURSDAY_AT_FIVE + GRACE - timedelta(milliseconds=1)):
        set_clock(instant)
        assert clock_closes(question_id) is QuestionState.OPEN
        with refused(Reason.STILL_RUNNING):
            rooms.closed(question_id, who)
    assert rooms.question(question_id).result is None


def test_who_closes_early_counts_no_silence_because_there_is_none(
    room: Room, secretary: Persona, persona: People, set_clock: SetClock
) -> None:
    body_in(room)
    who, members = fresh(secretary), [fresh(persona(key)) for key in MEMBERS]
    set_clock(MONDAY)
    question_id = circulated(room, who, days=3, rule_name=NOT_A_YES)
    for member in members:
        casts(member, question_id, "yes")
    assert clock_closes(question_id) is QuestionState.CLOSED
    with reading() as session:
        step = steps.of_question(session, question_id)[-1]
    assert (step.kind, step.values["early"], step.values["answered"]) == (StepKind.CLOSED, True, 6)


def test_a_silent_prime_minister_agrees_by_the_rule_and_breaks_no_tie(
    room: Room, secretary: Persona, persona: People, set_clock: SetClock
) -> None:
    """Three against and three deemed to agree: half of all is not more than half, and silence has no casting vote."""
    body_in(room)
    who, against = fresh(secretary), [fresh(persona(key)) for key in MEMBERS[3:]]
    set_clock(MONDAY)
    question_id = circulated(room, who, days=3)
    for member in against:
        casts(member, question_id, "no", text="Không đồng ý")
    set_clock(THURSDAY_AT_FIVE + GRACE)
    assert clock_closes(question_id) is QuestionState.CLOSED
    question = rooms.question(question_id)
    assert ((question.result or {})["figures"]["deemed_yes"], question.outcome) == (3, "tie")


@pytest.mark.parametrize("last", [date(2026, 11, 25), date(2026, 11, 23)])
def test_a_calendar_that_ends_too_early_refuses_the_sending_and_the_page_says_until_when_it_is_known(
    room: Room, secretary: Persona, set_clock: SetClock, last: date
) -> None:
    body_in(room, most=5)
    known_until(room, last)
    who = fresh(secretary)
    set_clock(MONDAY)
    with transaction() as session:
        question_id = preparing.prepare_written(
            session, who, matter_id=room.matter_id, text=TEXT, rule_name=NOT_A_YES
        ).id
    approved(room, who, question_id)
    with refused(CalendarReason.BEYOND_CALENDAR) as refusal, transaction() as session:
        written.circulate(session, who, question_id, 3)
    assert refusal.value.values["until"] == last
    assert rooms.state_of(question_id) is QuestionState.DRAFT
    with reading() as session:
        periods = queries.periods(session, session.get_one(Question, question_id))
    assert [days for days, _at in periods.offered] == list(range(1, (last - date(2026, 11, 23)).days + 1))
    assert periods.stopped_by is not None
    assert periods.stopped_by.reason is CalendarReason.BEYOND_CALENDAR


def test_more_time_past_the_end_of_the_calendar_is_refused_and_the_end_stays(
    room: Room, secretary: Persona, set_clock: SetClock
) -> None:
    body_in(room)
    known_until(room, date(2026, 11, 26))
    who = fresh(secretary)
    set_clock(MONDAY)
    question_id = circulated(room, who, days=3)
    with refused(CalendarReason.BEYOND_CALENDAR):
        extends(who, question_id, 4)
    assert deadline_of(question_id) == THURSDAY_AT_FIVE


def test_a_calendar_without_its_holidays_still_ends_the_period_at_tet_where_they_were_taken_out(
    room: Room, secretary: Persona, set_clock: SetClock
) -> None:
    """The holidays count because they are entered: what Tết shifts is shifted by nothing else."""
    body_in(room)
    who = fresh(secretary)
    with transaction() as session:
        session.execute(delete(CalendarDay).where(CalendarDay.day.in_(TET)))
    set_clock(there(date(2027, 2, 4), 9))
    assert deadline_of(circulated(room, who, days=1, rule_name=NOT_A_YES)) == there(date(2027, 2, 5))


SILENCES = {
    "viet_nam/opinion_form": "is deemed to agree",
    NOT_A_YES: "is not counted as agreeing",
    "germany/circulation": "is counted as absent",
    NO_OBJECTION: "unless a member objects before",
}


@pytest.mark.parametrize(("rule_name", "says"), list(SILENCES.items()))
def test_what_silence_means_stands_on_the_form_from_the_first_minute_and_in_the_preview_before_it(
    room: Room, secretary: Persona, health_minister: Persona, rule_name: str, says: str
) -> None:
    body_in(room)
    with transaction() as session:
        question_id = preparing.prepare_written(
            session, secretary.actor(), matter_id=room.matter_id, text=TEXT, rule_name=rule_name
        ).id
    address = f"/opinions/{question_id}"
    preview = secretary.get(address).text
    assert preview.count(says) >= 3  # for each number of days that may be chosen
    approved(room, secretary.actor(), question_id)
    with transaction() as session:
        written.circulate(session, secretary.actor(), question_id, 3)
    page = health_minister.get(address).text
    assert page.count(says) == 1
    assert "What arrives within 60 seconds after that still counts" in page


def test_where_members_choose_among_options_silence_chooses_nothing_and_the_page_says_so(
    room: Room, secretary: Persona
) -> None:
    with transaction() as session:
        question_id = preparing.prepare_written(
            session,
            secretary.actor(),
            matter_id=room.matter_id,
            text="Chọn tuyến nào?",
            procedure=Procedure.CHOICE,
            options="Ven biển\nCao tốc",
        ).id
    page = secretary.get(f"/opinions/{question_id}").text
    assert "has chosen nothing" in page
    assert "Ven biển" in page
