"""When messages leave the house: quiet hours over daylight saving, the message of the day, the schedule of reminders."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as any_

from ecabinet.notices import Kind, Sentence, kind_of
from ecabinet.notices.rules import (
    MOST_ATTEMPTS,
    Quiet,
    Reason,
    after_quiet,
    day_message_at,
    mobile_number,
    pause_after,
    schedule_of,
)
from ecabinet.refusals import Refused

HANOI, TALLINN = "Asia/Ho_Chi_Minh", "Europe/Tallinn"
NIGHT = Quiet(time(21), time(7), HANOI)
NORTHERN_NIGHT = Quiet(time(21), time(7), TALLINN)
YEARS = datetime(2026, 1, 1), datetime(2027, 12, 31)  # noqa: DTZ001 - the zone is given beside them


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-11-23T20:59:59+07:00", "2026-11-23T20:59:59+07:00"),
        ("2026-11-23T21:00:00+07:00", "2026-11-24T07:00:00+07:00"),
        ("2026-11-24T02:00:00+07:00", "2026-11-24T07:00:00+07:00"),
        ("2026-11-24T06:59:59+07:00", "2026-11-24T07:00:00+07:00"),
        ("2026-11-24T07:00:00+07:00", "2026-11-24T07:00:00+07:00"),
    ],
)
def test_what_comes_in_the_night_waits_until_the_morning(now: str, then: str) -> None:
    assert after_quiet(at(now), [NIGHT]) == at(then)


def test_quiet_hours_may_lie_within_a_day_and_the_same_hour_twice_is_none() -> None:
    noon = Quiet(time(12), time(13, 30), HANOI)
    assert after_quiet(at("2026-11-23T12:10:00+07:00"), [noon]) == at("2026-11-23T13:30:00+07:00")
    assert after_quiet(at("2026-11-23T14:00:00+07:00"), [noon]) == at("2026-11-23T14:00:00+07:00")
    none = Quiet(time(7), time(7), HANOI)
    assert after_quiet(at("2026-11-23T02:00:00+07:00"), [none]) == at("2026-11-23T02:00:00+07:00")


def test_of_two_bodies_the_longer_night_counts() -> None:
    longer = Quiet(time(20), time(8), HANOI)
    assert after_quiet(at("2026-11-23T23:00:00+07:00"), [NIGHT, longer]) == at("2026-11-24T08:00:00+07:00")


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-03-28T22:00:00+02:00", "2026-03-29T07:00:00+03:00"),  # the night of nine hours
        ("2026-10-24T22:00:00+03:00", "2026-10-25T07:00:00+02:00"),  # the night of eleven
        ("2026-10-25T03:30:00+03:00", "2026-10-25T07:00:00+02:00"),
        ("2026-10-25T03:30:00+02:00", "2026-10-25T07:00:00+02:00"),
    ],
)
def test_a_night_in_which_the_clocks_change_ends_at_the_same_hour_of_the_wall(now: str, then: str) -> None:
    assert after_quiet(at(now), [NORTHERN_NIGHT]) == at(then)


def test_an_end_that_comes_twice_is_over_the_first_time_and_one_that_never_comes_is_over_after_the_gap() -> None:
    twice = Quiet(time(21), time(3, 30), TALLINN)
    assert after_quiet(at("2026-10-25T03:29:00+03:00"), [twice]) == at("2026-10-25T03:30:00+03:00")
    assert after_quiet(at("2026-10-25T03:10:00+02:00"), [twice]) == at("2026-10-25T03:10:00+02:00")
    assert after_quiet(at("2026-03-29T02:59:00+02:00"), [twice]) == at("2026-03-29T04:30:00+03:00")


@given(
    any_.datetimes(*YEARS, timezones=any_.just(UTC)),
    any_.times(),
    any_.times(),
    any_.sampled_from((HANOI, TALLINN, "America/New_York", "Australia/Lord_Howe")),
)
def test_whatever_the_night_the_message_goes_later_within_two_days_and_is_not_held_back_again(
    now: datetime, start: time, end: time, zone: str
) -> None:
    quiet = [Quiet(start, end, zone)]
    then = after_quiet(now, quiet)
    assert now <= then <= now + timedelta(hours=26)
    assert after_quiet(then, quiet) == then


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-11-23T07:29:00+07:00", "2026-11-23T07:30:00+07:00"),
        ("2026-11-23T07:30:00+07:00", "2026-11-24T07:30:00+07:00"),
        ("2026-11-23T15:00:00+07:00", "2026-11-24T07:30:00+07:00"),
    ],
)
def test_the_message_of_the_day_goes_at_half_past_seven(now: str, then: str) -> None:
    assert day_message_at(at(now), HANOI, [NIGHT]) == at(then)


def test_the_message_of_the_day_waits_for_the_end_of_a_longer_night_and_keeps_its_hour_when_the_clocks_change() -> None:
    longer = Quiet(time(21), time(8, 15), HANOI)
    assert day_message_at(at("2026-11-23T15:00:00+07:00"), HANOI, [longer]) == at("2026-11-24T08:15:00+07:00")
    assert day_message_at(at("2026-03-28T15:00:00+02:00"), TALLINN, []) == at("2026-03-29T07:30:00+03:00")


def test_the_pauses_grow_and_end() -> None:
    pauses = [pause_after(attempts) for attempts in range(1, MOST_ATTEMPTS + 1)]
    assert pauses == [*(timedelta(minutes=minutes) for minutes in (1, 5, 25, 125)), None]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("3d 1d 4h overdue", "3d 1d 4h overdue"),
        ("  4H, 1d,3D  ", "3d 1d 4h"),
        ("overdue 2h 10d 2h", "10d 2h overdue"),
        ("", ""),
    ],
)
def test_a_schedule_is_kept_in_its_order(typed: str, kept: str) -> None:
    assert schedule_of(typed).as_text() == kept


@pytest.mark.parametrize("word", ["3", "d", "3x", "0d", "-1d", "1.5d", "3d1d", "٣d", "late", "1000d"])
def test_a_word_that_is_no_reminder_is_named(word: str) -> None:
    with pytest.raises(Refused) as refusal:
        schedule_of(f"1d {word} 4h")
    assert refusal.value.reason is Reason.NOT_A_REMINDER
    assert refusal.value.values["word"] == word


@pytest.mark.parametrize("word", ["31d", "73h"])
def test_a_reminder_that_is_too_early_is_named(word: str) -> None:
    with pytest.raises(Refused) as refusal:
        schedule_of(word)
    assert refusal.value.reason is Reason.REMINDER_TOO_EARLY


def test_nobody_is_reminded_seven_times() -> None:
    assert len(schedule_of("6d 5d 4d 3d 2d 1d").steps) == 6
    with pytest.raises(Refused, match="TOO_MANY"):
        schedule_of("7d 6d 5d 4d 3d 2d 1d")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("+84 912-345.678", "+84912345678"), ("+1 (202) 555 0123", "+12025550123"), ("", None), ("  ", None)],
)
def test_a_mobile_number_is_kept_as_the_world_writes_it(typed: str, kept: str | None) -> None:
    assert mobile_number(typed) == kept


@pytest.mark.parametrize(
    "typed", ["0912345678", "+0912345678", "+84", "+8491234567890123", "+84abc5678", "+٨٤٩١٢٣٤٥٦٧٨"]
)
def test_what_is_no_mobile_number_is_refused(typed: str) -> None:
    with pytest.raises(Refused, match="NOT_A_NUMBER_OF_A_PHONE"):
        mobile_number(typed)


def test_every_sentence_has_a_kind() -> None:
    assert [sentence.name for sentence in Sentence if kind_of(sentence.name) is Kind.OTHER] == []
