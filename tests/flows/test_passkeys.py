"""Passkeys over HTTP: the account page, signing in, confirming, the locked screen."""

import hashlib
import json
import re
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
import rfc8785
import time_machine
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from ecabinet import clock
from ecabinet.database import reading, transaction
from ecabinet.organisation.models import Person
from ecabinet.sign_in import relying_party
from ecabinet.sign_in.models import DeviceSession, Passkey, SignInAttempt
from tests.authenticator import Authenticator, bytes_of
from tests.flows.conftest import Sitting
from tests.persona import Persona
from tests.world import World

# What a page shows does not depend on the database; the reads and verbs behind it are tried on both where they are defined.
pytestmark = pytest.mark.any_database

ADD = "/sign-in/passkeys"
CONFIRM = "/sign-in/confirm/passkey"
ENTER = "/sign-in/passkey"


def add(persona: Persona, name: str = "máy tính bảng") -> Authenticator:
    device = Authenticator()
    options = persona.post(f"{ADD}/challenge", json={}).get_json()
    assert persona.post(ADD, json=device.made(options, name=name)).get_json() == {"location": "/sign-in/account"}
    return device


def confirm(persona: Persona, device: Authenticator, **more: str) -> TestResponse:
    options = persona.post(f"{CONFIRM}/challenge", json={}).get_json()
    return persona.post(CONFIRM, json=device.answer(options, **more))


class Visitor(Persona):
    """A browser in which nobody is signed in."""

    def __init__(self, app: Flask, language: str) -> None:
        self.app, self.language = app, language
        self.browser, self._form_token = app.test_client(), None

    def form_token(self) -> str:
        page = self.browser.get("/sign-in/phone").text
        return page.partition('name="csrf-token" content="')[2].partition('"')[0]

    def enter(self, device: Authenticator, status: int = HTTPStatus.OK, **more: str) -> dict[str, Any]:
        options = self.post(f"{ENTER}/challenge", json={}).get_json()
        answer = self.post(ENTER, json=device.answer(options, **more), status=status)
        said: dict[str, Any] = answer.get_json()
        return said


@pytest.fixture
def visitor(app: Flask, health_minister: Persona) -> Visitor:
    return Visitor(app, health_minister.language)


def end_leases(*, also_idle: bool = False) -> None:
    with transaction() as session:
        session.execute(update(DeviceSession).values(stepped_up_until=clock.now() - timedelta(minutes=1)))
        if also_idle:
            session.execute(update(DeviceSession).values(seen_at=clock.now() - timedelta(minutes=16)))


def test_a_passkey_is_added_listed_and_removed_on_the_account_page(health_minister: Persona) -> None:
    page = health_minister.get("/sign-in/account").text
    assert "data-passkey-form" in page
    assert "sign_ballots" not in page
    add(health_minister)
    page = health_minister.get("/sign-in/account").text
    assert "máy tính bảng" in page
    assert "máy tính bảng" in health_minister.get("/notices").text
    with reading() as session:
        passkey = session.scalars(select(Passkey.id)).one()
    health_minister.post(f"{ADD}/ballots", {"sign_ballots": "1"})
    assert 'name="sign_ballots" value="1" checked' in health_minister.get("/sign-in/account").text
    health_minister.post(f"{ADD}/{passkey}/remove")
    assert "máy tính bảng" not in health_minister.get("/sign-in/account").text


def test_a_passkey_without_a_name_and_one_without_a_challenge_are_refused(health_minister: Persona) -> None:
    options = health_minister.post(f"{ADD}/challenge", json={}).get_json()
    assert "⟦" in health_minister.refused(ADD, json=Authenticator().made(options))
    health_minister.post(ADD, json=Authenticator().made(options, name="a"))
    for path in (ADD, CONFIRM, ENTER):
        assert "⟦" in health_minister.refused(path, json=Authenticator().made(options, name="a"))


def test_who_has_no_lease_is_led_to_confirm_before_adding_a_passkey(health_minister: Persona) -> None:
    end_leases()
    answer = health_minister.post(f"{ADD}/challenge", json={}, status=HTTPStatus.UNAUTHORIZED)
    assert answer.get_json()["error"] == "STEP_UP_NEEDED"


def test_a_passkey_signs_in_like_password_and_code(visitor: Visitor, health_minister: Persona) -> None:
    device = add(health_minister)
    assert "data-passkey" in visitor.get("/sign-in").text
    assert visitor.enter(device, next="/sign-in/account") == {"location": "/sign-in/account"}
    assert health_minister.actor().name in visitor.get("/sign-in/account").text
    with reading() as session:
        newest = session.scalars(select(DeviceSession).order_by(DeviceSession.id.desc()).limit(1)).one()
        assert newest.person_id == health_minister.person_id
        assert newest.stepped_up_by == f"passkey:{device.id}"
        assert session.scalars(select(SignInAttempt.succeeded)).all() == [True]


def test_signing_in_leads_nowhere_else(visitor: Visitor, health_minister: Persona) -> None:
    device = add(health_minister)
    for elsewhere in ("https://elsewhere.example/", "//elsewhere.example", "javascript:x"):
        assert visitor.enter(device, next=elsewhere) == {"location": "/"}


