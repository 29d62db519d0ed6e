"""Time-stamps: an authority of our own behind a small server stamps the last checkpoint of a closed box."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from cryptography.x509 import load_pem_x509_certificates
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from ecabinet import clock, jobs
from ecabinet.config import Config, ConfigurationError, from_environment
from ecabinet.database import reading, transaction
from ecabinet.jobs import Job, JobState
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import Room, opened
from tests.world import World
from voting.jobs import WORK
from voting.models import TimeStamp
from voting.proof import checkpoints, starting, time_stamps
from voting.proof.starting import CannotStart
from voting.proof.time_stamps import Authority, NotStamped, Stamped

# What is asked of an authority and what it answers does not depend on the database.
pytestmark = pytest.mark.any_database

SETTINGS = """
[ req ]
distinguished_name = name
prompt = no
[ name ]
CN = Time-stamping authority of a test
[ root ]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
[ stamps ]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[ tsa ]
default_tsa = authority
[ authority ]
serial = {folder}/serial
default_policy = 1.2.3.4.1
signer_digest = sha256
digests = sha256
ess_cert_id_alg = sha256
"""


@pytest.fixture(scope="session")
def openssl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the keys of an authority; skip where the program openssl is not there."""
    if shutil.which("openssl") is None:
        pytest.skip("the program openssl is not installed")
    folder = tmp_path_factory.mktemp("authority")
    (folder / "settings").write_text(SETTINGS.format(folder=folder))
    (folder / "serial").write_text("01")
    new = "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -config settings"
    _openssl(folder, f"{new} -x509 -days 30 -subj /CN=Root -extensions root -keyout root.key -out root.pem")
    _openssl(folder, f"{new} -keyout stamps.key -out stamps.csr")
    _openssl(
        folder,
        "x509 -req -in stamps.csr -CA root.pem -CAkey root.key -CAcreateserial -days 30 -extfile settings -extensions stamps -out stamps.pem",
    )
    return folder


def _openssl(folder: Path, words: str) -> None:
    subprocess.run(("openssl", *words.split()), cwd=folder, check=True, capture_output=True)


def reply(folder: Path, query: bytes) -> bytes:
    """Answer a query as the authority."""
    (folder / "query").write_bytes(query)
    _openssl(
        folder,
        "ts -reply -config settings -section authority -queryfile query -signer stamps.pem -inkey stamps.key -out answer",
    )
    return (folder / "answer").read_bytes()


