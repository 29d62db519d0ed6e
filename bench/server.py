"""What is measured: the server program on a fresh database. It listens on loopback only and ends with the benchmark."""

import ctypes
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

import psycopg
from alembic import command
from alembic.config import Config as Alembic
from sqlalchemy.engine import make_url

from ecabinet import database
from ecabinet.config import PROJECT
from tests.databases import postgresql_server

SECONDS_TO_START = 60.0
SECONDS_TO_STOP = 15.0
HOST = "127.0.0.1"
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Server:
    """A running server and the database under it."""

    port: int
    secret_key: str
    engine: str
    process: int


class Databases:
    """Makes fresh, migrated databases; a PostgreSQL server is started when the first of its databases is asked for."""

    def __init__(self, stack: ExitStack, postgresql: str | None = None) -> None:
        """What is started ends with the stack; nothing is where the address of a server is given."""
        self._stack = stack
        self._postgresql = postgresql

    def fresh(self, engine: str, folder: Path) -> str:
        """Return the address of a new database with the tables of the application."""
        url = f"sqlite:///{folder / 'ecabinet.sqlite'}" if engine == "sqlite" else self._fresh_postgresql()
        settings = Alembic(str(PROJECT / "alembic.ini"))
        settings.attributes["url"] = url
        command.upgrade(settings, "head")
        return url

    def _fresh_postgresql(self) -> str:
        if self._postgresql is None:
            self._postgresql = self._stack.enter_context(postgresql_server())
        name = f"bench_{secrets.token_hex(4)}"
        server = make_url(self._postgresql)
        address = server.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return server.set(database=name).render_as_string(hide_password=False)


@contextmanager
def folder() -> Iterator[Path]:
    """Give a folder for the state of one server, and take it away afterwards."""
    made = Path(tempfile.mkdtemp(prefix="ecabinet-bench-"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextmanager
def application(engine: str, url: str, state: Path) -> Iterator[Server]:
    """Run the application as `./run serve` does, in its production mode; this process is connected to its database too."""
    port, key = free_port(), secrets.token_hex(32)
    environment = {
        "ECABINET_MODE": "production",
        "ECABINET_INSTANCE": str(state),
        "ECABINET_DATABASE_URL": url,
        "ECABINET_SECRET_KEY": key,
        "ECABINET_PORT": str(port),
        "ECABINET_BIND": f"{HOST}:{port}",
        "ECABINET_ORIGINS": origin(port),
    }
    command_line = ("-m", "gunicorn", "-c", "gunicorn.conf.py", "app:app")
    with running(command_line, environment, port, "/health") as process:
        database.connect(url)
        try:
            yield Server(port, key, engine, process)
        finally:
            database.current().close()


@contextmanager
def bare() -> Iterator[int]:
    """Run a server that can do nothing but broadcast, on the same programs with the same settings; give its port."""
    port = free_port()
    command_line = ("-m", "gunicorn", "-c", "python:bench", "-k", "gevent", "-w", "1", "-b", f"{HOST}:{port}")
    quiet = ("--no-control-socket", "--log-level", "warning")
    options = ("--worker-connections", "10000", "--keep-alive", "75", *quiet, "bench.bare:app")
    with running((*command_line, *options), {}, port, "/"):
        yield port


@contextmanager
def running(arguments: Sequence[str], environment: Mapping[str, str], port: int, path: str) -> Iterator[int]:
    """Start a Python program, wait until it answers, end it afterwards; give its process id."""
    program = subprocess.Popen(
        (sys.executable, *arguments),
        cwd=PROJECT,
        env={**os.environ, **environment},
        start_new_session=True,  # Ctrl-C is for the benchmark, which then ends it
        preexec_fn=_end_with_parent(),  # noqa: PLW1509 - this program has no threads when it starts servers
    )
    try:
        wait_for(f"http://{HOST}:{port}{path}", program)
        yield program.pid
    finally:
        _end(program)


def origin(port: int) -> str:
    """Return the origin that the pages of a server have."""
    return f"http://localhost:{port}"


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(address: str, program: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers; raise `RuntimeError` where it ends instead, or takes too long."""
    deadline = time.monotonic() + SECONDS_TO_START
    while program.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - our own server
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise RuntimeError("the server to be measured did not start; what it said stands above")


def _end_with_parent() -> Callable[[], object] | None:
    """Return what ends a server when the benchmark is killed and cannot do it itself; Linux alone offers this."""
    if sys.platform != "linux":
        return None
    system = ctypes.CDLL(None)
    return lambda: system.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _end(program: subprocess.Popen[bytes]) -> None:
    program.terminate()
    try:
        program.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()


def processor_seconds(server: Server) -> float:
    """Return the processor time that the server has used, which other programs on the machine do not change; 0 where Linux's /proc is missing."""
    family = Path(f"/proc/{server.process}/task/{server.process}/children")
    if not family.exists():
        return 0.0
    processes = [server.process, *(int(number) for number in family.read_text().split())]
    return sum(_ticks(number) for number in processes) / os.sysconf("SC_CLK_TCK")


def _ticks(process: int) -> int:
    after_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return int(after_name[11]) + int(after_name[12])
