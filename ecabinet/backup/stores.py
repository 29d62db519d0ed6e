"""How the two kinds of database are copied to a file and brought back from it."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Protocol

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from ecabinet.backup import BackupError

PROGRAMS_VARIABLE = "ECABINET_POSTGRESQL_PROGRAMS"
DEBIAN = Path("/usr/lib/postgresql")
SQLITE_COMPANIONS = ("", "-wal", "-shm")
RUNNING = "The database is in use: stop the server and the worker first, then start again."

_TABLES = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
# Of other accounts' sessions an ordinary account sees that they are there and whose, not of which type; a worker of the server is nobody's.
_OTHERS = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND usesysid IS NOT NULL"
    " AND coalesce(backend_type, 'client backend') = 'client backend'"
)
PRIVILEGES = Path(__file__).with_name("privileges.sql")


class Store(Protocol):
    """A database that can be saved to a file and brought back."""

    kind: str

    def save(self, target: Path) -> None:
        """Write a copy as of one instant, while the server runs."""

    def revision(self) -> str | None:
        """Return the migration the tables are at, None when there are no tables."""

    def is_empty(self) -> bool:
        """Tell whether there are no tables."""

    def bring_back(self, copy: Path, aside: str, undo: ExitStack) -> None:
        """Put the copy in place of what there is, which is kept under the name `aside`; `undo` takes it back on an error."""


def store(database_url: str) -> Store:
    """Return the store of this database."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        return Sqlite(Path(url.database or ""))
    return Postgresql(url)


class Sqlite:
    """A database that is one file."""

    kind = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path = path

    def save(self, target: Path) -> None:
        """Copy it as it is at this instant; writers go on meanwhile."""
        address = f"file:{self.path}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without companions

    def revision(self) -> str | None:
        """Ask the table of migrations."""
        if self.is_empty():
            return None
        with closing(sqlite3.connect(self.path)) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return None if row is None else str(row[0])

    def is_empty(self) -> bool:
        """Tell whether the file is absent or has no tables."""
        if not self.path.exists():
            return True
        try:
            with closing(sqlite3.connect(self.path)) as connection:
                return connection.execute("SELECT name FROM sqlite_schema").fetchone() is None
        except sqlite3.DatabaseError:
            return False  # it holds something, if only ruins

    def bring_back(self, copy: Path, aside: str, undo: ExitStack) -> None:
        """Rename the former file, then the copy into its place."""
        self._require_whole(copy)
        self._require_idle()
        for companion in SQLITE_COMPANIONS:
            present = Path(f"{self.path}{companion}")
            if present.exists():
                move(present, Path(f"{self.path}.{aside}{companion}"), undo)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        move(copy, self.path, undo)

    def _require_whole(self, copy: Path) -> None:
        with closing(sqlite3.connect(copy)) as connection:
            if connection.execute("PRAGMA quick_check").fetchone() != ("ok",):
                raise BackupError("The database in this backup is not whole. Nothing was changed.")

    def _require_idle(self) -> None:
        """Leaving the write-ahead log needs the file for oneself, so it fails while a server has it open."""
        if not self.path.exists():
            return
        with closing(sqlite3.connect(self.path, timeout=0)) as connection:
            try:
                connection.execute("PRAGMA journal_mode=DELETE")
            except sqlite3.OperationalError as error:
                raise BackupError(RUNNING) from error
            except sqlite3.DatabaseError:
                return  # it is damaged, which is why it is replaced


class Postgresql:
    """A database on a server, copied with the server's own programs."""

    kind = "postgresql"

    def __init__(self, url: URL) -> None:
        self.url = url

    def save(self, target: Path) -> None:
        """Dump it in the custom format; what an earlier restore put aside stays out."""
        self._run(
            "pg_dump", "--format=custom", "--no-owner", "--no-acl", "--exclude-schema=replaced_*", f"--file={target}"
        )

    def revision(self) -> str | None:
        """Ask the table of migrations."""
        if self.is_empty():
            return None
        with self._connect() as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return None if row is None else str(row[0])

    def is_empty(self) -> bool:
        """Tell whether the schema has no tables."""
        with self._connect() as connection:
            return connection.execute(_TABLES).fetchone() == (0,)

    def bring_back(self, copy: Path, aside: str, undo: ExitStack) -> None:  # noqa: ARG002 - a transaction undoes itself
        """Rename the former schema and fill a new one, in one transaction."""
        self._require_idle()
        script = copy.with_name("script.sql")
        self._run("pg_restore", "--no-owner", "--no-acl", f"--file={script}", str(copy))
        quiet = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null", "--single-transaction")
        if self.is_empty():
            self._run("psql", *quiet, f"--file={script}")
            return
        before, privileges = copy.with_name("before.sql"), copy.with_name("privileges.sql")
        before.write_text(self._put_aside(aside))
        privileges.write_text(PRIVILEGES.read_text().replace("replaced_schema", aside))
        self._run("psql", *quiet, f"--file={before}", f"--file={script}", f"--file={privileges}")

    def _put_aside(self, aside: str) -> str:
        rename = sql.SQL("ALTER SCHEMA public RENAME TO {};").format(sql.Identifier(aside))
        return f"{rename.as_string()}\nCREATE SCHEMA public;\n"

    def _require_idle(self) -> None:
        with self._connect() as connection:
            if connection.execute(_OTHERS).fetchone() != (0,):
                raise BackupError(RUNNING)

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        address = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        try:
            return psycopg.connect(address)
        except psycopg.OperationalError as error:
            raise BackupError(f"The database cannot be reached: {error}") from None

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(  # noqa: S603 - a fixed program of the database, no shell
            (_program(program), *arguments),
            env=os.environ | self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise BackupError(f"{program} failed, and nothing was changed:\n{done.stderr.strip()}")

    def _environment(self) -> dict[str, str]:
        """The address for the programs; on their command line anyone on the machine could read the password."""
        known = {
            "PGHOST": self.url.host,
            "PGPORT": None if self.url.port is None else str(self.url.port),
            "PGUSER": self.url.username,
            "PGPASSWORD": self.url.password,
            "PGDATABASE": self.url.database,
        }
        asked = {f"PG{name.upper()}": value for name, value in self.url.query.items() if isinstance(value, str)}
        return {name: value for name, value in known.items() if value is not None} | asked


def move(source: Path, target: Path, undo: ExitStack) -> None:
    """Move a file or folder, also to another disk; `undo` moves it back."""
    shutil.move(source, target)
    undo.callback(shutil.move, target, source)


def _program(name: str) -> str:
    """Find a program of PostgreSQL: where the environment says, the newest of the system, or on the path."""
    if given := os.environ.get(PROGRAMS_VARIABLE):
        return str(Path(given, name))
    installed = [path for path in DEBIAN.glob(f"*/bin/{name}") if path.parent.parent.name.isdigit()]
    newest = max(installed, key=lambda path: int(path.parent.parent.name), default=None)
    if found := newest or shutil.which(name):
        return str(found)
    raise BackupError(
        f"The program {name} is missing: install postgresql-client, or set {PROGRAMS_VARIABLE} to its folder."
    )
