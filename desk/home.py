"""What waits for a person when they open the application."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs import conditions
from agenda_docs.advice import queries as advice
from agenda_docs.models import Matter
from agenda_docs.rules import MatterState
from ecabinet import clock, notices
from ecabinet.access import Actor, Permission
from ecabinet.notices import Notice
from ecabinet.notices import queries as deliveries
from ecabinet.organisation import calendar
from ecabinet.organisation.calendar import EndsSoon
from ecabinet.refusals import Forbidden
from meetings import queries as meetings
from meetings.queries import MeetingRow
from meetings.rules import AgendaState, MeetingState
from voting.opinions import lists
from voting.opinions.lines import Page
from voting.opinions.reception import queries as reception
from voting.opinions.reception.queries import Line as Comments
from voting.positions import queries as positions

UPCOMING_AT_MOST = 6
ASKED_AT_MOST = 2  # meetings for which one is asked where one stands
OPINIONS_AT_MOST = 8


@dataclass(frozen=True)
class Home:
    """The home page of one person; each part is empty where it is none of their business."""

    running: Sequence[MeetingRow]
    upcoming: Sequence[MeetingRow]
    to_approve: Sequence[MeetingRow]
    opinions: Page
    opinions_to_approve: Page
    positions: Sequence[tuple[MeetingRow, int]]  # the next meetings with items on which this person has said nothing
    lodged: Sequence[tuple[int, str]]
    advice: int
    comments: Sequence[Comments]
    notices: Sequence[Notice]
    unread: int
    undelivered: int
    calendars: Sequence[EndsSoon]


def home_of(session: Session, actor: Actor) -> Home:
    """Return what waits for this person."""
    rows = _meetings(session, actor)
    open_rows = [row for row in rows if not row.is_past(clock.today(row.zone))]
    person = actor.person_id or 0
    return Home(
        running=[row for row in open_rows if row.state is MeetingState.RUNNING],
        upcoming=[row for row in open_rows if row.state is MeetingState.PLANNED][:UPCOMING_AT_MOST],
        to_approve=[
            row
            for row in open_rows
            if row.agenda_state is AgendaState.PROPOSED and actor.may(Permission.APPROVE_AGENDA, row.body_id)
        ],
        opinions=lists.to_answer(session, actor, at_most=OPINIONS_AT_MOST),
        opinions_to_approve=lists.to_approve(session, actor, at_most=OPINIONS_AT_MOST),
        positions=_positions(session, actor, open_rows),
        lodged=_lodged(session, actor),
        comments=reception.to_answer(session, actor),
        advice=advice.to_give(session, actor),
        notices=notices.latest(session, person, at_most=6),
        unread=notices.unread_count(session, person),
        undelivered=deliveries.troubled_count(session, actor),
        calendars=calendar.ending_soon(session, actor.bodies_where(Permission.PREPARE_QUESTION)),
    )


def _meetings(session: Session, actor: Actor) -> list[MeetingRow]:
    try:
        return meetings.meetings_for(session, actor)
    except Forbidden:
        return []


def _positions(session: Session, actor: Actor, rows: Sequence[MeetingRow]) -> list[tuple[MeetingRow, int]]:
    """The next meetings in which this person has a vote, with how many items wait for their position."""
    published = [row for row in rows if row.published_version and row.body_id in actor.memberships]
    by_id = {row.id: row for row in published[:ASKED_AT_MOST]}
    return [(by_id[meeting], count) for meeting, count in positions.waiting(session, actor, by_id).items()]


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
