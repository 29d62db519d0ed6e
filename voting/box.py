"""The ballot box: one locked row that every command on it takes first, and entries that only grow.

A box is read and changed only while it is locked. Entries are made in memory and written together by `keep`, under one signed
checkpoint, so that many ballots share one transaction and a refused one leaves no trace.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.orm import Session

from voting import entries, standing
from voting.ballots import Ballot, Known, Line
from voting.engine.rule import Choice
from voting.entries import OF_A_MEMBER, EntryKind
from voting.frozen import Frozen, entitled_count, frozen_of
from voting.models import Box, BoxEntry, RollEntry
from voting.proof import checkpoints
from voting.proof.tree import Frontier, Tree, frontier_from_text

ENDS = (EntryKind.CLOSED, EntryKind.ANNULLED, EntryKind.TAKEN_OUT)
CHANGES_WHO_VOTED = (EntryKind.PAPER, EntryKind.WITHDRAWN, EntryKind.RECALLED)


@dataclass
class LockedBox:
    """A locked box: what is known of it, and the entries that are being added."""

    frozen: Frozen
    is_open: bool
    length: int
    head: str | None
    frontier: Frontier
    voted: int
    entitled: int
    lines: dict[int, Line] = field(default_factory=dict)  # by membership
    known: dict[str, Known] = field(default_factory=dict)
    added: list[dict[str, Any]] = field(default_factory=list)
    deeds: list[dict[str, Any]] = field(default_factory=list)  # the audit rows that belong to them
    kept: "Kept | None" = None
    _seen: dict[str, str] = field(default_factory=dict)

    def known_ballot(self, cast_id: str) -> Known | None:
        """Return the ballot that carries this mark, if it is in the box."""
        return self.known.get(cast_id)

    def seat_of(self, person_id: int | None) -> Line | None:
        """Return a person's own line of the roll, if it was asked for."""
        return next((line for line in self.lines.values() if line.person_id == person_id), None)

    def line_for(self, person_id: int | None, member: str | None) -> Line | None:
        """Return the line for which a person may cast: their own, or that of a member whose proxy they hold."""
        own = self.seat_of(person_id)
        if own is None or member is None or member == own.member:
            return own
        return next((line for line in self.lines.values() if line.member == member and line.proxy == own.member), None)

    def seen(self, language: str) -> str:
        """Return the hash of what a member had before them when choosing in this language."""
        if language not in self._seen:
            self._seen[language] = self.frozen.seen(language)
        return self._seen[language]

    def append(self, line: Line, ballot: Ballot, *, by: Line, language: str, proof: "Proof", at: datetime) -> int:
        """Put a ballot into the box and return its number."""
        fields = {
            "member": line.member,
            "by": by.member,
            "cast_id": ballot.cast_id,
            "choice": ballot.choice,
            "text": ballot.text,
            "discuss": ballot.discuss,
            "reserved": ballot.reserved,
            "language": language,
            "seen": self.seen(language),
            "step_up": proof.step_up,
            "assertion": proof.assertion,
        }
        number = self.enter(EntryKind.CAST, fields, at, cast_id=ballot.cast_id, person_id=by.person_id)
        self.known[ballot.cast_id] = Known(by.person_id, ballot, number)
        if not line.has_voted:
            self.voted += 1
            self.lines[line.membership_id] = replace(line, has_voted=True)
        return number

    def enter(
        self,
        kind: EntryKind,
        fields: Mapping[str, object],
        at: datetime,
        *,
        cast_id: str | None = None,
        person_id: int | None = None,
    ) -> int:
        """Put an entry of any kind into the box and return its number; `fields` are those of its kind in docs/box-format.md."""
        number = self.length
        place = entries.Place(str(self.frozen.question_id), number, self.head, instant(at))
        body = entries.write(kind, place, fields)
        leaf = entries.leaf_of(body)
        self.added.append(
            {
                "question_id": self.frozen.question_id,
                "number": number,
                "kind": kind,
                "body": body,
                "leaf": leaf,
                "cast_id": cast_id,
                "person_id": person_id,
                "membership_id": int(str(fields["member"])) if kind in OF_A_MEMBER else None,
                "withdraws": fields["entry"] if kind is EntryKind.WITHDRAWN else None,
            }
        )
        self.length, self.head = number + 1, leaf
        self.is_open = self.is_open and kind not in ENDS
        return number

    def tree(self) -> Tree:
        """Return the tree over all entries; of those that were there before, only the frontier is known."""
        return Tree((bytes.fromhex(row["leaf"]) for row in self.added), self.frontier)


@dataclass(frozen=True)
class Proof:
    """How a voter proved to be there, and what a passkey signed for the very ballot, if one did."""

    step_up: str = ""
    assertion: Mapping[str, object] | None = None


@dataclass(frozen=True)
class Kept:
    """What one commit added to a box: the entries from this number on, the tree over all, and the checkpoint that covers them."""

    start: int
    bodies: tuple[bytes, ...]
    tree: Tree
    note: str


