"""The tables of notices, and of the messages about them that leave the house."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ecabinet.database import Base, one_of


class Notice(Base):
    """Something one person should know; the same key tells it once only."""

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("person_id", "key"), Index(None, "person_id", "read_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    key: Mapped[str] = mapped_column(String(120))
    sentence: Mapped[str] = mapped_column(String(40))
    values: Mapped[dict[str, Any]]
    address: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class Channel(StrEnum):
    """How a message leaves the house."""

    EMAIL = "email"
    SMS = "sms"


class DeliveryState(StrEnum):
    """Where a message stands. `uncertain`: nobody knows whether it went out, so it is not sent again by itself. `dropped`: needed no more."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    DROPPED = "dropped"


class Delivery(Base):
    """One message about one notice. Those of a whole day that one person wants in a single message share its `parcel_id`."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("notice_id", "channel"),
        Index(None, "state", "due_at"),
        Index(None, "parcel_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    channel: Mapped[Channel] = mapped_column(one_of(Channel, "channel"))
    recipient: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(8))
    collected: Mapped[bool] = mapped_column(default=False)  # goes out with the others of the day
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[DeliveryState] = mapped_column(one_of(DeliveryState, "state"), default=DeliveryState.WAITING)
    changed_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    parcel_id: Mapped[
        int | None
    ]  # the first delivery of the message it goes out with; set when it is first handed over
    renewed: Mapped[int] = mapped_column(default=0)  # how often somebody had it sent anew after it had failed
    trouble: Mapped[str | None] = mapped_column(String(40))  # a `Trouble`, with the server's code where there is one

    @property
    def key(self) -> str:
        """What makes two handings-over one message, also after a restored backup gave the same number again."""
        return f"delivery-{self.id}-{self.asked_at:%Y%m%dT%H%M%S%f}-{self.renewed}"
