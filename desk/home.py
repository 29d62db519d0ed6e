"""What waits for a person when they open the application."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs import conditions
from agenda_docs.models import Matter
from agenda_docs.rules import MatterState
from ecabinet import clock, notices
from ecabinet.access import Actor, Permission
from ecabinet.notices import Notice
from ecabinet.refusals import Forbidden
from meetings import queries as meetings
from meetings.queries import MeetingRow
from meetings.rules import AgendaState, MeetingState
from voting import queries as questions
from voting.conduct import QuestionState
from voting.queries import Asked

UPCOMING_AT_MOST = 6


@dataclass(frozen=True)
class Home:
    """The home page of one person; each part is empty where it is none of their business."""

    running: Sequence[MeetingRow]
    upcoming: Sequence[MeetingRow]
    to_approve: Sequence[MeetingRow]
    opinions: Sequence[Asked]
    lodged: Sequence[tuple[int, str]]
    notices: Sequence[Notice]
    unread: int


def home_of(session: Session, actor: Actor) -> Home:
    """Return what waits for this person."""
    rows = _meetings(session, actor)
    open_rows = [row for row in rows if not row.is_past(clock.today(row.zone))]
    asked = questions.inbox(session, actor) if actor.may(Permission.CAST_BALLOT) else []
    person = actor.person_id or 0
    return Home(
        running=[row for row in open_rows if row.state is MeetingState.RUNNING],
        upcoming=[row for row in open_rows if row.state is MeetingState.PLANNED][:UPCOMING_AT_MOST],
        to_approve=[
            row
            for row in open_rows
            if row.agenda_state is AgendaState.PROPOSED and actor.may(Permission.APPROVE_AGENDA, row.body_id)
        ],
        opinions=[each for each in asked if each.state is QuestionState.OPEN and not each.answered],
        lodged=_lodged(session, actor),
        notices=notices.latest(session, person, at_most=6),
        unread=notices.unread_count(session, person),
    )


def _meetings(session: Session, actor: Actor) -> list[MeetingRow]:
    try:
        return meetings.meetings_for(session, actor)
    except Forbidden:
        return []


def _lodged(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """The dossiers that wait for the secretary's word."""
    bodies = actor.bodies_where(Permission.ACCEPT_MATTER)
    if not bodies:
        return []
    waiting = (MatterState.LODGED, MatterState.RESUBMITTED)
    rows = session.execute(
        select(Matter.id, Matter.title)
        .where(Matter.body_id.in_(bodies), Matter.state.in_(waiting), conditions.knows_matter(actor, clock.now()))
        .order_by(Matter.id)
    )
    return [(ident, title) for ident, title in rows]
