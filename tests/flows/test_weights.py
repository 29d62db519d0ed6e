"""The page of weights: an administrator enters them one by one or as a list, those who vote by them read them."""

from datetime import timedelta
from http import HTTPStatus

import pytest

from ecabinet import clock
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.council import WEIGHTED, WEIGHTS, write_book
from tests.world import PEOPLE, World

# What a page shows does not depend on the database; the reads and verbs behind it are tried on both where they are defined.
pytestmark = pytest.mark.any_database

TODAY = clock.today("Asia/Ho_Chi_Minh")
LIST = "\r\n".join(f"{PEOPLE[key][1]}; {weight}" for key, weight in WEIGHTS.items())


@pytest.fixture
def page(government: World) -> str:
    return f"/organisation/bodies/{government.body_id}/weights"


def listed(**changed: str) -> dict[str, str]:
    return {"measure": "population", "starts_on": TODAY.isoformat(), "list": LIST, **changed}


@pytest.mark.both_databases
def test_an_administrator_enters_a_list_and_a_question_is_decided_by_it(
    page: str, government: World, administrator: Persona, secretary: Persona, chair: Persona
) -> None:
    assert f'href="{page}"' in administrator.get("/organisation/").text
    assert "⟦No weight is entered.⟧" in administrator.get(page).text
    administrator.post(f"{page}/list", listed())
    shown = administrator.get(f"{page}?measure=population").text
    assert ">12.5<" in shown
    assert "Bộ trưởng Bộ Y tế; 12.5" in shown
    room = rooms.furnish(government)
    write_book(room)
    question_id = rooms.opened(room, secretary.actor(), rule_name=WEIGHTED)
    rooms.casts(chair, question_id, "yes")
    result = rooms.closed(question_id, secretary.actor()).result
    assert result is not None
    assert result["figures"]["measures"]["population"] == {"yes": "50", "no": "0", "total": "100"}


def test_one_members_weight_begins_on_its_day_and_the_page_shows_any_day(
    page: str, government: World, administrator: Persona, health_minister: Persona
) -> None:
    administrator.post(f"{page}/list", listed())
    later = TODAY + timedelta(days=5)
    one = {"measure": "population", "member": government.membership("health_minister"), "value": "33.25"}
    administrator.post(page, {**one, "starts_on": later.isoformat()})
    assert ">33.25<" in health_minister.get(f"{page}?on={later.isoformat()}").text
    today = health_minister.get(page).text
    assert "⟦Enter these weights⟧" not in today
    assert today.count(">33.25<") == 1  # among everything that was entered
    for language in ("vi", "en"):
        administrator.post("/language", {"language": language, "back": page})
        administrator.language = language
        administrator.get(page)


def test_what_is_wrong_is_named(page: str, administrator: Persona) -> None:
    wrong = (
        ({"measure": "Population"}, "“Population”"),
        ({"starts_on": (TODAY - timedelta(days=1)).isoformat()}, "before today"),
        ({"list": LIST.replace("12.5", "12,5")}, "“12,5” for “Bộ trưởng Bộ Y tế”"),
        ({"list": LIST.replace(";", ":", 1)}, "Line 1"),
        ({"list": "Người ngoài; 3"}, "“Người ngoài”"),
        ({"list": ""}, "Members and weights"),
    )
    for changed, sentence in wrong:
        assert sentence in administrator.refused(f"{page}/list", listed(**changed))
    assert "⟦No weight is entered.⟧" in administrator.get(page).text


def test_who_is_no_administrator_of_the_body_enters_nothing(
    page: str,
    government: World,
    secretary: Persona,
    outsider: Persona,
    health_minister: Persona,
    administrator: Persona,
) -> None:
    for who in (secretary, health_minister, outsider):
        who.post(f"{page}/list", listed(), status=HTTPStatus.FORBIDDEN)
    outsider.get(page, status=HTTPStatus.FORBIDDEN)
    member = {"member": government.committee["health_minister"], "value": "3", "measure": "population"}
    administrator.post(page, {**member, "starts_on": TODAY.isoformat()}, status=HTTPStatus.NOT_FOUND)
