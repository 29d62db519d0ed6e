"""Positions before a sitting and the block vote over HTTP: the member's phone, the chair's view, the one ballot, and who is kept out."""

import re
from collections.abc import Callable
from http import HTTPStatus

import pytest

from meetings.rules import MeetingState
from tests.persona import Persona
from tests.voting import agendas
from tests.voting.agendas import Agenda
from tests.voting.room import mark
from tests.world import MEMBERS, World

People = Callable[[str], Persona]
sqlite_alone = pytest.mark.any_database


@pytest.fixture
def agenda(government: World) -> Agenda:
    return agendas.lay(government, state=MeetingState.RUNNING)


def words(page: str) -> str:
    """The words of a page without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def say(member: Persona, item: int, kind: str, text: str = "") -> None:
    member.post(f"/items/{item}/position", {"kind": kind, "text": text, "version": "1"})


def block_of(official: Persona, agenda: Agenda, *places: int) -> str:
    """Make a block of these items and return its address."""
    chosen = {"item": [str(agenda.items[place]) for place in places]}
    return official.post(f"/meetings/{agenda.meeting_id}/block", chosen).headers["Location"]


def casts(member: Persona, address: str, choice: object = "yes", **more: object) -> dict[str, list[dict[str, object]]]:
    sent = {"mark": mark(), "choice": choice, **more}
    answer: dict[str, list[dict[str, object]]] = member.post(f"{address}/ballots", json=sent).get_json()
    return answer


def test_from_the_positions_to_the_decisions(
    agenda: Agenda, secretary: Persona, chair: Persona, persona: People
) -> None:
    for key in MEMBERS:
        say(persona(key), agenda.items[0], "no_objection")
    say(persona("finance_minister"), agenda.items[1], "object", "Chưa cân đối được vốn")
    overview = words(chair.get(f"/meetings/{agenda.meeting_id}/block").text)
    assert "⟦2 items uncontested⟧" in overview
    assert "⟦1 contested⟧" in overview
    assert "Chưa cân đối được vốn" in overview
    address = block_of(chair, agenda, 0, 2)
    secretary.post(f"{address}/arm")
    tablet = persona("health_minister").get(f"/meetings/{agenda.meeting_id}").text
    assert 'data-block="' in tablet
    assert '<form class="vote-form" data-vote' not in tablet
    chair.post(f"{address}/open")
    for key in MEMBERS:
        answer = casts(persona(key), address)
        assert [each["item"] for each in answer["ballots"]] == [agenda.items[0], agenda.items[2]]
        assert all(re.fullmatch(r"([A-Z2-7]{4}-){3}[A-Z2-7]{4}", str(each["code"])) for each in answer["ballots"])
        assert answer["refused"] == []
    chair.post(f"{address}/close")
    chair.post(f"{address}/declare", {"remark": ""})
    page = words(persona("health_minister").get(address).text)
    assert page.count("⟦Declared by the chair⟧") == 2
    assert "⟦Minutes saved: 29⟧" in page
    assert "⟦Minutes saved: 29⟧" in words(chair.get(f"/meetings/{agenda.meeting_id}").text)
    assert words(persona("health_minister").get("/decisions").text).count("Đề án số") == 2


@sqlite_alone
def test_a_member_says_where_they_stand_on_the_item_s_page_and_in_the_list(
    agenda: Agenda, health_minister: Persona
) -> None:
    item = agenda.items[0]
    page = health_minister.get(f"/meetings/{agenda.meeting_id}?item={item}").text
    assert f'action="/items/{item}/position"' in page
    assert " checked>" not in page.split('class="stand-form"')[1].split("</form>")[0], "nothing is chosen beforehand"
    say(health_minister, item, "comment", "Đề nghị sửa tên Điều 3")
    listed = words(health_minister.get(f"/meetings/{agenda.meeting_id}/positions").text)
    assert "Đề nghị sửa tên Điều 3" in listed
    assert "⟦Still open: 2 of 3⟧" in listed
    health_minister.post(f"/items/{item}/position/withdraw")
    assert "⟦Still open: 3 of 3⟧" in words(health_minister.get(f"/meetings/{agenda.meeting_id}/positions/list").text)


@sqlite_alone
def test_no_objection_to_the_rest_names_how_many_and_leaves_out_what_was_not_opened(
    agenda: Agenda, health_minister: Persona
) -> None:
    address = f"/meetings/{agenda.meeting_id}/positions"
    assert "positions/rest" not in health_minister.get(address).text, "nothing was opened yet"
    agendas.read(agenda, "health_minister", 0, 2)
    page = health_minister.get(address).text
    assert "⟦No objection to the rest (2)⟧" in page
    assert "⟦Say “no objection” to the 2 items marked here, whose papers you have opened?⟧" in page
    unread = health_minister.refused(f"{address}/rest", {"item": [str(item) for item in agenda.items]})
    assert "Đề án số 2" in unread
    health_minister.post(f"{address}/rest", {"item": [str(agenda.items[0]), str(agenda.items[2])]})
    assert "⟦Still open: 1 of 3⟧" in words(health_minister.get(address).text)


@sqlite_alone
def test_a_refused_position_says_what_to_do(agenda: Agenda, health_minister: Persona) -> None:
    address = f"/items/{agenda.items[0]}/position"
    assert "what you object to" in health_minister.refused(address, {"kind": "object", "text": ""})
    health_minister.refused(address, {"kind": "withdrawn"})
    health_minister.refused(address, {"kind": "maybe"})
    health_minister.refused(address, {})


@sqlite_alone
def test_a_conflict_of_interest_closes_the_item_at_once(
    agenda: Agenda, health_minister: Persona, persona: People
) -> None:
    item = agenda.items[0]
    health_minister.post(f"/items/{item}/position", {"kind": "conflict", "text": "Gia đình tham gia dự thầu"})
    assert health_minister.get(f"/items/{item}/position").text == ""  # the part of a page that is open just goes
    health_minister.get(f"/documents/{agenda.papers[0]}", status=HTTPStatus.NOT_FOUND)
    assert persona("office_reader").get(f"/items/{item}/position").text == ""
    assert (
        "⟦You have a conflict of interest here." in health_minister.get(f"/meetings/{agenda.meeting_id}/positions").text
    )


@sqlite_alone
def test_members_see_figures_and_the_chair_sees_names_until_the_item_is_called(
    agenda: Agenda, chair: Persona, secretary: Persona, health_minister: Persona, finance_minister: Persona
) -> None:
    item = agenda.items[0]
    say(health_minister, item, "object", "Không có số liệu")
    assert "Không có số liệu" not in finance_minister.get(f"/items/{item}/position").text
    assert "Không có số liệu" in chair.get(f"/items/{item}/position").text
    secretary.post(f"/meetings/{agenda.meeting_id}/items/{item}/call")
    assert "Không có số liệu" in finance_minister.get(f"/items/{item}/position").text
    assert "stand-form" not in finance_minister.get(f"/items/{item}/position").text


@sqlite_alone
def test_those_who_have_no_part_in_it_are_kept_out(agenda: Agenda, secretary: Persona, persona: People) -> None:
    address = block_of(secretary, agenda, 0, 1)
    item = agenda.items[0]
    pages = [
        f"/items/{item}/position",
        f"/meetings/{agenda.meeting_id}/positions",
        f"/meetings/{agenda.meeting_id}/block",
    ]
    for key in ("outsider", "guest", "officer", "deputy_health_minister"):
        for page in (*pages, address, f"{address}/panel"):
            assert persona(key).browser.get(page).status_code in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND), (
                key,
                page,
            )
    member = persona("health_minister")
    member.get(address, status=HTTPStatus.NOT_FOUND)  # nobody but those who prepare knows of it yet
    member.get(f"/meetings/{agenda.meeting_id}/block", status=HTTPStatus.FORBIDDEN)
    for command in ("arm", "open", "close", "withdraw", "declare", f"items/{item}/leave-out"):
        member.post(f"{address}/{command}", status=HTTPStatus.FORBIDDEN)
    for key in ("office_reader", "auditor"):
        persona(key).post(f"/items/{item}/position", {"kind": "no_objection"}, status=HTTPStatus.FORBIDDEN)
        persona(key).post(f"{address}/ballots", json={}, status=HTTPStatus.FORBIDDEN)


@sqlite_alone
def test_a_member_of_another_body_does_not_find_it(government: World, agenda: Agenda, persona: People) -> None:
    assert "prime_minister" not in government.committee
    with_other_seat = persona("auditor")  # reads questions of the government alone
    with_other_seat.get("/meetings/9999/positions", status=HTTPStatus.NOT_FOUND)
    with_other_seat.get("/blocks/9999", status=HTTPStatus.NOT_FOUND)
    assert with_other_seat.get("/items/9999/position").text == ""
    assert agenda.meeting_id != 9999


@sqlite_alone
def test_an_objection_on_the_tablet_takes_the_item_out_and_a_block_offers_no_rejection(
    agenda: Agenda, secretary: Persona, health_minister: Persona, finance_minister: Persona
) -> None:
    address = block_of(secretary, agenda, 0, 1)
    secretary.post(f"{address}/arm")
    secretary.post(f"{address}/open")
    panel = health_minister.get(f"{address}/panel").text
    assert re.findall(r'name="choice" value="(\w+)"', panel) == ["yes", "abstain"]
    assert " checked>" not in panel
    health_minister.post(f"{address}/items/{agenda.items[0]}/object", {"reason": "Cần thảo luận"})
    after = words(finance_minister.get(f"{address}/panel").text)
    assert "⟦Objection by Bộ trưởng Bộ Y tế: the item is debated and voted on its own.⟧" in after
    answer = casts(finance_minister, address)
    assert [each["item"] for each in answer["ballots"]] == [agenda.items[1]]
    assert answer["refused"][0]["error"] == "NOT_OPEN"
    assert (
        "⟦An objection took this item out of a block."
        in finance_minister.get(f"/items/{agenda.items[0]}/position").text
    )


@sqlite_alone
def test_what_a_tablet_sends_wrong_is_refused_in_a_sentence(
    agenda: Agenda, secretary: Persona, health_minister: Persona
) -> None:
    address = block_of(secretary, agenda, 0)
    secretary.post(f"{address}/arm")
    secretary.post(f"{address}/open")
    wrong: list[object] = [
        [],
        7,
        {},
        {"mark": 5, "choice": "yes"},
        {"mark": mark(), "choice": "no"},
        {"mark": mark(), "choice": ["yes"]},
        {"mark": "x", "choice": "yes"},
        {"mark": mark(), "choice": "yes", "seen": "abc"},
        {"mark": mark(), "choice": "yes", "seen": {"1": 2}},
        {"mark": mark(), "choice": "yes", "member": "999999"},
        {"mark": mark(), "choice": "yes", "member": "ba"},
    ]
    for sent in wrong:
        assert health_minister.refused(f"{address}/ballots", json=sent), sent


@sqlite_alone
def test_a_question_of_a_block_leads_to_the_block(agenda: Agenda, secretary: Persona, health_minister: Persona) -> None:
    address = block_of(secretary, agenda, 0)
    secretary.post(f"{address}/arm")
    question = casts_question(health_minister, address)
    page = health_minister.get(f"/questions/{question}/panel").text
    assert '<form class="vote-form" data-vote' not in page
    assert f'href="{address}"' in page
    assert "Show, open or withdraw the block" in secretary.refused(f"/questions/{question}/open")


def casts_question(member: Persona, address: str) -> str:
    found = re.search(r'data-receipt-of="(\d+)"', member.get(f"{address}/panel").text)
    assert found is not None
    return found.group(1)
