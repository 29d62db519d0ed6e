"""Simulated members against a real server: they find a meeting that starts later, vote, and come back after a restart."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from agenda_docs import service as dossiers
from demonstration import tablet
from demonstration.room import Room
from demonstration.views import key_of
from ecabinet import clock
from ecabinet.access import Actor
from ecabinet.config import PROJECT, Config
from ecabinet.database import reading, transaction
from ecabinet.organisation.models import Person
from ecabinet.sign_in import sessions
from meetings import agenda, publishing, service, sitting
from meetings.agenda import ItemForm
from meetings.models import Attendance, ItemKind, MeetingKind
from meetings.service import Plan
from outcomes import service as outcomes
from tests.world import ZONE, World
from voting import preparing
from voting import service as voting
from voting.conduct import Procedure
from voting.entries import EntryKind
from voting.models import BoxEntry

MEMBERS = ("health_minister", "finance_minister", "justice_minister")
PATIENCE = 60.0
BETWEEN_LOOKS = 0.1


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def eventually(holds: Callable[[], bool]) -> None:
    """Look until it holds; a server in another process tells nobody here when it is done."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(BETWEEN_LOOKS)


@contextmanager
def server(config: Config, port: int) -> Iterator[None]:
    """Serve the database of the test on a loopback port, and end with the block."""
    environment = {
        "PATH": os.environ["PATH"],
        "ECABINET_MODE": "test",
        "ECABINET_INSTANCE": str(config.instance),
        "ECABINET_DATABASE_URL": config.database_url,
        "ECABINET_SECRET_KEY": config.secret_key,
        "ECABINET_PORT": str(port),
        "ECABINET_BIND": f"127.0.0.1:{port}",
    }
    command = (sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "app:app")
    running = subprocess.Popen(command, cwd=PROJECT, env=environment)
    try:
        eventually(lambda: answers(port))
        yield
    finally:
        running.send_signal(signal.SIGINT)
        try:
            running.wait(20)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@pytest.fixture
def people(database: Config, government: World) -> Callable[[str], Actor]:  # noqa: ARG001 - they are in that database
    def person(key: str) -> Actor:
        with transaction() as session:
            row = session.get_one(Person, government.person(key))
            token = sessions.start(session, row, device="tests", address="127.0.0.1", stepped_up=True)
        with reading() as session:
            signed = sessions.signed_in_by(session, token)
        assert signed is not None
        return signed.actor

    return person


@pytest.fixture
def questions(government: World, people: Callable[[str], Actor]) -> tuple[int, list[int]]:
    """Publish a meeting of today with one item; return it and three questions prepared: two votes, one for objections."""
    secretary, chair = people("secretary"), people("prime_minister")
    unit, body = government.unit("BYT"), government.body_id
    starts = clock.in_zone(clock.now(), ZONE).replace(tzinfo=None)
    plan = Plan(MeetingKind.REGULAR, "Phiên họp", starts, 60, "", government.membership("prime_minister"))
    with transaction() as session:
        matter = dossiers.lodge(session, secretary, body_id=body, unit_id=unit, title="Đề án")
        dossiers.send_in(session, secretary, matter.id)
        dossiers.accept(session, secretary, matter.id)
        meeting = service.create(session, secretary, body, plan)
        session.flush()
        form = ItemForm(ItemKind.DECISION, matter_id=matter.id)
        item = agenda.add_item(session, secretary, meeting.id, form, revision=meeting.revision)
        publishing.propose(session, secretary, meeting.id)
        publishing.approve(session, chair, meeting.id, revision=meeting.revision)
        publishing.publish(session, secretary, meeting.id)
        prepared = [
            preparing.prepare(session, secretary, item_id=item.id, text="Thông qua?", procedure=procedure)
            for procedure in (Procedure.VOTE, Procedure.NO_OBJECTION, Procedure.VOTE)
        ]
        return meeting.id, [question.id for question in prepared]


def here() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).where(Attendance.left_at.is_(None))) or 0


def ballots(question: int) -> int:
    with reading() as session:
        found = select(func.count(BoxEntry.person_id.distinct()))
        return session.scalar(found.where(BoxEntry.question_id == question, BoxEntry.kind == EntryKind.CAST)) or 0


def put(chair: Actor, question: int) -> None:
    with transaction() as session:
        voting.arm(session, chair, question)
        voting.open_question(session, chair, question, closes_in=timedelta(minutes=10))


def close(chair: Actor, question: int) -> None:
    with transaction() as session:
        outcomes.close_question(session, chair, question)


@pytest.mark.any_database
def test_simulated_members_find_the_meeting_vote_and_come_back_after_a_restart(
    database: Config,
    questions: tuple[int, list[int]],
    people: Callable[[str], Actor],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tablet, "SLOWEST", 1.0)
    meeting, (first, objections, last) = questions
    chair, port = people("prime_minister"), free_port()
    room = Room(MEMBERS, lambda account: key_of(database, account), port)
    room.open()  # before there is a server, or a meeting that runs
    try:
        with server(database, port):
            with transaction() as session:
                sitting.start(session, chair, meeting)
            eventually(lambda: here() == len(MEMBERS))
            put(chair, first)
            eventually(lambda: ballots(first) == len(MEMBERS))
            close(chair, first)
        put(chair, last)  # while the server is away
        with server(database, port):
            eventually(lambda: ballots(last) == len(MEMBERS))
            close(chair, last)
            put(chair, objections)
            for each in room.tablets:
                each.vote(objections)
    finally:
        room.close()
    assert ballots(objections) == 0
    assert here() == len(MEMBERS)
