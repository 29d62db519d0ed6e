"""News for open pages: written in the transaction, numbered and sent only after its commit.

A stream is one meeting, one body or one person. The number a tablet remembers is given here, by the one claimer of a stream, never by the
inserting transaction: on PostgreSQL row 105 can become visible before row 104, and a tablet that has seen 105 would never ask for 104.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from typing import Any

from sqlalchemy import Connection, Index, String, UniqueConstraint, bindparam, insert, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from ecabinet import clock
from ecabinet.database import Base, after_commit, reading, transaction

logger = logging.getLogger(__name__)

MISSED_AT_MOST = 500  # a tablet that missed more loads afresh
CLAIMED_AT_MOST = 1000  # of one stream at a time


class NewsItem(Base):
    """One change of state, for those who may know of it."""

    __tablename__ = "news_item"
    __table_args__ = (
        UniqueConstraint("stream", "number"),
        Index(
            "ix_news_item_unsent", "id", sqlite_where=text("number IS NULL"), postgresql_where=text("number IS NULL")
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    stream: Mapped[str] = mapped_column(String(60))
    topic: Mapped[str | None] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(40))
    state: Mapped[dict[str, Any]]
    number: Mapped[int | None]
    at: Mapped[datetime]


class Stream(Base):
    """The last number given in a stream."""

    __tablename__ = "news_stream"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    number: Mapped[int] = mapped_column(default=0)


@dataclass(frozen=True)
class News:
    """One piece of news as it goes to a tablet: state, never text."""

    stream: str
    topic: str | None
    kind: str
    state: dict[str, Any]
    number: int

    def as_json(self) -> dict[str, Any]:
        """Return what the socket carries."""
        return {"stream": self.stream, "number": self.number, "kind": self.kind, **self.state}


waiting = Event()  # set when a committed transaction left news to send


def announce(session: Session, stream: str, kind: str, *, topic: str | None = None, **state: object) -> None:
    """Leave news in this transaction. With a topic only those who follow it are told; `state` holds numbers and words of a closed set, no text."""
    session.add(NewsItem(stream=stream, topic=topic, kind=kind, state=state, number=None, at=clock.now()))
    after_commit(session, waiting.set)


# Every change in the room passes through here before a tablet hears of it, so these are put together once.
_STREAMS_WITH_UNSENT = select(NewsItem.stream).where(NewsItem.number.is_(None)).distinct().order_by(NewsItem.stream)
_LOCK = update(Stream).where(Stream.name == bindparam("stream")).values(number=Stream.number).returning(Stream.number)
_UNSENT = (
    select(NewsItem.id, NewsItem.topic, NewsItem.kind, NewsItem.state)
    .where(NewsItem.stream == bindparam("stream"), NewsItem.number.is_(None))
    .order_by(NewsItem.id)
    .limit(CLAIMED_AT_MOST)
)
_NUMBER = update(NewsItem).where(NewsItem.id == bindparam("item")).values(number=bindparam("given"))
_ADVANCE = update(Stream).where(Stream.name == bindparam("stream")).values(number=bindparam("last"))


def claim() -> list[News]:
    """Number what is committed and not yet sent, stream by stream, and return it in order; each piece is returned to one caller only."""
    with reading() as session:  # asked every second: where there is nothing to send, nobody's writing is held up
        streams = session.connection().scalars(_STREAMS_WITH_UNSENT).all()
    if not streams:
        return []
    with transaction() as session:
        connection = session.connection()
        return [news for stream in streams for news in _number(connection, stream)]


def _number(connection: Connection, stream: str) -> list[News]:
    """Lock the stream, so that two claimers never number the same news."""
    last = connection.execute(_LOCK, {"stream": stream}).scalar()
    if last is None:
        connection.execute(insert(Stream), {"name": stream, "number": 0})
        last = 0
    unsent = connection.execute(_UNSENT, {"stream": stream}).all()
    if not unsent:
        return []  # another claimer had them while this one waited for the lock
    numbered = list(enumerate(unsent, start=last + 1))
    connection.execute(_NUMBER, [{"item": item.id, "given": number} for number, item in numbered])
    connection.execute(_ADVANCE, {"stream": stream, "last": last + len(unsent)})
    return [News(stream, item.topic, item.kind, item.state, number) for number, item in numbered]


def _as_news(item: NewsItem) -> News:
    return News(stream=item.stream, topic=item.topic, kind=item.kind, state=item.state, number=item.number or 0)


def last_number(session: Session, stream: str) -> int:
    """Return the last number given in a stream, 0 where there was none."""
    return session.scalar(select(Stream.number).where(Stream.name == stream)) or 0


def missed(session: Session, stream: str, since: int, topics: Sequence[str]) -> list[News] | None:
    """Return what a tablet that has seen `since` missed and may know, in order; None where it should load afresh."""
    last = last_number(session, stream)
    if since > last or last - since > MISSED_AT_MOST:
        return None
    items = session.scalars(
        select(NewsItem)
        .where(
            NewsItem.stream == stream, NewsItem.number > since, NewsItem.topic.is_(None) | NewsItem.topic.in_(topics)
        )
        .order_by(NewsItem.number)
    ).all()
    return [_as_news(item) for item in items]


def send_for_ever(send: Callable[[News], None], *, every: float = 1.0) -> None:
    """Send news as it is committed, and every second what a crash or another process left; never returns."""
    while True:
        waiting.wait(every)
        waiting.clear()
        try:
            claimed = claim()
        except Exception:
            logger.exception("news could not be claimed; trying again")
            continue
        for news in claimed:
            _send(send, news)


def _send(send: Callable[[News], None], news: News) -> None:
    """Send one piece; what cannot be sent must not keep the rest back. Tablets see the gap in the numbers and ask for it."""
    try:
        send(news)
    except Exception:
        logger.exception("news %s of %s could not be sent", news.number, news.stream)
