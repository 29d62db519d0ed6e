"""The next meeting from the last one: what comes back every time, and what the last meeting left undecided."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet import audit
from ecabinet.access import Actor, Permission
from ecabinet.audit import Tag
from meetings import agenda, service
from meetings.models import AgendaItem, ItemKind, Meeting
from meetings.rules import ItemState, MeetingState
from meetings.service import Plan

RECURRING = frozenset({ItemKind.INFORMATION, ItemKind.DISCUSSION})


def copy(session: Session, actor: Actor, meeting_id: int, plan: Plan) -> Meeting:
    """Plan a meeting with the recurring items of another one, and with those it deferred or did not reach, each linked to the old."""
    source = service.meeting_for(session, actor, meeting_id, Permission.PREPARE_MEETING)
    meeting = service.create(session, actor, source.body_id, plan)
    meeting.copied_from_id = source.id
    copied: dict[int, AgendaItem] = {}
    for old in agenda.items_of(session, source.id):
        if is_recurring(old) or (is_left_over(old, source) and not _is_carried(session, old)):
            copied[old.id] = _copied(old, meeting, copied)
            session.add(copied[old.id])
            session.flush()
    audit.record(session, actor, Tag.AGENDA_CHANGED, meeting, what="copied", source=source.id, items=len(copied))
    return meeting


def is_recurring(item: AgendaItem) -> bool:
    """Say whether an item belongs to every meeting: information or discussion without a matter of its own."""
    return item.matter_id is None and item.kind in RECURRING


def is_left_over(item: AgendaItem, source: Meeting) -> bool:
    """Say whether a meeting deferred an item, or closed without having dealt with it."""
    if item.state is ItemState.DEFERRED:
        return True
    return source.state is MeetingState.CLOSED and item.state in (ItemState.PLANNED, ItemState.CURRENT)


def _is_carried(session: Session, item: AgendaItem) -> bool:
    """Say whether a later meeting took the item over already."""
    carried = select(AgendaItem.id).where(
        AgendaItem.deferred_from_id == item.id, AgendaItem.state != ItemState.WITHDRAWN
    )
    return session.scalar(carried.limit(1)) is not None


def _copied(old: AgendaItem, meeting: Meeting, copied: dict[int, AgendaItem]) -> AgendaItem:
    parent = copied.get(old.parent_id) if old.parent_id is not None else None
    return AgendaItem(
        meeting_id=meeting.id,
        parent_id=parent.id if parent is not None else None,
        matter_id=old.matter_id,
        kind=old.kind,
        title=old.title,
        presenter=old.presenter,
        minutes=old.minutes,
        position=len(copied),
        state=ItemState.PLANNED,
        deferred_from_id=old.id if not is_recurring(old) else None,
    )
