"""Importing an agenda from a file: what was read waits for a look, then it is applied whole or not at all."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from agenda_docs.folding import fold
from ecabinet import clock
from ecabinet.access import Actor, Permission
from ecabinet.audit import Tag
from ecabinet.refusals import NotFound, Refused
from meetings import agenda, import_rules, rules, service
from meetings.import_rules import CheckedRow, Reason
from meetings.models import AgendaImport, AgendaItem, ItemKind, Meeting
from meetings.rules import ItemState


def keep(
    session: Session, actor: Actor, meeting_id: int, file_name: str, rows: Sequence[Sequence[str]]
) -> AgendaImport:
    """Keep what was read from a file until the secretary has looked at it; it takes the place of the actor's last one."""
    meeting = service.lock(session, service.meeting_for(session, actor, meeting_id, Permission.PREPARE_MEETING))
    rules.check_not_closed(meeting.state)
    found = import_rules.records(rows, fold)
    _forget(session, actor, meeting.id)
    kept = AgendaImport(
        meeting_id=meeting.id, person_id=actor.person_id, file_name=file_name[:255], rows=found, at=clock.now()
    )
    session.add(kept)
    session.flush()
    return kept


def waiting(session: Session, actor: Actor, meeting: Meeting) -> AgendaImport:
    """Return what the actor read last for this meeting; raise `NotFound` where nothing waits."""
    kept = session.scalar(
        select(AgendaImport).where(AgendaImport.meeting_id == meeting.id, AgendaImport.person_id == actor.person_id)
    )
    if kept is None:
        raise NotFound
    return kept


def checked(session: Session, actor: Actor, meeting: Meeting, kept: AgendaImport) -> list[CheckedRow]:
    """Return the rows as they would become items now, with what is wrong with each."""
    matters = {matter.id: matter.title for matter in agenda.matters_to_choose(session, actor, meeting)}
    return import_rules.check(kept.rows, matters, fold)


def apply(session: Session, actor: Actor, meeting_id: int, *, revision: int) -> Meeting:
    """Add every row as an item at the end of the agenda; refuse all of them where one has an error."""
    meeting = agenda.editing(session, actor, meeting_id, revision)
    kept = waiting(session, actor, meeting)
    rows = checked(session, actor, meeting, kept)
    if not rows or any(row.findings for row in rows):
        raise Refused(Reason.HAS_ERRORS)
    _add(session, meeting, rows)
    _forget(session, actor, meeting.id)
    agenda.edited(session, actor, meeting, Tag.AGENDA_IMPORTED, items=len(rows))
    return meeting


def give_up(session: Session, actor: Actor, meeting_id: int) -> None:
    """Forget what waits."""
    meeting = service.meeting_for(session, actor, meeting_id, Permission.PREPARE_MEETING)
    _forget(session, actor, meeting.id)


def _add(session: Session, meeting: Meeting, rows: Sequence[CheckedRow]) -> None:
    start = len(agenda.items_of(session, meeting.id))
    items = [
        AgendaItem(
            meeting_id=meeting.id,
            matter_id=row.matter_id,
            kind=ItemKind(row.kind),
            title=row.title,
            presenter=row.presenter,
            minutes=row.minutes,
            position=place,
            state=ItemState.PLANNED,
        )
        for place, row in enumerate(rows, start=start)
    ]
    session.add_all(items)
    session.flush()
    top: int | None = None
    for item, row in zip(items, rows, strict=True):
        item.parent_id = top if row.depth else None
        top = top if row.depth else item.id
    session.flush()


def _forget(session: Session, actor: Actor, meeting_id: int) -> None:
    session.execute(
        delete(AgendaImport).where(AgendaImport.meeting_id == meeting_id, AgendaImport.person_id == actor.person_id)
    )
