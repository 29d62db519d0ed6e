"""Working days and deadlines: Tết, make-up Saturdays, the turn of the year, and where the calendar ends."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from ecabinet.database import reading, transaction
from ecabinet.organisation import calendar, queries
from ecabinet.organisation.models import DayKind, WorkingCalendar
from ecabinet.organisation.rules import Reason, WorkingDays, deadline, ends_too_early, weekend_as_text, weekend_of
from ecabinet.refusals import Forbidden, NotFound, Refused
from tests.persona import Persona
from tests.world import World

# Who may do what, and what is refused, does not depend on the database; what it must hold or lock is tried on both.
pytestmark = pytest.mark.any_database

ZONE = "Asia/Ho_Chi_Minh"
FIVE = time(17, 0)
WEEKEND = frozenset({5, 6})
# The civil servants' Tết of 2027: Friday 5 to Wednesday 10 February, made up for on Saturday 20 February.
TET = WorkingDays(
    weekend=WEEKEND,
    covers_until=date(2027, 12, 31),
    holidays=frozenset({date(2027, 1, 1), *(date(2027, 2, day) for day in range(5, 11))}),
    make_up_days=frozenset({date(2027, 2, 20)}),
)


def at(text: str) -> datetime:
    """Return an instant written as wall time in Hà Nội."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE))


@pytest.mark.parametrize(
    ("sent", "days", "ends"),
    [
        ("2027-01-12T08:00", 1, "2027-01-13T17:00"),  # the day of sending is not counted, however early
        ("2027-01-12T23:59", 1, "2027-01-13T17:00"),
        ("2027-01-15T09:00", 1, "2027-01-18T17:00"),  # over a weekend
        ("2027-01-16T09:00", 1, "2027-01-18T17:00"),  # sent on a Saturday
        ("2027-01-11T09:00", 5, "2027-01-18T17:00"),
        ("2027-02-03T09:00", 1, "2027-02-04T17:00"),  # the last day before Tết
        ("2027-02-03T09:00", 2, "2027-02-11T17:00"),  # over the whole of Tết
        ("2027-02-04T09:00", 5, "2027-02-17T17:00"),
        ("2027-02-19T09:00", 1, "2027-02-20T17:00"),  # a Saturday that is worked to make up
        ("2027-02-18T09:00", 3, "2027-02-22T17:00"),
        ("2026-12-30T09:00", 2, "2027-01-04T17:00"),  # over the turn of the year: 1 January is free
    ],
)
def test_a_deadline_counts_working_days_after_the_day_of_sending(sent: str, days: int, ends: str) -> None:
    assert deadline(at(sent), days, FIVE, ZONE, TET) == at(ends)


def test_the_day_of_sending_is_the_day_of_the_body_and_not_of_greenwich() -> None:
    just_after_midnight = datetime(2027, 1, 12, 17, 30, tzinfo=UTC)  # 00:30 on the 13th in Hà Nội
    assert deadline(just_after_midnight, 1, FIVE, ZONE, TET) == at("2027-01-14T17:00")


def test_a_deadline_ends_at_the_closing_hour_also_when_the_clocks_change() -> None:
    plain = WorkingDays(weekend=WEEKEND, covers_until=date(2027, 12, 31))
    friday = datetime(2027, 3, 26, 12, 0, tzinfo=ZoneInfo("Europe/Zurich"))  # summer time begins on Sunday
    assert deadline(friday, 1, FIVE, "Europe/Zurich", plain) == datetime(2027, 3, 29, 15, 0, tzinfo=UTC)


def test_a_make_up_day_is_worked_although_it_is_a_holiday_of_the_week() -> None:
    assert TET.is_working(date(2027, 2, 20))
    assert not TET.is_working(date(2027, 2, 13))
    assert not TET.is_working(date(2027, 2, 8))


def test_a_deadline_past_the_known_holidays_is_refused_and_says_until_when_they_are_known() -> None:
    with pytest.raises(Refused) as refusal:
        deadline(at("2027-12-30T09:00"), 2, FIVE, ZONE, TET)
    assert refusal.value.reason is Reason.BEYOND_CALENDAR
    assert refusal.value.values == {"until": date(2027, 12, 31)}
    assert deadline(at("2027-12-30T09:00"), 1, FIVE, ZONE, TET) == at("2027-12-31T17:00")