def test_wrong_passkeys_are_slowed_down_and_an_answer_is_good_for_one_browser(
    app: Flask, visitor: Visitor, health_minister: Persona
) -> None:
    device = add(health_minister)
    options = visitor.post(f"{ENTER}/challenge", json={}).get_json()
    other = Visitor(app, visitor.language)
    with time_machine.travel(clock.now(), tick=False):
        for _time in range(5):
            sent = device.answer(options)
            assert (
                other.post(ENTER, json=sent, status=HTTPStatus.UNPROCESSABLE_ENTITY).get_json()["error"]
                == "PASSKEY_TOO_LATE"
            )
        assert other.enter(device, HTTPStatus.UNPROCESSABLE_ENTITY)["error"] == "TOO_FAST"
    assert visitor.browser.get("/sign-in/account").status_code == HTTPStatus.FOUND


def test_a_step_up_by_passkey_renews_the_lease_and_the_cookie(health_minister: Persona) -> None:
    device = add(health_minister)
    end_leases()
    assert "data-passkey" in health_minister.get("/sign-in/confirm?next=/meetings").text
    answer = confirm(health_minister, device, next="/meetings")
    assert answer.get_json() == {"location": "/meetings"}
    health_minister.token = answer.headers["Set-Cookie"].partition("ecabinet=")[2].partition(";")[0]
    actor = health_minister.actor()
    actor.must_have_stepped_up(clock.now())
    assert actor.stepped_up_by == f"passkey:{device.id}"


def test_a_passkey_unlocks_the_screen_and_nothing_else_is_open_meanwhile(health_minister: Persona) -> None:
    device = add(health_minister)
    end_leases(also_idle=True)
    assert "data-passkey" in health_minister.get("/sign-in/unlock").text
    health_minister.post(f"{ADD}/challenge", json={}, status=HTTPStatus.UNAUTHORIZED)
    confirm(health_minister, device)
    health_minister.get("/sign-in/account")


def test_pages_may_ask_for_passkeys_of_their_own_place_alone(health_minister: Persona) -> None:
    policy = health_minister.get("/sign-in/account").headers["Permissions-Policy"]
    assert "publickey-credentials-get=(self)" in policy
    assert "publickey-credentials-create=(self)" in policy


def test_where_passkeys_are_impossible_none_is_offered(health_minister: Persona, visitor: Visitor) -> None:
    relying_party.serve(["http://192.0.2.7"])
    assert "data-passkey" not in visitor.get("/sign-in").text
    assert "data-passkey-form" not in health_minister.get("/sign-in/account").text


def armed(secretary: Persona, running: Sitting) -> str:
    """Put a question on the tablets; return its address."""
    form = {"item": running.item, "text": "Thông qua Đề án?", "procedure": "vote"}
    question = str(secretary.post("/questions", form).headers["Location"])
    secretary.post(f"{question}/arm")
    return question


def test_the_ballot_form_knows_the_passkeys_and_the_wish(
    secretary: Persona, running: Sitting, health_minister: Persona
) -> None:
    question = armed(secretary, running)
    assert "data-passkeys" not in health_minister.get(f"{question}/panel").text
    device = add(health_minister)
    panel = health_minister.get(f"{question}/panel").text
    assert f'data-passkeys="{device.id}"' in panel
    assert "data-sign-ballots" not in panel
    health_minister.post(f"{ADD}/ballots", {"sign_ballots": "1"})
    assert "data-sign-ballots" in health_minister.get(f"{question}/panel").text


@pytest.mark.both_databases
def test_a_ballot_that_a_passkey_signed_needs_no_lease_and_keeps_the_signature(
    secretary: Persona, chair: Persona, running: Sitting, health_minister: Persona
) -> None:
    question = armed(secretary, running)
    chair.post(f"{question}/open")
    device = add(health_minister)
    end_leases()
    found = re.search(r'data-seen="(\w+)" data-member="(\d+)"', health_minister.get(f"{question}/panel").text)
    assert found is not None
    shown = {"seen": found[1], "member": found[2]}
    ballot = {"cast_id": "3f0c1a52-6a0e-4c55-9a57-2f1d8f4a1b11", "choice": "yes", "text": "", **shown}
    health_minister.post(f"{question}/ballots", json=ballot, status=HTTPStatus.UNAUTHORIZED)
    asked = {"discuss": False, "reserved": "", **ballot, "question": question.rpartition("/")[2]}
    signed = hashlib.sha256(rfc8785.dumps(asked)).digest()
    sent = {**ballot, "assertion": device.signed(signed)}
    changed = {**sent, "choice": "no"}
    assert health_minister.refused(f"{question}/ballots", json=changed)
    receipt = health_minister.post(f"{question}/ballots", json=sent).get_json()
    assert health_minister.post(f"{question}/ballots", json=sent).get_json() == receipt
    entry = json.loads(receipt["entry"])
    assert entry["step_up"] == f"passkey:{device.id}"
    kept = {name: bytes_of(value) for name, value in entry["assertion"].items()}
    public_key = load_der_public_key(kept["public_key"])
    assert isinstance(public_key, EllipticCurvePublicKey)
    public_key.verify(
        kept["signature"], kept["authenticator"] + hashlib.sha256(kept["client"]).digest(), ECDSA(SHA256())
    )
    assert bytes_of(json.loads(kept["client"])["challenge"]) == signed


def test_the_key_of_a_person_says_nothing_about_them(health_minister: Persona, government: World) -> None:
    options = health_minister.post(f"{ADD}/challenge", json={}).get_json()
    with reading() as session:
        person = session.get_one(Person, government.person("health_minister"))
    handle = bytes_of(options["user"]["id"]).decode()
    assert person.account not in handle
    assert person.name not in handle
