"""Preparing a meeting over HTTP: plan, edit, import, propose, approve, publish, read."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import Workbook

from ecabinet import clock
from ecabinet.database import reading, transaction
from meetings import agenda, service
from meetings.models import Meeting
from meetings.rules import AgendaState
from tests.meetings import preparing
from tests.persona import Persona
from tests.world import ZONE, World

# What a page shows does not depend on the database; the reads and verbs behind it are tried on both where they are defined.
pytestmark = pytest.mark.any_database


def plan(government: World, **changed: Any) -> dict[str, Any]:
    starts = clock.in_zone(clock.now(), ZONE).replace(tzinfo=None) + timedelta(days=7)
    return {
        "body": government.body_id,
        "title": "Phiên họp thường kỳ",
        "kind": "regular",
        "starts": starts.isoformat(timespec="minutes"),
        "minutes": 180,
        "place": "Phòng họp số 1",
        "chair": government.membership("prime_minister"),
        **changed,
    }


def only_meeting() -> Meeting:
    with reading() as session:
        return session.query(Meeting).one()


def revision(meeting: int) -> int:
    return preparing.meeting_of(meeting).revision


def item_form(meeting: int, **changed: Any) -> dict[str, Any]:
    return {"title": "Khai mạc", "kind": "discussion", "minutes": 10, "revision": revision(meeting), **changed}


@pytest.mark.both_databases
def test_a_meeting_from_its_planning_to_the_members_tablets(
    government: World, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    matter = preparing.accepted_matter(government)
    secretary.get("/meetings/new")
    secretary.post("/meetings/new", plan(government))
    meeting = only_meeting().id
    secretary.get(f"/meetings/{meeting}/agenda")
    form = secretary.get(f"/meetings/{meeting}/agenda/items/new").text
    assert "Đề án cấp nước sạch" in form
    secretary.post(f"/meetings/{meeting}/agenda/items", item_form(meeting))
    guests = [government.person("guest")]
    secretary.post(f"/meetings/{meeting}/agenda/items", item_form(meeting, title="", matter=matter, guest=guests))
    page = secretary.get(f"/meetings/{meeting}/agenda").text
    assert page.index("Khai mạc") < page.index("Đề án cấp nước sạch")
    secretary.post(f"/meetings/{meeting}/propose")
    assert "Đề án cấp nước sạch" in chair.get(f"/meetings/{meeting}/approval").text
    chair.post(f"/meetings/{meeting}/approve", {"revision": revision(meeting)})
    secretary.post(f"/meetings/{meeting}/publish")
    assert "Đề án cấp nước sạch" in health_minister.get(f"/meetings/{meeting}/versions/1").text
    assert "Phiên họp thường kỳ" in health_minister.get("/meetings").text


@pytest.mark.both_databases
def test_a_newer_version_is_offered_with_what_changed_and_shown_when_asked_for(
    government: World, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    meeting = preparing.planned(government, secretary)
    preparing.add(secretary, meeting, "Khai mạc")
    preparing.publish(secretary, chair, meeting)
    assert health_minister.get(f"/meetings/{meeting}/changes", 204).text == ""
    health_minister.post(f"/meetings/{meeting}/seen", {"version": 1})
    assert health_minister.get(f"/meetings/{meeting}/changes", 204).text == ""
    preparing.add(secretary, meeting, "Việc phát sinh")
    approval = chair_sees_the_changes(secretary, chair, meeting)
    assert "Việc phát sinh" in approval
    chair.post(f"/meetings/{meeting}/approve", {"revision": revision(meeting)})
    secretary.post(f"/meetings/{meeting}/publish")
    bar = health_minister.get(f"/meetings/{meeting}/changes").text
    assert "Việc phát sinh" in bar
    assert "Khai mạc" not in bar
    health_minister.post(f"/meetings/{meeting}/seen", {"version": 2})
    assert health_minister.get(f"/meetings/{meeting}/changes", 204).text == ""
    secretary.get(f"/meetings/{meeting}/versions/2")


def chair_sees_the_changes(secretary: Persona, chair: Persona, meeting: int) -> str:
    secretary.post(f"/meetings/{meeting}/propose")
    return chair.get(f"/meetings/{meeting}/approval").text


def test_the_chair_returns_an_agenda_and_the_secretary_reads_why(
    government: World, secretary: Persona, chair: Persona
) -> None:
    meeting = preparing.planned(government, secretary)
    preparing.add(secretary, meeting, "Khai mạc")
    secretary.post(f"/meetings/{meeting}/propose")
    answer = {"revision": revision(meeting), "remark": "Bỏ mục một"}
    assert "REMARK" not in chair.refused(f"/meetings/{meeting}/return", {**answer, "remark": " "})
    chair.post(f"/meetings/{meeting}/return", answer)
    assert "Bỏ mục một" in secretary.get(f"/meetings/{meeting}/agenda").text


def test_two_secretaries_never_overwrite_each_other_silently(
    government: World, secretary: Persona, second_secretary: Persona
) -> None:
    meeting = preparing.planned(government, secretary)
    item = preparing.add(secretary, meeting, "Khai mạc")
    opened = item_form(meeting)
    address = f"/meetings/{meeting}/agenda/items/{item}"
    second_secretary.post(address, {**opened, "title": "Của người thứ hai"})
    sentence = secretary.refused(address, {**opened, "title": "Của người thứ nhất"})
    assert "Someone else has changed this agenda" in sentence
    assert preparing.titles(meeting) == ["Của người thứ hai"]


def test_the_pages_script_moves_items_and_is_told_the_new_revision(government: World, secretary: Persona) -> None:
    meeting = preparing.planned(government, secretary)
    first, second = preparing.add(secretary, meeting, "Một"), preparing.add(secretary, meeting, "Hai")
    asked = {"item": second, "parent": None, "position": 0, "revision": (seen := revision(meeting))}
    answer = secretary.post(f"/meetings/{meeting}/agenda/move", json=asked)
    assert answer.json == {"revision": seen + 1}
    rows = secretary.get(f"/meetings/{meeting}/agenda/list")
    assert rows.headers["X-Revision"] == str(seen + 1)
    assert rows.text.index(f'data-item="{second}"') < rows.text.index(f'data-item="{first}"')
    assert "Someone else" in secretary.refused(f"/meetings/{meeting}/agenda/move", json=asked)


@pytest.mark.parametrize(
    "asked",
    [
        0,
        [],
        "move",
        {},
        {"item": "1", "parent": None, "position": 0, "revision": 1},
        {"item": True, "parent": None, "position": 0, "revision": 1},
        {"item": 1, "parent": [], "position": 0, "revision": 1},
        {"item": 1, "parent": None, "position": -1, "revision": 1},
        {"item": 1, "parent": None, "position": 2**40, "revision": 1},
    ],
)
def test_a_move_that_makes_no_sense_is_told_so(government: World, secretary: Persona, asked: Any) -> None:
    meeting = preparing.planned(government, secretary)
    headers = {"X-CSRFToken": secretary.form_token(), "Accept": "application/json"}
    answer = secretary.browser.post(f"/meetings/{meeting}/agenda/move", json=asked, headers=headers)
    assert answer.status_code == 400


def test_items_are_moved_and_taken_off_without_a_mouse(government: World, secretary: Persona) -> None:
    meeting = preparing.planned(government, secretary)
    preparing.add(secretary, meeting, "Một")
    item = preparing.add(secretary, meeting, "Hai")
    address = f"/meetings/{meeting}/agenda/items/{item}"
    secretary.get(address)
    secretary.post(f"{address}/step", {"direction": "up", "revision": revision(meeting)})
    assert preparing.titles(meeting) == ["Hai", "Một"]
    assert "cannot be moved" in secretary.refused(f"{address}/step", {"direction": "up", "revision": revision(meeting)})
    secretary.post(f"{address}/withdraw", {"revision": revision(meeting)})
    assert preparing.titles(meeting) == ["Một"]


def test_the_last_meeting_is_copied_in_one_form(government: World, secretary: Persona) -> None:
    meeting = preparing.planned(government, secretary)
    preparing.add(secretary, meeting, "Khai mạc")
    secretary.get(f"/meetings/{meeting}/copy")
    answer = secretary.post(f"/meetings/{meeting}/copy", plan(government))
    following = int(answer.location.split("/")[2])
    assert preparing.titles(following) == ["Khai mạc"]
    secretary.get(f"/meetings/{following}/edit")
    secretary.post(f"/meetings/{following}/edit", plan(government, title="Phiên họp tháng 12"))
    assert preparing.meeting_of(following).title == "Phiên họp tháng 12"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "x" * 301),
        ("kind", "picnic"),
        ("starts", "tomorrow"),
        ("starts", "0001-01-01T00:00"),
        ("starts", "9999-12-31T23:59"),
        ("minutes", "0"),
        ("minutes", "9" * 30),
        ("chair", ""),
        ("chair", "999999"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_with_a_sentence_and_nothing_is_kept(
    government: World, secretary: Persona, field: str, value: str
) -> None:
    assert secretary.refused("/meetings/new", plan(government, **{field: value})).startswith("⟦")
    with reading() as session:
        assert session.query(Meeting).count() == 0


def upload(persona: Persona, meeting: int, content: bytes, name: str = "a.csv", **options: Any) -> Any:
    return persona.post(f"/meetings/{meeting}/agenda/import", {"file": (io.BytesIO(content), name)}, **options)


def workbook() -> bytes:
    book, content = Workbook(), io.BytesIO()
    for row in (("Số", "Nội dung", "Phút"), (1, "Khai mạc", 5), (1.1, "Điểm danh", None)):
        book.worksheets[0].append(row)
    book.save(content)
    return content.getvalue()


@pytest.mark.parametrize(
    "make", [lambda: "Số;Nội dung;Phút\n1;Khai mạc;5\n1.1;Điểm danh;\n".encode("utf-8-sig"), workbook]
)
def test_an_agenda_is_imported_from_a_file_after_a_look(
    government: World, secretary: Persona, make: Callable[[], bytes]
) -> None:
    meeting = preparing.planned(government, secretary)
    secretary.get(f"/meetings/{meeting}/agenda/import")
    answer = upload(secretary, meeting, make())
    preview = secretary.get(answer.location).text
    assert "Điểm danh" in preview
    assert preparing.titles(meeting) == []
    secretary.post(f"/meetings/{meeting}/agenda/import/apply", {"revision": revision(meeting)})
    assert preparing.titles(meeting) == ["Khai mạc", "Điểm danh"]
    secretary.get(answer.location, 404)


def test_the_errors_of_a_file_are_shown_row_by_row_and_nothing_is_imported(
    government: World, secretary: Persona
) -> None:
    meeting = preparing.planned(government, secretary)
    answer = upload(secretary, meeting, b"number,title,kind\n1,,\n2,Good,party\n")
    preview = secretary.get(answer.location).text
    assert "The title is missing" in preview
    assert "The kind “party” is not known" in preview
    secretary.refused(f"/meetings/{meeting}/agenda/import/apply", {"revision": revision(meeting)})
    assert preparing.titles(meeting) == []
    secretary.post(f"/meetings/{meeting}/agenda/import/give-up")
    secretary.get(answer.location, 404)


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7", b"\xff\xfe\x00", b"PK\x03\x04 no archive", b"a,b\n1,2\n", b"title\n" + b"x\n" * 2001]
)
def test_a_file_that_is_no_agenda_is_refused_with_a_sentence(
    government: World, secretary: Persona, content: bytes
) -> None:
    meeting = preparing.planned(government, secretary)
    answer = upload(secretary, meeting, content, status=422, headers={"HX-Request": "true"})
    assert answer.text.startswith("⟦")
    secretary.get(f"/meetings/{meeting}/agenda/import/preview", 404)


def test_a_held_item_says_so_on_its_page(government: World, secretary: Persona) -> None:
    meeting = preparing.planned(government, secretary)
    item = preparing.add(secretary, meeting, "Khai mạc")
    with transaction() as session:
        service.hold(session, item, "question 1")
    assert "can no longer be changed" in secretary.get(f"/meetings/{meeting}/agenda/items/{item}").text
    assert "can no longer be changed" in secretary.refused(
        f"/meetings/{meeting}/agenda/items/{item}", item_form(meeting)
    )


def test_an_item_under_another_meetings_address_is_not_found(government: World, secretary: Persona) -> None:
    meeting, other = preparing.planned(government, secretary), preparing.planned(government, secretary)
    item = preparing.add(secretary, meeting, "Khai mạc")
    secretary.get(f"/meetings/{other}/agenda/items/{item}", 404)


def test_guests_see_their_item_only_and_outsiders_nothing(
    government: World, secretary: Persona, chair: Persona, guest: Persona, outsider: Persona, administrator: Persona
) -> None:
    meeting = preparing.planned(government, secretary)
    preparing.add(secretary, meeting, "Việc kín")
    preparing.add(secretary, meeting, "Việc của khách", guests=frozenset({guest.person_id}))
    guest.get(f"/meetings/{meeting}/versions/1", 404)
    preparing.publish(secretary, chair, meeting)
    shown = guest.get(f"/meetings/{meeting}/versions/1").text
    assert "Việc của khách" in shown
    assert "Việc kín" not in shown
    assert preparing.TITLE in guest.get("/meetings").text
    for persona in (outsider, administrator):
        persona.get("/meetings", 403)
        for page in ("versions/1", "changes"):
            persona.get(f"/meetings/{meeting}/{page}", 404)
        persona.post(f"/meetings/{meeting}/seen", {"version": 1}, status=404)


def test_what_the_secretary_does_is_closed_to_everybody_else(
    government: World, secretary: Persona, health_minister: Persona, guest: Persona, outsider: Persona
) -> None:
    meeting = preparing.planned(government, secretary)
    item = preparing.add(secretary, meeting, "Khai mạc")
    pages = ("edit", "copy", "agenda", "agenda/list", "agenda/items/new", f"agenda/items/{item}", "agenda/import")
    verbs = (
        "edit",
        "copy",
        "propose",
        "publish",
        "agenda/items",
        f"agenda/items/{item}",
        f"agenda/items/{item}/withdraw",
        f"agenda/items/{item}/step",
        "agenda/import",
        "agenda/import/apply",
        "agenda/import/give-up",
        "approve",
        "return",
    )
    for persona in (health_minister, guest, outsider):
        for page in pages:
            persona.get(f"/meetings/{meeting}/{page}", 403)
        for verb in verbs:
            persona.post(f"/meetings/{meeting}/{verb}", {}, status=403)
    with reading() as session:
        found = session.get_one(Meeting, meeting)
        assert found.agenda_state is AgendaState.DRAFT
        assert [one.title for one in agenda.items_of(session, meeting)] == ["Khai mạc"]
