"""The screen in the room: its code, its pairing, and what all present may see; on both databases."""

from datetime import datetime, timedelta

import pytest

from agenda_docs import conflicts
from ecabinet import clock
from ecabinet.database import reading, transaction
from ecabinet.refusals import Forbidden, NotFound, Refused
from meetings import attendance, delegation, hall, live, sitting, visibility
from meetings.models import HallScreen, Presence
from meetings.rules import Reason
from tests.meetings import preparing
from tests.persona import Persona
from tests.world import ZONE, World

# Who may do what, and what is refused, does not depend on the database; what it must hold or lock is tried on both.
pytestmark = pytest.mark.any_database

HERE = "192.0.2.1"


def asked(address: str = HERE) -> tuple[int, str, dict[str, str]]:
    """A screen that shows a code: its id, the code and its cookies."""
    with transaction() as session:
        screen, token = hall.ask(session, address)
        return screen.id, screen.code or "", {"hall": token}


def meeting_with_two_items(
    government: World, secretary: Persona, chair: Persona, *, guests: frozenset[int] = frozenset()
) -> tuple[int, int, int, int]:
    """A running meeting with an item about a matter and one without: meeting, both items, the matter."""
    meeting, matter = preparing.planned(government, secretary), preparing.accepted_matter(government)
    about = preparing.add(secretary, meeting, matter=matter, guests=frozenset())
    plain = preparing.add(secretary, meeting, "Khai mạc", guests=guests)
    preparing.publish(secretary, chair, meeting)
    preparing.start(secretary, meeting)
    return meeting, about, plain, matter


def pair(persona: Persona, meeting: int, code: str) -> None:
    with transaction() as session:
        hall.pair(session, persona.actor(), meeting, code)


def paired_meeting(cookies: dict[str, str]) -> int | None:
    with reading() as session:
        screen = hall.hall_for(session, cookies)
        return screen.meeting_id if screen is not None else None


def visible(meeting: int) -> set[int]:
    with reading() as session:
        return visibility.visible_to_all_present(session, preparing.meeting_of(meeting))


def check_in(persona: Persona, meeting: int) -> None:
    with transaction() as session:
        attendance.check_in(session, persona.actor(), meeting, Presence.IN_ROOM)


def later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    now: datetime = clock.now() + by
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.mark.both_databases
def test_a_screen_shows_the_meeting_once_the_secretary_has_confirmed_its_code(
    government: World, secretary: Persona, chair: Persona
) -> None:
    meeting, *_ = meeting_with_two_items(government, secretary, chair)
    screen, code, cookies = asked()
    assert paired_meeting(cookies) is None
    pair(secretary, meeting, f" {code[:3].lower()} {code[3:]} ")
    assert paired_meeting(cookies) == meeting
    assert paired_meeting({"hall": "something else"}) is None
    assert paired_meeting({}) is None
    with transaction() as session:
        hall.end(session, secretary.actor(), screen)
    assert paired_meeting(cookies) is None


@pytest.mark.both_databases
def test_a_code_is_six_letters_that_cannot_be_mistaken_and_is_used_once(
    government: World, secretary: Persona, chair: Persona
) -> None:
    meeting, *_ = meeting_with_two_items(government, secretary, chair)
    _screen, code, _cookies = asked()
    assert len(code) == 6
    assert not set(code) & set("IL1O0")
    pair(secretary, meeting, code)
    with pytest.raises(Refused) as refusal:
        pair(secretary, meeting, code)
    assert refusal.value.reason is Reason.HALL_CODE_UNKNOWN


