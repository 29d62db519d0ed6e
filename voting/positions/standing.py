"""What stands on the items of a meeting, asked of the database: last words, the papers published, whether an item was called."""

from collections.abc import Collection, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from meetings.models import AgendaItem, AgendaVersion, Meeting, VersionItem
from meetings.rules import ItemState, MeetingState
from voting.blocks.models import BlockItem
from voting.models import Question
from voting.positions.models import StatedPosition

Papers = tuple[int, ...]


def last_words(session: Session, item_ids: Collection[int]) -> dict[int, dict[int, StatedPosition]]:
    """Return the last word of each member on each of these items, by item and membership; taken back ones too."""
    newest = (
        select(func.max(StatedPosition.id))
        .where(StatedPosition.item_id.in_(item_ids))
        .group_by(StatedPosition.item_id, StatedPosition.membership_id)
    )
    found: dict[int, dict[int, StatedPosition]] = {}
    for row in session.scalars(select(StatedPosition).where(StatedPosition.id.in_(newest))):
        found.setdefault(row.item_id, {})[row.membership_id] = row
    return found


def papers_of(session: Session, meeting: Meeting, number: int | None = None) -> Mapping[int, Papers]:
    """Return the versions of papers that each item has in a published agenda, the newest where none is named."""
    rows = session.execute(
        select(VersionItem.item_id, VersionItem.papers)
        .join(AgendaVersion, AgendaVersion.id == VersionItem.version_id)
        .where(
            AgendaVersion.meeting_id == meeting.id,
            AgendaVersion.number == (meeting.published_version if number is None else number),
        )
    )
    return {row.item_id: tuple(sorted(int(paper["version"]) for paper in row.papers)) for row in rows}


def called(session: Session, meeting: Meeting) -> set[int]:
    """Return the items of a meeting that were called, dealt with or put to the vote: nobody changes a position on them any more."""
    is_over = meeting.state is MeetingState.CLOSED
    rows = session.execute(
        select(AgendaItem.id, AgendaItem.state, AgendaItem.called_at).where(AgendaItem.meeting_id == meeting.id)
    )
    gone = {row.id for row in rows if is_over or row.called_at is not None or row.state is not ItemState.PLANNED}
    put = (
        select(Question.item_id)
        .join(AgendaItem, AgendaItem.id == Question.item_id)
        .where(AgendaItem.meeting_id == meeting.id, Question.opened_at.is_not(None))
    )
    return gone | {item for item in session.scalars(put) if item is not None}


def objected(session: Session, item_ids: Collection[int]) -> set[int]:
    """Return those of these items that a member's objection took out of a block."""
    return set(
        session.scalars(
            select(BlockItem.item_id).where(BlockItem.item_id.in_(item_ids), BlockItem.objected_by_id.is_not(None))
        )
    )
