"""When members are reminded: working days and hours before a deadline, over holidays, make-up days and daylight saving."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as any_

from ecabinet.notices.rules import schedule_of
from ecabinet.organisation.rules import WorkingDays
from voting.opinions.reminders.rules import Planned, planned

HANOI, TALLINN = "Asia/Ho_Chi_Minh", "Europe/Tallinn"
WEEK = WorkingDays(
    weekend=frozenset({5, 6}),
    covers_until=date(2027, 12, 31),
    holidays=frozenset({date(2027, 2, day) for day in (5, 8, 9, 10)}),
    make_up_days=frozenset({date(2027, 2, 13)}),
)
BODY = schedule_of("3d 1d 4h overdue")
YEARS = datetime(2026, 1, 1), datetime(2027, 12, 1)  # noqa: DTZ001 - the zone is given beside them


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def instants(reminders: tuple[Planned, ...]) -> list[tuple[str, datetime]]:
    return [(reminder.which, reminder.at) for reminder in reminders]


def test_reminders_come_working_days_before_at_the_deadlines_hour_and_hours_before() -> None:
    friday = at("2026-11-27T17:00:00+07:00")
    found = planned(BODY, friday, HANOI, WEEK, at("2026-11-23T09:00:00+07:00"))
    assert instants(found) == [
        ("3d", at("2026-11-24T17:00:00+07:00")),
        ("1d", at("2026-11-26T17:00:00+07:00")),
        ("4h", at("2026-11-27T13:00:00+07:00")),
    ]
    assert [reminder.is_last for reminder in found] == [False, False, True]
    assert [reminder.until for reminder in found] == [found[1].at, found[2].at, friday]


def test_weekends_and_holidays_are_skipped_and_make_up_days_counted() -> None:
    after_tet = at("2027-02-15T17:00:00+07:00")  # a Monday; the Saturday before is worked
    found = planned(BODY, after_tet, HANOI, WEEK, at("2027-01-25T09:00:00+07:00"))
    assert instants(found)[:2] == [("3d", at("2027-02-11T17:00:00+07:00")), ("1d", at("2027-02-13T17:00:00+07:00"))]


def test_what_is_past_at_the_circulation_is_left_out_and_the_nearest_left_is_the_last() -> None:
    friday = at("2026-11-27T17:00:00+07:00")
    found = planned(BODY, friday, HANOI, WEEK, at("2026-11-26T17:00:00+07:00"))
    assert instants(found) == [("4h", at("2026-11-27T13:00:00+07:00"))]
    assert found[0].is_last
    assert planned(BODY, friday, HANOI, WEEK, at("2026-11-27T13:00:00+07:00")) == ()


def test_two_at_the_same_instant_are_one() -> None:
    friday = at("2026-11-27T17:00:00+07:00")
    found = planned(schedule_of("1d 24h"), friday, HANOI, WEEK, at("2026-11-23T09:00:00+07:00"))
    assert len(found) == 1


@pytest.mark.parametrize(
    ("deadline", "day_before", "hours_before"),
    [
        ("2026-03-30T17:00:00+03:00", "2026-03-27T17:00:00+02:00", "2026-03-28T22:00:00+02:00"),
        ("2026-10-26T17:00:00+02:00", "2026-10-23T17:00:00+03:00", "2026-10-25T01:00:00+03:00"),
    ],
)
def test_a_day_keeps_its_hour_and_hours_keep_their_length_when_the_clocks_change(
    deadline: str, day_before: str, hours_before: str
) -> None:
    end = at(deadline)
    found = planned(schedule_of("1d 42h"), end, TALLINN, WEEK, end - timedelta(days=10))
    assert instants(found) == [("1d", at(day_before)), ("42h", end - timedelta(hours=42))]
    assert abs(at(hours_before) - found[1].at) <= timedelta(hours=2)


@given(
    any_.datetimes(*YEARS, timezones=any_.just(UTC)),
    any_.integers(0, 20 * 24 * 60),
    any_.lists(any_.sampled_from(["1d", "2d", "5d", "1h", "4h", "24h", "72h"]), max_size=6, unique=True),
    any_.sampled_from((HANOI, TALLINN, "Australia/Lord_Howe")),
)
def test_whatever_the_schedule_reminders_lie_between_now_and_the_deadline_in_order_and_one_is_the_last(
    deadline: datetime, minutes: int, words: list[str], zone: str
) -> None:
    now = deadline - timedelta(minutes=minutes)
    found = planned(schedule_of(" ".join(words)), deadline, zone, WEEK, now)
    moments = [reminder.at for reminder in found]
    assert moments == sorted(set(moments))
    assert all(now < moment < deadline for moment in moments)
    assert [reminder.is_last for reminder in found] == [False] * (len(found) - 1) + [True] * bool(found)
    assert [reminder.until for reminder in found] == [*moments[1:], deadline][: len(found)]
