"""Rulings over HTTP: what officials are offered, what members are told, and that nobody learns who voted before the close."""

import re
from collections.abc import Callable
from http import HTTPStatus

import pytest
from sqlalchemy import select

from ecabinet.database import reading
from tests.flows.test_voting import casts
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import Room, bodies, opened
from tests.world import MEMBERS, World
from voting.models import PaperBallot, Question, Ruling

# What a page shows does not depend on the database; the reads and verbs behind it are tried on both where they are defined.
pytestmark = pytest.mark.any_database

People = Callable[[str], Persona]
WHY = "Hệ thống kỹ thuật có lỗi"


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


def paper(room: Room, **changes: object) -> dict[str, object]:
    member = room.world.membership("health_minister")
    return {"member": member, "channel": "paper", "choice": "yes", "evidence": "Bì số 4", "text": "", **changes}


def newest(table: type[PaperBallot] | type[Ruling]) -> int:
    with reading() as session:
        return session.scalars(select(table.id).order_by(table.id.desc())).first() or 0


def test_a_ballot_on_paper_goes_through_the_forms_of_two_officials(
    room: Room, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    place = f"/questions/{question_id}"
    assert "Bì số 4" not in chair.get(place).text
    secretary.post(f"{place}/paper-ballots", paper(room))
    waits = f"{place}/paper-ballots/{newest(PaperBallot)}"
    assert f'{waits}/confirm"' not in secretary.get(place).text
    section = chair.get(f"{place}/rulings").text
    assert f'{waits}/confirm"' in section
    assert " checked>" not in section
    assert " selected>" not in section
    what = {"member": room.world.membership("health_minister"), "choice": "no"}
    assert "differs from the first entry" in chair.refused(f"{waits}/confirm", what)
    chair.post(f"{waits}/confirm", {**what, "choice": "yes"})
    assert "data-recorded" in health_minister.get(f"{place}/panel").text
    assert waits not in chair.get(f"{place}/rulings").text
    rooms.closed(question_id, secretary.actor())
    assert "entered by two officials" in health_minister.get(place).text


def test_a_paper_ballot_needs_its_evidence_and_may_be_discarded(room: Room, secretary: Persona, chair: Persona) -> None:
    question_id = opened(room, secretary.actor())
    place = f"/questions/{question_id}/paper-ballots"
    assert "Where the proof is kept" in secretary.refused(place, paper(room, evidence=" "))
    secretary.refused(place, paper(room, channel="pigeon"))
    secretary.post(place, paper(room))
    chair.post(f"{place}/{newest(PaperBallot)}/discard")
    assert len(bodies(question_id)) == 1
    secretary.post(place, paper(room))
    rooms.closed(question_id, secretary.actor())
    assert "do not count: 1" in chair.get(f"/questions/{question_id}").text


def test_the_chair_withdraws_a_ballot_by_its_number_and_is_shown_nothing_of_it(
    room: Room, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    place = f"/questions/{question_id}"
    before = without_count(chair.get(place).text)
    number = casts(health_minister, question_id, "no").get_json()["number"]
    assert without_count(chair.get(place).text) == before
    ruling = {"number": number, "reason": WHY}
    secretary.post(f"{place}/withdrawn-ballots", ruling, status=HTTPStatus.FORBIDDEN)
    assert "/withdrawn-ballots" not in secretary.get(place).text
    assert "Reason" in chair.refused(f"{place}/withdrawn-ballots", {**ruling, "reason": ""})
    chair.post(f"{place}/withdrawn-ballots", ruling)
    assert without_count(chair.get(place).text) == before
    assert "data-recorded" not in health_minister.get(f"{place}/panel").text
    assert "withdrew your ballot" in health_minister.get("/notices").text
    casts(health_minister, question_id, "yes")
    rooms.closed(question_id, secretary.actor())
    page = health_minister.get(place).text
    assert f"Ballot no. {number} withdrawn" in page
    assert WHY in page


def without_count(page: str) -> str:
    """The page less its tokens and the one figure that may move."""
    page = re.sub(r'nonce="[^"]*"|value="[^"]*" autocomplete|content="[^"]*"', "", page)
    return re.sub(r"⟦\d of 6 ballots sent⟧|<progress value=\"\d\"", "", page)


def test_more_time_is_given_from_the_page_and_shown_to_everybody(
    room: Room, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    place = f"/questions/{question_id}"
    assert f'{place}/extension"' not in chair.get(place).text
    with_end = _with_an_end(room, secretary, question_id)
    page = chair.get(f"/questions/{with_end}").text
    assert f'/questions/{with_end}/extension"' in page
    panel = health_minister.get(f"/questions/{with_end}/panel").text
    secretary.post(f"/questions/{with_end}/extension", {"by": 90, "reason": WHY})
    assert health_minister.get(f"/questions/{with_end}/panel").text != panel
    rooms.closed(with_end, secretary.actor())
    assert "End moved to" in health_minister.get(f"/questions/{with_end}").text


def _with_an_end(room: Room, secretary: Persona, question_id: int) -> int:
    """Close the first question and open another that ends by the clock."""
    rooms.closed(question_id, secretary.actor())
    another = rooms.prepared(room, secretary.actor())
    secretary.post(f"/questions/{another}/arm")
    secretary.post(f"/questions/{another}/open", {"minutes": "5"})
    return another


def test_an_annulled_vote_is_shown_as_such_everywhere_instead_of_its_result(
    room: Room, secretary: Persona, chair: Persona, persona: People
) -> None:
    question_id = opened(room, secretary.actor())
    place = f"/questions/{question_id}"
    for key in MEMBERS:
        casts(persona(key), question_id, "yes")
    rooms.closed(question_id, secretary.actor())
    secretary.post(f"{place}/annulment", {"reason": WHY})
    waits = f"{place}/annulment/{newest(Ruling)}/confirm"
    assert waits not in secretary.get(place).text
    assert waits in chair.get(place).text
    assert "different official" in secretary.refused(waits)
    chair.post(waits)
    for who in ("health_minister", "office_reader", "secretary", "prime_minister"):
        for address in (place, f"{place}/panel", f"/meetings/{room.meeting_id}?item={room.item_id}"):
            page = persona(who).get(address).text
            assert "The vote was annulled" in page
            assert WHY in page
            assert "result pass" not in page
    assert "annulled" in chair.refused(f"{place}/declare", {"kind": "adopted", "text": "Thông qua"})
    again = rooms.opened(room, secretary.actor())
    assert "data-vote" in persona("health_minister").get(f"/meetings/{room.meeting_id}?item={room.item_id}").text
    assert again != question_id


@pytest.mark.both_databases
def test_a_corrected_result_is_what_the_chair_declares_and_the_first_stays_beside_it(
    room: Room, secretary: Persona, chair: Persona, persona: People
) -> None:
    question_id = opened(room, secretary.actor())
    place = f"/questions/{question_id}"
    for key in MEMBERS[:2]:
        casts(persona(key), question_id, "yes")
    casts(persona("health_minister"), question_id, "other", text="Đồng ý, kèm góp ý")
    rooms.closed(question_id, secretary.actor())
    assert "result fail" in chair.get(place).text
    opinion = room.world.membership("health_minister")
    form = secretary.get(f"{place}/correction").text
    assert "Đồng ý, kèm góp ý" in form
    present = re.findall(r'name="present" value="(\d+)" checked', form)
    assert len(present) == 6
    secretary.post(f"{place}/correction", {"present": present, f"classified-{opinion}": "yes", "reason": WHY})
    waits = f"{place}/correction/{newest(Ruling)}/confirm"
    assert waits in chair.get(place).text
    chair.post(waits)
    page = persona("health_minister").get(place).text
    assert "result pass" in page
    assert WHY in page
    assert "as first computed" in page
    chair.post(f"{place}/declare", {"kind": "adopted", "text": "Thông qua"})
    with reading() as session:
        kept = session.get_one(Question, question_id)
        assert (kept.outcome, kept.declared) == ("pass", "pass")
    assert "has been declared" in secretary.refused(f"{place}/annulment", {"reason": WHY})


def test_what_waits_can_be_dropped_from_the_page(room: Room, secretary: Persona, chair: Persona) -> None:
    question_id = opened(room, secretary.actor())
    place = f"/questions/{question_id}"
    secretary.post(f"{place}/annulment", {"reason": WHY})
    chair.post(f"{place}/rulings/{newest(Ruling)}/discard")
    assert "waits for confirmation" not in chair.get(f"{place}/rulings").text


def test_members_are_offered_no_ruling_and_get_none_through(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    place = f"/questions/{question_id}"
    page = health_minister.get(place).text
    for path in ("paper-ballots", "withdrawn-ballots", "extension", "annulment"):
        assert f"{place}/{path}" not in page
        health_minister.post(f"{place}/{path}", paper(room, reason=WHY, number=1, by=5), status=HTTPStatus.FORBIDDEN)
    health_minister.get(f"{place}/rulings", status=HTTPStatus.FORBIDDEN)
    health_minister.get(f"{place}/correction", status=HTTPStatus.FORBIDDEN)


def test_members_choose_among_options_and_the_chair_declares_what_was_chosen(
    room: Room, secretary: Persona, chair: Persona, persona: People
) -> None:
    form = {"item": room.item_id, "procedure": "choice", "text": "Chọn nơi họp?", "rule": "", "options": "Huế\nVinh"}
    assert "at least 2" in secretary.refused("/questions", {**form, "options": "Huế"})
    place = secretary.post("/questions", form).headers["Location"]
    question_id = int(place.rsplit("/", 1)[1])
    secretary.post(f"{place}/arm")
    secretary.post(f"{place}/open", {"minutes": ""})
    panel = persona("health_minister").get(f"{place}/panel").text
    assert re.findall(r'name="choice" value="([\w:]+)"', panel) == ["option:1", "option:2", "abstain"]
    for key, choice in zip(MEMBERS, ("option:1", "option:1", "option:2", "abstain"), strict=False):
        casts(persona(key), question_id, choice)
    assert "Huế" in persona("health_minister").get(f"{place}/panel").text
    secretary.post(f"{place}/close")
    page = persona("health_minister").get(place).text
    assert "result counted" in page
    assert "4 of 6 members gave a ballot" in page
    declare = chair.get(f"{place}/declare").text
    assert 'name="chosen" value="option:2"' in declare
    assert 'name="chosen" value="none"' in declare
    assert "which option" in chair.refused(f"{place}/declare", {"kind": "adopted", "text": "Chọn Vinh"})
    chair.post(f"{place}/declare", {"kind": "adopted", "text": "Chọn Vinh", "chosen": "option:2"})
    assert "Another option had more ballots" in persona("health_minister").get(place).text
    decisions = re.findall(r'href="(/decisions/\d+)"', chair.get("/decisions").text)
    assert "Vinh" in chair.get(decisions[0]).text
