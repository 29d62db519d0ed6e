"""Drafts over HTTP: the office's page, the member's page, and everybody else's."""

from collections.abc import Callable
from http import HTTPStatus

import pytest

from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import circulated
from tests.world import World

pytestmark = pytest.mark.any_database
WORDS = "Đề nghị làm rõ nguồn vốn đối ứng."


def test_the_office_drafts_on_the_page_and_the_member_takes_it_over(
    government: World, persona: Callable[[str], Persona]
) -> None:
    room = rooms.furnish(government)
    secretary, office, member = persona("secretary"), persona("office_reader"), persona("health_minister")
    question_id = circulated(room, secretary.actor())
    seat = government.membership("health_minister")
    assert "Answers to draft" in office.get("/opinions").text
    assert "Write a draft" in office.get(f"/opinions/{question_id}").text
    address = f"/opinions/{question_id}/drafts/{seat}"
    filled = {"based_on": 0, "choice": "other+discuss", "text": WORDS, "note": "Kính trình", "ready": "1"}
    office.post(address, filled)
    assert "saved a newer draft" in office.refused(address, filled)
    page = member.get(f"/opinions/{question_id}").text
    assert WORDS in page
    assert "Take it over into the form" in page
    assert 'data-discuss="true"' in page
    member.post(f"{address}/comments", {"text": "Thêm số liệu"})
    assert "Thêm số liệu" in office.get(f"/opinions/{question_id}").text
    for key in ("secretary", "prime_minister", "finance_minister", "auditor"):
        stranger = persona(key)
        answer = stranger.browser.get(f"/opinions/{question_id}").text
        assert WORDS not in answer
        assert "Thêm số liệu" not in answer
        stranger.post(f"{address}/comments", {"text": "?"}, status=HTTPStatus.NOT_FOUND)
        stranger.post(address, filled, status=HTTPStatus.NOT_FOUND if key == "nobody" else HTTPStatus.FORBIDDEN)