def test_a_code_lasts_ten_minutes(
    government: World, secretary: Persona, chair: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting, *_ = meeting_with_two_items(government, secretary, chair)
    _screen, code, cookies = asked()
    later(monkeypatch, timedelta(minutes=10, seconds=1))
    with pytest.raises(Refused) as refusal:
        pair(secretary, meeting, code)
    assert refusal.value.reason is Reason.HALL_CODE_UNKNOWN
    with reading() as session:
        assert not live.admits_hall(session, cookies)
    asked()
    with reading() as session:
        assert session.query(HallScreen).count() == 1, "codes that nobody confirmed are forgotten"


@pytest.mark.usefixtures("database")
def test_one_address_gets_no_more_than_ten_codes_and_others_still_theirs() -> None:
    for _ in range(10):
        asked()
    with pytest.raises(Refused) as refusal:
        asked()
    assert refusal.value.reason is Reason.HALL_TOO_MANY
    asked("192.0.2.2")


def test_only_the_secretary_of_the_body_confirms(
    government: World, secretary: Persona, chair: Persona, health_minister: Persona, outsider: Persona
) -> None:
    meeting, *_ = meeting_with_two_items(government, secretary, chair)
    _screen, code, cookies = asked()
    for persona, refusal in ((health_minister, Forbidden), (chair, Forbidden), (outsider, NotFound)):
        with pytest.raises(refusal):
            pair(persona, meeting, code)
    assert paired_meeting(cookies) is None


def test_the_pairing_ends_with_the_meeting(government: World, secretary: Persona, chair: Persona) -> None:
    meeting, *_ = meeting_with_two_items(government, secretary, chair)
    _screen, code, cookies = asked()
    pair(secretary, meeting, code)
    with transaction() as session:
        sitting.close(session, secretary.actor(), meeting)
    assert paired_meeting(cookies) is None


def test_a_screen_follows_nothing_before_it_is_paired_and_then_what_all_present_may_know(
    government: World, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    meeting, about, plain, matter = meeting_with_two_items(government, secretary, chair)
    screen, code, cookies = asked()
    with reading() as session:
        waiting = live.follow_hall(session, None, cookies, 0)
    assert (waiting.stream, waiting.topics) == (f"hall:{screen}", ())
    pair(secretary, meeting, code)
    check_in(chair, meeting)
    with reading() as session:
        following = live.follow_hall(session, None, cookies, 0)
        with pytest.raises(NotFound):
            live.follow_hall(session, None, {}, 0)
    assert following.stream == f"meeting:{meeting}"
    assert set(following.topics) == {f"hall:{screen}", f"item:{about}", f"item:{plain}"}
    with transaction() as session:
        conflicts.declare_conflict(session, health_minister.actor(), health_minister.person_id, matter, "Lợi ích")
    check_in(health_minister, meeting)
    with reading() as session:
        following = live.follow_hall(session, None, cookies, 0)
    assert set(following.topics) == {f"hall:{screen}", f"item:{plain}"}


@pytest.mark.both_databases
def test_an_item_is_hidden_while_somebody_is_there_who_may_not_read_it(
    government: World, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    meeting, about, plain, matter = meeting_with_two_items(government, secretary, chair)
    check_in(chair, meeting)
    with transaction() as session:
        conflicts.declare_conflict(session, health_minister.actor(), health_minister.person_id, matter, "Lợi ích")
    assert visible(meeting) == {about, plain}
    check_in(health_minister, meeting)
    assert visible(meeting) == {plain}
    with transaction() as session:
        attendance.leave(session, health_minister.actor(), meeting)
    assert visible(meeting) == {about, plain}


def test_an_item_is_hidden_while_a_guest_of_another_item_is_there(
    government: World, secretary: Persona, chair: Persona, guest: Persona
) -> None:
    meeting, _about, plain, _matter = meeting_with_two_items(
        government, secretary, chair, guests=frozenset({guest.person_id})
    )
    with transaction() as session:
        attendance.record(session, secretary.actor(), meeting, guest.person_id, Presence.IN_ROOM)
    assert visible(meeting) == {plain}


def test_a_deputy_sees_what_the_member_may_see(
    government: World, secretary: Persona, chair: Persona, health_minister: Persona, deputy_health_minister: Persona
) -> None:
    meeting, about, plain, matter = meeting_with_two_items(government, secretary, chair)
    today = clock.in_zone(clock.now(), ZONE).date()
    with transaction() as session:
        delegation.record(
            session,
            health_minister.actor(),
            government.membership("health_minister"),
            deputy_health_minister.person_id,
            starts_on=today,
            ends_on=today,
        )
    check_in(deputy_health_minister, meeting)
    assert visible(meeting) == {about, plain}
    with transaction() as session:
        conflicts.declare_conflict(session, health_minister.actor(), health_minister.person_id, matter, "Lợi ích")
    assert visible(meeting) == {plain}


def test_what_was_not_published_is_not_on_the_screen(government: World, secretary: Persona, chair: Persona) -> None:
    meeting, about, plain, _matter = meeting_with_two_items(government, secretary, chair)
    preparing.add(secretary, meeting, "Còn bàn")
    check_in(chair, meeting)
    assert visible(meeting) == {about, plain}


def test_before_anyone_is_there_a_screen_shows_no_item_with_papers(
    government: World, secretary: Persona, chair: Persona
) -> None:
    meeting = preparing.planned(government, secretary)
    preparing.add(secretary, meeting, matter=preparing.accepted_matter(government))
    plain = preparing.add(secretary, meeting, "Khai mạc")
    preparing.publish(secretary, chair, meeting)
    assert visible(meeting) == {plain}
