"""Reading what was written in TOML or JSON, value by value; what is unknown, wrong or missing is refused by name."""

import re
from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from ecabinet.refusals import N_, Refused

Kind = TypeVar("Kind", bound=StrEnum)

MOST = 2**53 - 1  # beyond it numbers have no canonical form (RFC 8785)
MOST_SHOWN = 80  # signs of a wrong value that a sentence repeats
FRACTION = re.compile(r"([0-9]{1,9})/([0-9]{1,9})")


class Reason(StrEnum):
    """Why a rule or a vote cannot be read."""

    UNKNOWN_KEY = N_("There is an entry “%(key)s” that is not known. Correct its name or remove it.")
    WRONG_VALUE = N_("The entry “%(key)s” cannot have the value “%(value)s”. Correct it.")
    MISSING_KEY = N_("The entry “%(key)s” is missing. Add it.")
    DECIDES_NOTHING = N_("The rule has no condition for a question to pass. Add a criterion.")


def known(raw: Mapping[str, object], keys: Collection[str]) -> None:
    """Refuse a key that is none of these."""
    for key in raw:
        if key not in keys:
            raise Refused(Reason.UNKNOWN_KEY, key=key)


def needed(raw: Mapping[str, object], keys: Collection[str]) -> None:
    """Refuse a table that lacks one of these keys."""
    for key in keys:
        if key not in raw:
            raise Refused(Reason.MISSING_KEY, key=key)


def table(key: str, value: object) -> Mapping[str, object]:
    """Read a table."""
    if not isinstance(value, Mapping):
        raise wrong(key, value)
    return value


def tables(raw: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    """Read a list of tables, empty where the key is not there."""
    return [table(key, each) for each in listed(raw, key)]


def listed(raw: Mapping[str, object], key: str) -> list[object]:
    """Read a list, empty where the key is not there."""
    found = raw.get(key, [])
    if not isinstance(found, list):
        raise wrong(key, found)
    return found


def names(raw: Mapping[str, object], key: str) -> tuple[str, ...]:
    """Read a list of names, empty where the key is not there; a name may stand in it twice."""
    found = listed(raw, key)
    texts = tuple(each for each in found if isinstance(each, str))
    if len(texts) != len(found):
        raise wrong(key, found)
    return texts


def different_names(raw: Mapping[str, object], key: str) -> tuple[str, ...]:
    """Read a list of names, none empty and none twice."""
    found = names(raw, key)
    if "" in found or len(set(found)) != len(found):
        raise wrong(key, list(found))
    return found


def text(key: str, value: object) -> str:
    """Read a text that is not empty."""
    if not isinstance(value, str) or not value:
        raise wrong(key, value)
    return value


def flag(raw: Mapping[str, object], key: str, *, default: bool) -> bool:
    """Read true or false."""
    value = raw.get(key, default)
    if not isinstance(value, bool):
        raise wrong(key, value)
    return value


def whole(key: str, value: object) -> int:
    """Read a whole number that is not negative and that every program reads exactly."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST:
        raise wrong(key, value)
    return value


def whole_or_none(raw: Mapping[str, object], key: str) -> int | None:
    """Read a whole number, None where the key is not there."""
    return whole(key, raw[key]) if key in raw else None


def fraction(value: object) -> Fraction:
    """Read `a/b`, exact, more than nothing and no more than the whole."""
    found = FRACTION.fullmatch(value) if isinstance(value, str) else None
    if found is None or not 0 < int(found[1]) <= int(found[2]):
        raise wrong("fraction", value)
    return Fraction(int(found[1]), int(found[2]))


def one_of(raw: Mapping[str, object], key: str, kind: Callable[[str], Kind], default: Kind) -> Kind:
    """Read a value of an enumeration, the default where the key is not there."""
    return as_one(kind, key, raw.get(key, default))


def as_one(kind: Callable[[str], Kind], key: str, value: object) -> Kind:
    """Read this value of an enumeration."""
    try:
        return kind(value)  # type: ignore[arg-type] # an enum raises ValueError for whatever it does not hold
    except ValueError as error:
        raise wrong(key, value) from error


def wrong(key: str, value: object) -> Refused:
    """Make the refusal of a value."""
    return Refused(Reason.WRONG_VALUE, key=key, value=_shown(value))


def _shown(value: object) -> object:
    """Return a value as a sentence can say it: what is long is cut, and what Python cannot write is left out."""
    try:
        written = str(value)
    except (ValueError, RecursionError):  # a number of thousands of digits; a table nested very deeply
        return "…"
    return value if len(written) <= MOST_SHOWN else f"{written[:MOST_SHOWN]}…"
