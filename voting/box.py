"""The ballot box: one locked row that every command on it takes first, and entries that only grow.

A box is read and changed only while it is locked. Entries are made in memory and written together by `keep`, so that many ballots
share one transaction and a refused one leaves no trace.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import exists, insert, select, update
from sqlalchemy.orm import Session

from voting import entries
from voting.ballots import Ballot, Known, Line, Receipt, code_of
from voting.engine.rule import Choice
from voting.entries import EntryKind
from voting.frozen import Frozen, entitled_count, frozen_of
from voting.models import Box, BoxEntry, RollEntry


@dataclass
class LockedBox:
    """A locked box."""

    frozen: Frozen
    is_open: bool
    length: int
    head: str
    voted: int
    entitled: int
    lines: dict[int, Line] = field(default_factory=dict)
    known: dict[str, Known] = field(default_factory=dict)
    added: list[dict[str, Any]] = field(default_factory=list)
    deeds: list[dict[str, Any]] = field(default_factory=list)  # the audit rows that belong to them
    _seen: dict[str, str] = field(default_factory=dict)

    def receipt_of(self, cast_id: str) -> Known | None:
        """Return the ballot that carries this mark, if it is in the box."""
        return self.known.get(cast_id)

    def append(self, line: Line, ballot: Ballot, language: str, at: datetime) -> Receipt:
        """Put a ballot into the box and return its receipt."""
        if language not in self._seen:
            self._seen[language] = self.frozen.seen(language)
        body = entries.cast_body(
            question=str(self.frozen.question_id),
            number=self.length,
            previous=self.head,
            member=str(line.membership_id),
            cast_id=ballot.cast_id,
            choice=ballot.choice,
            text=ballot.text,
            language=language,
            seen=self._seen[language],
            at=instant(at),
        )
        receipt = Receipt(self.length, ballot.choice, code_of(entries.leaf_of(body)))
        self._add(EntryKind.CAST, body, cast_id=ballot.cast_id, person_id=line.person_id)
        self.known[ballot.cast_id] = Known(line.person_id, ballot, receipt)
        if not line.has_voted:
            self.voted += 1
            self.lines[line.person_id] = Line(line.person_id, line.membership_id, line.recused, has_voted=True)
        return receipt

    def seal(self, body: bytes) -> None:
        """Put the last entry into the box and close it."""
        self._add(EntryKind.CLOSED, body)
        self.is_open = False

    def _add(self, kind: EntryKind, body: bytes, *, cast_id: str | None = None, person_id: int | None = None) -> None:
        leaf = entries.leaf_of(body)
        self.added.append(
            {
                "question_id": self.frozen.question_id,
                "number": self.length,
                "kind": kind,
                "body": body,
                "leaf": leaf,
                "cast_id": cast_id,
                "person_id": person_id,
            }
        )
        self.length, self.head = self.length + 1, leaf


def lock(
    session: Session, question_id: int, *, people: Collection[int] = (), cast_ids: Collection[str] = ()
) -> LockedBox | None:
    """Lock the box of a question until the transaction ends, with what is needed about these people and marks; None where there is no box."""
    row = session.execute(
        select(Box.is_open, Box.length, Box.head, Box.voted).where(Box.question_id == question_id).with_for_update()
    ).first()
    if row is None:
        return None
    return LockedBox(
        frozen=frozen_of(session, question_id),
        is_open=row.is_open,
        length=row.length,
        head=row.head,
        voted=row.voted,
        entitled=entitled_count(session, question_id),
        lines=_lines(session, question_id, people) if people else {},
        known=_known(session, question_id, cast_ids) if cast_ids else {},
    )


def keep(session: Session, locked_box: LockedBox) -> None:
    """Write the new entries and move the head, in this transaction; the database refuses a second entry of the same number or mark."""
    if not locked_box.added:
        return
    session.execute(insert(BoxEntry.__table__), locked_box.added)  # type: ignore[arg-type] # a mapped table is a table
    session.execute(
        update(Box.__table__)  # type: ignore[arg-type] # the same
        .where(Box.question_id == locked_box.frozen.question_id)
        .values(is_open=locked_box.is_open, length=locked_box.length, head=locked_box.head, voted=locked_box.voted)
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


def instant(at: datetime) -> str:
    """Write an instant as the entries carry it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def has_objection(locked_box: LockedBox) -> bool:
    """Say whether one of the ballots just added is an objection under the rule."""
    objections = {Choice(choice) for choice in locked_box.frozen.rule.objections}
    return any(json.loads(row["body"]).get("choice") in objections for row in locked_box.added)


def _lines(session: Session, question_id: int, people: Collection[int]) -> dict[int, Line]:
    voted = exists().where(BoxEntry.question_id == RollEntry.question_id, BoxEntry.person_id == RollEntry.person_id)
    found = session.execute(
        select(RollEntry.person_id, RollEntry.membership_id, RollEntry.recused, voted).where(
            RollEntry.question_id == question_id, RollEntry.person_id.in_(people)
        )
    )
    return {person: Line(person, membership, recused, bool(has)) for person, membership, recused, has in found}


def _known(session: Session, question_id: int, cast_ids: Collection[str]) -> dict[str, Known]:
    found = session.execute(
        select(BoxEntry.number, BoxEntry.person_id, BoxEntry.body, BoxEntry.leaf).where(
            BoxEntry.question_id == question_id, BoxEntry.cast_id.in_(cast_ids)
        )
    )
    known = [_known_of(*row) for row in found]
    return {each.ballot.cast_id: each for each in known}


def _known_of(number: int, person_id: int | None, body: bytes, leaf: str) -> Known:
    kept = json.loads(body)
    ballot = Ballot(kept["cast_id"], kept["choice"], kept["text"])
    return Known(person_id, ballot, Receipt(number, ballot.choice, code_of(leaf)))
