"""The worker dies by `kill -9` between the close, the notices, the hand-over and the mark: everything happens once all the same."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import ModuleType
from unittest import mock

import pytest
from sqlalchemy import select

import worker
from ecabinet import clock, jobs
from ecabinet import database as databases
from ecabinet.config import Config
from ecabinet.database import reading, transaction
from ecabinet.notices import Delivery, DeliveryState, Notice, deliveries
from ecabinet.organisation.models import Person
from tests.ecabinet.gateway import Gateway, gateway
from tests.ecabinet.mail_server import Speaks, mail_server, make_certificate
from tests.ecabinet.outbox import Clock, stopped_clock
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import circulated
from tests.world import MEMBERS, World
from voting import closing
from voting.conduct import QuestionState

MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)  # nine o'clock in the morning there
CLOSED_AT = datetime(2026, 11, 26, 10, 1, tzinfo=UTC)
POINTS: dict[str, tuple[ModuleType, str]] = {
    "between close and notice": (closing, "notify"),
    "between notice and claim": (deliveries, "_claim"),
    "between claim and hand-over": (deliveries, "_hand_over"),
    "between hand-over and mark": (deliveries, "_mark"),
}


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    with stopped_clock(monkeypatch, MONDAY) as stopped:
        yield stopped


@pytest.fixture
def question_id(government: World, secretary: Persona, monkeypatch: pytest.MonkeyPatch) -> int:
    """A written question that nobody answered and whose time is over; what was sent at its circulation is out of the way."""
    room, who = rooms.furnish(government), secretary.actor()
    with transaction() as session:
        for person in session.scalars(select(Person)):
            person.phone = "+84912345678"
    with stopped_clock(monkeypatch, MONDAY):
        made = circulated(room, replace(who, stepped_up_until=MONDAY + timedelta(days=9)))
    with transaction() as session:
        for delivery in session.scalars(select(Delivery)):
            delivery.state = DeliveryState.SENT
    return made


def turn(config: Config) -> None:
    """Do what the worker does each second."""
    work = worker.work_of(config)
    jobs.run_due(work)
    work[deliveries.NAME]()


def killed(*_given: object, **_named: object) -> None:
    """Kill this process, as a power cut does."""
    os.kill(os.getpid(), signal.SIGKILL)


def worker_dies(config: Config, point: str) -> None:
    """Give a worker, in a process of its own, a turn in which it is killed at this point."""
    process = os.fork()
    if process == 0:
        try:
            databases._database = None  # the parent's connections are the parent's
            databases.connect(config.database_url)
            module, name = POINTS[point]
            with mock.patch.object(module, name, killed):
                turn(config)
        finally:
            os._exit(1)
    _process, status = os.waitpid(process, 0)
    assert os.WIFSIGNALED(status), f"the worker was not killed {point}"
    assert os.WTERMSIG(status) == signal.SIGKILL


def workers_go_on(config: Config, now: Clock) -> None:
    """Let half an hour pass, with a worker that lives."""
    for _turn in range(3):
        now.passes(minutes=11)
        turn(config)


def new_deliveries() -> list[Delivery]:
    with reading() as session:
        return list(
            session.scalars(
                select(Delivery)
                .join(Notice, Notice.id == Delivery.notice_id)
                .where(Notice.key.like("opinion:%:overdue"))
                .order_by(Delivery.id)
            )
        )


def check_told_once(question_id: int) -> None:
    """The question is closed, and each member has been told once, by one e-mail and one text message."""
    assert rooms.state_of(question_id) is QuestionState.CLOSED
    assert sum(b'"type":"closed"' in body for body in rooms.bodies(question_id)) == 1
    told = Counter((row.person_id, row.channel) for row in new_deliveries())
    assert set(told.values()) == {1}
    assert len(told) == 2 * len(MEMBERS)


@pytest.mark.parametrize("point", POINTS)
def test_each_message_arrives_once_wherever_the_worker_was_killed(
    database: Config, question_id: int, now: Clock, point: str
) -> None:
    with gateway() as told:
        config = replace(database, sms_url=told.url)
        now.now = CLOSED_AT
        worker_dies(config, point)
        workers_go_on(config, now)
        check_told_once(question_id)
        assert {row.state for row in new_deliveries()} == {DeliveryState.SENT}
        check_arrived_once(config, told)


def check_arrived_once(config: Config, told: Gateway) -> None:
    wanted = {row.key for row in new_deliveries()}
    files = {file.stem for file in (config.instance / "mail").iterdir()}
    assert not files & set(told.messages)
    assert files | set(told.messages) == wanted
    assert len(files) == len(told.messages) == len(MEMBERS)


def test_what_a_mail_server_may_have_is_not_sent_again_by_itself(
    database: Config, question_id: int, now: Clock, tmp_path_factory: pytest.TempPathFactory
) -> None:
    certificate = make_certificate(tmp_path_factory.mktemp("certificate"))
    with mail_server(Speaks.NEVER, certificate) as server:
        config = replace(database, smtp_url=f"smtp://127.0.0.1:{server.port}")
        now.now = CLOSED_AT
        worker_dies(config, "between hand-over and mark")
        assert len(server.messages) == 1
        workers_go_on(config, now)
        check_told_once(question_id)
        states = Counter(row.state for row in new_deliveries())
        assert states == {DeliveryState.UNCERTAIN: 1, DeliveryState.SENT: 2 * len(MEMBERS) - 1}
        marks = [line for text in server.messages for line in text.splitlines() if line.startswith("Message-ID")]
        assert len(marks) == len(set(marks)) == len(MEMBERS)
    assert clock.now() == now.now
