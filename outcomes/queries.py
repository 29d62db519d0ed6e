"""What pages show of decisions and archives."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs import reading
from ecabinet.access import Actor, Permission
from ecabinet.organisation.models import Body, Person
from meetings.models import Meeting
from outcomes.models import Archive, ArchiveState, Decision, Declaration
from outcomes.rules import DecisionKind
from voting.models import Question


@dataclass(frozen=True)
class DecisionLine:
    """One decision in a list."""

    decision_id: int
    label: str  # number and year
    body: str
    title: str
    kind: DecisionKind
    recorded_at: datetime
    is_corrected: bool
    zone: str


@dataclass(frozen=True)
class DecisionSheet:
    """One decision with everything its page says."""

    line: DecisionLine
    text: str
    finalised_by: str
    finalised_until: date | None
    checked_by: str
    until: date | None
    present: tuple[str, ...]
    reason: str
    recorded_by: str
    matter_id: int | None
    meeting_id: int | None
    question_id: int | None
    corrects: DecisionLine | None
    corrected_by: DecisionLine | None
    computed: str | None
    declared: str | None
    remark: str
    options: tuple[str, ...]  # the words of each, where members chose among options
    may_correct: bool


@dataclass(frozen=True)
class ArchiveLine:
    """One archive in a list."""

    archive_id: int
    body: str
    title: str
    folder: str | None
    is_meeting: bool
    is_written: bool
    written_at: datetime | None
    digest: str | None
    zone: str


def decisions(session: Session, actor: Actor) -> list[DecisionLine]:
    """Return the decisions the actor may read, newest first."""
    bodies = actor.bodies_where(Permission.READ_DECISION)
    readable = reading.readable_matter_ids(session, actor)
    found = session.scalars(select(Decision).where(Decision.body_id.in_(bodies)).order_by(Decision.id.desc())).all()
    return _lines(session, [each for each in found if each.matter_id is None or each.matter_id in readable])


def decisions_of_items(session: Session, actor: Actor, item_ids: Iterable[int]) -> dict[int, DecisionLine]:
    """Return the standing decision of each item whose matter the actor may read."""
    found = session.scalars(select(Decision).where(Decision.item_id.in_(list(item_ids))).order_by(Decision.id)).all()
    if not found:
        return {}
    readable = reading.readable_among(session, actor, {each.matter_id for each in found if each.matter_id is not None})
    mine = [each for each in found if each.matter_id is None or each.matter_id in readable]
    return {
        each.item_id: line for each, line in zip(mine, _lines(session, mine), strict=True) if each.item_id is not None
    }


def sheet(session: Session, actor: Actor, decision: Decision) -> DecisionSheet:
    """Return a decision as its page shows it."""
    newer = session.scalar(select(Decision).where(Decision.corrects_id == decision.id))
    older = session.get(Decision, decision.corrects_id) if decision.corrects_id is not None else None
    question = session.get(Question, decision.question_id) if decision.question_id is not None else None
    declaration = declaration_of(session, decision.question_id)
    recorder = session.get(Person, decision.recorded_by_id) if decision.recorded_by_id is not None else None
    return DecisionSheet(
        line=_lines(session, [decision])[0],
        text=decision.text,
        finalised_by=decision.finalised_by,
        finalised_until=decision.finalised_until,
        checked_by=decision.checked_by,
        until=decision.until,
        present=tuple(decision.present),
        reason=decision.reason,
        recorded_by=recorder.name if recorder is not None else "",
        matter_id=decision.matter_id,
        meeting_id=decision.meeting_id,
        question_id=decision.question_id,
        corrects=_lines(session, [older])[0] if older is not None else None,
        corrected_by=_lines(session, [newer])[0] if newer is not None else None,
        computed=question.outcome if question is not None else None,
        declared=declaration.outcome if declaration is not None else None,
        remark=declaration.remark if declaration is not None else "",
        options=tuple(question.labels) if question is not None else (),
        may_correct=newer is None and _may_correct(actor, decision),
    )


def _may_correct(actor: Actor, decision: Decision) -> bool:
    """What was declared after a vote is the chair's to correct; the rest also the secretary's."""
    needed = Permission.RECORD_DECISION if decision.question_id is None else Permission.DECLARE_OUTCOME
    return actor.may(Permission.RECORD_DECISION, decision.body_id) and actor.may(needed, decision.body_id)


def declaration_of(session: Session, question_id: int | None) -> Declaration | None:
    """Return what the chair declared on a question."""
    return session.scalar(select(Declaration).where(Declaration.question_id == question_id))


def archives(session: Session, found: Iterable[Archive]) -> list[ArchiveLine]:
    """Return archives as their list shows them."""
    bodies = {body.id: body for body in session.scalars(select(Body))}
    return [
        ArchiveLine(
            archive_id=archive.id,
            body=bodies[archive.body_id].name,
            title=_title(session, archive),
            folder=archive.folder,
            is_meeting=archive.meeting_id is not None,
            is_written=archive.state is ArchiveState.WRITTEN,
            written_at=archive.written_at,
            digest=archive.manifest_sha512,
            zone=bodies[archive.body_id].zone,
        )
        for archive in found
    ]


def _title(session: Session, archive: Archive) -> str:
    """Name what the bag is of, in the words it was held under."""
    if archive.meeting_id is not None:
        return session.get_one(Meeting, archive.meeting_id).title
    return session.get_one(Question, archive.question_id).text


def _lines(session: Session, found: Iterable[Decision]) -> list[DecisionLine]:
    rows = list(found)
    bodies = {body.id: body for body in session.scalars(select(Body))}
    ids = [row.id for row in rows]
    corrected = (
        set(session.scalars(select(Decision.corrects_id).where(Decision.corrects_id.in_(ids)))) if ids else set()
    )
    return [
        DecisionLine(
            decision_id=row.id,
            label=f"{row.number}/{row.year}",
            body=bodies[row.body_id].name,
            title=row.title,
            kind=row.kind,
            recorded_at=row.recorded_at,
            is_corrected=row.id in corrected,
            zone=bodies[row.body_id].zone,
        )
        for row in rows
    ]
