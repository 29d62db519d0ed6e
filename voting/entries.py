"""The bytes of ballot-box entries: canonical JSON (RFC 8785), hashed as stored, each naming the leaf of the one before it.

The format is described in docs/box-format.md; outcomes/verify.py reads it without sharing this code.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

import rfc8785

from ecabinet.refusals import N_, Refused
from voting.engine.result import Result
from voting.engine.rule import Choice
from voting.engine.vote import Circumstances, RollMember

LEAF_PREFIX = b"\x00"


class EntryKind(StrEnum):
    """What an entry records."""

    OPENED = "opened"
    CAST = "cast"
    CLOSED = "closed"


class Reason(StrEnum):
    """Why an entry cannot be written."""

    TEXT_NOT_STORABLE = N_("The text contains a character that cannot be stored. Remove it and send again.")


@dataclass(frozen=True)
class Paper:
    """A paper that the question refers to, as served to the members."""

    document: str
    version: int
    sha256: str


def opened_body(  # noqa: PLR0913 - these are the fields of the entry; none may be forgotten
    *,
    question: str,
    text: str,
    rule: Mapping[str, object],
    roll: Sequence[RollMember],
    papers: Sequence[Paper],
    options: Sequence[str],
    at: str,
    deadline: str = "",
) -> bytes:
    """Write the first entry of a box: the question, and all that is frozen with it."""
    return _canonical(
        {
            "type": EntryKind.OPENED.value,
            "question": question,
            "number": 0,
            "previous": None,
            "text": text,
            "rule": dict(rule),
            "roll": [line.as_json() for line in roll],
            "papers": [asdict(paper) for paper in papers],
            "options": list(options),
            "deadline": deadline,
            "at": at,
        }
    )


def cast_body(  # noqa: PLR0913 - these are the fields of a ballot; none may be forgotten
    *,
    question: str,
    number: int,
    previous: str,
    member: str,
    cast_id: str,
    choice: str,
    text: str,
    language: str,
    seen: str,
    at: str,
) -> bytes:
    """Write a ballot: who, what, with which words, and the hash of what the member saw."""
    return _canonical(
        {
            "type": EntryKind.CAST.value,
            "question": question,
            "number": number,
            "previous": previous,
            "member": member,
            "cast_id": cast_id,
            "choice": choice,
            "text": text,
            "language": language,
            "seen": seen,
            "at": at,
        }
    )


def closed_body(
    *,
    question: str,
    number: int,
    previous: str,
    result: Result,
    circumstances: Circumstances,
    missing: Sequence[str],
    at: str,
) -> bytes:
    """Write the last entry: the result with its reasons, what it rests on besides the ballots, and who gave none."""
    return _canonical(
        {
            "type": EntryKind.CLOSED.value,
            "question": question,
            "number": number,
            "previous": previous,
            "entries": number,
            "head": previous,
            **result.as_json(),
            "circumstances": _circumstances(circumstances),
            "missing": list(missing),
            "at": at,
        }
    )


def seen_of(*, text: str, options: Sequence[str], language: str, papers: Sequence[Paper]) -> str:
    """Hash what a member had before them when choosing: the question, its options, the language and the papers."""
    shown = {
        "text": text,
        "options": list(options),
        "language": language,
        "papers": [paper.sha256 for paper in papers],
    }
    return hashlib.sha256(_canonical(shown)).hexdigest()


def leaf_of(body: bytes) -> str:
    """Return the hash of an entry as a leaf (RFC 9162), in hexadecimal."""
    return hashlib.sha256(LEAF_PREFIX + body).hexdigest()


def check_chain(bodies: Sequence[bytes]) -> int | None:
    """Return the number of the first entry that does not follow from those before it, or None where the chain is whole."""
    previous: str | None = None
    for number, body in enumerate(bodies):
        entry = _read(body)
        if entry is None or entry.get("number") != number or entry.get("previous") != previous:
            return number
        if not _may_stand(entry.get("type"), number, len(bodies)):
            return number
        previous = leaf_of(body)
    return None


def ballots_in(bodies: Sequence[bytes]) -> dict[str, Choice]:
    """Return each member's ballot; of several of one member the last counts."""
    entries = (json.loads(body) for body in bodies)
    return {each["member"]: Choice(each["choice"]) for each in entries if each["type"] == EntryKind.CAST}


def _may_stand(kind: object, number: int, size: int) -> bool:
    """The box is opened first and once; only its last entry may close it."""
    if number == 0:
        return kind == EntryKind.OPENED
    return kind == EntryKind.CAST or (kind == EntryKind.CLOSED and number == size - 1)


def _read(body: bytes) -> dict[str, object] | None:
    """Read an entry, or return None where its bytes are not the canonical form of anything."""
    try:
        entry = json.loads(body)
        canonical = _canonical(entry)
    except (ValueError, RecursionError, Refused):
        return None
    return entry if canonical == body and isinstance(entry, dict) else None


def _circumstances(circumstances: Circumstances) -> dict[str, object]:
    return {
        "present": sorted(circumstances.present),
        "attending": sorted(circumstances.attending),
        "classified": {member: choice.value for member, choice in circumstances.classified.items()},
        "deadline_passed": circumstances.deadline_passed,
    }


def _canonical(value: object) -> bytes:
    try:
        canonical: bytes = rfc8785.dumps(value)  # type: ignore[arg-type] # what has no canonical form is refused below
    except (rfc8785.CanonicalizationError, UnicodeError) as error:
        raise Refused(Reason.TEXT_NOT_STORABLE) from error
    return canonical
