"""Handing e-mails over: each once, to a mail server over a checked connection, or into a folder where there is no server."""

import logging
import smtplib
import ssl
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from sqlalchemy import func, select, update

from ecabinet import clock, jobs
from ecabinet.database import transaction
from ecabinet.notices import Delivery, DeliveryState

logger = logging.getLogger(__name__)

Send = Callable[[EmailMessage], None]
JOB = "notices.send"
A_MOMENT = timedelta(seconds=1)
SECONDS_TO_WAIT = 30
PORT_OF_SERVERS, PORT_WITH_PASSWORD, PORT_OVER_TLS = 25, 587, 465


def send_waiting(send: Send, sender: str, words: Callable[[str], tuple[str, str]]) -> None:
    """Send every waiting e-mail once. `words` gives subject and text in a language; each is claimed before and marked after it is handed over."""
    _give_up_abandoned()
    while (claimed := _claim()) is not None:
        delivery_id, recipient, language = claimed
        try:
            send(_message(sender, recipient, *words(language)))
        except (
            OSError,
            ValueError,
        ):  # of the connection or the server; of an address or a password that cannot be said
            logger.exception("an e-mail could not be handed over")
            _mark(delivery_id, DeliveryState.FAILED)
        else:
            _mark(delivery_id, DeliveryState.SENT)


def _message(sender: str, recipient: str, subject: str, text: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, recipient, subject
    message.set_content(text)
    return message


def _give_up_abandoned() -> None:
    """Mark as failed what was being sent when a worker died: nobody knows whether it went out, and nothing is sent twice."""
    being_sent = Delivery.state == DeliveryState.SENDING
    with transaction() as session:
        given_up = session.scalars(
            update(Delivery)
            .where(being_sent, Delivery.changed_at < clock.now() - jobs.STALE)
            .values(state=DeliveryState.FAILED, changed_at=clock.now())
            .returning(Delivery.id)
        ).all()
        last = session.scalar(select(func.max(Delivery.changed_at)).where(being_sent))
        if last is not None:  # by another worker now, or by one that died: look again when that can be told
            jobs.ask_for(session, JOB, due_at=last + jobs.STALE + A_MOMENT, key="notices.abandoned")
    for delivery_id in given_up:
        logger.error("e-mail %s was being handed over when the worker stopped; it counts as failed", delivery_id)


def _claim() -> tuple[int, str, str] | None:
    with transaction() as session:
        delivery = session.scalar(
            select(Delivery)
            .where(Delivery.state == DeliveryState.WAITING)
            .order_by(Delivery.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if delivery is None:
            return None
        delivery.state, delivery.changed_at = DeliveryState.SENDING, clock.now()
        return delivery.id, delivery.recipient, delivery.language


def _mark(delivery_id: int, state: DeliveryState) -> None:
    with transaction() as session:
        delivery = session.get_one(Delivery, delivery_id)
        delivery.state, delivery.changed_at = state, clock.now()


def sender_for(smtp_url: str | None, folder: Path) -> Send:
    """Return what hands e-mails over: to the server of this address, or as files into a folder where there is none.

    `smtps://` speaks TLS from the first byte. `smtp://` with a user asks for TLS before it says the password. Both check the
    server's certificate. `smtp://` without a user speaks as plainly as mail servers of one house do.
    """
    return _to_server(urlsplit(smtp_url)) if smtp_url else _to_folder(folder)


def _to_folder(folder: Path) -> Send:
    def send(message: EmailMessage) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{clock.now():%Y%m%dT%H%M%S%f}.eml"
        (folder / name).write_bytes(bytes(message))

    return send


def _to_server(address: SplitResult) -> Send:
    def send(message: EmailMessage) -> None:
        with _connection(address) as server:
            if address.username:
                server.login(unquote(address.username), unquote(address.password or ""))
            server.send_message(message)

    return send


def _connection(address: SplitResult) -> smtplib.SMTP:
    host = address.hostname or "localhost"
    if address.scheme == "smtps":
        port = address.port or PORT_OVER_TLS
        return smtplib.SMTP_SSL(host, port, timeout=SECONDS_TO_WAIT, context=ssl.create_default_context())
    if not address.username:
        return smtplib.SMTP(host, address.port or PORT_OF_SERVERS, timeout=SECONDS_TO_WAIT)
    server = smtplib.SMTP(host, address.port or PORT_WITH_PASSWORD, timeout=SECONDS_TO_WAIT)
    try:
        server.starttls(context=ssl.create_default_context())
    except BaseException:
        server.close()
        raise
    return server
