"""Text messages go to one gateway alone, with the key by which it knows a message again."""

import ssl
import threading
from http.server import HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from ecabinet.notices import sms
from ecabinet.notices.carriers import Fate, Message, NotCarried
from tests.ecabinet.gateway import Gateway, gateway
from tests.ecabinet.mail_server import make_certificate

TOKEN = "a-token"
MESSAGE = Message("delivery-7-x", "+84912345678", "", "Có việc đang chờ.")


def hand_over(told: Gateway, folder: Path, token: str | None = TOKEN) -> None:
    sms.carrier_for(told.url, token, folder).carry(MESSAGE)


def test_the_gateway_gets_number_text_token_and_key(tmp_path: Path) -> None:
    with gateway() as told:
        hand_over(told, tmp_path)
        hand_over(told, tmp_path, token=None)
    headers, sent = told.requests[0]
    assert sent == {"to": "+84912345678", "text": "Có việc đang chờ."}
    assert headers["authorization"] == "Bearer a-token"
    assert headers["idempotency-key"] == "delivery-7-x"
    assert "authorization" not in told.requests[1][0]
    assert len(told.messages) == 1


@pytest.mark.parametrize(
    ("code", "fate", "trouble"),
    [
        (500, Fate.AGAIN, "PUT_OFF:500"),
        (503, Fate.AGAIN, "PUT_OFF:503"),
        (429, Fate.AGAIN, "PUT_OFF:429"),
        (400, Fate.NEVER, "REFUSED:400"),
        (401, Fate.NEVER, "REFUSED:401"),
        (422, Fate.NEVER, "REFUSED:422"),
    ],
)
def test_what_the_gateway_answers_says_whether_it_is_tried_again(
    tmp_path: Path, code: int, fate: Fate, trouble: str
) -> None:
    with gateway() as told:
        told.answers.append(code)
        with pytest.raises(NotCarried) as reason:
            hand_over(told, tmp_path)
    assert (reason.value.fate, reason.value.trouble) == (fate, trouble)


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_neither_number_nor_token_follow_a_redirect(tmp_path: Path, code: int) -> None:
    with gateway() as told, gateway() as elsewhere:
        told.answers.append(code)
        told.location = elsewhere.url
        with pytest.raises(NotCarried) as reason:
            hand_over(told, tmp_path)
    assert (reason.value.fate, reason.value.trouble) == (Fate.NEVER, f"REDIRECTED:{code}")
    assert elsewhere.requests == []


def test_a_gateway_that_does_not_answer_in_time_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sms, "SECONDS_TO_ANSWER", 0.05)
    with gateway() as told:
        told.silent_until = threading.Event()
        try:
            with pytest.raises(NotCarried) as reason:
                hand_over(told, tmp_path)
        finally:
            told.silent_until.set()
    assert (reason.value.fate, reason.value.trouble) == (Fate.AGAIN, "NOT_REACHED")


def test_a_gateway_whose_certificate_nobody_vouches_for_is_told_nothing(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    heard: list[object] = []

    class Server(HTTPServer):
        def handle_error(self, *_arguments: object) -> None:
            """The other side went away: it did not like our certificate."""

    with Server(("127.0.0.1", 0), lambda *arguments: heard.append(arguments)) as server:  # type: ignore[arg-type]
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.handle_request)
        thread.start()
        with pytest.raises(NotCarried) as reason:
            sms.carrier_for(f"https://127.0.0.1:{server.server_port}/", "a-token", tmp_path).carry(MESSAGE)
        thread.join()
    assert "CERTIFICATE_VERIFY_FAILED" in str(reason.value.__cause__)
    assert heard == []


def test_without_a_gateway_the_same_message_twice_is_one_file(tmp_path: Path) -> None:
    for url in (None, "file:"):
        carrier = sms.carrier_for(url, None, tmp_path / "sms")
        assert carrier.is_idempotent
        carrier.carry(MESSAGE)
    [file] = (tmp_path / "sms").iterdir()
    assert file.name == "delivery-7-x.sms"
    assert file.read_text() == "+84912345678\n\nCó việc đang chờ.\n"


def test_a_folder_may_be_named(tmp_path: Path) -> None:
    sms.carrier_for(f"file://{tmp_path}/else%20where", None, tmp_path / "sms").carry(MESSAGE)
    assert [file.name for file in (tmp_path / "else where").iterdir()] == ["delivery-7-x.sms"]
