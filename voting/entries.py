"""The bytes of ballot-box entries: canonical JSON (RFC 8785), hashed as stored, each naming the leaf of the one before it.

The format is described in docs/box-format.md; outcomes/verify.py reads it without sharing this code.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import rfc8785

from ecabinet.refusals import N_, Refused
from voting.engine.vote import Circumstances
from voting.proof import tree

FORMAT = "2"
APPLICATION = "e-Cabinet 0.3"  # what the closing entry says it was counted by


class EntryKind(StrEnum):
    """What an entry records."""

    OPENED = "opened"
    CAST = "cast"
    PAPER = "paper"
    WITHDRAWN = "withdrawn"
    EXTENDED = "extended"
    CLOSED = "closed"
    CORRECTED = "corrected"
    ANNULLED = "annulled"
    RECALLED = "recalled"
    TAKEN_OUT = "taken_out"


BALLOTS = (EntryKind.CAST, EntryKind.PAPER)
OF_A_MEMBER = (*BALLOTS, EntryKind.RECALLED)  # what a member's own answer is made of

COMMON = frozenset({"type", "question", "number", "previous", "at"})
FIELDS: Mapping[EntryKind, frozenset[str]] = {
    kind: frozenset(fields.split())
    for kind, fields in {
        EntryKind.OPENED: "text form rule roll papers options labels present deadline grace key",
        EntryKind.CAST: "member by cast_id choice text discuss reserved language seen step_up assertion",
        EntryKind.PAPER: "member channel cast_id choice text discuss reserved evidence entered_by confirmed_by",
        EntryKind.WITHDRAWN: "entry reason ruled_by",
        EntryKind.EXTENDED: "deadline reason extended_by",
        EntryKind.CLOSED: "entries head root outcome figures steps circumstances missing versions",
        EntryKind.CORRECTED: "outcome figures steps circumstances missing reason entered_by confirmed_by",
        EntryKind.ANNULLED: "reason entered_by confirmed_by",
        EntryKind.RECALLED: "member by cast_id step_up",
        EntryKind.TAKEN_OUT: "by reason",
    }.items()
}


class Stage(StrEnum):
    """Where a box stands after an entry."""

    BEFORE = "before"
    OPEN = "open"
    CLOSED = "closed"
    OVER = "over"


LEADS_TO: Mapping[Stage, Mapping[EntryKind, Stage]] = {
    Stage.BEFORE: {EntryKind.OPENED: Stage.OPEN},
    Stage.OPEN: {
        **dict.fromkeys((*OF_A_MEMBER, EntryKind.WITHDRAWN, EntryKind.EXTENDED), Stage.OPEN),
        EntryKind.CLOSED: Stage.CLOSED,
        EntryKind.ANNULLED: Stage.OVER,
        EntryKind.TAKEN_OUT: Stage.OVER,
    },
    Stage.CLOSED: {EntryKind.CORRECTED: Stage.CLOSED, EntryKind.ANNULLED: Stage.OVER},
    Stage.OVER: {},
}


class Reason(StrEnum):
    """Why an entry cannot be written."""

    TEXT_NOT_STORABLE = N_("The text contains a character that cannot be stored. Remove it and send again.")


@dataclass(frozen=True)
class Paper:
    """A paper that the question refers to, as served to the members."""

    document: str
    version: int
    sha256: str

    def as_json(self) -> dict[str, object]:
        """Write it as it stands in the opening entry."""
        return asdict(self)


@dataclass(frozen=True)
class Place:
    """Where an entry stands: in which box, after which entry."""

    question: str
    number: int
    previous: str | None
    at: str


@dataclass(frozen=True)
class Standing:
    """A member's ballot that counts: what it says, and the number of its entry."""

    member: str
    by: str | None  # the member who cast it; nobody where officials entered it
    choice: str
    text: str
    number: int
    leaf: str
    kind: EntryKind
    discuss: bool = False  # the member asks that the matter be discussed in a meeting
    reserved: str = ""  # an opinion that the member keeps on record beside the choice


def write(kind: EntryKind, place: Place, fields: Mapping[str, object]) -> bytes:
    """Write an entry; raise `ValueError` where it has not exactly the fields of its kind, `Refused` where a text has no canonical form."""
    if set(fields) != FIELDS[kind]:
        raise ValueError(f"{kind} has other fields: {sorted(set(fields) ^ FIELDS[kind])}")
    entry = {
        "type": kind.value,
        "question": place.question,
        "number": place.number,
        "previous": place.previous,
        "at": place.at,
    }
    return (canonical_ballot if kind is EntryKind.CAST else canonical)({**entry, **fields})


