"""The tables of block votes: the block, and the items that were put to it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from ecabinet.database import Base, one_of
from voting.blocks.rules import BlockState


class Block(Base):
    """Items of one meeting that are put to one vote."""

    __tablename__ = "block"
    __table_args__ = (
        Index(
            "uq_block_one_at_a_time",
            "meeting_id",
            unique=True,
            sqlite_where=sql("state IN ('prepared', 'armed', 'open')"),
            postgresql_where=sql("state IN ('prepared', 'armed', 'open')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"))
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    state: Mapped[BlockState] = mapped_column(one_of(BlockState, "state"), default=BlockState.PREPARED)
    prepared_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    prepared_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class BlockItem(Base):
    """One item of a block with the question that is put on it; each has a box of its own."""

    __tablename__ = "block_item"
    __table_args__ = (UniqueConstraint("block_id", "item_id"), UniqueConstraint("question_id"), Index(None, "item_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    block_id: Mapped[int] = mapped_column(ForeignKey("block.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"))
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    taken_out_at: Mapped[datetime | None]
    taken_out_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # nothing: a position contests it
    objected_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("membership.id")
    )  # nothing: nobody objected to it on the block itself
    reason: Mapped[str] = mapped_column(Text, default="")
