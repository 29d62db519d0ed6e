"""E-mails go over connections that are checked; what a server answers says whether they are tried again."""

from pathlib import Path

import pytest

from ecabinet.notices import mail
from ecabinet.notices.carriers import Fate, Message, NotCarried
from tests.ecabinet.mail_server import MailServer, Speaks, mail_server, make_certificate

WITH_USER = "smtp://office:a%20word%40@127.0.0.1:{port}"
OVER_TLS = "smtps://office:a%20word%40@127.0.0.1:{port}"
PLAIN = "smtp://127.0.0.1:{port}"
MESSAGE = Message("delivery-7-x", "her@house.example", "Something waits", "Something waits for you.")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this machine trust the server's certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


def hand_over(url: str, server: MailServer, folder: Path, message: Message = MESSAGE) -> None:
    carrier = mail.carrier_for(
        url.format(port=server.port), folder, sender="office@house.example", host="house.example"
    )
    assert not carrier.is_idempotent
    carrier.carry(message)


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(("url", "speaks"), [(OVER_TLS, Speaks.ALWAYS), (WITH_USER, Speaks.ON_REQUEST)])
def test_a_password_is_said_over_a_checked_connection(
    certificate: Path, tmp_path: Path, url: str, speaks: Speaks
) -> None:
    with mail_server(speaks, certificate) as server:
        hand_over(url, server, tmp_path)
    assert server.passwords == ["a word@"]
    assert "Something waits for you." in server.messages[0]
    assert "Message-ID: <delivery-7-x@house.example>" in server.messages[0]


@pytest.mark.parametrize(("url", "speaks"), [(OVER_TLS, Speaks.ALWAYS), (WITH_USER, Speaks.ON_REQUEST)])
def test_a_server_whose_certificate_nobody_vouches_for_is_told_nothing_and_is_tried_again(
    certificate: Path, tmp_path: Path, url: str, speaks: Speaks
) -> None:
    with mail_server(speaks, certificate) as server, pytest.raises(NotCarried) as reason:
        hand_over(url, server, tmp_path)
    assert "CERTIFICATE_VERIFY_FAILED" in str(reason.value.__cause__)
    assert reason.value.fate is Fate.AGAIN
    assert server == MailServer(server.port)


@pytest.mark.usefixtures("trusted")
def test_a_server_without_tls_is_not_told_the_password(certificate: Path, tmp_path: Path) -> None:
    with mail_server(Speaks.NEVER, certificate) as server, pytest.raises(NotCarried) as reason:
        hand_over(WITH_USER, server, tmp_path)
    assert "STARTTLS" in str(reason.value.__cause__)
    assert reason.value.fate is Fate.NEVER
    assert server == MailServer(server.port)


def test_a_server_that_asks_for_no_password_is_spoken_to_plainly(certificate: Path, tmp_path: Path) -> None:
    with mail_server(Speaks.NEVER, certificate) as server:
        hand_over(PLAIN, server, tmp_path)
    assert len(server.messages) == 1


@pytest.mark.parametrize(
    ("verb", "answer", "fate", "trouble"),
    [
        ("EHLO", "421 too many", Fate.AGAIN, "PUT_OFF:421"),
        ("MAIL", "452 full", Fate.AGAIN, "PUT_OFF:452"),
        ("RCPT", "451 try later", Fate.AGAIN, "PUT_OFF:451"),
        ("RCPT", "550 nobody here", Fate.NEVER, "REFUSED:550"),
        ("DATA", "421 going down", Fate.AGAIN, "PUT_OFF:421"),
        ("message", "451 not now", Fate.AGAIN, "PUT_OFF:451"),
        ("message", "554 looks odd", Fate.NEVER, "REFUSED:554"),
    ],
)
def test_what_is_put_off_is_tried_again_and_what_is_refused_is_not(
    certificate: Path, tmp_path: Path, verb: str, answer: str, fate: Fate, trouble: str
) -> None:
    with mail_server(Speaks.NEVER, certificate) as server:
        server.answers[verb] = answer
        if verb == "EHLO":
            server.answers["HELO"] = answer
        with pytest.raises(NotCarried) as reason:
            hand_over(PLAIN, server, tmp_path)
    assert (reason.value.fate, reason.value.trouble) == (fate, trouble)


@pytest.mark.usefixtures("trusted")
def test_a_password_that_is_refused_is_the_operators_to_mend_and_no_message_is_lost_for_it(
    certificate: Path, tmp_path: Path
) -> None:
    with mail_server(Speaks.ALWAYS, certificate) as server:
        server.answers["AUTH"] = "535 no"
        with pytest.raises(NotCarried) as reason:
            hand_over(OVER_TLS, server, tmp_path)
    assert (reason.value.fate, reason.value.trouble) == (Fate.AGAIN, "PUT_OFF:535")
    assert server.messages == []


def test_a_server_that_goes_away_with_the_message_leaves_it_uncertain(certificate: Path, tmp_path: Path) -> None:
    with mail_server(Speaks.NEVER, certificate) as server:
        server.hangs_up = True
        with pytest.raises(NotCarried) as reason:
            hand_over(PLAIN, server, tmp_path)
    assert reason.value.fate is Fate.UNKNOWN
    assert len(server.messages) == 1


def test_a_farewell_that_fails_does_not_undo_a_message_that_was_taken(certificate: Path, tmp_path: Path) -> None:
    with mail_server(Speaks.NEVER, certificate) as server:
        server.answers["QUIT"] = "500 what"
        hand_over(PLAIN, server, tmp_path)
    assert len(server.messages) == 1


def test_nobody_at_the_address_of_the_server_means_again(certificate: Path, tmp_path: Path) -> None:
    with mail_server(Speaks.NEVER, certificate) as server:
        pass
    with pytest.raises(NotCarried) as reason:
        hand_over(PLAIN, server, tmp_path)
    assert (reason.value.fate, reason.value.trouble) == (Fate.AGAIN, "NOT_REACHED")


@pytest.mark.parametrize("recipient", ["her\n@house.example", "bà@house.example"])
def test_an_address_to_which_nothing_can_be_sent_fails_at_once(
    certificate: Path, tmp_path: Path, recipient: str
) -> None:
    with mail_server(Speaks.NEVER, certificate) as server, pytest.raises(NotCarried) as reason:
        hand_over(PLAIN, server, tmp_path, Message("key", recipient, "Subject", "Text"))
    assert (reason.value.fate, reason.value.trouble) == (Fate.NEVER, "BAD_ADDRESS")
    assert server.messages == []


def test_the_same_message_twice_is_one_file(tmp_path: Path) -> None:
    carrier = mail.carrier_for(None, tmp_path / "mail", sender="office@house.example", host="house.example")
    assert carrier.is_idempotent
    carrier.carry(MESSAGE)
    carrier.carry(MESSAGE)
    [file] = (tmp_path / "mail").iterdir()
    assert file.name == "delivery-7-x.eml"
    assert "Message-ID: <delivery-7-x@house.example>" in file.read_text()
    assert (tmp_path / "mail").stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_written_means_again(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("no folder")
    carrier = mail.carrier_for(None, tmp_path / "mail", sender="office@house.example", host="house.example")
    with pytest.raises(NotCarried) as reason:
        carrier.carry(MESSAGE)
    assert (reason.value.fate, reason.value.trouble) == (Fate.AGAIN, "NOT_WRITTEN")
