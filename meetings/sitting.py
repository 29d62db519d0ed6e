"""The running meeting: start, call an item, be done with it, close."""

from sqlalchemy.orm import Session

from ecabinet import audit, clock
from ecabinet.access import Actor, Permission
from ecabinet.audit import Tag
from ecabinet.refusals import Refused
from meetings import attendance, hall, rules, service
from meetings.models import AgendaItem, Meeting
from meetings.rules import ItemState, MeetingState, Reason


def start(session: Session, actor: Actor, meeting_id: int) -> Meeting:
    """Start the meeting."""
    meeting = _conducting(session, actor, meeting_id)
    rules.check_may_start(state=meeting.state, published_version=meeting.published_version)
    meeting.state, meeting.started_at = MeetingState.RUNNING, clock.now()
    audit.record(session, actor, Tag.MEETING_STARTED, meeting)
    service.announce_state(session, meeting)
    return meeting


def call_item(session: Session, actor: Actor, item_id: int) -> AgendaItem:
    """Make an item the current one; the one before it waits as planned unless it was marked as done."""
    item, meeting = _item(session, actor, item_id)
    rules.check_may_call(
        title=item.title, state=item.state, published=item.id in service.published_matters(session, meeting)
    )
    _let_go(session, meeting)
    item.state, meeting.current_item_id = ItemState.CURRENT, item.id
    item.called_at = item.called_at or clock.now()
    audit.record(session, actor, Tag.ITEM_CALLED, item, body_id=meeting.body_id)
    service.announce_state(session, meeting)
    return item


def item_done(session: Session, actor: Actor, item_id: int) -> AgendaItem:
    """Mark the current item as dealt with."""
    item, meeting = _item(session, actor, item_id)
    if meeting.current_item_id != item.id:
        raise Refused(Reason.ITEM_NOT_CURRENT, title=item.title)
    item.state, meeting.current_item_id = ItemState.DONE, None
    audit.record(session, actor, Tag.ITEM_DONE, item, body_id=meeting.body_id)
    service.announce_state(session, meeting)
    return item


def settle(session: Session, item: AgendaItem, state: ItemState) -> None:
    """Keep what a decision made of an item: done, deferred (the next meeting takes it over) or withdrawn; nobody edits it any more."""
    item.state = state
    service.hold(session, item.id, "decided")


def close(session: Session, actor: Actor, meeting_id: int) -> Meeting:
    """Close a running meeting: everyone has left, the screens in the room end, nothing more can be changed."""
    known = service.meeting_for(session, actor, meeting_id, Permission.CLOSE_MEETING)
    meeting = service.lock(session, known)
    rules.check_running(meeting.state)
    _let_go(session, meeting)
    meeting.state, meeting.closed_at, meeting.current_item_id = MeetingState.CLOSED, clock.now(), None
    attendance.end_all(session, meeting)
    hall.end_all(session, actor, meeting)
    audit.record(session, actor, Tag.MEETING_CLOSED, meeting)
    service.announce_state(session, meeting)
    return meeting


def _conducting(session: Session, actor: Actor, meeting_id: int) -> Meeting:
    return service.lock(session, service.meeting_for(session, actor, meeting_id, Permission.CONDUCT_MEETING))


def _item(session: Session, actor: Actor, item_id: int) -> tuple[AgendaItem, Meeting]:
    known = service.item_for(session, actor, item_id, Permission.CONDUCT_MEETING)
    meeting = _conducting(session, actor, known.meeting_id)
    rules.check_running(meeting.state)
    return session.get_one(AgendaItem, item_id, populate_existing=True), meeting


def _let_go(session: Session, meeting: Meeting) -> None:
    """What was called and not marked as done goes back to planned."""
    if meeting.current_item_id is not None:
        current = session.get_one(AgendaItem, meeting.current_item_id)
        if current.state is ItemState.CURRENT:
            current.state = ItemState.PLANNED
