"""Who may follow what over the socket: a meeting by those who may read it, a hall screen by its cookie."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from agenda_docs import reading
from ecabinet.access import Actor, Permission
from ecabinet.refusals import NotFound
from ecabinet.sockets import Following
from meetings import hall, queries, service, visibility
from meetings.models import Meeting


def follow(session: Session, actor: Actor | None, _cookies: Mapping[str, str], page_id: int) -> Following:
    """Follow a meeting; those who may read its questions, also what comes of the items whose papers they may read."""
    if actor is None:
        raise NotFound
    meeting = service.meeting_for(session, actor, page_id, Permission.READ_MEETING)
    if not actor.may(Permission.READ_QUESTION, meeting.body_id):
        return Following(service.stream_of(meeting.id))  # a guest or a deputy hears of the meeting, not of its votes
    lines = queries.agenda_of(session, actor, meeting)
    matters = {line.matter_id for line in lines if line.matter_id is not None}
    readable = reading.readable_among(session, actor, matters)
    items = [line.item_id for line in lines if line.matter_id is None or line.matter_id in readable]
    return Following(service.stream_of(meeting.id), (service.VOTES, *(service.topic_of(item) for item in items)))


def follow_draft(session: Session, actor: Actor | None, _cookies: Mapping[str, str], page_id: int) -> Following:
    """Follow the agenda of a meeting while it is prepared; for those who prepare and approve it."""
    if actor is None:
        raise NotFound
    meeting = service.meeting_for(session, actor, page_id, Permission.READ_MEETING)
    if not service.sees_drafts(actor, meeting.body_id):
        raise NotFound
    return Following(service.draft_stream_of(meeting.id))


def follow_hall(session: Session, _actor: Actor | None, cookies: Mapping[str, str], _page_id: int) -> Following:
    """Follow as a screen: its own stream until it is paired, then the meeting and the items that all present may see."""
    screen = hall.known_screen(session, cookies)
    if screen is None:
        raise NotFound
    if screen.meeting_id is None:
        return Following(hall.waiting_stream(screen.id))
    meeting = session.get_one(Meeting, screen.meeting_id)
    items = sorted(visibility.visible_to_all_present(session, meeting))
    return Following(
        service.stream_of(meeting.id), (hall.topic_of(screen.id), *(service.topic_of(item) for item in items))
    )


def admits_hall(session: Session, cookies: Mapping[str, str]) -> bool:
    """Say whether these cookies are a screen's, waiting or paired."""
    return hall.known_screen(session, cookies) is not None
