"""Signing in and out over HTTP, as a browser does it."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import pyotp
import pytest
import time_machine
from flask import Flask
from werkzeug.test import TestResponse

from ecabinet import clock, notices
from ecabinet.database import reading, transaction
from ecabinet.notices import Sentence
from ecabinet.organisation.models import Person
from ecabinet.sign_in import passwords
from tests.page_check import TEST_LANGUAGE, check_page
from tests.persona import Persona
from tests.world import World

# What a page shows does not depend on the database; the reads and verbs behind it are tried on both where they are defined.
pytestmark = pytest.mark.any_database

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "sông núi mùa xuân"
EIGHT = datetime(2026, 11, 23, 1, 0, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def stored() -> str:
    """The password as it is stored; made once, because it takes long."""
    return passwords.hash_of(PASSWORD)


@pytest.fixture
def minister(app: Flask, government: World, stored: str) -> int:  # noqa: ARG001 - the database is the application's
    """A member who has a password and a phone."""
    with transaction() as session:
        person = session.get_one(Person, government.person("health_minister"))
        person.totp_secret, person.password_hash = SECRET, stored
        return person.id


class Visitor:
    """A browser in which nobody is signed in."""

    def __init__(self, app: Flask, address: str = "203.0.113.7") -> None:
        self.browser = app.test_client()
        self.address = {"REMOTE_ADDR": address}

    def get(self, path: str) -> TestResponse:
        answer = self.browser.get(path, environ_base=self.address)
        if answer.mimetype == "text/html" and answer.status_code < 300:
            check_page(answer.text, TEST_LANGUAGE)
        return answer

    def post(self, path: str, **form: str) -> TestResponse:
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.get("/sign-in/phone").text)
        assert found is not None
        headers = {"X-CSRFToken": found.group(1), "HX-Request": "true"}
        return self.browser.post(path, data=form, headers=headers, environ_base=self.address)

    def signs_in(self, *, password: str = PASSWORD, code: str | None = None, **more: str) -> TestResponse:
        shown = pyotp.TOTP(SECRET).at(clock.now()) if code is None else code
        return self.post("/sign-in", account="Health_Minister", password=password, code=shown, **more)

    def is_in(self) -> bool:
        return self.get("/sign-in/devices").status_code == HTTPStatus.OK


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app)


def cookie_of(answer: TestResponse, name: str) -> str:
    return next(value for value in answer.headers.getlist("Set-Cookie") if value.startswith(f"{name}="))


@pytest.mark.usefixtures("minister")
def test_a_member_signs_in_with_password_and_code_and_goes_on_where_they_wanted_to(visitor: Visitor) -> None:
    asked = visitor.get("/sign-in/account")
    assert asked.headers["Location"] == "/sign-in?next=/sign-in/account"
    answer = visitor.signs_in(next="/sign-in/account")
    assert answer.headers["HX-Redirect"] == "/sign-in/account"
    cookie = cookie_of(answer, "ecabinet")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert visitor.is_in()


@pytest.mark.usefixtures("minister")
@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example"])
def test_signing_in_never_leads_to_another_site(visitor: Visitor, elsewhere: str) -> None:
    assert visitor.signs_in(next=elsewhere).headers["HX-Redirect"] == "/"


@pytest.mark.usefixtures("minister")
def test_a_wrong_password_is_refused_with_a_sentence_and_nothing_is_kept(visitor: Visitor) -> None:
    answer = visitor.signs_in(password="another password")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert answer.text.startswith("⟦Account, password and code do not belong together.")
    assert not visitor.is_in()


@pytest.mark.usefixtures("minister")
def test_a_code_that_somebody_saw_lets_nobody_in_a_second_time(app: Flask, visitor: Visitor) -> None:
    with time_machine.travel(EIGHT, tick=False):
        shown = pyotp.TOTP(SECRET).at(clock.now())
        visitor.signs_in(code=shown)
        onlooker = Visitor(app)
        assert onlooker.signs_in(code=shown).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert not onlooker.is_in()


@pytest.mark.usefixtures("minister")
def test_strangers_who_guess_do_not_keep_a_member_out_on_the_tablet_they_always_use(
    app: Flask, visitor: Visitor
) -> None:
    with time_machine.travel(EIGHT, tick=False) as traveller:
        visitor.signs_in()
        visitor.post("/sign-out")
        stranger = Visitor(app)  # even at the same address
        for _time in range(5):
            stranger.signs_in(password="guess", code="000000")
        slowed = stranger.signs_in(password="guess", code="000000")
        assert "Wait 2 seconds" in slowed.text
        traveller.shift(timedelta(seconds=30))
        stranger.signs_in(password="guess", code="000000")
        assert "HX-Redirect" in visitor.signs_in().headers
        assert visitor.is_in()


def test_failures_at_the_door_do_not_touch_those_who_are_inside(app: Flask, minister: int, visitor: Visitor) -> None:
    member = Persona(app, minister)
    with time_machine.travel(clock.now(), tick=False):
        for _time in range(7):
            visitor.signs_in(password="guess", code="000000")
        member.get("/sign-in/devices")
        answer = member.post("/sign-in/confirm", json={"code": pyotp.TOTP(SECRET).at(clock.now())})
        assert answer.status_code == HTTPStatus.OK


@pytest.mark.usefixtures("minister")
def test_a_device_cookie_made_up_by_a_stranger_is_worth_nothing(visitor: Visitor) -> None:
    with time_machine.travel(EIGHT, tick=False):
        for number in range(6):
            visitor.browser.set_cookie("device", f"made-up.{number}", domain="localhost")
            answer = visitor.signs_in(password="guess", code="000000")
        assert "Wait 2 seconds" in answer.text


def test_signing_out_ends_the_session_and_a_second_time_is_no_fault(health_minister: Persona) -> None:
    health_minister.post("/sign-out")
    answer = health_minister.browser.get("/sign-in/devices")
    assert answer.headers["Location"].startswith("/sign-in?next=")


def test_a_device_signed_out_from_another_is_out_at_its_next_request(app: Flask, health_minister: Persona) -> None:
    lost = Persona(app, health_minister.person_id)
    session_id = lost.actor().session_id
    page = health_minister.get("/sign-in/devices").text
    assert f'action="/sign-in/devices/{session_id}/sign-out"' in page
    lost.get("/sign-in/devices")
    health_minister.post(f"/sign-in/devices/{session_id}/sign-out")
    assert lost.browser.get("/sign-in/devices").status_code == HTTPStatus.FOUND
    health_minister.get("/sign-in/devices")


def test_nobody_signs_the_device_of_somebody_else_out(health_minister: Persona, outsider: Persona) -> None:
    outsider.post(f"/sign-in/devices/{health_minister.actor().session_id}/sign-out", status=HTTPStatus.NOT_FOUND)
    health_minister.get("/sign-in/devices")


def test_a_step_up_from_a_page_of_the_application_changes_the_cookie(app: Flask, minister: int) -> None:
    member = Persona(app, minister)
    wrong = member.post("/sign-in/confirm", json={"code": "000000"}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    assert wrong.json == {
        "error": "CODE_WRONG",
        "message": "⟦This code is not right. Enter the six figures your authenticator shows now.⟧",
    }
    member.get("/sign-in/confirm?next=/notices")
    answer = member.post("/sign-in/confirm", json={"code": pyotp.TOTP(SECRET).at(clock.now())})
    assert member.token not in cookie_of(answer, "ecabinet")
    member.get("/sign-in/devices")


@pytest.fixture
def idle(app: Flask, minister: int) -> Iterator[Persona]:
    """A member whose tablet lay unused for sixteen minutes."""
    member = Persona(app, minister)
    member.form_token()
    with time_machine.travel(clock.now() + timedelta(minutes=16), tick=False):
        yield member


def test_an_unused_tablet_is_locked_for_pages_and_for_programs(idle: Persona) -> None:
    assert idle.browser.get("/notices").headers["Location"] == "/sign-in/unlock?next=/notices"
    answer = idle.post("/notices/read", {}, status=HTTPStatus.UNAUTHORIZED)
    assert (answer.json or {})["error"] == "LOCKED"
    idle.get("/sign-in/unlock?next=/notices")


@pytest.mark.parametrize("by_code", [True, False])
def test_a_locked_tablet_opens_by_the_password_or_a_code_and_by_nothing_else(idle: Persona, *, by_code: bool) -> None:
    assert "neither your password" in idle.refused("/sign-in/unlock", {"proof": "000000"})
    assert "neither your password" in idle.refused("/sign-in/unlock", {"proof": "not the password"})
    idle.post("/sign-in/unlock", {"proof": pyotp.TOTP(SECRET).at(clock.now()) if by_code else PASSWORD})
    idle.get("/notices")


def test_a_new_password_signs_the_other_devices_out(app: Flask, minister: int) -> None:
    here, elsewhere = Persona(app, minister), Persona(app, minister)
    here.get("/sign-in/account")
    new = {"new": "bốn từ không liên quan", "again": "bốn từ không liên quan"}
    assert "at least 14" in here.refused(
        "/sign-in/account/password", {"old": PASSWORD, "new": "short", "again": "short"}
    )
    assert "not right" in here.refused("/sign-in/account/password", {"old": "another password", **new})
    here.post("/sign-in/account/password", {"old": PASSWORD, **new})
    here.get("/sign-in/account?changed=")
    assert elsewhere.browser.get("/notices").status_code == HTTPStatus.FOUND
    with reading() as session:
        assert passwords.matches(session.get_one(Person, minister).password_hash or "", new["new"])


@pytest.mark.both_databases
def test_a_lost_phone_is_replaced_by_two_officials_from_paper_to_the_first_code(
    app: Flask, minister: int, visitor: Visitor, secretary: Persona, second_secretary: Persona
) -> None:
    secretary.post("/sign-in/resets", {"person": minister})
    page = second_secretary.get("/sign-in/resets").text
    reset = re.search(r"/sign-in/resets/(\d+)/confirm", page)
    assert reset is not None
    assert reset.group(0) not in secretary.get("/sign-in/resets").text  # not offered to the one who asked
    assert "second official" in secretary.refused(reset.group(0))
    second_secretary.post(reset.group(0))
    paper = re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}", second_secretary.get("/sign-in/resets/code").text)
    assert paper is not None
    second_secretary.get("/sign-in/resets/code", status=HTTPStatus.NOT_FOUND)  # shown once

    assert "Location" not in visitor.post("/sign-in/phone", account="health_minister", password="x", code="x").headers
    answer = visitor.post("/sign-in/phone", account="health_minister", password=PASSWORD, code=paper.group(0))
    assert answer.headers["HX-Redirect"] == "/sign-in/phone/new"
    shown = visitor.get("/sign-in/phone/new").text
    secret = re.search(r">([A-Z2-7]{32})<", shown)
    assert secret is not None
    assert "<svg" in shown
    assert visitor.post("/sign-in/phone/new", code="000000").status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    answer = visitor.post("/sign-in/phone/new", code=pyotp.TOTP(secret.group(1)).at(clock.now()))
    assert answer.headers["HX-Redirect"] == "/sign-in"
    assert visitor.get("/sign-in/phone/new").status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert Visitor(app).signs_in().status_code == HTTPStatus.UNPROCESSABLE_ENTITY  # the old phone
    with time_machine.travel(clock.now() + timedelta(seconds=31), tick=False):
        assert "HX-Redirect" in visitor.signs_in(code=pyotp.TOTP(secret.group(1)).at(clock.now())).headers


@pytest.mark.parametrize("key", ["health_minister", "outsider", "auditor"])
def test_who_is_no_official_cannot_reach_the_resets(persona: Callable[[str], Persona], key: str) -> None:
    someone = persona(key)
    someone.get("/sign-in/resets", status=HTTPStatus.FORBIDDEN)
    someone.post("/sign-in/resets", {"person": 1}, status=HTTPStatus.FORBIDDEN)
    someone.post("/sign-in/resets/1/confirm", status=HTTPStatus.FORBIDDEN)
    someone.get("/sign-in/resets/code", status=HTTPStatus.FORBIDDEN)


def test_a_reader_changes_the_language_and_it_stays(health_minister: Persona) -> None:
    assert health_minister.post("/language", {"language": "en", "back": "/notices"}).headers["Location"] == "/notices"
    health_minister.language = "en"
    assert "<h1>Notices</h1>" in health_minister.get("/notices").text
    assert health_minister.post("/language", {"language": "xx", "back": "//evil.example"}).headers["Location"] == "/"
    health_minister.get("/notices")


def test_a_visitor_changes_the_language_of_the_browser(visitor: Visitor) -> None:
    visitor.post("/language", language="en", back="/sign-in")
    answer = visitor.browser.get("/sign-in")
    assert 'lang="en"' in answer.text


@pytest.mark.both_databases
def test_notices_are_listed_as_sentences_and_marked_as_read(health_minister: Persona, outsider: Persona) -> None:
    health_minister.get("/notices")
    with transaction() as session:
        notices.tell(
            session,
            health_minister.person_id,
            Sentence.AGENDA_PUBLISHED,
            key="once",
            address="/meetings/1",
            title="Phiên họp tháng 12",
        )
    page = health_minister.get("/notices").text
    assert "The agenda of Phiên họp tháng 12 was published." in page
    assert "⟦New⟧" in page
    health_minister.post("/notices/read")
    assert "⟦New⟧" not in health_minister.get("/notices").text
    assert "Phiên họp" not in outsider.get("/notices").text


def test_health_says_that_the_database_answers(visitor: Visitor) -> None:
    assert visitor.get("/health").json == {"database": "ok"}


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/sign-in", {}),
        ("/sign-in", {"account": "x" * 5000, "password": "x", "code": "1"}),
        ("/sign-in", {"account": "\x00", "password": "\x00", "code": "\x00"}),
        ("/sign-in", {"account": "health_minister", "password": "x" * 5000, "code": "1"}),
        ("/sign-in/phone", {"account": "health_minister", "password": "x", "code": "x" * 5000}),
        ("/sign-in/phone/new", {"code": "💥"}),
    ],
)
def test_nonsense_at_the_door_is_refused_and_never_an_error(visitor: Visitor, path: str, form: dict[str, str]) -> None:
    answer = visitor.post(path, **form)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert answer.text.startswith("⟦")


@pytest.mark.both_databases
@pytest.mark.parametrize("sent", [[], "text", {"code": 5}, {"code": None}, {"code": "\ud800"}, {"proof": []}])
def test_nonsense_as_json_is_refused_and_never_an_error(health_minister: Persona, sent: object) -> None:
    for path in ("/sign-in/confirm", "/sign-in/unlock"):
        answer = health_minister.post(path, json=sent, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        assert set(answer.json or {}) == {"error", "message"}
