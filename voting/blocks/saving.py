"""The minutes that a block vote saved: what was planned for the items it adopted, less what it took."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from meetings.models import AgendaVersion, Meeting, VersionItem
from voting.blocks import rules
from voting.blocks.models import Block
from voting.models import Question

PASSED = "pass"


@dataclass(frozen=True)
class Saved:
    """How the minutes that a block saved are reckoned."""

    items: int
    planned: int
    took: int

    @property
    def minutes(self) -> int:
        """What was planned for the items it adopted, less what the block took; never less than nothing."""
        return max(0, self.planned - self.took)


def together(session: Session, blocks: Iterable[Block]) -> Saved | None:
    """Return what these blocks saved together; None where none adopted anything yet."""
    each = [saved for block in blocks if (saved := saved_by(session, block)) is not None]
    if not each:
        return None
    return Saved(sum(one.items for one in each), sum(one.planned for one in each), sum(one.took for one in each))


def saved_by(session: Session, block: Block) -> Saved | None:
    """Return what a closed block saved: the minutes planned for the items that were adopted in it, less those it took."""
    if block.opened_at is None or block.closed_at is None:
        return None
    adopted = set(
        session.scalars(select(Question.item_id).where(Question.block_id == block.id, Question.declared == PASSED))
    )
    if not adopted:
        return None
    meeting = session.get_one(Meeting, block.meeting_id)
    planned = sum(line.minutes for line in published(session, meeting, {item for item in adopted if item is not None}))
    return Saved(len(adopted), planned, rules.minutes_taken(block.opened_at, block.closed_at))


def published(session: Session, meeting: Meeting, item_ids: Collection[int]) -> list[VersionItem]:
    """The lines of these items in the newest agenda that had each."""
    found = session.scalars(
        select(VersionItem)
        .join(AgendaVersion, AgendaVersion.id == VersionItem.version_id)
        .where(AgendaVersion.meeting_id == meeting.id, VersionItem.item_id.in_(item_ids))
        .order_by(AgendaVersion.number)
    )
    return list({line.item_id: line for line in found}.values())
