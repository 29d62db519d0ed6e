"""The servers that the tests start: they are real, private, not root, and gone afterwards, also when the tests are killed."""

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from tests import databases

ROOT = Path(__file__).resolve().parent.parent
Server = Callable[[], AbstractContextManager[str]]


@pytest.fixture(autouse=True)
def _no_given_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(databases.POSTGRESQL_VARIABLE, raising=False)
    monkeypatch.delenv(databases.REDIS_VARIABLE, raising=False)


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that any user may enter, in which the servers of this test make theirs."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o711)
        monkeypatch.setattr(databases, "PLACE", folder)
        yield folder


@pytest.fixture(params=["system", "wheel"])
def _programs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if request.param == "wheel":
        monkeypatch.setattr(databases, "DEBIAN_POSTGRESQL", tmp_path)
        monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("_programs")
def test_postgresql_keeps_what_was_committed_and_does_not_run_as_root() -> None:
    with databases.postgresql_server() as url, psycopg.connect(_plain(url)) as connection:
        connection.execute("CREATE TABLE kept (words text)")
        connection.execute("INSERT INTO kept VALUES ('Đề án')")
        assert connection.execute("SELECT words FROM kept").fetchone() == ("Đề án",)
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        owner = connection.execute("SELECT pg_read_file('/proc/self/status')").fetchone()
    assert owner is not None
    assert "\nUid:\t0\t" not in owner[0]


@pytest.mark.usefixtures("_programs")
def test_redis_answers() -> None:
    with databases.redis_server() as url, redis.Redis.from_url(url) as client:
        client.set("word", "phiếu")
        assert client.get("word") == "phiếu".encode()


@pytest.mark.parametrize("server", [databases.postgresql_server, databases.redis_server])
def test_a_server_and_its_folder_are_gone_when_the_block_ends(server: Server, place: Path) -> None:
    with server() as url:
        assert list(place.iterdir())
    assert not list(place.iterdir())
    assert not _is_listening(url)


def test_a_given_address_is_used_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(databases.POSTGRESQL_VARIABLE, "postgresql+psycopg://given/tests")
    monkeypatch.setenv(databases.REDIS_VARIABLE, "redis://given:6379/0")
    with databases.postgresql_server() as postgresql, databases.redis_server() as redis_url:
        assert postgresql == "postgresql+psycopg://given/tests"
        assert redis_url == "redis://given:6379/0"


@pytest.mark.parametrize("name", ["postgresql_server", "redis_server"])
def test_nothing_is_left_when_the_tests_are_killed(name: str, place: Path) -> None:
    program = f"""
from pathlib import Path
from tests import databases
databases.PLACE = Path({str(place)!r})
with databases.{name}() as url:
    print(url, flush=True)
    input()
"""
    with subprocess.Popen(
        (sys.executable, "-c", program), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as tests:
        assert tests.stdout is not None
        url = tests.stdout.readline().strip()
        assert _is_listening(url)
        tests.kill()
    assert _soon(lambda: not list(place.iterdir()))
    assert not _is_listening(url)


def test_a_server_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setattr(databases, "_free_port", lambda: taken.getsockname()[1])
        with pytest.raises(databases.ServerError, match="in use"), databases.redis_server():
            pytest.fail("it cannot have started")
    assert not list(place.iterdir())


def _plain(url: str) -> str:
    return url.replace("+psycopg", "")


def _is_listening(url: str) -> bool:
    address = urlsplit(url)
    listening = {int(line.split()[1].rsplit(":", 1)[1], 16) for line in _listeners()}
    return address.port in listening


def _listeners() -> Iterator[str]:
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        if line.split()[3] == "0A":
            yield line


def _soon(happened: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and not happened():
        time.sleep(0.05)
    return happened()