@pytest.mark.parametrize("days", [0, -1, 401])
def test_a_period_of_no_days_or_of_years_is_refused(days: int) -> None:
    with pytest.raises(Refused) as refusal:
        deadline(at("2027-01-12T08:00"), days, FIVE, ZONE, TET)
    assert refusal.value.reason is Reason.DAYS_OUT_OF_RANGE


def test_the_weekend_is_kept_as_text_and_a_week_without_work_is_refused() -> None:
    assert weekend_of(weekend_as_text([6, 5, 5])) == {5, 6}
    assert weekend_of(weekend_as_text([])) == frozenset()
    with pytest.raises(Refused):
        weekend_as_text(range(7))


@pytest.mark.both_databases
def test_a_holiday_that_is_entered_moves_the_deadline_and_the_version(government: World, secretary: Persona) -> None:
    sent = at("2027-09-01T09:00")
    with reading() as session:
        before = calendar.deadline_for(session, queries.body(session, government.body_id), sent, 1)
    with transaction() as session:
        calendar.add_day(
            session,
            secretary.actor(),
            government.calendar_id,
            day=date(2027, 9, 2),
            kind=DayKind.HOLIDAY,
            name="Quốc khánh",
        )
    with reading() as session:
        after = calendar.deadline_for(session, queries.body(session, government.body_id), sent, 1)
    assert (before.at, after.at) == (at("2027-09-02T17:00"), at("2027-09-03T17:00"))
    assert after.calendar_version == before.calendar_version + 1


def test_a_day_is_entered_once_and_can_be_taken_out(government: World, secretary: Persona) -> None:
    with transaction() as session:
        row = calendar.add_day(
            session,
            secretary.actor(),
            government.calendar_id,
            day=date(2027, 9, 2),
            kind=DayKind.HOLIDAY,
            name="Quốc khánh",
        )
    with pytest.raises(Refused) as refusal, transaction() as session:
        calendar.add_day(
            session, secretary.actor(), government.calendar_id, day=row.day, kind=DayKind.WORKING, name="again"
        )
    assert refusal.value.reason is Reason.DAY_TAKEN
    with transaction() as session:
        calendar.remove_day(session, secretary.actor(), government.calendar_id, row.id)
    with reading() as session:
        assert row.day not in {day.day for day in calendar.days_of(session, government.calendar_id)}
        assert session.get_one(WorkingCalendar, government.calendar_id).version == 3


def test_a_calendar_is_changed_only_by_those_of_a_body_that_works_by_it(
    government: World, secretary: Persona, outsider: Persona
) -> None:
    with pytest.raises(Forbidden), transaction() as session:
        calendar.change_week(
            session, outsider.actor(), government.calendar_id, weekend=[6], covers_until=date(2028, 1, 1)
        )
    with pytest.raises(NotFound), transaction() as session:
        calendar.change_week(session, secretary.actor(), 999_999, weekend=[6], covers_until=date(2028, 1, 1))


@pytest.mark.parametrize(
    ("today", "days", "too_early"),
    [
        ("2027-11-22", 5, False),  # thirty days on it is Wednesday 22 December
        ("2027-11-26", 5, False),  # Sunday the 26th: the fifth working day after it is the 31st
        ("2027-11-27", 5, True),  # Monday the 27th: the fifth would be in January
        ("2027-11-27", 4, False),
        ("2027-12-02", 1, True),
        ("2028-03-01", 1, True),
    ],
)
def test_a_calendar_ends_too_early_when_the_longest_period_begun_within_thirty_days_could_pass_it(
    today: str, days: int, *, too_early: bool
) -> None:
    assert ends_too_early(date.fromisoformat(today), days, TET) is too_early


@pytest.mark.any_database
def test_a_calendar_that_ends_soon_is_named_with_the_bodies_that_work_by_it(government: World) -> None:
    with reading() as session:
        assert calendar.ending_soon(session, [government.body_id, government.committee_id]) == []
    with transaction() as session:
        session.get_one(WorkingCalendar, government.calendar_id).covers_until = date(2026, 11, 30)
    with reading() as session:
        [found] = calendar.ending_soon(session, [government.body_id])
        both = calendar.ending_soon(session, calendar.bodies_of(session, government.calendar_id))
    assert (found.body, found.calendar_id) == ("Chính phủ", government.calendar_id)
    assert len(both) == 2
