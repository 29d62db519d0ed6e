"""When messages leave the house: quiet hours, the message of the day, pauses between tries, the schedule of reminders. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from ecabinet.refusals import N_, Refused

ONE_DAY = timedelta(days=1)
DAY_MESSAGE = time(7, 30)  # local time of the message of the day
MOST_ATTEMPTS = 5
MOST_DAYS, MOST_HOURS, MOST_REMINDERS = 30, 72, 6
OVERDUE = "overdue"


class Reason(StrEnum):
    """Why a setting of messages, or a delivery, is refused."""

    NOT_A_REMINDER = N_(
        "“%(word)s” is no reminder. Write working days before the deadline such as 3d, hours such as 4h, or overdue, with spaces between."
    )
    REMINDER_TOO_EARLY = N_("“%(word)s” is too early: at most %(days)s working days (d) or %(hours)s hours (h).")
    TOO_MANY_REMINDERS = N_("These are too many reminders: at most %(most)s before the deadline.")
    NOT_A_NUMBER_OF_A_PHONE = N_(
        "Write the mobile number with its country code and nothing but digits after the plus sign, such as +84912345678."
    )
    NOTHING_TO_SEND = N_("This message does not wait for you: it was sent, or is being sent. Reload the page.")
    NO_ADDRESS = N_("This person has no address for it any more. Enter the e-mail address or the mobile number first.")


@dataclass(frozen=True)
class Quiet:
    """The hours of each night in which messages wait, in a zone; the same hour twice: none."""

    start: time
    end: time
    zone: str


@dataclass(frozen=True)
class Step:
    """One reminder: so many working days before the deadline at its hour, or so many hours."""

    number: int
    unit: str  # "d" or "h"

    @property
    def name(self) -> str:
        """The reminder as the schedule writes it."""
        return f"{self.number}{self.unit}"


@dataclass(frozen=True)
class Schedule:
    """When members who have not answered are reminded, and whether they are told after the end."""

    steps: tuple[Step, ...] = ()
    overdue: bool = False

    def as_text(self) -> str:
        """Return the schedule as the settings keep it, the earliest first."""
        return " ".join([*(step.name for step in self.steps), *([OVERDUE] if self.overdue else [])])


def schedule_of(text: str) -> Schedule:
    """Read a schedule such as `3d 1d 4h overdue`; nothing means no reminders. Refuse what is none, naming the word."""
    words = text.lower().replace(",", " ").split()
    steps = {_step(word) for word in words if word != OVERDUE}
    if len(steps) > MOST_REMINDERS:
        raise Refused(Reason.TOO_MANY_REMINDERS, most=MOST_REMINDERS)
    in_order = sorted(steps, key=lambda step: (step.unit, -step.number))  # days come before hours
    return Schedule(tuple(in_order), OVERDUE in words)


def _step(word: str) -> Step:
    found = re.fullmatch(r"([1-9][0-9]{0,2})([dh])", word, re.ASCII)
    if found is None:
        raise Refused(Reason.NOT_A_REMINDER, word=word[:40])
    step = Step(int(found[1]), found[2])
    if step.number > (MOST_DAYS if step.unit == "d" else MOST_HOURS):
        raise Refused(Reason.REMINDER_TOO_EARLY, word=word, days=MOST_DAYS, hours=MOST_HOURS)
    return step


def after_quiet(now: datetime, quiet: Iterable[Quiet]) -> datetime:
    """Return this instant, or where it is within quiet hours, the end of the one that lasts longest."""
    return max([now, *(end for each in quiet if (end := _end_of_quiet(now, each)) is not None)])


def day_message_at(now: datetime, zone: str, quiet: Iterable[Quiet]) -> datetime:
    """Return when the next message of the day goes out: half past seven in this zone, or when the quiet hours end."""
    today = now.astimezone(ZoneInfo(zone)).date()
    at = _instant(today, DAY_MESSAGE, zone)
    return after_quiet(at if at > now else _instant(today + ONE_DAY, DAY_MESSAGE, zone), quiet)


def pause_after(attempts: int) -> timedelta | None:
    """Return how long to wait after so many tries in vain: 1, 5, 25, 125 minutes; None: no more."""
    return timedelta(minutes=5 ** (attempts - 1)) if attempts < MOST_ATTEMPTS else None


def mobile_number(text: str) -> str | None:
    """Return a mobile number as the world writes it (E.164), or None where nothing was typed; refuse anything else."""
    typed = re.sub(r"[\s().\-]", "", text)
    if not typed:
        return None
    if re.fullmatch(r"\+[1-9][0-9]{6,14}", typed, re.ASCII) is None:
        raise Refused(Reason.NOT_A_NUMBER_OF_A_PHONE)
    return typed


def _end_of_quiet(now: datetime, quiet: Quiet) -> datetime | None:
    """Nights are compared as instants, so that an hour that comes twice, or not at all, leads nobody astray."""
    if quiet.start == quiet.end:
        return None
    today = now.astimezone(ZoneInfo(quiet.zone)).date()
    for evening in (today - ONE_DAY, today):
        morning = evening if quiet.start < quiet.end else evening + ONE_DAY
        end = _instant(morning, quiet.end, quiet.zone)
        if _instant(evening, quiet.start, quiet.zone) <= now < end:
            return end
    return None


def _instant(day: date, at: time, zone: str) -> datetime:
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)