def seen_of(
    *, text: str, options: Sequence[str], labels: Mapping[str, str], language: str, papers: Iterable[Paper]
) -> str:
    """Hash what a member had before them when choosing: the question, its options and their words, the language and the papers."""
    shown = {
        "text": text,
        "options": list(options),
        "labels": dict(labels),
        "language": language,
        "papers": [paper.sha256 for paper in papers],
    }
    return hashlib.sha256(canonical(shown)).hexdigest()


def challenge_of(  # noqa: PLR0913 - the fields of a ballot that are signed
    *, cast_id: str, choice: str, text: str, discuss: bool, reserved: str, member: str, question: str, seen: str
) -> bytes:
    """Return what a passkey signs for one ballot."""
    ballot = {
        "cast_id": cast_id,
        "choice": choice,
        "text": text,
        "discuss": discuss,
        "reserved": reserved,
        "member": member,
        "question": question,
        "seen": seen,
    }
    return hashlib.sha256(canonical(ballot)).digest()


def circumstances_as_json(circumstances: Circumstances) -> dict[str, object]:
    """Return what counts besides the ballots, as the entries carry it."""
    return {
        "present": sorted(circumstances.present),
        "attending": sorted(circumstances.attending),
        "classified": {member: choice.value for member, choice in circumstances.classified.items()},
        "deadline_passed": circumstances.deadline_passed,
    }


def leaf_of(body: bytes) -> str:
    """Return the hash of an entry as a leaf (RFC 9162), in hexadecimal."""
    return tree.leaf_of(body).hex()


def check_chain(bodies: Sequence[bytes]) -> int | None:
    """Return the number of the first entry that does not follow from those before it, or None where the chain is whole."""
    previous: str | None = None
    stage: Stage | None = Stage.BEFORE
    for number, body in enumerate(bodies):
        entry = _read(body)
        if entry is None or entry.get("number") != number or entry.get("previous") != previous:
            return number
        stage = _stage_after(stage or Stage.OVER, entry)
        if stage is None:
            return number
        previous = leaf_of(body)
    return None


def standing(bodies: Iterable[bytes]) -> dict[str, Standing]:
    """Return each member's ballot that counts: the last of theirs, cast or entered by officials, that was neither withdrawn nor recalled."""
    read = [(json.loads(body), body) for body in bodies]
    withdrawn = {entry["entry"] for entry, _body in read if entry["type"] == EntryKind.WITHDRAWN}
    found: dict[str, Standing] = {}
    for entry, body in read:
        if entry["type"] == EntryKind.RECALLED:
            found.pop(entry["member"], None)
        elif entry["type"] in BALLOTS and entry["number"] not in withdrawn:
            found[entry["member"]] = _standing(entry, body)
    return found


def choice_in(body: bytes) -> str:
    """Return the choice of a ballot; nothing of any other entry."""
    return str(json.loads(body).get("choice", ""))


def canonical(value: object) -> bytes:
    """Return the canonical form; raise `Refused` where a text has none."""
    try:
        written: bytes = rfc8785.dumps(value)  # type: ignore[arg-type] # what has no canonical form is refused below
    except (rfc8785.CanonicalizationError, UnicodeError) as error:
        raise Refused(Reason.TEXT_NOT_STORABLE) from error
    return written


def canonical_ballot(entry: Mapping[str, object]) -> bytes:
    """Return the canonical form of an entry of plain names, texts and small numbers, in a twentieth of the time: many are written at once.

    For these the standard library writes the very same bytes; a test holds it to that.
    """
    try:
        return json.dumps(entry, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True).encode()
    except UnicodeError as error:
        raise Refused(Reason.TEXT_NOT_STORABLE) from error


def _standing(entry: Mapping[str, Any], body: bytes) -> Standing:
    return Standing(
        member=entry["member"],
        by=entry.get("by"),
        choice=entry["choice"],
        text=entry["text"],
        number=entry["number"],
        leaf=leaf_of(body),
        kind=EntryKind(entry["type"]),
        discuss=entry["discuss"],
        reserved=entry["reserved"],
    )


def _stage_after(stage: Stage, entry: Mapping[str, object]) -> Stage | None:
    """Where the box stands after this entry; None where it may not stand here, or has not the fields of its kind."""
    kind = next((each for each in EntryKind if each == entry.get("type")), None)
    if kind is None or not _has_exactly(entry, COMMON | FIELDS[kind]):
        return None
    return LEADS_TO[stage].get(kind)


def _has_exactly(entry: Mapping[str, object], fields: Collection[str]) -> bool:
    return set(entry) == set(fields)


def _read(body: bytes) -> dict[str, object] | None:
    """Read an entry, or return None where its bytes are not the canonical form of anything."""
    try:
        entry = json.loads(body)
        written = canonical(entry)
    except (ValueError, RecursionError, Refused):
        return None
    return entry if written == body and isinstance(entry, dict) else None
