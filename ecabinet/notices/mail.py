"""Handing e-mails over: to a mail server over a checked connection, or into a folder where there is no server."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from ecabinet.notices.carriers import Carrier, Fate, Message, NotCarried, Trouble, into_folder

SECONDS_TO_WAIT = 30
PORT_OF_SERVERS, PORT_WITH_PASSWORD, PORT_OVER_TLS = 25, 587, 465
AGREED = range(200, 300)
PUT_OFF = range(400, 500)


def carrier_for(smtp_url: str | None, folder: Path, *, sender: str, host: str) -> Carrier:
    """Return what carries e-mails: to the server of this address, or as files into a folder where there is none.

    `smtps://` speaks TLS from the first byte. `smtp://` with a user asks for TLS before it says the password. Both check the
    server's certificate. `smtp://` without a user speaks as plainly as mail servers of one house do.
    """

    def to_folder(message: Message) -> None:
        into_folder(folder, f"{message.key}.eml", _written(message, sender, host).as_bytes())

    def to_server(message: Message) -> None:
        _send(urlsplit(smtp_url or ""), sender, message.recipient, _written(message, sender, host))

    return Carrier(to_server, is_idempotent=False) if smtp_url else Carrier(to_folder, is_idempotent=True)


def _written(message: Message, sender: str, host: str) -> EmailMessage:
    letter = EmailMessage()
    try:
        letter["From"], letter["To"], letter["Subject"] = sender, message.recipient, message.subject
    except ValueError as error:
        raise NotCarried(Trouble.BAD_ADDRESS, Fate.NEVER) from error
    letter["Message-ID"] = f"<{message.key}@{host}>"
    letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answering machine answers it
    letter.set_content(message.text)
    return letter


def _send(address: SplitResult, sender: str, recipient: str, letter: EmailMessage) -> None:
    """Hand one e-mail over. Until its last line is said nothing has gone out; whether it has is unknown if no answer comes then."""
    with _said_what_is_wrong(), closing(_connection(address)) as server:
        if address.username:
            server.login(unquote(address.username), unquote(address.password or ""))
        server.ehlo_or_helo_if_needed()
        _check(*server.mail(sender))
        _check(*server.rcpt(recipient))
        _hand_over(server, letter)
        with suppress(OSError):
            server.quit()  # it is over already, whatever is answered


@contextmanager
def _said_what_is_wrong() -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:  # not this message's fault: people mend it meanwhile
        raise NotCarried(Trouble.PUT_OFF, Fate.AGAIN, error.smtp_code) from error
    except smtplib.SMTPResponseException as error:
        raise _trouble(error.smtp_code) from error
    except smtplib.SMTPNotSupportedError as error:  # no TLS, no way to sign in: nothing that time mends
        raise NotCarried(Trouble.BROKEN, Fate.NEVER) from error
    except OSError as error:  # also a certificate that nobody vouches for: mended by people, seen in the log
        raise NotCarried(Trouble.NOT_REACHED, Fate.AGAIN) from error
    except ValueError as error:  # an address with letters that this server cannot be told
        raise NotCarried(Trouble.BAD_ADDRESS, Fate.NEVER) from error


def _hand_over(server: smtplib.SMTP, letter: EmailMessage) -> None:
    try:
        _check(*server.data(letter.as_bytes(policy=SMTP)))
    except smtplib.SMTPResponseException:  # it was not even let begin
        raise
    except OSError as error:
        raise NotCarried(Trouble.NO_ANSWER, Fate.UNKNOWN) from error


def _check(code: int, _said: bytes) -> None:
    if code not in AGREED:
        raise _trouble(code)


def _trouble(code: int) -> NotCarried:
    if code in PUT_OFF:
        return NotCarried(Trouble.PUT_OFF, Fate.AGAIN, code)
    return NotCarried(Trouble.REFUSED, Fate.NEVER, code)


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
