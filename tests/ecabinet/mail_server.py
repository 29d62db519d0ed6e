"""A small mail server of the tests: it notes what it is told, and can speak TLS from the first byte, on request or not at all."""

import base64
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from ipaddress import ip_address
from pathlib import Path
from socketserver import StreamRequestHandler, TCPServer
from threading import Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Speaks(Enum):
    """When the server speaks TLS."""

    NEVER = "never"
    ON_REQUEST = "on request"
    ALWAYS = "always"


@dataclass
class MailServer:
    """What the server was told."""

    port: int = 0
    passwords: list[str] = field(default_factory=list)
    passwords_in_clear: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(
        default_factory=dict
    )  # what it says instead of agreeing, by verb: "RCPT": "451 later"
    hangs_up: bool = False  # takes the message, and goes away without a word


def make_certificate(folder: Path) -> Path:
    """Write a certificate of 127.0.0.1, with its key, that only who is told to will trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail server of the tests")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return file


@contextmanager
def mail_server(speaks: Speaks, certificate: Path) -> Iterator[MailServer]:
    """Run the server beside the test."""
    with _Listener(speaks, certificate) as listener:
        thread = Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield listener.told
        finally:
            listener.shutdown()
            thread.join()


class _Listener(TCPServer):
    def __init__(self, speaks: Speaks, certificate: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.speaks = speaks
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(certificate)
        self.told = MailServer(self.socket.getsockname()[1])


class _Talk(StreamRequestHandler):
    server: _Listener
    in_tls = False
    gone = False

    def handle(self) -> None:
        with suppress(OSError):  # the other side went away: it did not like our certificate
            if self.server.speaks is Speaks.ALWAYS:
                self._secure()
            self._say("220 here")
            while not self.gone and (line := self.rfile.readline().decode().strip()):
                self._answer(line)

    def finish(self) -> None:
        for file in (self.rfile, self.wfile, self.request):
            file.close()

    def _secure(self) -> None:
        self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", buffering=0)
        self.in_tls = True

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    def _answer(self, line: str) -> None:
        verb, _space, rest = line.partition(" ")
        if verb.upper() in self.server.told.answers:
            self._say(self.server.told.answers[verb.upper()])
            return
        answers = {
            "EHLO": self._greet,
            "STARTTLS": self._start_tls,
            "AUTH": self._note_password,
            "DATA": self._take,
            "QUIT": self._part,
        }
        answers.get(verb.upper(), self._agree)(rest)

    def _greet(self, _rest: str) -> None:
        offers = ["250-STARTTLS"] if self.server.speaks is Speaks.ON_REQUEST and not self.in_tls else []
        self._say("250-here", *offers, "250 AUTH PLAIN")

    def _start_tls(self, _rest: str) -> None:
        self._say("220 go on")
        self._secure()

    def _note_password(self, rest: str) -> None:
        password = base64.b64decode(rest.rpartition(" ")[2]).decode().split("\0")[-1]
        told = self.server.told
        (told.passwords if self.in_tls else told.passwords_in_clear).append(password)
        self._say("235 welcome")

    def _take(self, _rest: str) -> None:
        self._say("354 go on")
        told = self.server.told
        told.messages.append(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
        if told.hangs_up:
            self.gone = True
        else:
            self._say(told.answers.get("message", "250 ok"))

    def _agree(self, _rest: str) -> None:
        self._say("250 ok")

    def _part(self, _rest: str) -> None:
        self._say("221 bye")
