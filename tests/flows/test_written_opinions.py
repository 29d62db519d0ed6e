"""A written opinion over HTTP: prepared, sent, answered with a comment, closed at its deadline."""

import re
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus

import pytest
from sqlalchemy import select

from agenda_docs import reading as papers
from agenda_docs.models import Because
from ecabinet import clock
from ecabinet.access import SYSTEM
from ecabinet.database import reading, transaction
from meetings import publishing
from meetings import service as meetings
from meetings.models import AgendaItem, MeetingKind
from meetings.service import Plan
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import TEXT, Room, circulated, mark
from tests.world import ZONE, World

# What a page shows does not depend on the database; the reads and verbs behind it are tried on both where they are defined.
pytestmark = pytest.mark.any_database

People = Callable[[str], Persona]
sqlite_alone = pytest.mark.any_database


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


def seen_on(page: str) -> str:
    """Return the mark of what a page shows the chair to approve."""
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert found is not None, "the page offers no approval"
    return found.group(1)


@pytest.mark.both_databases
def test_the_secretary_asks_the_chair_approves_and_it_reaches_the_members(
    room: Room, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    assert "Đề án cấp nước sạch" in secretary.get("/opinions/new").text
    address = secretary.post("/opinions", {"matter": room.matter_id, "text": TEXT, "rule": ""}).headers["Location"]
    assert 'name="days"' not in secretary.get(address).text
    secretary.post(f"{address}/propose", {"remark": "Cần gửi trong tuần"})
    assert address in chair.get("/").text
    assert address in chair.get("/opinions?view=to_approve").text
    chair.post(f"{address}/approve", {"seen": seen_on(chair.get(address).text)})
    assert 'name="days"' in secretary.get(address).text
    secretary.post(f"{address}/circulate", {"days": "2"})
    assert address in health_minister.get("/opinions").text
    assert address in health_minister.get("/").text


def test_a_member_answers_and_after_the_close_everybody_reads_it(
    room: Room, secretary: Persona, health_minister: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = circulated(room, secretary.actor())
    address = f"/opinions/{question_id}"
    page = health_minister.get(address).text
    assert TEXT in page
    assert "is deemed to agree" in page
    assert "What arrives within 60 seconds after that still counts" in page
    assert f"{address}/papers/{room.version_id}" in page
    beside = health_minister.get(f"{address}/papers/{room.version_id}").text
    assert "data-reader" in beside
    assert "data-vote" in beside  # the form stays beside the paper
    health_minister.get(f"{address}/papers/{room.version_id + 1}", HTTPStatus.NOT_FOUND)
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
    assert address not in health_minister.get("/opinions").text
    assert health_minister.get("/opinions?view=over").text.count(address) == 1


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
            assert 'class="result' not in page
            assert " checked>" not in page


def test_a_refused_form_says_why(room: Room, secretary: Persona) -> None:
    assert secretary.refused("/opinions", {"matter": room.matter_id, "text": ""}).startswith("⟦")
    assert secretary.refused("/opinions", {"matter": "", "text": TEXT}).startswith("⟦")
    assert secretary.refused(
        "/opinions", {"matter": room.matter_id, "text": TEXT, "rule": "viet_nam/meeting"}
    ).startswith("⟦")
    address = secretary.post("/opinions", {"matter": room.matter_id, "text": TEXT}).headers["Location"]
    assert "has not approved" in secretary.refused(f"{address}/circulate", {"days": "3"})
    rooms.approved(room, secretary.actor(), int(address.rsplit("/", 1)[1]))
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


def prepared(room: Room, secretary: Persona, **form: object) -> str:
    """Prepare a written question over HTTP and return the address of its page."""
    asked = {"matter": room.matter_id, "text": TEXT, "rule": "", **form}
    return str(secretary.post("/opinions", asked).headers["Location"])


@sqlite_alone
def test_the_chair_returns_it_the_secretary_changes_it_and_it_is_approved_as_it_stands_then(
    room: Room, secretary: Persona, chair: Persona
) -> None:
    address = prepared(room, secretary)
    secretary.post(f"{address}/propose", {})
    first = seen_on(chair.get(address).text)
    assert chair.refused(f"{address}/return", {"seen": first, "reason": ""}).startswith("⟦")
    chair.post(f"{address}/return", {"seen": first, "reason": "Nêu rõ mức vốn"})
    page = secretary.get(address).text
    assert "The chair returned it on" in page
    assert "Nêu rõ mức vốn" in page
    assert TEXT in secretary.get(f"{address}/edit").text
    better = "Thông qua Đề án với mức vốn 18.400 tỷ đồng từ ngân sách trung ương?"
    secretary.post(f"{address}/edit", {"procedure": "vote", "text": better, "options": "", "rule": ""})
    secretary.post(f"{address}/propose", {})
    assert chair.refused(f"{address}/approve", {"seen": first}).startswith("⟦")
    chair.post(f"{address}/approve", {"seen": seen_on(chair.get(address).text)})
    life = secretary.get(address).text
    said = ("Prepared", "Proposed to the chair", "Returned by the chair", "Changed", "Approved for circulation")
    assert all(f"⟦{step}⟧" in life for step in said)


@sqlite_alone
def test_a_change_after_the_approval_takes_the_sending_away(room: Room, secretary: Persona) -> None:
    address = prepared(room, secretary)
    question_id = int(address.rsplit("/", 1)[1])
    rooms.approved(room, secretary.actor(), question_id)
    assert 'name="days"' in secretary.get(address).text
    options = "Tuyến ven biển\nTuyến cao tốc"
    secretary.post(f"{address}/edit", {"procedure": "choice", "text": TEXT, "options": options, "rule": ""})
    page = secretary.get(address).text
    assert 'name="days"' not in page
    assert "It has to be proposed again" in page
    assert "Tuyến ven biển" in page


@sqlite_alone
def test_a_body_that_does_without_the_chair_is_set_so_on_its_page(
    room: Room, secretary: Persona, administrator: Persona
) -> None:
    settings = f"/organisation/bodies/{room.world.body_id}/settings"
    address = prepared(room, secretary)
    assert 'name="days"' not in secretary.get(address).text
    page = administrator.get(settings).text
    assert re.search(r'name="circulation_approved" value="1" checked', page)
    administrator.post(settings, settings_without_approval(page))
    assert 'name="circulation_approved" value="1" checked' not in administrator.get(settings).text
    assert 'name="days"' in secretary.get(address).text


def settings_without_approval(page: str) -> dict[str, str]:
    """Return what the form of the settings would send with the approval switched off."""
    typed = dict(re.findall(r'<input type="(?:text|number|time)" name="(\w+)" value="([^"]*)"', page))
    for name, options in re.findall(r'<select name="(\w+)".*?>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        typed[name] = chosen.group(1) if chosen else ""
    return typed


@sqlite_alone
@pytest.mark.parametrize("key", ["outsider", "administrator", "officer", "guest", "health_minister", "auditor"])
def test_a_draft_is_no_business_of_others(room: Room, secretary: Persona, persona: People, key: str) -> None:
    address = prepared(room, secretary)
    secretary.post(f"{address}/propose", {})
    who = persona(key)
    hidden = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
    for page in (address, f"{address}/edit", f"{address}/meeting"):
        assert who.browser.get(page).status_code in hidden
    for verb in ("edit", "propose", "approve", "return", "circulate", "copy", "meeting"):
        answer = who.browser.post(
            f"{address}/{verb}",
            data={"seen": "0" * 64, "reason": "x", "text": TEXT, "days": "3", "meeting": "1"},
            headers={"X-CSRFToken": who.form_token()},
        )
        assert answer.status_code in hidden, verb


@sqlite_alone
def test_the_life_is_shown_to_officials_and_auditors_and_not_to_members(
    room: Room, secretary: Persona, chair: Persona, health_minister: Persona, auditor: Persona
) -> None:
    question_id = circulated(room, secretary.actor())
    with transaction() as session:
        papers.grant(session, SYSTEM, room.matter_id, because=Because.AUDIT, because_id=1, person_id=auditor.person_id)
    address = f"/opinions/{question_id}"
    for who in (secretary, chair, auditor):
        assert "Life of this procedure" in who.get(address).text
    assert "Life of this procedure" not in health_minister.get(address).text


@sqlite_alone
def test_the_lists_are_searched_narrowed_and_turned_over(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = circulated(room, secretary.actor())
    address = f"/opinions/{question_id}"
    for who in (secretary, health_minister):
        assert address in who.get("/opinions?view=all&q=muc+von").text
        assert address not in who.get("/opinions?view=all&q=duong+bo").text
    narrowed = f"view=all&stage=open&body={room.world.body_id}&unit={room.world.unit('BYT')}&since=2020-01-01"
    assert address in secretary.get(f"/opinions?{narrowed}").text
    assert address not in secretary.get("/opinions?view=all&stage=decided").text
    assert address not in secretary.get("/opinions?view=all&page=2").text
    assert address in secretary.get("/opinions?view=no_such&stage=no_such&outcome=no_such").text
    for wrong in ("page=0", "since=yesterday", "body=many"):
        assert secretary.browser.get(f"/opinions?view=all&{wrong}").status_code == HTTPStatus.UNPROCESSABLE_ENTITY


@sqlite_alone
def test_an_unanswered_question_says_how_it_is_changed_and_an_annulled_one_is_copied(
    room: Room, secretary: Persona, chair: Persona
) -> None:
    question_id = circulated(room, secretary.actor())
    address = f"/opinions/{question_id}"
    assert "Nobody has answered yet" in secretary.get(address).text
    secretary.post(f"/questions/{question_id}/annulment", {"reason": "Nhầm mức vốn"})
    confirm = re.search(rf"/questions/{question_id}/annulment/\d+/confirm", chair.get(address).text)
    assert confirm is not None
    chair.post(confirm.group())
    page = secretary.get(address).text
    assert "Nobody has answered yet" not in page
    copy = secretary.post(f"{address}/copy").headers["Location"]
    assert copy != address
    assert TEXT in secretary.get(copy).text
    assert 'action="' + copy + '/propose"' in secretary.get(copy).text


def test_a_closed_question_goes_to_a_meeting_where_every_answer_is_read(
    room: Room, secretary: Persona, chair: Persona, health_minister: Persona, guest: Persona, outsider: Persona
) -> None:
    meeting_id = planned(room, secretary)
    question_id = circulated(room, secretary.actor(), rule_name="plain/no_objection_written")
    address = f"/opinions/{question_id}"
    ballot = {"cast_id": mark(), "choice": "no", "text": "Không đồng ý với mức vốn"}
    health_minister.post(f"/questions/{question_id}/ballots", json=ballot)
    rooms.closed(question_id, SYSTEM)
    page = chair.get(address).text
    assert f'href="{address}/meeting"' in page
    assert "Phiên họp tháng 12" in chair.get(f"{address}/meeting").text
    assert chair.refused(f"{address}/meeting", {"meeting": meeting_id, "reason": ""}).startswith("⟦")
    outsider.post(f"{address}/meeting", {"meeting": meeting_id, "reason": "x"}, status=HTTPStatus.FORBIDDEN)
    chair.post(f"{address}/meeting", {"meeting": meeting_id, "reason": "Bộ Y tế phản đối"})
    for who in (secretary, health_minister, chair):
        moved = who.get(address).text
        assert "decides now, with every answer attached" in moved
        assert f'href="{address}/meeting"' not in moved
    assert "That meeting decides" in chair.refused(
        f"/questions/{question_id}/declare", {"kind": "adopted", "text": "Thông qua."}
    )
    publish(meeting_id, secretary, chair)
    with reading() as session:
        item = session.scalars(select(AgendaItem.id).where(AgendaItem.meeting_id == meeting_id)).one()
    shown = f"/meetings/{meeting_id}?item={item}"
    for who in (secretary, health_minister, chair):
        page = who.get(shown).text
        assert "Written opinions, round 1" in page
        assert "Không đồng ý với mức vốn" in page
        assert "Bộ Y tế phản đối" in page
    outsider.get(shown, status=HTTPStatus.NOT_FOUND)
    guest.get(shown, status=HTTPStatus.NOT_FOUND)


def planned(room: Room, secretary: Persona) -> int:
    """Plan a meeting of the government in a month and return its id."""
    starts = clock.in_zone(clock.now(), ZONE).replace(tzinfo=None, microsecond=0) + timedelta(days=30)
    chair = room.world.membership("prime_minister")
    plan = Plan(MeetingKind.REGULAR, "Phiên họp tháng 12", starts, 120, "Phòng họp số 1", chair)
    with transaction() as session:
        return meetings.create(session, secretary.actor(), room.world.body_id, plan).id


def publish(meeting_id: int, secretary: Persona, chair: Persona) -> None:
    """Have an agenda approved and publish it."""
    with transaction() as session:
        revision = publishing.propose(session, secretary.actor(), meeting_id).revision
    with transaction() as session:
        publishing.approve(session, chair.actor(), meeting_id, revision=revision)
    with transaction() as session:
        publishing.publish(session, secretary.actor(), meeting_id)
