"""A sitting over HTTP: start, call, check in, deputies, the screen in the room."""

from datetime import timedelta

import pytest
from flask import Flask

from ecabinet import clock
from ecabinet.database import reading, transaction
from ecabinet.news import NewsItem
from meetings import attendance, hall
from meetings.models import Delegation, HallScreen
from meetings.rules import MeetingState
from tests.meetings import preparing
from tests.page_check import check_fragment, check_page
from tests.persona import Persona
from tests.world import ZONE, World

# What a page shows does not depend on the database; the reads and verbs behind it are tried on both where they are defined.
pytestmark = pytest.mark.any_database


def running(government: World, secretary: Persona, chair: Persona) -> int:
    meeting = preparing.planned(government, secretary)
    preparing.add(secretary, meeting, "Khai mạc")
    preparing.publish(secretary, chair, meeting)
    preparing.start(secretary, meeting)
    return meeting


def present(meeting: int) -> int:
    with reading() as session:
        return len(attendance.present_membership_ids(session, meeting))


def test_the_chair_starts_the_meeting_and_calls_its_items(
    government: World, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    meeting = preparing.planned(government, secretary)
    item = preparing.add(secretary, meeting, "Khai mạc")
    preparing.publish(secretary, chair, meeting)
    chair.refused(f"/meetings/{meeting}/items/{item}/call")
    health_minister.post(f"/meetings/{meeting}/start", status=403)
    chair.post(f"/meetings/{meeting}/start")
    chair.post(f"/meetings/{meeting}/items/{item}/call")
    assert preparing.meeting_of(meeting).current_item_id == item
    health_minister.post(f"/meetings/{meeting}/items/{item}/done", status=403)
    chair.post(f"/meetings/{meeting}/items/{item}/done")
    found = preparing.meeting_of(meeting)
    assert (found.state, found.current_item_id) == (MeetingState.RUNNING, None)


def test_members_check_in_and_the_secretary_sees_who_is_there(
    government: World, secretary: Persona, chair: Persona, health_minister: Persona, finance_minister: Persona
) -> None:
    meeting = running(government, secretary, chair)
    health_minister.post(f"/meetings/{meeting}/check-in", {"presence": "remote"})
    finance_minister.post(f"/meetings/{meeting}/check-in", {"presence": "in_room"})
    assert present(meeting) == 2
    finance_minister.post(f"/meetings/{meeting}/leave")
    secretary.post(f"/meetings/{meeting}/attendance", {"person": chair.person_id, "presence": "in_room"})
    page = secretary.get(f"/meetings/{meeting}/attendance").text
    assert "2 of 6 members present" in page
    secretary.post(f"/meetings/{meeting}/attendance", {"person": chair.person_id, "presence": "left"})
    assert present(meeting) == 1
    health_minister.refused(f"/meetings/{meeting}/check-in", {"presence": "on the moon"})
    health_minister.get(f"/meetings/{meeting}/attendance", 403)


def test_the_attendance_is_a_file_for_a_spreadsheet(
    government: World, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    meeting = running(government, secretary, chair)
    health_minister.post(f"/meetings/{meeting}/check-in", {"presence": "remote"})
    answer = secretary.get(f"/meetings/{meeting}/attendance.csv")
    assert answer.mimetype == "text/csv"
    heading, row = answer.data.decode("utf-8-sig").splitlines()
    assert heading.count(",") == 4
    assert row.startswith("Bộ trưởng Bộ Y tế,")
    health_minister.get(f"/meetings/{meeting}/attendance.csv", 403)


def test_outsiders_and_those_who_only_read_have_no_seat(
    government: World,
    secretary: Persona,
    chair: Persona,
    outsider: Persona,
    auditor: Persona,
    office_reader: Persona,
) -> None:
    meeting = running(government, secretary, chair)
    for persona, status in ((outsider, 404), (auditor, 403), (office_reader, 403)):
        persona.post(f"/meetings/{meeting}/check-in", {"presence": "in_room"}, status=status)
        persona.post(f"/meetings/{meeting}/leave", status=status)
    assert present(meeting) == 0


@pytest.mark.both_databases
def test_a_member_sends_a_deputy_who_finds_the_meeting_and_sits_in(
    government: World,
    secretary: Persona,
    chair: Persona,
    health_minister: Persona,
    deputy_health_minister: Persona,
    outsider: Persona,
) -> None:
    meeting = running(government, secretary, chair)
    seat, today = government.membership("health_minister"), clock.in_zone(clock.now(), ZONE).date()
    deputy_health_minister.get("/meetings", 403)
    page = health_minister.get(f"/delegations?membership={seat}").text
    assert "Thứ trưởng Bộ Y tế" in page
    assert "Chuyên viên Bộ Tài chính" not in page
    form = {
        "membership": seat,
        "deputy": deputy_health_minister.person_id,
        "starts": today.isoformat(),
        "ends": (today + timedelta(days=1)).isoformat(),
        "reason": "Đi công tác",
    }
    assert "before the first" in health_minister.refused(
        "/delegations", {**form, "ends": (today - timedelta(days=1)).isoformat()}
    )
    health_minister.post("/delegations", form)
    assert preparing.TITLE in deputy_health_minister.get("/meetings").text
    assert "Khai mạc" in deputy_health_minister.get(f"/meetings/{meeting}/versions/1").text
    deputy_health_minister.post(f"/meetings/{meeting}/check-in", {"presence": "in_room"})
    assert present(meeting) == 0
    assert "Thứ trưởng Bộ Y tế" in secretary.get(f"/meetings/{meeting}/attendance").text
    outsider.get("/delegations", 403)
    with reading() as session:
        recorded = session.query(Delegation).one().id
    secretary.get("/delegations")
    secretary.post(f"/delegations/{recorded}/end")
    deputy_health_minister.get(f"/meetings/{meeting}/versions/1", 404)


@pytest.mark.parametrize("field", ["membership", "deputy", "starts", "ends"])
def test_a_delegation_that_makes_no_sense_is_refused_with_a_sentence(
    government: World, health_minister: Persona, field: str
) -> None:
    today = clock.in_zone(clock.now(), ZONE).date().isoformat()
    form = {
        "membership": government.membership("health_minister"),
        "deputy": government.person("deputy_health_minister"),
        "starts": today,
        "ends": today,
        field: "nonsense",
    }
    assert health_minister.refused("/delegations", form).startswith("⟦")
    with reading() as session:
        assert session.query(Delegation).count() == 0


@pytest.mark.both_databases
def test_a_screen_in_the_room_shows_a_code_and_after_the_secretarys_word_the_meeting(
    government: World, secretary: Persona, chair: Persona, health_minister: Persona, app: Flask
) -> None:
    meeting = running(government, secretary, chair)
    screen = app.test_client()
    page = screen.get("/hall")
    assert page.status_code == 200
    check_page(page.text, "eo")
    cookie = screen.get_cookie("hall")
    assert cookie is not None
    assert cookie.http_only
    with reading() as session:
        code = session.query(HallScreen).one().code
    assert code is not None
    assert f"{code[:3]} {code[3:]}" in page.text
    again = screen.get("/hall/code").text
    check_fragment(again, "eo")
    assert f"{code[:3]} {code[3:]}" in again
    secretary.get(f"/meetings/{meeting}/hall")
    assert "No screen shows this code" in secretary.refused("/hall/pair", {"meeting": meeting, "code": "ZZZZZZ"})
    health_minister.post("/hall/pair", {"meeting": meeting, "code": code}, status=403)
    secretary.post("/hall/pair", {"meeting": meeting, "code": code.lower()})
    assert screen.get("/hall/code").headers["HX-Refresh"] == "true"
    shown = screen.get("/hall").text
    check_page(shown, "eo")
    assert preparing.TITLE in shown
    assert code not in shown
    with reading() as session:
        screen_id = session.query(HallScreen).one().id
    secretary.get(f"/meetings/{meeting}/hall")
    health_minister.post(f"/hall/{screen_id}/end", status=403)
    secretary.post(f"/hall/{screen_id}/end")
    assert preparing.TITLE not in screen.get("/hall").text


def test_who_asks_for_very_many_codes_is_asked_to_wait(app: Flask) -> None:
    answers = [app.test_client().get("/hall").status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]


def test_the_paired_screen_is_told_when_somebody_comes_who_may_not_see_an_item(
    government: World, secretary: Persona, chair: Persona, guest: Persona
) -> None:
    meeting = preparing.planned(government, secretary)
    preparing.add(secretary, meeting, matter=preparing.accepted_matter(government))
    preparing.add(secretary, meeting, "Khai mạc", guests=frozenset({guest.person_id}))
    preparing.publish(secretary, chair, meeting)
    preparing.start(secretary, meeting)
    with transaction() as session:
        screen, _token = hall.ask(session, "192.0.2.1")
        hall.pair(session, secretary.actor(), meeting, screen.code or "")
        topic = hall.topic_of(screen.id)
    chair.post(f"/meetings/{meeting}/check-in", {"presence": "in_room"})
    assert told(meeting, topic) == 1, "somebody is there now who may see the papers"
    secretary.post(f"/meetings/{meeting}/attendance", {"person": guest.person_id, "presence": "in_room"})
    assert told(meeting, topic) == 2
    secretary.post(f"/meetings/{meeting}/attendance", {"person": guest.person_id, "presence": "left"})
    assert told(meeting, topic) == 3


def told(meeting: int, topic: str) -> int:
    with reading() as session:
        return session.query(NewsItem).filter_by(stream=f"meeting:{meeting}", topic=topic, kind="access").count()
