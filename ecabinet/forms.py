"""Reading what was typed: each function returns a value of the right kind or refuses with a sentence that names the field."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from ecabinet.refusals import N_, Refused

Word = TypeVar("Word", bound=StrEnum)
Typed = Mapping[str, str]
LARGEST = 2**31 - 1
PLAUSIBLE_YEARS = range(1900, 2201)  # so that counting days from any date stays within what dates can be


class Reason(StrEnum):
    """Why a field was not understood."""

    MISSING = N_("Fill in “%(field)s”.")
    TOO_LONG = N_("“%(field)s” is too long: at most %(most)s characters.")
    NOT_A_NUMBER = N_("“%(field)s” must be a whole number from %(least)s to %(most)s.")
    NOT_A_CHOICE = N_("Choose one of the offered values for “%(field)s”.")
    NOT_A_DAY = N_("“%(field)s” must be a date, such as 2026-11-30.")
    NOT_A_MOMENT = N_("“%(field)s” must be a date and a time.")


def text(typed: Typed, name: str, field: object, *, most: int = 500, required: bool = True) -> str:
    """Return trimmed text of at most `most` characters; `field` is the field's label in the reader's language, or puts itself into it."""
    value = _string(typed, name)
    if required and not value:
        raise Refused(Reason.MISSING, field=field)
    if len(value) > most:
        raise Refused(Reason.TOO_LONG, field=field, most=most)
    return value


def whole_number(typed: Typed, name: str, field: str, *, least: int = 1, most: int = LARGEST) -> int:
    """Return a whole number within bounds."""
    value = _string(typed, name)
    is_number = value.isascii() and value.removeprefix("-").isdigit() and len(value) < 12
    if not is_number or not least <= int(value) <= most:
        raise Refused(Reason.NOT_A_NUMBER, field=field, least=least, most=most)
    return int(value)


def optional_number(typed: Typed, name: str, field: str) -> int | None:
    """Return a whole number, or None where the field is empty."""
    return whole_number(typed, name, field) if _string(typed, name) else None


def choice(typed: Typed, name: str, field: str, words: type[Word]) -> Word:
    """Return one word of a closed set."""
    try:
        return words(_string(typed, name))
    except ValueError:
        raise Refused(Reason.NOT_A_CHOICE, field=field) from None


def day(typed: Typed, name: str, field: str) -> date:
    """Return a date written as 2026-11-30, as browsers send it."""
    try:
        value = date.fromisoformat(_string(typed, name))
    except ValueError:
        raise Refused(Reason.NOT_A_DAY, field=field) from None
    if value.year not in PLAUSIBLE_YEARS:
        raise Refused(Reason.NOT_A_DAY, field=field)
    return value


def optional_day(typed: Typed, name: str, field: str) -> date | None:
    """Return a date, or None where the field is empty."""
    return day(typed, name, field) if _string(typed, name) else None


def wall_time(typed: Typed, name: str, field: str) -> datetime:
    """Return a naive date and time written as 2026-11-30T08:00, as browsers send it."""
    try:
        value = datetime.fromisoformat(_string(typed, name))
    except ValueError:
        raise Refused(Reason.NOT_A_MOMENT, field=field) from None
    if value.tzinfo is not None or value.year not in PLAUSIBLE_YEARS:
        raise Refused(Reason.NOT_A_MOMENT, field=field)
    return value


def ticked(typed: Typed, name: str) -> bool:
    """Say whether a checkbox was ticked."""
    return bool(typed.get(name))


def _string(typed: Typed, name: str) -> str:
    """Return one value as text without the characters no database keeps: NUL and lone surrogates."""
    value = typed.get(name)
    if not isinstance(value, str):
        return ""
    return value.replace("\0", "").encode("utf-8", "ignore").decode().strip()
