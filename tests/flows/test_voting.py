"""A question in the room, over HTTP: the secretary's forms, the members' tablets, and what each of them is shown."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import TEXT, Room, mark, opened
from tests.world import MEMBERS, World
from voting.conduct import QuestionState

# What a page shows does not depend on the database; the reads and verbs behind it are tried on both where they are defined.
pytestmark = pytest.mark.any_database

People = Callable[[str], Persona]


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


def casts(
    member: Persona, question_id: int, choice: object, *, status: int = HTTPStatus.CREATED, **more: object
) -> TestResponse:
    ballot = {"cast_id": mark(), "choice": choice, "text": "", **more}
    return member.post(f"/questions/{question_id}/ballots", json=ballot, status=status)


@pytest.mark.both_databases
def test_the_secretary_puts_a_question_and_the_members_decide_it(
    room: Room, secretary: Persona, persona: People
) -> None:
    answer = secretary.post("/questions", {"item": room.item_id, "procedure": "vote", "text": "Thông qua?", "rule": ""})
    address = answer.headers["Location"]
    question_id = int(address.rsplit("/", 1)[1])
    secretary.post(f"{address}/amend", {"text": TEXT})
    secretary.post(f"{address}/arm")
    secretary.post(f"{address}/open", {"minutes": ""})
    for key in MEMBERS:
        casts(persona(key), question_id, "yes")
    assert TEXT in secretary.get(address).text
    rooms.closed(question_id, secretary.actor())
    page = persona("health_minister").get(address).text
    assert 'class="result pass"' in page
    assert "Bộ trưởng Bộ Tài chính" in page


def test_a_member_who_votes_gets_a_number_and_a_code_and_finds_them_again(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    receipt = casts(health_minister, question_id, "yes").get_json()
    assert (receipt["number"], receipt["choice"]) == (1, "yes")
    assert re.fullmatch(r"([A-Z2-7]{4}-){3}[A-Z2-7]{4}", receipt["code"])
    panel = health_minister.get(f"/questions/{question_id}/panel").text
    assert receipt["code"] in panel
    assert "data-recorded" in panel


def test_none_of_the_answers_is_chosen_beforehand(room: Room, secretary: Persona, health_minister: Persona) -> None:
    panel = health_minister.get(f"/questions/{opened(room, secretary.actor())}/panel").text
    assert re.findall(r'name="choice" value="(\w+)"', panel) == ["yes", "no", "abstain", "other"]
    assert " checked>" not in panel


def test_the_panel_of_an_armed_question_is_there_before_it_opens(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = rooms.prepared(room, secretary.actor())
    health_minister.get(f"/questions/{question_id}/panel", status=HTTPStatus.NOT_FOUND)
    secretary.post(f"/questions/{question_id}/arm")
    assert 'data-state="armed"' in health_minister.get(f"/questions/{question_id}/panel").text


def test_while_it_is_open_every_page_says_how_many_and_none_says_how(
    room: Room, secretary: Persona, chair: Persona, persona: People
) -> None:
    question_id = opened(room, secretary.actor())
    before = {
        who: shown(who, question_id)
        for who in (secretary, chair, persona("office_reader"), persona("justice_minister"))
    }
    casts(persona("health_minister"), question_id, "no")
    casts(persona("finance_minister"), question_id, "other", text="Cần thêm số liệu")
    for who, pages in before.items():
        for old, new in zip(pages, shown(who, question_id), strict=True):
            assert without_count(new) == without_count(old)
            assert "Cần thêm" not in new


def shown(who: Persona, question_id: int) -> list[str]:
    return [who.get(address).text for address in (f"/questions/{question_id}", f"/questions/{question_id}/panel")]


def without_count(page: str) -> str:
    """The page less its tokens and the one figure that may move."""
    page = re.sub(r'nonce="[^"]*"|value="[^"]*" autocomplete|content="[^"]*"', "", page)
    return re.sub(r"⟦\d of 6 ballots sent⟧|<progress value=\"\d\"", "", page)


def test_what_a_tablet_sends_wrong_is_refused_in_a_sentence(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    wrong: list[Any] = [
        [],
        "yes",
        7,
        {},
        {"cast_id": 5, "choice": "yes"},
        {"cast_id": mark(), "choice": ["yes"]},
        {"cast_id": mark(), "choice": "maybe"},
        {"cast_id": mark(), "choice": "other"},
        {"cast_id": mark(), "choice": "other", "text": "x" * 5000},
        {"cast_id": mark(), "choice": "yes\u0000no"},
    ]
    for ballot in wrong:
        answer = health_minister.post(
            f"/questions/{question_id}/ballots", json=ballot, status=HTTPStatus.UNPROCESSABLE_ENTITY
        )
        assert answer.get_json()["message"].startswith("⟦")
    assert rooms.entries_of(question_id) == 1


def test_what_is_too_long_is_named_in_the_readers_language(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    ballot = {"cast_id": mark(), "choice": "other", "text": "x" * 5000}
    address = f"/questions/{opened(room, secretary.actor())}/ballots"
    assert "⟦Your opinion⟧" in health_minister.refused(address, json=ballot)
    assert "⟦Mark⟧" in health_minister.refused(address, json={**ballot, "cast_id": "x" * 70, "text": ""})


def test_a_ballot_without_the_token_against_forged_forms_is_not_taken(
    room: Room, secretary: Persona, health_minister: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = opened(room, secretary.actor())
    monkeypatch.setattr(health_minister, "_form_token", "forged")
    casts(health_minister, question_id, "yes", status=HTTPStatus.BAD_REQUEST)
    assert rooms.entries_of(question_id) == 1


def test_a_member_with_a_conflict_is_told_so_and_reads_nothing(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    rooms.bar(room, "health_minister")
    question_id = opened(room, secretary.actor())
    answer = casts(health_minister, question_id, "yes", status=HTTPStatus.UNPROCESSABLE_ENTITY)
    assert answer.get_json()["error"] == "RECUSED"
    health_minister.get(f"/questions/{question_id}", status=HTTPStatus.NOT_FOUND)
    health_minister.get(f"/questions/{question_id}/panel", status=HTTPStatus.NOT_FOUND)


@pytest.mark.parametrize("key", ["outsider", "administrator", "officer", "guest"])
def test_who_is_not_of_the_body_gets_nowhere(room: Room, secretary: Persona, persona: People, key: str) -> None:
    question_id = opened(room, secretary.actor())
    who = persona(key)
    hidden = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
    for address in (f"/questions/{question_id}", f"/questions/{question_id}/panel"):
        assert who.browser.get(address).status_code in hidden
    forms: dict[str, dict[str, str]] = {"arm": {}, "open": {}, "amend": {"text": "x"}, "withdraw": {}}
    for action, form in forms.items():
        answer = who.browser.post(
            f"/questions/{question_id}/{action}", data=form, headers={"X-CSRFToken": who.form_token()}
        )
        assert answer.status_code in hidden
    ballot: dict[str, Any] = {"cast_id": mark(), "choice": "yes"}
    answer = who.browser.post(
        f"/questions/{question_id}/ballots", json=ballot, headers={"X-CSRFToken": who.form_token()}
    )
    assert answer.status_code in hidden
    assert rooms.state_of(question_id) is QuestionState.OPEN
    assert rooms.entries_of(question_id) == 1


def test_a_refused_form_says_why_and_changes_nothing(room: Room, secretary: Persona) -> None:
    assert secretary.refused("/questions", {"item": room.item_id, "procedure": "vote", "text": ""}).startswith("⟦")
    assert secretary.refused("/questions", {"item": room.item_id, "procedure": "vote", "text": "x" * 2001}).startswith(
        "⟦"
    )
    assert secretary.refused("/questions", {"item": "abc", "procedure": "vote", "text": TEXT}).startswith("⟦")
    assert secretary.refused("/questions", {"item": room.item_id, "procedure": "lots", "text": TEXT}).startswith("⟦")
    assert secretary.refused(
        "/questions", {"item": room.item_id, "procedure": "vote", "text": TEXT, "rule": "no/such"}
    ).startswith("⟦")
    question_id = opened(room, secretary.actor())
    assert secretary.refused(f"/questions/{question_id}/open", {"minutes": "soon"}).startswith("⟦")
    assert secretary.refused(f"/questions/{question_id}/withdraw", {}).startswith("⟦")
    secretary.post("/questions/2147483648/arm", status=HTTPStatus.NOT_FOUND)
    assert rooms.state_of(question_id) is QuestionState.OPEN


def test_where_the_chair_asks_for_objections_the_panel_offers_only_that(
    room: Room, secretary: Persona, health_minister: Persona, chair: Persona
) -> None:
    answer = secretary.post("/questions", {"item": room.item_id, "procedure": "no_objection", "text": TEXT, "rule": ""})
    question_id = int(answer.headers["Location"].rsplit("/", 1)[1])
    secretary.post(f"/questions/{question_id}/arm")
    chair.post(f"/questions/{question_id}/open", {})
    panel = health_minister.get(f"/questions/{question_id}/panel").text
    assert re.findall(r'name="choice" value="(\w+)"', panel) == ["no"]
    rooms.closed(question_id, chair.actor())
    page = health_minister.get(f"/questions/{question_id}").text
    assert "Nobody objected." in page
    assert "of 6 members approved" not in page
