"""What a weight is, and how a list of them is read. Pure."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from enum import StrEnum

from ecabinet.refusals import N_, Refused
from voting.engine.decimals import decimal_of, decimal_text
from voting.engine.rule import HEADS
from voting.engine.rule_book import NAME

SEPARATOR = ";"


class Reason(StrEnum):
    """Why weights are not taken."""

    NOT_A_MEASURE = N_(
        "“%(name)s” cannot be the name of a measure. Use small letters, digits and “_”, such as population."
    )
    HEADS_ARE_ONE = N_("Every member is one head: that is no weight to enter. Name another measure.")
    BEFORE_TODAY = N_("A weight cannot begin before today. Choose another day.")
    NOT_A_DECIMAL = N_(
        "“%(value)s” for “%(name)s” is not a decimal number. Write digits, and a point before the decimals, such as 12.5."
    )
    NOT_A_MEMBER = N_("“%(name)s” is not a member of this body on that day. Write the name as it stands in the table.")
    TWO_OF_THIS_NAME = N_("Two members are called “%(name)s”. Enter their weights one by one.")
    LISTED_TWICE = N_("“%(name)s” stands in the list twice. Remove one line.")
    NO_SEPARATOR = N_("Line %(number)s has no semicolon. Write the member, a semicolon and the weight.")


def check_measure(name: str) -> None:
    """Refuse what cannot be the name of a measure."""
    if not NAME.fullmatch(name):
        raise Refused(Reason.NOT_A_MEASURE, name=name)
    if name == HEADS:
        raise Refused(Reason.HEADS_ARE_ONE)


def check_day(starts_on: date, today: date) -> None:
    """Refuse a day in the past: what was frozen then stays as it was."""
    if starts_on < today:
        raise Refused(Reason.BEFORE_TODAY)


def value_of(text: str, name: str) -> str | None:
    """Return a weight in its one way of writing it, or None for no weight; refuse what is no decimal number, naming the member."""
    if not text:
        return None
    amount = decimal_of(text)
    if amount is None:
        raise Refused(Reason.NOT_A_DECIMAL, value=text, name=name)
    return decimal_text(amount)


def read_list(text: str, members: Iterable[tuple[int, str]]) -> dict[int, str | None]:
    """Read lines of “member;weight”: weight by membership, None where nothing stands after the semicolon. Who is not listed keeps theirs."""
    by_name: dict[str, list[int]] = {}
    for membership_id, name in members:
        by_name.setdefault(name, []).append(membership_id)
    found: dict[int, str | None] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            name, value = _parts(line, number)
            found[_member(name, by_name, found)] = value_of(value, name)
    return found


def written_list(members: Iterable[tuple[int, str]], values: Mapping[int, str]) -> str:
    """Write the same list, to be changed and sent again."""
    return "\n".join(f"{name}{SEPARATOR} {values.get(membership_id, '')}".rstrip() for membership_id, name in members)


def _parts(line: str, number: int) -> tuple[str, str]:
    name, separator, value = line.rpartition(SEPARATOR)
    if not separator:
        raise Refused(Reason.NO_SEPARATOR, number=number)
    return name.strip(), value.strip()


def _member(name: str, by_name: Mapping[str, list[int]], taken: Collection[int]) -> int:
    seats = by_name.get(name, [])
    if not seats:
        raise Refused(Reason.NOT_A_MEMBER, name=name)
    if len(seats) > 1:
        raise Refused(Reason.TWO_OF_THIS_NAME, name=name)
    if seats[0] in taken:
        raise Refused(Reason.LISTED_TWICE, name=name)
    return seats[0]
