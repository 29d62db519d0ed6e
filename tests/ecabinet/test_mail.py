"""E-mails go out once, over connections that are checked; one whose sending was cut off is not sent again."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select

from ecabinet import clock, jobs, mail, notices
from ecabinet.database import reading, transaction
from ecabinet.jobs import Job
from ecabinet.notices import Delivery, DeliveryState, Sentence
from tests.ecabinet.mail_server import MailServer, Speaks, mail_server, make_certificate
from tests.world import World

WITH_USER = "smtp://office:a%20word%40@127.0.0.1:{port}"
OVER_TLS = "smtps://office:a%20word%40@127.0.0.1:{port}"
PLAIN = "smtp://127.0.0.1:{port}"
NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this machine trust the server's certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


def hand_over(url: str, server: MailServer, folder: Path) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "office@house.example", "her@house.example", "Something waits"
    message.set_content("Something waits for you.")
    mail.sender_for(url.format(port=server.port), folder)(message)


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(("url", "speaks"), [(OVER_TLS, Speaks.ALWAYS), (WITH_USER, Speaks.ON_REQUEST)])
def test_a_password_is_said_over_a_checked_connection(
    certificate: Path, tmp_path: Path, url: str, speaks: Speaks
) -> None:
    with mail_server(speaks, certificate) as server:
        hand_over(url, server, tmp_path)
    assert server.passwords == ["a word@"]
    assert "Something waits for you." in server.messages[0]


@pytest.mark.parametrize(("url", "speaks"), [(OVER_TLS, Speaks.ALWAYS), (WITH_USER, Speaks.ON_REQUEST)])
def test_a_server_whose_certificate_nobody_vouches_for_is_told_nothing(
    certificate: Path, tmp_path: Path, url: str, speaks: Speaks
) -> None:
    with mail_server(speaks, certificate) as server, pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        hand_over(url, server, tmp_path)
    assert server == MailServer(server.port)


@pytest.mark.usefixtures("trusted")
def test_a_server_without_tls_is_not_told_the_password(certificate: Path, tmp_path: Path) -> None:
    with mail_server(Speaks.NEVER, certificate) as server, pytest.raises(OSError, match="STARTTLS"):
        hand_over(WITH_USER, server, tmp_path)
    assert server == MailServer(server.port)


def test_a_server_that_asks_for_no_password_is_spoken_to_plainly(certificate: Path, tmp_path: Path) -> None:
    with mail_server(Speaks.NEVER, certificate) as server:
        hand_over(PLAIN, server, tmp_path)
    assert len(server.messages) == 1


@pytest.fixture
def waiting(government: World) -> int:
    """An e-mail that waits to be sent."""
    with transaction() as session:
        person = government.person("health_minister")
        notices.tell(session, person, Sentence.MATTER_LODGED, key="a key", address="/", title="A dossier")
    with reading() as session:
        return session.scalars(select(Delivery.id)).one()


def state_of(delivery_id: int) -> DeliveryState:
    with reading() as session:
        return session.get_one(Delivery, delivery_id).state


def work_with(send: mail.Send) -> Callable[[], None]:
    return lambda: mail.send_waiting(send, "office@house.example", lambda _language: ("Subject", "Text"))


def test_an_email_whose_sending_was_cut_off_counts_as_failed_after_ten_minutes_and_is_never_sent_twice(
    waiting: int, caplog: pytest.LogCaptureFixture
) -> None:
    sent: list[EmailMessage] = []

    def dies(message: EmailMessage) -> None:
        sent.append(message)
        raise SystemExit

    with time_machine.travel(clock.now() + timedelta(seconds=1), tick=False) as traveller:
        with pytest.raises(SystemExit):
            jobs.run_due({mail.JOB: work_with(dies)})
        assert state_of(waiting) is DeliveryState.SENDING
        traveller.shift(timedelta(minutes=9))
        jobs.run_due({mail.JOB: work_with(sent.append)})
        assert state_of(waiting) is DeliveryState.SENDING
        traveller.shift(timedelta(minutes=2))
        with caplog.at_level(logging.ERROR):
            jobs.run_due({mail.JOB: work_with(sent.append)})
    assert state_of(waiting) is DeliveryState.FAILED
    assert f"e-mail {waiting} was being handed over when the worker stopped" in caplog.text
    assert len(sent) == 1


def test_an_address_to_which_nothing_can_be_sent_does_not_hold_up_the_others(waiting: int, government: World) -> None:
    with transaction() as session:
        session.get_one(Delivery, waiting).recipient = "her\n@house.example"
        officer = government.person("officer")
        notices.tell(session, officer, Sentence.MATTER_LODGED, key="a key", address="/", title="A dossier")
    sent: list[EmailMessage] = []
    work_with(sent.append)()
    assert state_of(waiting) is DeliveryState.FAILED
    assert [message["To"] for message in sent] == ["officer@example.test"]


def test_it_is_looked_for_again_when_the_worker_came_back_too_early_to_tell(waiting: int) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        with transaction() as session:
            delivery = session.get_one(Delivery, waiting)
            delivery.state, delivery.changed_at = DeliveryState.SENDING, clock.now()
            for job in session.scalars(select(Job)):
                session.delete(job)
            jobs.ask_for(session, mail.JOB)
        jobs.run_due({mail.JOB: work_with(lambda _message: None)})
        assert state_of(waiting) is DeliveryState.SENDING
        traveller.shift(timedelta(minutes=10, seconds=2))
        jobs.run_due({mail.JOB: work_with(lambda _message: None)})
    assert state_of(waiting) is DeliveryState.FAILED
