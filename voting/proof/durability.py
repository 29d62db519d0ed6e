"""Whether what was committed survives a power cut. A box is not opened where it would not."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from ecabinet.refusals import Refused
from voting.conduct import Reason

FULL = 2  # SQLite's number for synchronous=FULL


def check_durable(session: Session) -> None:
    """Refuse to open a box in a database that answers before what it was told is on disk."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    if not (_sqlite(session) if is_sqlite else _postgresql(session)):
        raise Refused(Reason.NOT_DURABLE)


def _sqlite(session: Session) -> bool:
    return int(session.scalar(text("PRAGMA synchronous")) or 0) >= FULL


def _postgresql(session: Session) -> bool:
    keeps, waits = session.scalar(text("SHOW fsync")), session.scalar(text("SHOW synchronous_commit"))
    return str(keeps) == "on" and str(waits) != "off"
