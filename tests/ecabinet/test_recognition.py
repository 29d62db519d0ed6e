"""Who a cookie belongs to when many ask at once, and the note that a device is used."""

from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from ecabinet import clock
from ecabinet.database import reading, transaction
from ecabinet.sign_in import recognition, sessions, uses
from ecabinet.sign_in.models import DeviceSession
from ecabinet.sign_in.recognition import GRACE
from tests.persona import Persona


def seen_at(persona: Persona) -> datetime:
    with reading() as session:
        token_hash = sessions.hash_of(persona.token)
        return session.scalars(select(DeviceSession.seen_at).where(DeviceSession.token_hash == token_hash)).one()


def recognised(*tokens: str) -> list[int | None]:
    hashes = [sessions.hash_of(token) for token in tokens]
    with reading() as session:
        found = recognition.by_cookies(session, hashes)
    return [found[hashed].actor.person_id if hashed in found else None for hashed in hashes]


def test_each_of_many_cookies_is_its_own_persons_and_a_strange_one_nobodys(
    health_minister: Persona, finance_minister: Persona, secretary: Persona
) -> None:
    asked = recognised(health_minister.token, "strange", secretary.token, finance_minister.token)
    assert asked == [health_minister.person_id, None, secretary.person_id, finance_minister.person_id]


def test_each_of_many_has_the_authority_they_have_alone(
    health_minister: Persona, chair: Persona, secretary: Persona, officer: Persona, office_reader: Persona
) -> None:
    everybody = (health_minister, chair, secretary, officer, office_reader)
    hashes = [sessions.hash_of(each.token) for each in everybody]
    with reading() as session:
        together = recognition.by_cookies(session, hashes)
    assert [together[hashed].actor for hashed in hashes] == [each.actor() for each in everybody]


def test_an_old_cookie_asked_beside_the_new_one_is_good_only_in_its_grace(health_minister: Persona) -> None:
    old = health_minister.token
    with transaction() as session:
        new = sessions.renew(session, health_minister.actor())
    person = health_minister.person_id
    assert recognised(old, new) == [person, person]
    with time_machine.travel(clock.now() + GRACE + timedelta(seconds=1), tick=False):
        assert recognised(old, new) == [None, person]


def test_a_revoked_session_is_out_at_the_next_request(health_minister: Persona) -> None:
    health_minister.get("/sign-in/devices")
    with transaction() as session:
        sessions.revoke_all(session, health_minister.person_id)
    assert sessions.recognise(health_minister.token) is None
    assert health_minister.browser.get("/sign-in/devices").status_code == 302


def test_use_is_noted_once_a_minute_and_those_of_one_second_together(
    health_minister: Persona, finance_minister: Persona, secretary: Persona
) -> None:
    begun = seen_at(health_minister)
    moment = begun + timedelta(minutes=5)
    with time_machine.travel(moment, tick=False):
        for persona in (health_minister, finance_minister, secretary):
            persona.get("/sign-in/devices")
        assert seen_at(health_minister) == moment
        uses.write()
        assert (seen_at(finance_minister), seen_at(secretary)) == (moment, moment)
    with time_machine.travel(moment + timedelta(seconds=30), tick=False):
        health_minister.get("/sign-in/devices")
        uses.write()
        assert seen_at(health_minister) == moment


def test_a_note_that_could_not_be_written_is_written_with_the_next(
    health_minister: Persona, finance_minister: Persona
) -> None:
    moment = seen_at(health_minister) + timedelta(minutes=5)
    with time_machine.travel(moment, tick=False):
        health_minister.get("/sign-in/devices")
        finance_minister.get("/sign-in/devices")
    with time_machine.travel(moment + timedelta(seconds=2), tick=False):
        health_minister.get("/sign-in/devices")
        uses.write()
        assert seen_at(finance_minister) == moment + timedelta(seconds=2)


def test_a_note_passes_over_a_session_that_another_transaction_holds(
    engine: str, health_minister: Persona, finance_minister: Persona
) -> None:
    if engine == "sqlite":
        pytest.skip("SQLite has no locks of single rows: one transaction writes at a time")
    begun = seen_at(health_minister)
    actors = (health_minister.actor(), finance_minister.actor())
    held = select(DeviceSession.id).where(DeviceSession.id == actors[0].session_id).with_for_update()
    with time_machine.travel(begun + timedelta(minutes=5), tick=False), transaction() as session:
        session.execute(held)
        for actor in actors:
            uses.note(actor.session_id or 0)
        uses.write()
        assert seen_at(health_minister) == begun
        assert seen_at(finance_minister) == begun + timedelta(minutes=5)
