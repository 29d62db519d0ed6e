"""What pages show of meetings, as small values; nothing here shows an actor what they may not know."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from agenda_docs import documents
from ecabinet.access import Actor, Permission
from ecabinet.organisation import queries as organisation
from ecabinet.refusals import Forbidden, NotFound
from meetings import agenda, changes, outline, service
from meetings.changes import Changes, Entry
from meetings.models import (
    AgendaItem,
    AgendaSeen,
    AgendaVersion,
    Delegation,
    ItemGuest,
    ItemKind,
    Meeting,
    MeetingKind,
    VersionItem,
)
from meetings.rules import AgendaState, ItemState, MeetingState


@dataclass(frozen=True)
class Line:
    """An item of an agenda as a page shows it."""

    item_id: int
    parent_id: int | None
    label: str
    depth: int
    kind: ItemKind
    title: str
    presenter: str
    minutes: int
    matter_id: int | None
    state: ItemState
    papers: tuple[tuple[int, int], ...]  # document and version

    def as_entry(self) -> Entry:
        """Return what a comparison of two versions looks at."""
        return Entry(
            self.item_id, self.parent_id, self.label, self.title, self.kind, self.presenter, self.minutes, self.papers
        )


@dataclass(frozen=True)
class MeetingRow:
    """A meeting in a list."""

    id: int
    body: str
    body_id: int
    title: str
    kind: MeetingKind
    starts_local: datetime
    zone: str
    place: str
    state: MeetingState
    agenda_state: AgendaState
    published_version: int

    def is_past(self, today: date) -> bool:
        """Say whether the meeting is closed, or its day is over without it having started."""
        return self.state is MeetingState.CLOSED or (
            self.state is MeetingState.PLANNED and self.starts_local.date() < today
        )


def meetings_for(session: Session, actor: Actor) -> list[MeetingRow]:
    """Return the meetings that the actor may know of, the earliest first; raise `Forbidden` where meetings are none of their business."""
    bodies = {body for body in actor.bodies_where(Permission.READ_MEETING) if service.knows_body(actor, body)}
    found = set(session.scalars(select(Meeting).where(Meeting.body_id.in_(bodies))))
    found |= {meeting for meeting in _invited(session, actor) if service.guest_items(session, actor, meeting.id)}
    found |= {meeting for meeting in _deputised(session, actor) if service.deputises(session, actor, meeting)}
    if not found and not actor.may(Permission.READ_MEETING):
        raise Forbidden(Permission.READ_MEETING)
    names = {body.id: body.name for body in organisation.bodies(session)}
    rows = [_row(meeting, names[meeting.body_id]) for meeting in found]
    return sorted(rows, key=lambda row: (row.starts_local, row.id))


def agenda_of(session: Session, actor: Actor, meeting: Meeting, number: int | None = None) -> list[Line]:
    """Return a published version of the agenda (the newest by default) as far as the actor may know it; empty where none is published.

    Raise `NotFound` for a version that was never published.
    """
    wanted = meeting.published_version if number is None else number
    if number is not None and not 1 <= number <= meeting.published_version:
        raise NotFound
    rows = session.execute(
        select(*_PUBLISHED, AgendaItem.state)
        .join(AgendaVersion, AgendaVersion.id == VersionItem.version_id)
        .join(AgendaItem, AgendaItem.id == VersionItem.item_id)
        .where(AgendaVersion.meeting_id == meeting.id, AgendaVersion.number == wanted)
        .order_by(VersionItem.place)
    )
    known = service.known_items(session, actor, meeting)
    lines: list[Line] = []
    parent: int | None = None
    for row in rows:
        parent = row.item_id if row.depth == 0 else parent
        if row.item_id in known:
            lines.append(_published_line(row, parent if row.depth else None))
    return lines


def draft_of(session: Session, actor: Actor, meeting: Meeting) -> list[Line]:
    """Return the agenda being worked on, with the papers as they are now; for those who prepare and approve it."""
    if not service.sees_drafts(actor, meeting.body_id):
        raise Forbidden(Permission.PREPARE_MEETING)
    items = agenda.items_of(session, meeting.id)
    numbers = outline.labels(agenda.nodes_of(items))
    papers = documents.current_papers(session, {item.matter_id for item in items if item.matter_id is not None})
    return [
        Line(
            item_id=item.id,
            parent_id=item.parent_id,
            label=numbers[item.id],
            depth=0 if item.parent_id is None else 1,
            kind=item.kind,
            title=item.title,
            presenter=item.presenter,
            minutes=item.minutes,
            matter_id=item.matter_id,
            state=item.state,
            papers=tuple((paper.document_id, paper.version_id) for paper in papers.get(item.matter_id or 0, ())),
        )
        for item in items
    ]


def draft_changes(session: Session, actor: Actor, meeting: Meeting) -> Changes:
    """Return what the agenda being worked on changes against the published one."""
    return _between(agenda_of(session, actor, meeting), draft_of(session, actor, meeting))


def changes_between(session: Session, actor: Actor, meeting: Meeting, older: int, newer: int) -> Changes:
    """Return what one published version changes against an older one, as far as the actor may know it."""
    return _between(agenda_of(session, actor, meeting, older), agenda_of(session, actor, meeting, newer))


def seen_version(session: Session, actor: Actor, meeting_id: int) -> int | None:
    """Return the version of the agenda that the actor was shown last; None where they never were."""
    return session.scalar(
        select(AgendaSeen.number).where(AgendaSeen.meeting_id == meeting_id, AgendaSeen.person_id == actor.person_id)
    )


def version_of(session: Session, meeting: Meeting, number: int) -> AgendaVersion:
    """Return a published version; raise `NotFound` where there is none."""
    found = session.scalar(
        select(AgendaVersion).where(AgendaVersion.meeting_id == meeting.id, AgendaVersion.number == number)
    )
    if found is None:
        raise NotFound
    return found


def _between(old: Iterable[Line], new: Iterable[Line]) -> Changes:
    return changes.between([line.as_entry() for line in old], [line.as_entry() for line in new])


# Columns in place of whole rows: an agenda of eight hundred items is read at every page of its meeting.
_PUBLISHED = (
    VersionItem.item_id,
    VersionItem.label,
    VersionItem.depth,
    VersionItem.kind,
    VersionItem.title,
    VersionItem.presenter,
    VersionItem.minutes,
    VersionItem.matter_id,
    VersionItem.papers,
)


def _published_line(row: Row[*tuple[Any, ...]], parent: int | None) -> Line:
    return Line(
        item_id=row.item_id,
        parent_id=parent,
        label=row.label,
        depth=row.depth,
        kind=row.kind,
        title=row.title,
        presenter=row.presenter,
        minutes=row.minutes,
        matter_id=row.matter_id,
        state=row.state,
        papers=tuple((paper["document"], paper["version"]) for paper in row.papers),
    )


def _invited(session: Session, actor: Actor) -> list[Meeting]:
    items = select(AgendaItem.meeting_id).join(ItemGuest, ItemGuest.item_id == AgendaItem.id)
    return list(
        session.scalars(select(Meeting).where(Meeting.id.in_(items.where(ItemGuest.person_id == actor.person_id))))
    )


def _deputised(session: Session, actor: Actor) -> list[Meeting]:
    """Return the meetings on the days on which the actor deputises for anybody; which of them are theirs is `deputises`' question."""
    spans = session.execute(
        select(Delegation.starts_on, Delegation.ends_on).where(
            Delegation.deputy_id == actor.person_id, Delegation.ended_at.is_(None)
        )
    ).all()
    if not spans:
        return []
    return [
        meeting
        for meeting in session.scalars(select(Meeting))
        if any(first <= service.day_of(meeting) <= last for first, last in spans)
    ]


def _row(meeting: Meeting, body: str) -> MeetingRow:
    return MeetingRow(
        id=meeting.id,
        body=body,
        body_id=meeting.body_id,
        title=meeting.title,
        kind=meeting.kind,
        starts_local=meeting.starts_local,
        zone=meeting.zone,
        place=meeting.place,
        state=meeting.state,
        agenda_state=meeting.agenda_state,
        published_version=meeting.published_version,
    )
