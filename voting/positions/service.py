"""The verbs of positions: a member says where they stand on an item, takes it back, or has no objection to the rest."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from agenda_docs import conflicts, reading
from agenda_docs import queries as papers
from ecabinet import audit, clock, news
from ecabinet.access import Actor, Permission
from ecabinet.audit import Tag
from ecabinet.refusals import NotFound, Refused
from meetings import service as meetings
from meetings.models import AgendaItem, Meeting
from voting.blocks import leaving
from voting.positions import rules, standing
from voting.positions.models import StatedPosition
from voting.positions.rules import PositionKind, Reason


@dataclass(frozen=True)
class _Seat:
    """A member at an item, which is locked with its meeting until the transaction ends."""

    meeting: Meeting
    item: AgendaItem
    matter_id: int
    membership_id: int
    person_id: int


def say(
    session: Session, actor: Actor, item_id: int, kind: PositionKind, text: str = "", *, version: int | None = None
) -> StatedPosition:
    """Say where one stands on an item; what was said before is kept. A conflict of interest closes the papers at once.

    `version`: the agenda that the member had on screen; it is on its papers that they say this.
    """
    rules.check_words(kind, text)
    seat = _seat(session, actor, item_id)
    if kind is PositionKind.CONFLICT:
        conflicts.declare_conflict(session, actor, seat.person_id, seat.matter_id, text)
    return _add(session, actor, seat, kind, rules.words_kept(kind, text), _papers(session, seat, version))


def withdraw(session: Session, actor: Actor, item_id: int) -> StatedPosition:
    """Take back what one has said on an item."""
    seat = _seat(session, actor, item_id)
    last = _last(session, seat)
    if last is None or last.kind is PositionKind.WITHDRAWN:
        raise Refused(Reason.NOTHING_SAID)
    return _add(session, actor, seat, PositionKind.WITHDRAWN, "", _papers(session, seat, None))


def say_rest(session: Session, actor: Actor, meeting_id: int, item_ids: Sequence[int]) -> int:
    """Say “no objection” to these items at once and return to how many: only where every paper was opened and nothing said yet.

    The items are those that the page named; if one of them has changed meanwhile, nothing is said on any.
    """
    if not item_ids:
        raise Refused(Reason.NOTHING_CHOSEN)
    for item_id in item_ids:
        seat = _seat(session, actor, item_id)
        if seat.meeting.id != meeting_id:
            raise NotFound
        now = _papers(session, seat, None)
        last = _last(session, seat)
        kind = rules.counting(last.kind, is_barred=False, is_older=tuple(last.papers) != now) if last else None
        rules.check_rest(title=seat.item.title, was_read=_was_read(session, actor, now), has_said=kind is not None)
        _add(session, actor, seat, PositionKind.NO_OBJECTION, "", now)
    return len(item_ids)


def _seat(session: Session, actor: Actor, item_id: int) -> _Seat:
    """Lock the meeting, so that the item is not called or opened meanwhile, and return the member's seat at it."""
    known = meetings.item_for(session, actor, item_id, Permission.TAKE_POSITION)
    meeting = meetings.lock(session, session.get_one(Meeting, known.meeting_id))
    item = session.get_one(AgendaItem, item_id, populate_existing=True)
    rules.check_may_say(
        title=item.title,
        has_vote=meeting.body_id in actor.memberships and actor.may(Permission.CAST_BALLOT, meeting.body_id),
        has_dossier=item.matter_id is not None,
        is_published=item.id in meetings.published_matters(session, meeting),
        is_open=item.id not in standing.called(session, meeting),
    )
    matter = reading.known_matter_for(session, actor, item.matter_id or 0, Permission.TAKE_POSITION)
    if not reading.may_read(session, actor, matter.id):
        raise Refused(Reason.CONFLICT_STANDS)
    return _Seat(meeting, item, matter.id, actor.memberships[meeting.body_id], actor.person_id or 0)


def _papers(session: Session, seat: _Seat, version: int | None) -> standing.Papers:
    shown = min(version, seat.meeting.published_version) if version is not None else None
    return standing.papers_of(session, seat.meeting, shown).get(seat.item.id, ())


def _last(session: Session, seat: _Seat) -> StatedPosition | None:
    return standing.last_words(session, [seat.item.id]).get(seat.item.id, {}).get(seat.membership_id)


def _was_read(session: Session, actor: Actor, versions: standing.Papers) -> bool:
    """Whether the member has opened every paper of the item; one without papers was not read."""
    found = papers.papers_of_versions(session, actor, versions)
    return bool(versions) and all(version in found and found[version].place is not None for version in versions)


def _add(
    session: Session, actor: Actor, seat: _Seat, kind: PositionKind, text: str, versions: standing.Papers
) -> StatedPosition:
    said = StatedPosition(
        item_id=seat.item.id,
        matter_id=seat.matter_id,
        membership_id=seat.membership_id,
        kind=kind,
        text=text,
        papers=list(versions),
        at=clock.now(),
        person_id=seat.person_id,
    )
    session.add(said)
    tag = Tag.POSITION_WITHDRAWN if kind is PositionKind.WITHDRAWN else Tag.POSITION_TAKEN
    audit.record(session, actor, tag, said, body_id=seat.meeting.body_id, item=seat.item.id)
    news.announce(
        session,
        meetings.stream_of(seat.meeting.id),
        "position",
        topic=meetings.topic_of(seat.item.id),
        item=seat.item.id,
    )
    if kind in rules.CONTESTS:
        leaving.leave_contested(session, actor, seat.meeting.id, seat.item.id)
    return said
