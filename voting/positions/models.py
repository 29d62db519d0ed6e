"""The table of what members say about an item before it is called."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from ecabinet.database import Base, one_of
from voting.positions.rules import PositionKind


class StatedPosition(Base):
    """What a member said about an item; the last row of a member stands. The database refuses to change or delete it."""

    __tablename__ = "stated_position"
    __table_args__ = (Index(None, "item_id", "membership_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"))
    matter_id: Mapped[int] = mapped_column(ForeignKey("matter.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    kind: Mapped[PositionKind] = mapped_column(one_of(PositionKind, "kind"))
    text: Mapped[str] = mapped_column(Text, default="")
    papers: Mapped[list[Any]]  # the versions that the published agenda had on the item then
    at: Mapped[datetime]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
