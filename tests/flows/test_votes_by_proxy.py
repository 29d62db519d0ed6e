"""A member who is away is represented, over HTTP: from the proxy they give to the result that names who cast, and the receipts."""

import re
from collections.abc import Callable
from http import HTTPStatus

import pytest

from ecabinet.database import reading
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.council import WEIGHTED, weigh, write_book
from tests.voting.room import Room, mark
from tests.voting.test_receipts import check
from tests.world import MEMBERS, World
from voting.models import Proxy

# What a page shows does not depend on the database; the reads and verbs behind it are tried on both where they are defined.
pytestmark = pytest.mark.any_database

People = Callable[[str], Persona]
AWAY, HOLDER = "finance_minister", "health_minister"


@pytest.fixture
def room(government: World) -> Room:
    room = rooms.furnish(government, present=[key for key in MEMBERS if key != AWAY])
    write_book(room)
    weigh(room)
    return room


def form(room: Room, **changed: object) -> dict[str, object]:
    given = {"member": room.world.membership(AWAY), "holder": room.world.membership(HOLDER)}
    return {**given, "reason": "Công tác nước ngoài", **changed}


def newest() -> int:
    with reading() as session:
        return max(row.id for row in session.query(Proxy))


@pytest.mark.both_databases
def test_a_proxy_from_the_members_form_to_the_names_under_the_result(
    room: Room, secretary: Persona, persona: People
) -> None:
    away, holder, reader = persona(AWAY), persona(HOLDER), persona("justice_minister")
    page = f"/meetings/{room.meeting_id}/proxies"
    assert "⟦Who casts for you⟧" in away.get(page).text
    away.post(page, form(room))
    assert "Công tác nước ngoài" in holder.get(page).text
    assert "Công tác nước ngoài" not in reader.get(page).text
    question_id = rooms.opened(room, secretary.actor(), rule_name=WEIGHTED)
    panel = holder.get(f"/questions/{question_id}/panel").text
    assert "⟦For Bộ trưởng Bộ Tài chính (by proxy)⟧" in panel
    assert "⟦Bộ trưởng Bộ Y tế casts for you on this question.⟧" in away.get(f"/questions/{question_id}/panel").text
    ballots = f"/questions/{question_id}/ballots"
    own = holder.post(ballots, json={"cast_id": mark(), "choice": "yes", "text": ""}).get_json()
    cast_for = {"cast_id": mark(), "choice": "no", "text": "", "member": str(room.world.membership(AWAY))}
    other = holder.post(ballots, json=cast_for).get_json()
    assert holder.post(ballots, json=cast_for).get_json() == other
    for receipt in (own, other):
        check(receipt)
    for who in (holder, away):
        check(who.get(f"{ballots}/{other['number']}/receipt").get_json())
        assert f'data-number="{other["number"]}" data-code="{other["code"]}"' in who.get("/my-ballots").text
    away.get(f"{ballots}/{own['number']}/receipt", status=HTTPStatus.NOT_FOUND)
    assert "⟦Cast by you as proxy for Bộ trưởng Bộ Tài chính⟧" in holder.get("/my-ballots").text
    assert "⟦Cast for you by Bộ trưởng Bộ Y tế, your proxy⟧" in away.get("/my-ballots").text
    assert "by proxy" not in reader.get(f"/questions/{question_id}").text
    rooms.closed(question_id, secretary.actor())
    shown = reader.get(f"/questions/{question_id}").text
    assert "⟦By proxy, cast by Bộ trưởng Bộ Y tế.⟧" in shown
    assert shown.count("⟦By proxy, cast by") == 1
    assert "⟦Represented by another member⟧" in shown


def test_the_result_says_what_each_side_weighs_and_each_members_weight(
    room: Room, secretary: Persona, chair: Persona, justice_minister: Persona
) -> None:
    question_id = rooms.opened(room, secretary.actor(), rule_name=WEIGHTED)
    rooms.casts(chair, question_id, "yes")
    rooms.casts(justice_minister, question_id, "no")
    assert "population" not in chair.get(f"/questions/{question_id}").text
    rooms.closed(question_id, secretary.actor())
    page = chair.get(f"/questions/{question_id}").text
    assert "⟦Weight: ⟦population⟧ 50⟧" in page
    cells = re.findall(
        r'<td data-label="⟦(?:Approve|Reject|All members)⟧" class="number"><span translate="no">([\d.]+)<', page
    )
    assert cells == ["50", "5", "100"]


def test_the_secretary_records_and_ends_a_proxy_and_finds_the_page_from_the_attendance(
    room: Room, secretary: Persona, chair: Persona, auditor: Persona, outsider: Persona
) -> None:
    page = f"/meetings/{room.meeting_id}/proxies"
    assert f'href="{page}"' in secretary.get(f"/meetings/{room.meeting_id}/attendance").text
    assert "Say where the member" in secretary.refused(page, form(room))
    secretary.post(page, form(room, evidence="Công văn số 12"))
    assert "Công văn số 12" in secretary.get(page).text
    end = f"{page}/{newest()}/end"
    chair.post(end, status=HTTPStatus.NOT_FOUND)
    secretary.post(end)
    assert "⟦Over⟧" in secretary.get(page).text
    assert "ended already" in secretary.refused(end)
    for who, status in ((auditor, HTTPStatus.FORBIDDEN), (outsider, HTTPStatus.FORBIDDEN)):
        who.get(page, status=status)
    for language in ("vi", "en"):
        secretary.post("/language", {"language": language, "back": page})
        secretary.language = language
        secretary.get(page)