@contextmanager
def answering(answer: Callable[[bytes], bytes]) -> Iterator[str]:
    """Serve an authority on this machine and yield its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            given = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200 if given else 503)
            self.send_header("Content-Length", str(len(given)))
            self.end_headers()
            self.wfile.write(given)

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/stamp"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


@pytest.fixture
def asks(database: Config, openssl: Path) -> Iterator[Callable[[str], None]]:
    """Return a function that lets the installation ask the authority at an address."""

    def use(url: str) -> None:
        time_stamps.use(replace(database, time_stamp_url=url, time_stamp_roots=str(openssl / "root.pem")))

    yield use
    time_stamps.use(database)


def state_of(question_id: int) -> Stamped | None:
    with reading() as session:
        return time_stamps.of_question(session, question_id)


def work(later: timedelta = timedelta(0)) -> int:
    """Do what is due, of the time-stamps alone."""
    if later:
        with transaction() as session:
            for job in session.scalars(select(Job).where(Job.name == time_stamps.JOB, Job.state == JobState.WAITING)):
                job.due_at -= later
    return jobs.run_due(
        {
            name: WORK.get(name, lambda **_values: None)
            for name in ("voting.stamp", "outcomes.close_written", "outcomes.archive", "ecabinet.mail")
        }
    )


def test_the_last_checkpoint_of_a_closed_box_is_stamped_and_openssl_agrees(
    room: Room, secretary: Persona, openssl: Path, asks: Callable[[str], None], tmp_path: Path
) -> None:
    with answering(lambda query: reply(openssl, query)) as url:
        asks(url)
        question_id = opened(room, secretary.actor())
        assert state_of(question_id) is None
        before = clock.now() - timedelta(seconds=2)
        rooms.closed(question_id, secretary.actor())
        assert state_of(question_id) == Stamped(None)
        assert "⟦" in secretary.get(f"/questions/{question_id}").text
        work()
    stamped = state_of(question_id)
    assert stamped is not None
    assert stamped.at is not None
    assert before <= stamped.at <= clock.now() + timedelta(seconds=2)
    with reading() as session:
        kept = session.scalars(select(TimeStamp)).one()
        last = checkpoints.of_question(session, question_id)[-1]
    assert kept.size == last.size
    (tmp_path / "checkpoint").write_text(last.note)
    (tmp_path / "stamp.tsr").write_bytes(kept.answer)
    _openssl(tmp_path, f"ts -verify -data checkpoint -in stamp.tsr -CAfile {openssl / 'root.pem'}")


def test_where_the_authority_does_not_answer_the_result_stands_and_it_is_asked_again_in_an_hour(
    room: Room, secretary: Persona, openssl: Path, asks: Callable[[str], None]
) -> None:
    answers = [b""]
    with answering(lambda query: answers.pop() if answers else reply(openssl, query)) as url:
        asks(url)
        question_id = opened(room, secretary.actor())
        rooms.closed(question_id, secretary.actor())
        work()
        assert answers == []
        assert state_of(question_id) == Stamped(None)
        work()
        assert state_of(question_id) == Stamped(None)
        work(later=time_stamps.AGAIN)
    stamped = state_of(question_id)
    assert stamped is not None
    assert stamped.at is not None


def test_nothing_is_asked_and_nothing_awaited_where_no_authority_is_configured(room: Room, secretary: Persona) -> None:
    question_id = opened(room, secretary.actor())
    rooms.closed(question_id, secretary.actor())
    assert state_of(question_id) is None
    time_stamps.stamp(question_id)
    assert state_of(question_id) is None


@pytest.mark.both_databases
@pytest.mark.parametrize("statement", ["UPDATE time_stamp SET size = 9", "DELETE FROM time_stamp"])
def test_no_time_stamp_is_changed_or_deleted(room: Room, secretary: Persona, statement: str) -> None:
    question_id = opened(room, secretary.actor())
    with transaction() as session:
        session.add(TimeStamp(question_id=question_id, size=1, at=clock.now(), answer=b"x"))
    with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
        session.execute(text(statement))


@pytest.mark.parametrize("wrong", ["other message", "no answer", "other root", "rejected"])
def test_an_answer_that_does_not_hold_is_none(openssl: Path, wrong: str) -> None:
    other: list[bytes] = []

    def answer(query: bytes) -> bytes:
        given = reply(openssl, other[0] if wrong == "other message" and other else query)
        other.append(query)
        return {"no answer": b"<html>", "rejected": b"\x30\x05\x30\x03\x02\x01\x02"}.get(wrong, given)

    roots = tuple(load_pem_x509_certificates((openssl / "root.pem").read_bytes()))
    strangers = tuple(load_pem_x509_certificates((openssl / "stamps.pem").read_bytes()))
    with answering(answer) as url:
        authority = Authority(url, strangers if wrong == "other root" else roots)
        if wrong == "other message":
            time_stamps.stamped(authority, b"first")
        with pytest.raises(NotStamped):
            time_stamps.stamped(authority, b"message")


# Settings


def test_an_authority_needs_an_address_and_the_roots_by_which_it_is_believed(tmp_path: Path) -> None:
    roots = tmp_path / "roots.pem"
    roots.write_text("x")
    base = {"ECABINET_MODE": "test", "ECABINET_INSTANCE": str(tmp_path)}
    given = {"ECABINET_TIME_STAMP_URL": "https://tsa.example/stamp", "ECABINET_TIME_STAMP_ROOTS": str(roots)}
    config = from_environment({**base, **given})
    assert (config.time_stamp_url, config.time_stamp_roots) == ("https://tsa.example/stamp", str(roots))
    with pytest.raises(ConfigurationError, match="ECABINET_TIME_STAMP_URL"):
        from_environment({**base, **given, "ECABINET_TIME_STAMP_URL": "file:///etc/passwd"})
    with pytest.raises(ConfigurationError, match="ECABINET_TIME_STAMP_ROOTS"):
        from_environment({**base, **given, "ECABINET_TIME_STAMP_ROOTS": str(tmp_path / "none.pem")})


def test_roots_that_cannot_be_read_stop_the_start(database: Config, tmp_path: Path) -> None:
    (tmp_path / "roots.pem").write_text("no certificate")
    unusable = replace(database, time_stamp_url="http://localhost/", time_stamp_roots=str(tmp_path / "roots.pem"))
    with pytest.raises(CannotStart, match="ECABINET_TIME_STAMP_ROOTS"):
        starting.use(unusable)
