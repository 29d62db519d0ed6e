"""The page of one's own ballots over HTTP: what it shows, to whom, and what it gives the script to check."""

import re
from collections.abc import Callable
from http import HTTPStatus

import pytest

from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import TEXT, Room, casts, opened
from tests.world import World

# What a page shows does not depend on the database; the reads and verbs behind it are tried on both where they are defined.
pytestmark = pytest.mark.any_database

People = Callable[[str], Persona]


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


def test_a_member_finds_question_number_code_and_state_of_each_ballot(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    first, second = (casts(health_minister, question_id, choice) for choice in ("no", "yes"))
    page = health_minister.get("/my-ballots").text
    assert TEXT in page
    for receipt in (first, second):
        assert f'data-number="{receipt.number}" data-code="{receipt.code}"' in page
    assert "⟦Replaced by no. 2⟧" in page
    assert "⟦Counts, as it stands now⟧" in page
    assert 'href="/my-ballots"' in health_minister.get("/").text


def test_after_the_close_the_page_leads_the_check_to_the_closing_entry(
    room: Room, secretary: Persona, health_minister: Persona, finance_minister: Persona, chair: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    casts(health_minister, question_id, "yes")
    rooms.closed(question_id, chair.actor())
    assert 'data-closing="2"' in health_minister.get("/my-ballots").text
    missed = finance_minister.get("/my-ballots").text
    assert "⟦You did not vote on this question⟧" in missed
    assert f'data-missing="{room.world.membership("finance_minister")}"' in missed
    closing = finance_minister.get(f"/questions/{question_id}/ballots/2/receipt").get_json()
    assert str(room.world.membership("finance_minister")) in re.findall(r'"missing":\[([^\]]*)\]', closing["entry"])[0]


def test_a_recused_member_is_told_that_there_was_no_ballot_to_give(
    room: Room, secretary: Persona, finance_minister: Persona
) -> None:
    rooms.bar(room, "finance_minister")
    opened(room, secretary.actor())
    page = finance_minister.get("/my-ballots").text
    assert "⟦You were recused from this question because of a conflict of interest: you had no ballot.⟧" in page
    assert TEXT not in page


def test_the_page_shows_nobody_anything_of_another_member(
    room: Room, secretary: Persona, health_minister: Persona, persona: People
) -> None:
    question_id = opened(room, secretary.actor())
    receipt = casts(health_minister, question_id, "yes")
    for key in ("finance_minister", "secretary", "auditor", "administrator", "outsider", "office_reader"):
        page = persona(key).get("/my-ballots").text
        assert receipt.code not in page
        assert "data-number" not in page
        other = persona(key).browser.get(f"/questions/{question_id}/ballots/1/receipt")
        assert other.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN)


def test_the_form_of_a_ballot_carries_what_its_receipt_is_checked_against(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    receipt = casts(health_minister, question_id, "yes")
    panel = health_minister.get(f"/questions/{question_id}/panel").text
    for name in ("seen", "key-name", "public-key"):
        assert re.search(rf'data-{name}="[^"]+"', panel), name
    assert f'data-member="{room.world.membership("health_minister")}"' in panel
    assert f'data-number="1" data-standing="yes" data-code="{receipt.code}"' in panel
    assert "data-by-proxy" not in panel


def test_who_holds_a_proxy_has_a_second_form_for_that_member(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    rooms.give_proxy(room, question_id, "finance_minister", "health_minister")
    panel = health_minister.get(f"/questions/{question_id}/panel").text
    assert panel.count("<form") >= 2
    assert "⟦For Bộ trưởng Bộ Tài chính (by proxy)⟧" in panel
    members = re.findall(r'data-member="(\d+)"', panel)
    assert members == [str(room.world.membership(key)) for key in ("health_minister", "finance_minister")]
    assert f'data-by-proxy data-by="{room.world.membership("health_minister")}"' in panel


def test_a_proxy_does_not_see_what_the_member_cast_themself(
    room: Room, secretary: Persona, health_minister: Persona, finance_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    rooms.give_proxy(room, question_id, "finance_minister", "health_minister")
    receipt = casts(finance_minister, question_id, "no")
    panel = health_minister.get(f"/questions/{question_id}/panel").text
    assert "data-by-proxy" in panel
    assert "data-standing" not in panel
    assert receipt.code not in panel
    assert receipt.code in finance_minister.get(f"/questions/{question_id}/panel").text
