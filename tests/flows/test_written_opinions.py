"""A written opinion over HTTP: prepared, sent, answered with a comment, closed at its deadline."""

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus

import pytest

from ecabinet import clock
from ecabinet.access import SYSTEM
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import TEXT, Room, circulated, mark
from tests.world import World

# What a page shows does not depend on the database; the reads and verbs behind it are tried on both where they are defined.
pytestmark = pytest.mark.any_database

People = Callable[[str], Persona]


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


@pytest.mark.both_databases
def test_the_secretary_asks_and_a_member_answers(
    room: Room, secretary: Persona, health_minister: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Đề án cấp nước sạch" in secretary.get("/opinions/new").text
    address = secretary.post("/opinions", {"matter": room.matter_id, "text": TEXT, "rule": ""}).headers["Location"]
    question_id = int(address.rsplit("/", 1)[1])
    assert 'name="days"' in secretary.get(address).text
    secretary.post(f"{address}/circulate", {"days": "2"})
    assert address in health_minister.get("/opinions").text
    page = health_minister.get(address).text
    assert TEXT in page
    assert "is deemed to agree" in page
    assert "What arrives within 60 seconds after that still counts" in page
    assert f"/documents/{room.version_id}" in page
    ballot = {"cast_id": mark(), "choice": "other", "text": "Đề nghị lấy thêm ý kiến"}
    assert health_minister.post(f"/questions/{question_id}/ballots", json=ballot).get_json()["number"] == 1
    mine = health_minister.get(address).text
    assert "Đề nghị lấy thêm ý kiến" in mine
    overview = secretary.get(address).text
    assert "Đề nghị lấy thêm ý kiến" not in overview
    assert "Bộ trưởng Bộ Y tế" in overview
    end = rooms.question(question_id).closes_at
    assert end is not None
    with monkeypatch.context() as later:
        later.setattr(clock, "now", lambda: end + timedelta(minutes=1))
        rooms.closed(question_id, SYSTEM)
    closed = secretary.get(address).text
    assert 'class="result pass"' in closed
    assert "Đề nghị lấy thêm ý kiến" in closed
    assert health_minister.get("/opinions").text.count(address) == 1


def test_no_page_tells_the_split_before_the_close(
    room: Room, secretary: Persona, chair: Persona, persona: People
) -> None:
    question_id = circulated(room, secretary.actor())
    ballot = {"cast_id": mark(), "choice": "no", "text": "Không đồng ý với mức vốn"}
    persona("finance_minister").post(f"/questions/{question_id}/ballots", json=ballot)
    for who in (secretary, chair, persona("health_minister"), persona("office_reader")):
        for address in (
            "/opinions",
            f"/opinions/{question_id}",
            f"/questions/{question_id}",
            f"/questions/{question_id}/panel",
        ):
            page = who.get(address).text
            assert "mức vốn" not in page.replace(TEXT, "")
            assert 'class="bar ' not in page
            assert " checked>" not in page


def test_a_refused_form_says_why(room: Room, secretary: Persona) -> None:
    assert secretary.refused("/opinions", {"matter": room.matter_id, "text": ""}).startswith("⟦")
    assert secretary.refused("/opinions", {"matter": "", "text": TEXT}).startswith("⟦")
    assert secretary.refused(
        "/opinions", {"matter": room.matter_id, "text": TEXT, "rule": "viet_nam/meeting"}
    ).startswith("⟦")
    address = secretary.post("/opinions", {"matter": room.matter_id, "text": TEXT}).headers["Location"]
    assert secretary.refused(f"{address}/circulate", {"days": "9"}).startswith("⟦")
    assert secretary.refused(f"{address}/circulate", {"days": "many"}).startswith("⟦")
    secretary.post("/opinions", {"matter": "987654", "text": TEXT}, status=HTTPStatus.NOT_FOUND)


@pytest.mark.parametrize("key", ["outsider", "administrator", "officer", "guest"])
def test_who_is_not_of_the_body_gets_nowhere(room: Room, secretary: Persona, persona: People, key: str) -> None:
    question_id = circulated(room, secretary.actor())
    who = persona(key)
    hidden = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
    for address in ("/opinions", "/opinions/new", f"/opinions/{question_id}"):
        assert who.browser.get(address).status_code in hidden
    answer = who.browser.post(
        f"/opinions/{question_id}/circulate", data={"days": "3"}, headers={"X-CSRFToken": who.form_token()}
    )
    assert answer.status_code in hidden


def test_a_member_does_not_prepare_or_send(room: Room, secretary: Persona, health_minister: Persona) -> None:
    question_id = circulated(room, secretary.actor())
    health_minister.get("/opinions/new", status=HTTPStatus.FORBIDDEN)
    health_minister.post("/opinions", {"matter": room.matter_id, "text": TEXT}, status=HTTPStatus.FORBIDDEN)
    health_minister.post(f"/opinions/{question_id}/circulate", {"days": "3"}, status=HTTPStatus.FORBIDDEN)


def test_a_question_in_the_room_is_no_written_opinion(room: Room, secretary: Persona) -> None:
    question_id = rooms.opened(room, secretary.actor())
    secretary.get(f"/opinions/{question_id}", status=HTTPStatus.NOT_FOUND)
    secretary.post(f"/opinions/{question_id}/circulate", {"days": "3"}, status=HTTPStatus.NOT_FOUND)
