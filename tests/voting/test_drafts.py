"""Drafts of an answer: the office writes, the member alone reads and sends, and nobody else learns that there are any."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from ecabinet import clock
from ecabinet.access import SYSTEM, Role
from ecabinet.audit import AuditEntry, Tag
from ecabinet.database import reading, transaction
from ecabinet.notices import Notice
from ecabinet.organisation.models import RoleAssignment
from ecabinet.refusals import Forbidden, NotFound, Refused
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import Room, casts, circulated
from tests.world import SINCE, World
from voting.opinions.drafts import queries, service
from voting.opinions.drafts.rules import Reason
from voting.opinions.drafts.service import Proposed

People = Callable[[str], Persona]
WORDS = "Đề nghị làm rõ nguồn vốn đối ứng."
DRAFT = Proposed(choice="no", text=WORDS, discuss=True, reserved="Bảo lưu về nguồn vốn", note="Kính trình Bộ trưởng")
one_engine = pytest.mark.any_database


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


@pytest.fixture
def minister_of_health(room: Room) -> int:
    """The seat whose office the office reader of the small world is."""
    return room.world.membership("health_minister")


def save(
    who: Persona, question_id: int, seat: int, proposed: Proposed = DRAFT, *, based_on: int = 0, is_ready: bool = False
) -> int:
    with transaction() as session:
        return service.save(
            session, who.actor(), question_id, seat, proposed, based_on=based_on, is_ready=is_ready
        ).number


def seen_by(who: Persona, question_id: int) -> list[queries.Drafts]:
    with reading() as session:
        return queries.of_question(session, who.actor(), rooms.question(question_id))


def told(room: Room, key: str, sentence: str) -> int:
    with reading() as session:
        found = select(Notice.id).where(Notice.person_id == room.world.person(key), Notice.sentence == sentence)
        return len(session.scalars(found).all())


def refused(reason: Reason) -> "pytest.RaisesExc[Refused]":
    return pytest.raises(Refused, match=f"^{reason.name}$")


def test_the_office_drafts_the_member_reads_it_and_both_comment(
    room: Room, secretary: Persona, office_reader: Persona, health_minister: Persona, minister_of_health: int
) -> None:
    question_id = circulated(room, secretary.actor())
    assert told(room, "office_reader", "OPINION_TO_DRAFT") == 1
    assert save(office_reader, question_id, minister_of_health) == 1
    assert told(room, "health_minister", "OPINION_DRAFT_READY") == 0
    ready = replace(DRAFT, choice="yes", text="Nhất trí.", discuss=False)
    assert save(office_reader, question_id, minister_of_health, ready, based_on=1, is_ready=True) == 2
    assert told(room, "health_minister", "OPINION_DRAFT_READY") == 1
    with transaction() as session:
        service.comment(session, health_minister.actor(), question_id, minister_of_health, "Bổ sung số liệu")
    assert told(room, "office_reader", "OPINION_DRAFT_COMMENTED") == 1
    for who, is_own in ((health_minister, True), (office_reader, False)):
        (drafts,) = seen_by(who, question_id)
        assert (drafts.is_own, drafts.may_draft) == (is_own, not is_own)
        assert [(each.number, each.choice, each.text, each.is_ready) for each in drafts.versions] == [
            (2, "yes", "Nhất trí.", True),
            (1, "no", WORDS, False),
        ]
        assert (drafts.versions[1].discuss, drafts.versions[1].reserved) == (True, "Bảo lưu về nguồn vốn")
        assert [each.text for each in drafts.comments] == ["Bổ sung số liệu"]


def test_the_database_keeps_every_draft_and_comment(
    room: Room, secretary: Persona, office_reader: Persona, minister_of_health: int
) -> None:
    question_id = circulated(room, secretary.actor())
    save(office_reader, question_id, minister_of_health)
    with transaction() as session:
        service.comment(session, office_reader.actor(), question_id, minister_of_health, "Xem lại")
    for change in ("UPDATE answer_draft SET text = ''", "DELETE FROM answer_draft", "DELETE FROM answer_comment"):
        with pytest.raises(DatabaseError, match="append-only"), transaction() as session:
            session.execute(text(change))


@one_engine
@pytest.mark.parametrize(
    "key", ["secretary", "prime_minister", "finance_minister", "officer", "auditor", "administrator", "outsider"]
)
def test_nobody_but_the_member_and_the_office_learns_of_drafts(
    room: Room, persona: People, minister_of_health: int, key: str
) -> None:
    question_id = circulated(room, persona("secretary").actor())
    save(persona("office_reader"), question_id, minister_of_health)
    who = persona(key)
    assert [drafts.membership_id for drafts in seen_by(who, question_id)] in (
        [],
        [who.actor().memberships.get(room.world.body_id)],
    )
    assert all(not drafts.versions for drafts in seen_by(who, question_id))
    with pytest.raises((NotFound, Forbidden)):
        save(who, question_id, minister_of_health, based_on=1)
    with pytest.raises(NotFound), transaction() as session:
        service.comment(session, who.actor(), question_id, minister_of_health, "?")


@one_engine
def test_the_member_does_not_draft_but_answers_and_the_office_cannot_answer(
    room: Room, secretary: Persona, office_reader: Persona, health_minister: Persona, minister_of_health: int
) -> None:
    question_id = circulated(room, secretary.actor())
    with pytest.raises(Forbidden):
        save(health_minister, question_id, minister_of_health)
    with pytest.raises((Refused, Forbidden, NotFound)):
        casts(office_reader, question_id, "yes")
    assert rooms.entries_of(question_id) == 1
    casts(health_minister, question_id, "yes")
    (drafts,) = seen_by(office_reader, question_id)
    assert drafts.has_answered
    with reading() as session:
        (line,) = queries.to_draft(session, office_reader.actor())
    assert line.answered


@one_engine
def test_the_office_of_a_recused_member_sees_and_writes_nothing(
    room: Room, secretary: Persona, office_reader: Persona, minister_of_health: int
) -> None:
    rooms.bar(room, "health_minister")
    question_id = circulated(room, secretary.actor())
    assert told(room, "office_reader", "OPINION_TO_DRAFT") == 0
    with pytest.raises(NotFound):
        save(office_reader, question_id, minister_of_health)
    assert seen_by(office_reader, question_id) == []
    with reading() as session:
        assert queries.to_draft(session, office_reader.actor()) == []


@one_engine
def test_a_draft_based_on_an_older_one_is_refused_and_names_whose_is_newer(
    room: Room, secretary: Persona, office_reader: Persona, minister_of_health: int
) -> None:
    question_id = circulated(room, secretary.actor())
    save(office_reader, question_id, minister_of_health)
    with refused(Reason.NEWER_DRAFT) as info:
        save(office_reader, question_id, minister_of_health)
    assert info.value.values["person"] == "Thư ký Bộ trưởng Bộ Y tế"
    assert save(office_reader, question_id, minister_of_health, based_on=1) == 2


def test_of_two_of_an_office_who_save_at_once_one_is_refused(
    room: Room, persona: People, minister_of_health: int
) -> None:
    question_id = circulated(room, persona("secretary").actor())
    with transaction() as session:
        session.add(
            RoleAssignment(
                person_id=room.world.person("deputy_health_minister"),
                body_id=room.world.body_id,
                role=Role.OFFICE_READER,
                membership_id=minister_of_health,
                starts_on=SINCE,
                granted_at=rooms.question(question_id).created_at,
            )
        )
    both, start, outcomes = (persona("office_reader"), persona("deputy_health_minister")), Barrier(2), list[object]()

    def saves(who: Persona) -> None:
        start.wait()
        try:
            outcomes.append(save(who, question_id, minister_of_health))
        except Refused as refusal:
            outcomes.append(refusal.reason)

    threads = [Thread(target=saves, args=(who,)) for who in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(outcomes) == {1, Reason.NEWER_DRAFT}


@one_engine
def test_what_is_drafted_can_be_unfinished_but_not_empty_and_not_what_is_not_offered(
    room: Room, secretary: Persona, office_reader: Persona, minister_of_health: int
) -> None:
    question_id = circulated(room, secretary.actor())
    with refused(Reason.NOTHING_WRITTEN):
        save(office_reader, question_id, minister_of_health, Proposed())
    with refused(Reason.NOT_OFFERED):
        save(office_reader, question_id, minister_of_health, Proposed(choice="option:1"))
    with refused(Reason.TOO_LONG):
        save(office_reader, question_id, minister_of_health, Proposed(text="x" * 4001))
    assert save(office_reader, question_id, minister_of_health, Proposed(text="Đang xem")) == 1


@one_engine
def test_after_the_close_drafts_stay_readable_and_take_no_more(
    room: Room,
    secretary: Persona,
    office_reader: Persona,
    minister_of_health: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    question_id = circulated(room, secretary.actor())
    save(office_reader, question_id, minister_of_health)
    after = (rooms.question(question_id).closes_at or clock.now()) + timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: after)
    rooms.closed(question_id, SYSTEM)
    monkeypatch.undo()
    with refused(Reason.NOT_OPEN):
        save(office_reader, question_id, minister_of_health, based_on=1)
    (drafts,) = seen_by(office_reader, question_id)
    assert len(drafts.versions) == 1


@one_engine
def test_no_word_of_a_draft_is_in_the_log_or_in_the_box(
    room: Room, secretary: Persona, office_reader: Persona, minister_of_health: int
) -> None:
    question_id = circulated(room, secretary.actor())
    save(office_reader, question_id, minister_of_health)
    with transaction() as session:
        service.comment(session, office_reader.actor(), question_id, minister_of_health, "Góp ý kín")
    with reading() as session:
        rows = session.scalars(
            select(AuditEntry).where(AuditEntry.tag.in_((Tag.ANSWER_DRAFTED, Tag.ANSWER_COMMENTED)))
        ).all()
        notices = session.scalars(select(Notice)).all()
    assert len(rows) == 2
    written = (
        repr([vars(row) for row in rows])
        + repr([notice.values for notice in notices])
        + repr(rooms.bodies(question_id))
    )
    assert WORDS not in written
    assert "Góp ý kín" not in written
    assert "Bảo lưu về nguồn vốn" not in written
