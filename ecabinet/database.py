"""The database and its one transaction: the only place that commits."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import JSON, Connection, DateTime, Dialect, Enum, MetaData, TypeDecorator, create_engine, event
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

logger = logging.getLogger(__name__)

CONNECTIONS = 40  # kept once opened: in a burst those beyond a smaller pool were opened and thrown away again, which took longer than the work

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """An instant in UTC; SQLite keeps it without a zone, the program never does."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the interface's
        """Refuse a time without a zone; store UTC."""
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant needs a zone")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the interface's
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The one base of every table."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: Instant, dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012 - SQLAlchemy's own declaration


def one_of(words: type[StrEnum], name: str) -> Enum:
    """Return the column type of a closed set of words, held by a CHECK constraint of this name."""
    return Enum(
        words,
        native_enum=False,
        length=40,
        create_constraint=True,
        name=name,
        values_callable=lambda members: [member.value for member in members],
    )


class Database:
    """One engine with two doors: reading, and the transaction that writes."""

    def __init__(self, url: str) -> None:
        """Connect lazily to a SQLite or PostgreSQL URL."""
        self.engine = _engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self.write = sessionmaker(self.engine.execution_options(begin="BEGIN IMMEDIATE"), expire_on_commit=False)
        self.read = sessionmaker(self.engine.execution_options(postgresql_readonly=True), expire_on_commit=False)
        # A wait for SQLite's own lock would block every greenlet of the process, so writers queue here first.
        self.writer = Lock() if self.is_sqlite else nullcontext()

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


def _engine(url: str) -> Engine:
    """Make the engine; its errors, which go to the log, repeat no values: ballots and papers are among them."""
    if url.startswith("sqlite"):
        _make_private(Path(make_url(url).database or ""))
        engine = create_engine(url, pool_size=CONNECTIONS, max_overflow=0, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(url, pool_size=CONNECTIONS, max_overflow=0, pool_pre_ping=True, hide_parameters=True)


def _make_private(file: Path) -> None:
    """Let nobody else read a SQLite file; its companions take its mode over.

    A file that exists is not opened for this: closing it would drop the locks that other connections of this process hold on it.
    """
    if file.name in ("", ":memory:"):
        return
    if not file.exists():
        if file.parent.is_dir():
            file.touch(mode=0o600)
        return
    for path in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
        with suppress(PermissionError, FileNotFoundError):
            if path.stat().st_mode & 0o077:
                path.chmod(0o600)


def _prepare_sqlite(connection: Any, _record: ConnectionPoolEntry) -> None:  # noqa: ANN401 - the driver's own object
    connection.isolation_level = None  # the driver must not begin by itself: see _begin_sqlite
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(str(connection.get_execution_options().get("begin", "BEGIN")))


_database: Database | None = None


def connect(url: str) -> Database:
    """Make this the database of the process, in place of any other."""
    global _database  # noqa: PLW0603 - one process has one database
    if _database is not None:
        _database.close()
    _database = Database(url)
    return _database


def current() -> Database:
    """Return the database of the process; `connect` must have been called."""
    if _database is None:
        raise RuntimeError("connect() was not called")
    return _database


@contextmanager
def reading() -> Iterator[Session]:
    """Open a session that only reads; nothing done in it is kept."""
    with current().read() as session:
        yield session


@contextmanager
def transaction() -> Iterator[Session]:
    """Commit when the block ends well, roll back when it raises; then do what was asked for after the commit."""
    database = current()
    with database.writer, database.write.begin() as session:
        yield session
    for deliver in session.info.get("after_commit", ()):
        _deliver(deliver)


def after_commit(session: Session, deliver: Callable[[], None]) -> None:
    """Call `deliver` once when this transaction has committed, and never when it has not."""
    wanted: list[Callable[[], None]] = session.info.setdefault("after_commit", [])
    if deliver not in wanted:
        wanted.append(deliver)


def _deliver(deliver: Callable[[], None]) -> None:
    try:
        deliver()
    except Exception:
        logger.exception("a delivery after a commit failed; the sweep will repeat it")
