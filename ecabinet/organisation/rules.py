"""Decisions about the organisation: working days and deadlines, dates of rows, who may give which role."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, available_timezones

from ecabinet.refusals import N_, Refused

ONE_DAY = timedelta(days=1)
A_MONTH_AHEAD = timedelta(days=30)  # so that a calendar that ends is noticed before it matters
LONGEST_WAIT = 400  # working days; a longer deadline is a mistake


class Reason(StrEnum):
    """Why a change of the organisation is refused."""

    BEYOND_CALENDAR = N_(
        "The working calendar is known only until %(until)s, and this deadline would pass it. Enter the holidays of the following months first."
    )
    DAYS_OUT_OF_RANGE = N_("A deadline needs between 1 and 400 working days.")
    NO_WORKING_DAY = N_("A calendar needs at least one working day in the week.")
    ENDS_BEFORE_IT_STARTS = N_("The last day must not be before the first day.")
    HAS_ENDED = N_("This has ended already. Record a new one instead.")
    CODE_TAKEN = N_("The code “%(code)s” is in use already. Choose another one.")
    ACCOUNT_TAKEN = N_("The account “%(account)s” is in use already. Choose another one.")
    TITLE_TAKEN = N_("This unit has the position “%(title)s” already.")
    DAY_TAKEN = N_("%(day)s is in the calendar already. Remove it there first.")
    UNIT_CLOSED = N_("This unit was closed. Choose another one.")
    UNIT_BELOW_ITSELF = N_("A unit cannot be placed below itself. Choose another unit.")
    UNIT_HAS_UNITS = N_("Other units still belong to this one. Close or move them first.")
    UNIT_HAS_PEOPLE = N_("People still hold posts in this unit. End their posts first.")
    UNIT_SERVES_A_BODY = N_("This unit serves a body. Choose another serving unit for it first.")
    HAS_LEFT = N_("This person has left. Choose somebody else.")
    IS_MEMBER_ALREADY = N_("This person is a member of the body in that time already.")
    HOLDS_POST_ALREADY = N_("This person holds this position in that time already.")
    HOLDS_ROLE_ALREADY = N_("This person has this role in that time already.")
    DEPARTURE_OUT_OF_RANGE = N_("Enter a first day away from %(least)s to %(most)s.")
    HAS_SEAT = N_("This person is a member of a body. An administrator of that body has to record the departure.")
    LAST_ADMINISTRATOR = N_("This is the last administrator of the body. Give the role to somebody else first.")
    NOT_TO_ONESELF = N_("Nobody gives themselves a role, a seat or a post. Ask another administrator.")
    CONFIRMED_BY_ANOTHER = N_(
        "A second person has to confirm this: neither the one who gave the role nor the one who gets it."
    )
    NOTHING_TO_CONFIRM = N_("This role does not wait for a confirmation any more.")
    ROLE_NEEDS_UNIT = N_("Choose the unit that this person administers.")
    ROLE_NEEDS_MEMBER = N_("Choose the member whose office reads the papers.")
    NO_SUCH_UNIT = N_("Choose one of the offered units.")
    NO_SUCH_PERSON = N_("Choose one of the offered people.")
    NO_SUCH_POSITION = N_("Choose one of the offered positions.")
    NO_SUCH_MEMBER = N_("Choose one of the offered members.")
    NO_SUCH_CALENDAR = N_("Choose one of the offered calendars.")
    NO_SUCH_RULE = N_("Write a rule as its rulebook and its name, such as “viet_nam/meeting”.")
    NO_SUCH_ZONE = N_("There is no time zone “%(zone)s”. Write it such as Asia/Ho_Chi_Minh.")
    MOST_BELOW_LEAST = N_("The longest period must not be shorter than the shortest one.")
    NOT_A_TIME = N_("“%(field)s” must be a time of day, such as 17:00.")
    NOT_A_ROLE_NAME = N_(
        "A role of the roll is written in small Latin letters and underscores, such as “prime_minister”."
    )
    HOLDS_DESIGNATION_ALREADY = N_("Another member holds this role of the roll in that time. End it there first.")


@dataclass(frozen=True)
class WorkingDays:
    """A working calendar as plain values: days of the week that are free (Monday is 0), holidays, free days worked all the same."""

    weekend: frozenset[int]
    covers_until: date
    holidays: frozenset[date] = field(default_factory=frozenset)
    make_up_days: frozenset[date] = field(default_factory=frozenset)

    def is_working(self, day: date) -> bool:
        """Say whether the office works on this day; a make-up day beats the weekend, and a holiday beats the week."""
        if day in self.make_up_days:
            return True
        return day not in self.holidays and day.weekday() not in self.weekend


def deadline(sent: datetime, days: int, closes: time, zone: str, calendar: WorkingDays) -> datetime:
    """Return the instant at which a period of working days ends.

    The day of sending, in the body's zone, is not counted; the period ends at the closing hour of the n-th working day after it.
    Raise `Refused` when the holidays are not known that far.
    """
    if not 1 <= days <= LONGEST_WAIT:
        raise Refused(Reason.DAYS_OUT_OF_RANGE)
    day = sent.astimezone(ZoneInfo(zone)).date()
    left = days
    while left:
        day += ONE_DAY
        if day > calendar.covers_until:
            raise Refused(Reason.BEYOND_CALENDAR, until=calendar.covers_until)
        left -= calendar.is_working(day)
    return datetime.combine(day, closes, ZoneInfo(zone)).astimezone(UTC)


def ends_too_early(today: date, days: int, calendar: WorkingDays) -> bool:
    """Say whether a period of so many working days that begins within the next thirty days could pass what the calendar knows."""
    day, left = today + A_MONTH_AHEAD, days
    while left and day <= calendar.covers_until:
        day += ONE_DAY
        left -= calendar.is_working(day)
    return day > calendar.covers_until


def working_days_before(end: datetime, days: int, zone: str, calendar: WorkingDays) -> datetime:
    """Return the instant so many working days before the end of a period, at the same hour of the day in its zone."""
    local = end.astimezone(ZoneInfo(zone))
    day, left = local.date(), days
    while left:
        day -= ONE_DAY
        left -= calendar.is_working(day)
    return datetime.combine(day, local.time(), ZoneInfo(zone)).astimezone(UTC)


def weekend_of(written: str) -> frozenset[int]:
    """Read the free days of the week as the table keeps them, such as `5,6`."""
    return frozenset(int(day) for day in written.split(",") if day)


def weekend_as_text(days: Collection[int]) -> str:
    """Write the free days of the week as the table keeps them; refuse a week without any work."""
    if len(set(days)) > 6:
        raise Refused(Reason.NO_WORKING_DAY)
    return ",".join(str(day) for day in sorted(set(days)))


def check_dates(starts_on: date, ends_on: date | None) -> None:
    """Refuse a row that would end before it begins."""
    if ends_on is not None and ends_on < starts_on:
        raise Refused(Reason.ENDS_BEFORE_IT_STARTS)


def check_may_end(ends_on: date | None, last_day: date, today: date) -> None:
    """Refuse to move the end of what ended in the past; what is over is a record. An end still to come may be moved."""
    if ends_on is not None and ends_on < min(today, last_day):
        raise Refused(Reason.HAS_ENDED)


def check_departure(left_on: date, today: date) -> None:
    """Refuse a departure that is so far away that it must be a slip of the pen; a late entry of some weeks is none."""
    least, most = today - timedelta(days=366), today + timedelta(days=10 * 366)
    if not least <= left_on <= most:
        raise Refused(Reason.DEPARTURE_OUT_OF_RANGE, least=least, most=most)


def overlaps(first: tuple[date, date | None], second: tuple[date, date | None]) -> bool:
    """Say whether two periods, both ends included and None for open, share a day."""
    return _starts_within(first, second) and _starts_within(second, first)


def _starts_within(one: tuple[date, date | None], other: tuple[date, date | None]) -> bool:
    return other[1] is None or one[0] <= other[1]


def check_may_grant(*, granter_id: int | None, person_id: int) -> None:
    """Refuse to give a role to oneself."""
    if granter_id == person_id:
        raise Refused(Reason.NOT_TO_ONESELF)


def check_may_confirm(
    *, in_force: bool, has_ended: bool, confirmer_id: int | None, granter_id: int | None, person_id: int
) -> None:
    """Refuse a confirmation that is late, or not by a second person."""
    if in_force or has_ended:
        raise Refused(Reason.NOTHING_TO_CONFIRM)
    if confirmer_id in (granter_id, person_id):
        raise Refused(Reason.CONFIRMED_BY_ANOTHER)


def check_may_close_unit(*, has_units: bool, has_people: bool, serves_a_body: bool) -> None:
    """Refuse to close a unit that is still in use."""
    if has_units:
        raise Refused(Reason.UNIT_HAS_UNITS)
    if has_people:
        raise Refused(Reason.UNIT_HAS_PEOPLE)
    if serves_a_body:
        raise Refused(Reason.UNIT_SERVES_A_BODY)


def check_zone(zone: str) -> None:
    """Refuse a time zone that does not exist."""
    if zone not in available_timezones():
        raise Refused(Reason.NO_SUCH_ZONE, zone=zone)


def check_rule_name(name: str) -> None:
    """Refuse what cannot be the name of a rule; whether there is such a rule is known where questions are put."""
    if re.fullmatch(r"[a-z0-9_]+/[a-z0-9_]+", name) is None:
        raise Refused(Reason.NO_SUCH_RULE)


def check_role_name(role: str) -> None:
    """Refuse what cannot be a role of the roll as rules name it."""
    if re.fullmatch(r"[a-z][a-z_]{1,38}[a-z]", role) is None:
        raise Refused(Reason.NOT_A_ROLE_NAME)


def below(parents: Mapping[int, int | None], roots: Collection[int]) -> frozenset[int]:
    """Return these units and every unit below them; `parents` maps each unit to the one above it."""
    found = set(roots) & set(parents)
    grows = True
    while grows:
        more = {unit for unit, parent in parents.items() if parent in found} - found
        found |= more
        grows = bool(more)
    return frozenset(found)


def check_may_be_placed(parents: Mapping[int, int | None], unit_id: int, parent_id: int | None) -> None:
    """Refuse to hang a unit below itself."""
    if parent_id is not None and parent_id in below(parents, [unit_id]):
        raise Refused(Reason.UNIT_BELOW_ITSELF)
