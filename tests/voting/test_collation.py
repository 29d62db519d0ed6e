"""The collation of written opinions: who stands where while they are open, every opinion after the close."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from agenda_docs import receipts
from ecabinet import clock
from ecabinet.database import reading, transaction
from ecabinet.refusals import Forbidden, NotFound
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.answered import answers, at, closed_late, played
from tests.voting.room import Room
from tests.world import World
from voting import casting, recall
from voting.ballots import Ballot
from voting.opinions.collation import overview, queries
from voting.opinions.collation.models import Standing, Turnout
from voting.opinions.collation.overview import Overview
from voting.opinions.collation.queries import Collation
from voting.rulings import service as rulings

People = Callable[[str], Persona]
sqlite_alone = pytest.mark.any_database


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


def seen(who: Persona, question_id: int) -> Overview:
    with reading() as session:
        return overview.overview(session, who.actor(), question_id)


def collated(who: Persona, question_id: int) -> Collation:
    with reading() as session:
        return queries.collated(session, who.actor(), question_id)


def turnout(question_id: int) -> dict[int, Turnout]:
    with reading() as session:
        found = session.scalars(select(Turnout).where(Turnout.question_id == question_id))
        return {each.membership_id: each for each in found}


@sqlite_alone
def test_the_secretary_sees_who_opened_and_who_answered_and_never_what(
    room: Room, secretary: Persona, persona: People
) -> None:
    question_id = rooms.circulated(room, secretary.actor())
    reader = persona("health_minister").actor()
    with transaction() as session:
        receipts.open_version(session, reader, room.version_id)
    answers(persona("finance_minister"), question_id, "no", "Không đồng ý")
    found = seen(secretary, question_id)
    assert (found.asked, found.opened, found.answered, found.late, found.silent) == (6, 1, 1, 0, 5)
    by_name = {member.name: member for member in found.members}
    assert by_name["Bộ trưởng Bộ Y tế"].opened_at is not None
    assert by_name["Bộ trưởng Bộ Tài chính"].answered_at is not None
    assert "Không đồng ý" not in repr(found)
    assert "'no'" not in repr(found)


@sqlite_alone
@pytest.mark.parametrize("key", ["health_minister", "prime_minister", "auditor", "office_reader"])
def test_who_does_not_prepare_questions_sees_no_overview(
    room: Room, secretary: Persona, persona: People, key: str
) -> None:
    question_id = rooms.circulated(room, secretary.actor())
    with pytest.raises((Forbidden, NotFound)):
        seen(persona(key), question_id)


@sqlite_alone
def test_nobody_follows_who_has_voted_in_the_room(room: Room, secretary: Persona) -> None:
    question_id = rooms.opened(room, secretary.actor())
    with pytest.raises(NotFound):
        seen(secretary, question_id)


@sqlite_alone
def test_there_is_no_collation_before_the_close(room: Room, secretary: Persona, persona: People) -> None:
    question_id = rooms.circulated(room, secretary.actor())
    answers(persona("health_minister"), question_id, "yes")
    with pytest.raises(NotFound):
        collated(secretary, question_id)


def test_after_the_close_every_opinion_stands_by_member_and_by_point(
    room: Room, secretary: Persona, persona: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = played(room, secretary, persona, monkeypatch)
    found = collated(persona("justice_minister"), question_id)
    assert (found.asked, found.answered, found.late, found.silent) == (6, 4, 0, 2)
    lines = {line.name: line for line in found.lines}
    finance = lines["Bộ trưởng Bộ Tài chính"]
    assert (finance.choice, finance.reserved) == ("no", "Bảo lưu về mức vốn.")
    assert lines["Thủ tướng Chính phủ"].standing is Standing.SILENT
    assert [line.name for line in found.unclassified] == ["Bộ trưởng Bộ Nội vụ"]
    points = {point.label: [remark.name for remark in point.remarks] for point in found.points}
    # Both named the same clause in another order; the annex stands after it, the text as a whole last.
    assert list(points) == ["Điều 5 khoản 2", "Phụ lục II", ""]
    assert points["Điều 5 khoản 2"] == ["Bộ trưởng Bộ Y tế", "Bộ trưởng Bộ Tài chính"]
    assert points[""] == ["Bộ trưởng Bộ Y tế", "Bộ trưởng Bộ Tài chính", "Bộ trưởng Bộ Nội vụ"]


@sqlite_alone
def test_who_answers_in_time_that_was_added_is_late(
    room: Room, secretary: Persona, persona: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = rooms.circulated(room, secretary.actor(), days=3)
    first_end = rooms.question(question_id).closes_at
    assert first_end is not None
    answers(persona("health_minister"), question_id, "yes")
    with transaction() as session:
        rulings.extend(session, secretary.actor(), question_id, by=5, reason="Nghỉ lễ")
    with at(monkeypatch, first_end + timedelta(hours=1)):
        late = after_the_first_deadline(persona, question_id)
    assert (late.answered, late.late) == (2, 1)
    closed_late(question_id, monkeypatch)
    kept = turnout(question_id)
    seats = room.world.memberships
    # Who answered in time and then thought again is not late.
    assert kept[seats["health_minister"]].standing is Standing.ANSWERED
    assert kept[seats["finance_minister"]].standing is Standing.LATE
    assert kept[seats["prime_minister"]].standing is Standing.SILENT


def after_the_first_deadline(persona: People, question_id: int) -> Overview:
    answers(persona("finance_minister"), question_id, "no")
    answers(persona("health_minister"), question_id, "no")
    return seen(persona("secretary"), question_id)


@sqlite_alone
def test_an_answer_that_was_recalled_is_none(room: Room, secretary: Persona, persona: People) -> None:
    question_id = rooms.circulated(room, secretary.actor())
    minister = persona("health_minister")
    answers(minister, question_id, "yes")
    recall.recall(minister.actor(), question_id, rooms.mark())
    assert seen(secretary, question_id).answered == 0


@sqlite_alone
def test_a_recused_member_is_not_among_those_asked(room: Room, secretary: Persona, persona: People) -> None:
    rooms.bar(room, "interior_minister")
    question_id = rooms.circulated(room, secretary.actor())
    found = seen(secretary, question_id)
    assert (found.asked, found.silent) == (5, 5)
    barred = persona("interior_minister")
    with pytest.raises(NotFound):
        collated(barred, question_id)


@sqlite_alone
def test_an_answer_moves_the_overview_without_a_reload(
    room: Room, secretary: Persona, persona: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = rooms.circulated(room, secretary.actor())
    told: list[tuple[str, str | None, str]] = []
    monkeypatch.setattr("ecabinet.pulse.beat", lambda stream, topic, kind, **_state: told.append((stream, topic, kind)))
    member = persona("health_minister")
    casting.cast(member.actor(), question_id, Ballot(rooms.mark(), "yes"))
    with transaction() as session:
        receipts.open_version(session, member.actor(), room.version_id)
    with transaction() as session:
        receipts.open_version(session, member.actor(), room.version_id)
    stream = f"matter:{room.matter_id}"
    # Opening it a second time is no news.
    assert told == [(stream, f"opinion:{question_id}", "count"), (stream, None, "opened")]
    assert clock.now() > rooms.SINCE