def make(session: Session, question_id: int) -> LockedBox:
    """Make the box of a question whose rule and papers are frozen already; it is empty, and ours alone until the transaction ends."""
    session.flush()
    session.add(Box(question_id=question_id, is_open=True, length=0, head=None, frontier="", voted=0))
    session.flush()
    return LockedBox(
        frozen=frozen_of(session, question_id),
        is_open=True,
        length=0,
        head=None,
        frontier=Frontier(),
        voted=0,
        entitled=entitled_count(session, question_id),
    )


def lock(
    session: Session, question_id: int, *, people: Collection[int] = (), cast_ids: Collection[str] = ()
) -> LockedBox | None:
    """Lock the box of a question until the transaction ends, with what is needed about these people and marks; None where there is no box."""
    row = session.execute(
        select(Box.is_open, Box.length, Box.head, Box.frontier, Box.voted)
        .where(Box.question_id == question_id)
        .with_for_update()
    ).first()
    if row is None:
        return None
    return LockedBox(
        frozen=frozen_of(session, question_id),
        is_open=row.is_open,
        length=row.length,
        head=row.head,
        frontier=frontier_from_text(row.length, row.frontier),
        voted=row.voted,
        entitled=entitled_count(session, question_id),
        lines=_lines(session, question_id, people) if people else {},
        known=_known(session, question_id, cast_ids) if cast_ids else {},
    )


def keep(session: Session, locked_box: LockedBox) -> None:
    """Write the new entries, sign the checkpoint that covers them and move the head, in this transaction; the database refuses a second entry of the same number or mark."""
    if not locked_box.added:
        return
    question_id, tree = locked_box.frozen.question_id, locked_box.tree()
    session.execute(insert(BoxEntry.__table__), locked_box.added)  # type: ignore[arg-type] # a mapped table is a table
    note = checkpoints.sign(session, question_id, tree)
    bodies_kept = tuple(row["body"] for row in locked_box.added)
    locked_box.kept = Kept(tree.size - len(bodies_kept), bodies_kept, tree, note)
    if any(row["kind"] in CHANGES_WHO_VOTED for row in locked_box.added):
        locked_box.voted = voted_count(session, question_id)
    locked_box.frontier = tree.frontier()
    session.execute(
        update(Box.__table__)  # type: ignore[arg-type] # the same
        .where(Box.question_id == question_id)
        .values(
            is_open=locked_box.is_open,
            length=locked_box.length,
            head=locked_box.head,
            frontier=locked_box.frontier.as_text(),
            voted=locked_box.voted,
        )
    )
    locked_box.added = []


def bodies(session: Session, question_id: int) -> list[bytes]:
    """Return the bytes of every entry, in order."""
    return list(
        session.scalars(select(BoxEntry.body).where(BoxEntry.question_id == question_id).order_by(BoxEntry.number))
    )


def roll(session: Session, question_id: int) -> list[RollEntry]:
    """Return the frozen roll in its order of precedence."""
    return list(
        session.scalars(
            select(RollEntry)
            .where(RollEntry.question_id == question_id)
            .order_by(RollEntry.rank, RollEntry.name, RollEntry.id)
        )
    )


def voted_count(session: Session, question_id: int) -> int:
    """Count the members with a ballot that stands."""
    counted = select(func.count(BoxEntry.membership_id.distinct())).where(
        BoxEntry.question_id == question_id, standing.counts()
    )
    return session.scalar(counted) or 0


def instant(at: datetime) -> str:
    """Write an instant as the entries carry it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def has_objection(locked_box: LockedBox) -> bool:
    """Say whether one of the ballots just added is an objection under the rule."""
    objections = {Choice(choice) for choice in locked_box.frozen.rule.objections}
    return any(json.loads(row["body"]).get("choice") in objections for row in locked_box.added)


def _lines(session: Session, question_id: int, people: Collection[int]) -> dict[int, Line]:
    """The lines of these people, and of everybody who is represented: there are few."""
    found = session.execute(
        select(
            RollEntry.person_id,
            RollEntry.membership_id,
            RollEntry.recused,
            standing.has_ballot(RollEntry.question_id, RollEntry.membership_id),
            RollEntry.proxy,
        ).where(
            RollEntry.question_id == question_id, or_(RollEntry.person_id.in_(people), RollEntry.proxy.is_not(None))
        )
    )
    lines = (Line(person, seat, recused, bool(has), proxy) for person, seat, recused, has, proxy in found)
    return {line.membership_id: line for line in lines}


def _known(session: Session, question_id: int, cast_ids: Collection[str]) -> dict[str, Known]:
    found = session.execute(
        select(BoxEntry.number, BoxEntry.kind, BoxEntry.person_id, BoxEntry.body).where(
            BoxEntry.question_id == question_id, BoxEntry.cast_id.in_(cast_ids)
        )
    )
    known = [_known_of(*row) for row in found]
    return {each.ballot.cast_id: each for each in known}


def _known_of(number: int, kind: EntryKind, person_id: int | None, body: bytes) -> Known:
    kept = json.loads(body)
    if kind is EntryKind.RECALLED:
        return Known(person_id, Ballot(kept["cast_id"], "", member=kept["member"]), number, is_recall=True)
    ballot = Ballot(
        kept["cast_id"],
        kept["choice"],
        kept["text"],
        kept["member"],
        discuss=kept["discuss"],
        reserved=kept["reserved"],
    )
    return Known(person_id, ballot, number)
