"""What became of the messages: seen by the secretary of the people they were for, by nobody else, and never more than their kind."""

from collections.abc import Callable
from http import HTTPStatus

import pytest
from sqlalchemy import update

from ecabinet import clock
from ecabinet.database import reading, transaction
from ecabinet.notices import Delivery, DeliveryState
from ecabinet.organisation.models import Body, Person, WorkingCalendar
from tests.ecabinet.outbox import rows, tell
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import Room, circulated
from tests.world import World
from voting import preparing

pytestmark = pytest.mark.any_database


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


def came_to(state: DeliveryState, trouble: str | None = None) -> None:
    with transaction() as session:
        session.execute(update(Delivery).values(state=state, trouble=trouble, changed_at=clock.now()))


def test_the_secretary_sees_what_failed_with_its_kind_alone_and_has_it_sent_again(
    government: World, secretary: Persona
) -> None:
    tell(government)
    came_to(DeliveryState.FAILED, "REFUSED:550")
    home = secretary.get("/").text
    assert "Failed or uncertain: 1" in home
    page = secretary.get("/deliveries").text
    for shown in ("Bộ trưởng Bộ Y tế", "Dossiers", "E-mail", "The server refused it (answer 550)."):
        assert shown in page
    for hidden in ("MARKER", "health_minister@example.test"):
        assert hidden not in page
    answer = secretary.post(f"/deliveries/{rows()[0].id}/again", {"back": "/deliveries?show=all"})
    assert answer.headers["Location"] == "/deliveries?show=all"
    assert rows()[0].state is DeliveryState.WAITING
    assert "Failed or uncertain" not in secretary.get("/").text
    assert "Everything arrived" in secretary.get("/deliveries").text
    assert "Waits" in secretary.get("/deliveries?show=all").text
    assert "does not wait for you" in secretary.refused(f"/deliveries/{rows()[0].id}/again", {})


def test_an_uncertain_one_says_why_and_is_only_sent_again_after_a_question(
    government: World, secretary: Persona
) -> None:
    tell(government)
    came_to(DeliveryState.UNCERTAIN, "STOPPED")
    page = secretary.get("/deliveries").text
    assert "The program stopped while it was being handed over." in page
    assert "Nobody knows whether this message arrived." in page


@pytest.mark.parametrize("key", ["health_minister", "officer", "auditor", "outsider", "administrator", "guest"])
def test_nobody_else_sees_or_sends_anything(government: World, persona: Callable[[str], Persona], key: str) -> None:
    tell(government)
    came_to(DeliveryState.FAILED)
    who = persona(key)
    who.get("/deliveries", status=HTTPStatus.FORBIDDEN)
    who.post(f"/deliveries/{rows()[0].id}/again", {}, status=HTTPStatus.FORBIDDEN)
    assert "Failed or uncertain" not in who.get("/").text
    assert rows()[0].state is DeliveryState.FAILED


def test_a_secretary_sees_nothing_of_people_of_other_bodies(government: World, secretary: Persona) -> None:
    tell(government, "outsider")
    came_to(DeliveryState.FAILED)
    assert "Everything arrived" in secretary.get("/deliveries").text
    assert "Nothing was sent yet" in secretary.get("/deliveries?show=all").text
    secretary.post(f"/deliveries/{rows()[0].id}/again", {}, status=HTTPStatus.NOT_FOUND)


def test_a_long_list_has_pages(government: World, secretary: Persona) -> None:
    for number in range(60):
        tell(government, key=f"key {number}")
    assert "Page 1 of 2" in secretary.get("/deliveries?show=all").text
    assert "Page 2 of 2" in secretary.get("/deliveries?show=all&page=2").text
    assert "Page 2 of 2" in secretary.get("/deliveries?show=all&page=99").text


def test_a_question_shows_who_was_asked_and_reminded_how(room: Room, secretary: Persona, outsider: Persona) -> None:
    question_id = circulated(room, secretary.actor(), days=5)
    page = secretary.get(f"/opinions/{question_id}/reminders").text
    for shown in ("Still to come", "4h", "Asked", "Bộ trưởng Bộ Tài chính", "Waits"):
        assert shown in page
    assert f"/opinions/{question_id}/reminders" in secretary.get(f"/opinions/{question_id}").text
    outsider.get(f"/opinions/{question_id}/reminders", status=HTTPStatus.FORBIDDEN)


