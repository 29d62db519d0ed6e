"""Recalling an answer over HTTP, and what stands beside it on the pages and on paper."""

import json
from collections.abc import Callable
from http import HTTPStatus

import pytest

from ecabinet import clock
from ecabinet.access import SYSTEM
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import Room, bodies, circulated, mark
from tests.world import World

People = Callable[[str], Persona]
ONLY_SQLITE = pytest.mark.any_database


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


def sends(member: Persona, question_id: int, status: int = HTTPStatus.CREATED, **fields: object) -> dict[str, object]:
    ballot = {"cast_id": mark(), "choice": "no", "text": "Chưa rõ nguồn vốn", **fields}
    answer = member.post(f"/questions/{question_id}/ballots", json=ballot, status=status).get_json()
    return dict(answer)


def test_a_member_recalls_and_nobody_else_learns_of_it(
    room: Room, secretary: Persona, health_minister: Persona, chair: Persona, persona: People
) -> None:
    question_id = circulated(room, secretary.actor())
    first = sends(health_minister, question_id, discuss=True, reserved="Bảo lưu về Điều 7")
    page = health_minister.get(f"/opinions/{question_id}").text
    assert "Bảo lưu về Điều 7" in page
    sent = {"cast_id": mark()}
    url = f"/questions/{question_id}/recall"
    recalled = health_minister.post(url, json=sent, status=HTTPStatus.CREATED).get_json()
    assert (recalled["number"], recalled["choice"]) == (2, "")
    assert health_minister.post(url, json=sent, status=HTTPStatus.CREATED).get_json() == recalled
    refused = health_minister.post(url, json={"cast_id": mark()}, status=HTTPStatus.UNPROCESSABLE_ENTITY).get_json()
    assert refused["error"] == "NOTHING_TO_RECALL"
    earlier = health_minister.get(f"/questions/{question_id}/earlier").text
    assert str(first["code"]) in earlier
    assert "Bảo lưu về Điều 7" in earlier
    receipt = f"/questions/{question_id}/ballots/2/receipt"
    assert health_minister.get(receipt).get_json() == recalled
    for other in (secretary, chair, persona("finance_minister")):
        other.get(receipt, HTTPStatus.NOT_FOUND)
        assert "Bảo lưu" not in other.get(f"/opinions/{question_id}").text
        assert "Bảo lưu" not in other.get(f"/questions/{question_id}/earlier").text
    mine = health_minister.get("/my-ballots").text
    assert str(recalled["code"]) in mine
    assert 'data-type="recalled"' in mine


@ONLY_SQLITE
@pytest.mark.parametrize(
    "sent",
    [
        [],
        {},
        {"cast_id": 5},
        {"cast_id": "short"},
        {"cast_id": "a" * 20, "member": 7},
        {"cast_id": "a" * 20, "member": "x"},
    ],
)
def test_a_recall_that_is_not_one_is_refused_and_changes_nothing(
    room: Room, secretary: Persona, health_minister: Persona, sent: object
) -> None:
    question_id = circulated(room, secretary.actor())
    sends(health_minister, question_id)
    health_minister.post(f"/questions/{question_id}/recall", json=sent, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    assert rooms.entries_of(question_id) == 2


@ONLY_SQLITE
def test_who_has_no_ballot_or_may_not_know_of_the_question_recalls_nothing(
    room: Room, secretary: Persona, persona: People
) -> None:
    rooms.bar(room, "health_minister")
    question_id = circulated(room, secretary.actor())
    url, sent = f"/questions/{question_id}/recall", {"cast_id": mark()}
    persona("health_minister").post(url, json=sent, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    for key in ("secretary", "outsider", "guest"):
        persona(key).post(url, json=sent, status=HTTPStatus.FORBIDDEN)
    assert rooms.entries_of(question_id) == 1


@ONLY_SQLITE
@pytest.mark.parametrize("wrong", [{"discuss": "true"}, {"discuss": 1}, {"reserved": 5}, {"reserved": ["x"]}])
def test_what_stands_beside_an_answer_is_read_strictly(
    room: Room, secretary: Persona, health_minister: Persona, wrong: dict[str, object]
) -> None:
    question_id = circulated(room, secretary.actor())
    refused = sends(health_minister, question_id, HTTPStatus.UNPROCESSABLE_ENTITY, **wrong)
    assert refused["error"] == "NOT_READABLE"
    assert rooms.entries_of(question_id) == 1


@ONLY_SQLITE
def test_a_late_answer_is_refused_with_a_sentence(room: Room, secretary: Persona, health_minister: Persona) -> None:
    question_id = circulated(room, secretary.actor())
    rooms.passed(question_id)
    refused = sends(health_minister, question_id, HTTPStatus.UNPROCESSABLE_ENTITY)
    assert refused["error"] == "TOO_LATE"
    recall = f"/questions/{question_id}/recall"
    late = health_minister.post(recall, json={"cast_id": mark()}, status=HTTPStatus.UNPROCESSABLE_ENTITY).get_json()
    assert late["error"] == "TOO_LATE"
    rooms.closed(question_id, SYSTEM)
    assert "data-late" in health_minister.get(f"/opinions/{question_id}").text


@ONLY_SQLITE
def test_two_officials_enter_what_stands_beside_the_answer_on_paper(
    room: Room, secretary: Persona, chair: Persona
) -> None:
    question_id = circulated(room, secretary.actor())
    read = {
        "member": room.world.membership("health_minister"),
        "choice": "no",
        "text": "Chưa rõ nguồn vốn",
        "discuss": "1",
        "reserved": "Bảo lưu về Điều 7",
    }
    page = secretary.get(f"/opinions/{question_id}").text
    assert 'name="reserved"' in page
    assert 'name="discuss"' in page
    secretary.post(f"/questions/{question_id}/paper-ballots", {**read, "channel": "paper", "evidence": "Hồ sơ số 4"})
    chair.post(f"/questions/{question_id}/paper-ballots/1/confirm", read)
    kept = json.loads(bodies(question_id)[1])
    assert (kept["type"], kept["discuss"], kept["reserved"]) == ("paper", True, "Bảo lưu về Điều 7")
    assert kept["at"] <= clock.now().isoformat()