def test_members_do_not_see_the_reminders_and_a_barred_secretary_does_not_know_the_question(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = circulated(room, secretary.actor())
    health_minister.get(f"/opinions/{question_id}/reminders", status=HTTPStatus.FORBIDDEN)
    rooms.bar(room, "secretary")
    secretary.get(f"/opinions/{question_id}/reminders", status=HTTPStatus.NOT_FOUND)


def test_everybody_chooses_how_they_are_reached(health_minister: Persona) -> None:
    health_minister.post("/notices/preferences", {"phone": "+84 912 345 678", "digest": "1"})
    page = health_minister.get("/sign-in/account").text
    assert 'value="+84912345678"' in page
    assert person_of(health_minister).digest
    said = health_minister.refused("/notices/preferences", {"phone": "0912345678"})
    assert "country code" in said
    assert person_of(health_minister).phone == "+84912345678"
    health_minister.post("/notices/preferences", {"phone": ""})
    assert (person_of(health_minister).phone, person_of(health_minister).digest) == (None, False)


def person_of(persona: Persona) -> Person:
    with reading() as session:
        return session.get_one(Person, persona.person_id)


def test_an_administrator_enters_a_mobile_number(administrator: Persona, officer: Persona) -> None:
    typed = {"account": "officer", "name": "Chuyên viên", "email": "officer@example.test", "phone": "+84912345678"}
    administrator.post(f"/organisation/people/{officer.person_id}", typed)
    assert person_of(officer).phone == "+84912345678"
    administrator.refused(f"/organisation/people/{officer.person_id}", {**typed, "phone": "12"})
    assert 'value="+84912345678"' in administrator.get(f"/organisation/people/{officer.person_id}").text


SETTINGS = {
    "name": "Chính phủ",
    "zone": "Asia/Ho_Chi_Minh",
    "office_closes": "17:00",
    "meeting_rule": "viet_nam/meeting",
    "written_rule": "viet_nam/opinion_form",
    "written_days_least": "2",
    "written_days_most": "5",
    "step_up_minutes": "15",
    "quiet_from": "20:00",
    "quiet_until": "06:30",
}


def test_a_body_sets_its_reminders_and_its_quiet_hours(government: World, administrator: Persona) -> None:
    address = f"/organisation/bodies/{government.body_id}/settings"
    typed = {**SETTINGS, "unit": government.unit("VPCP"), "calendar": government.calendar_id}
    administrator.post(address, {**typed, "reminders": "4h, 2D overdue"})
    with reading() as session:
        body = session.get_one(Body, government.body_id)
    assert (body.reminders, body.quiet_from.hour, body.quiet_until.minute, body.escalates) == (
        "2d 4h overdue",
        20,
        30,
        False,
    )
    assert 'value="2d 4h overdue"' in administrator.get(address).text
    said = administrator.refused(address, {**typed, "reminders": "2d soon"})
    assert "“soon” is no reminder" in said
    administrator.refused(address, {**typed, "reminders": "2d", "quiet_from": "late"})


def test_a_calendar_that_ends_too_early_is_said_before_it_matters(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    words = "the holidays are known only until"
    calendar = f"/organisation/calendars/{room.world.calendar_id}"
    for page in ("/", calendar):
        assert words not in secretary.get(page).text
    with transaction() as session:
        session.get_one(WorkingCalendar, room.world.calendar_id).covers_until = clock.today()
    question_id = prepared(room, secretary)
    for page in ("/", calendar, f"/opinions/{question_id}"):
        assert words in secretary.get(page).text
    assert words not in health_minister.get("/").text


def prepared(room: Room, secretary: Persona) -> int:
    with transaction() as session:
        question_id = preparing.prepare_written(
            session, secretary.actor(), matter_id=room.matter_id, text="Thông qua Đề án?"
        ).id
    rooms.approved(room, secretary.actor(), question_id)
    return question_id
