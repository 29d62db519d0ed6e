"""The next round of a written procedure: what changed is asked about anew, the rest is carried over, and no answer makes itself."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

import outcomes.service
from agenda_docs.models import Document, DocumentVersion, PageText
from ecabinet import clock
from ecabinet.access import SYSTEM
from ecabinet.database import reading, transaction
from ecabinet.refusals import Forbidden, NotFound, Refused
from outcomes import moving
from outcomes.models import Archive
from outcomes.rules import DecisionKind, Details
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import SINCE, Room, casts, circulated
from tests.world import World
from voting.conduct import QuestionState
from voting.models import Question
from voting.opinions import service as written
from voting.opinions import steps
from voting.opinions.models import StepKind
from voting.opinions.rounds import queries, service
from voting.opinions.rounds.rules import Reason

People = Callable[[str], Persona]
one_engine = pytest.mark.any_database
TEXT = "Vòng 2: có đồng ý với nội dung đã chỉnh sửa?"


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


def refused(reason: Reason) -> "pytest.RaisesExc[Refused]":
    return pytest.raises(Refused, match=f"^{reason.name}$")


def newer_paper(room: Room) -> int:
    """A second version of the dossier's paper, in which the second page differs, and a paper that stays as it is."""
    with transaction() as session:
        first = session.get_one(DocumentVersion, room.version_id)
        fields = {
            name: getattr(first, name)
            for name in (
                "document_id",
                "file_name",
                "original_sha256",
                "first_page_sha256",
                "size",
                "verdict",
                "reasons",
            )
        }
        more = {"signatures": [], "uploaded_by_id": first.uploaded_by_id, "uploaded_at": SINCE, "confirmed_at": SINCE}
        second = DocumentVersion(number=2, served_sha256="9" * 64, pages=2, **fields, **more)
        first.pages = 2
        session.add(second)
        session.flush()
        for version, words in ((first, ("Điều 1", "Điều 2 cũ")), (second, ("Điều 1", "Điều 2 mới"))):
            session.add_all(PageText(version_id=version.id, page=at, text=text) for at, text in enumerate(words, 1))
        return second.id


def closed_round(room: Room, secretary: Persona, monkeypatch: pytest.MonkeyPatch) -> int:
    """A first round that ended at its deadline, answered by the minister of health."""
    question_id = circulated(room, secretary.actor())
    after = (rooms.question(question_id).closes_at or clock.now()) + timedelta(hours=1)
    with monkeypatch.context() as moved:
        moved.setattr(clock, "now", lambda: after)
        rooms.closed(question_id, SYSTEM)
    return question_id


def sent(room: Room, secretary: Persona, question_id: int) -> None:
    """Have a draft approved, and send it."""
    rooms.approved(room, secretary.actor(), question_id)
    with transaction() as session:
        written.circulate(session, secretary.actor(), question_id, 3)


def opened(who: Persona, question_id: int) -> int:
    with transaction() as session:
        return service.open_next(session, who.actor(), question_id, TEXT).id


def test_the_next_round_freezes_the_newer_paper_and_says_which_pages_changed(
    room: Room, persona: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    secretary, member = persona("secretary"), persona("health_minister")
    question_id = circulated(room, secretary.actor())
    casts(member, question_id, "no", text="Sửa Điều 2")
    newer = newer_paper(room)
    after = (rooms.question(question_id).closes_at or clock.now()) + timedelta(hours=1)
    with monkeypatch.context() as moved:
        moved.setattr(clock, "now", lambda: after)
        rooms.closed(question_id, SYSTEM)
    following = opened(secretary, question_id)
    question = rooms.question(following)
    assert (question.follows_id, question.state, question.rule_name) == (
        question_id,
        QuestionState.DRAFT,
        rooms.question(question_id).rule_name,
    )
    sent(room, secretary, following)
    entry = json.loads(rooms.bodies(following)[0])
    assert [paper["sha256"] for paper in entry["papers"]] == ["9" * 64]
    with reading() as session:
        before = queries.before(session, member.actor(), rooms.question(following))
    assert before is not None
    assert [(each.old_version, each.new_version, each.pages) for each in before.changed] == [
        (room.version_id, newer, (2,))
    ]
    assert before.mine is not None
    assert (before.mine.choice, before.mine.text) == ("no", "Sửa Điều 2")
    assert rooms.entries_of(following) == 1  # nobody has answered it by having answered the first
    with reading() as session:
        kinds = [step.kind for step in steps.of_question(session, question_id)]
    assert kinds[-1] is StepKind.ROUND


@one_engine
def test_a_paper_that_did_not_change_is_carried_over(
    room: Room, secretary: Persona, health_minister: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as session:
        first = session.get_one(DocumentVersion, room.version_id)
        document = Document(
            matter_id=room.matter_id, title="Phụ lục", kind=session.get_one(Document, first.document_id).kind
        )
        session.add(document)
        session.flush()
        fields = {
            name: getattr(first, name)
            for name in ("number", "file_name", "original_sha256", "first_page_sha256", "size", "verdict", "reasons")
        }
        session.add(
            DocumentVersion(
                document_id=document.id,
                served_sha256="5" * 64,
                pages=1,
                signatures=[],
                uploaded_by_id=first.uploaded_by_id,
                uploaded_at=SINCE,
                confirmed_at=SINCE,
                **fields,
            )
        )
    question_id = closed_round(room, secretary, monkeypatch)
    newer_paper(room)
    following = opened(secretary, question_id)
    sent(room, secretary, following)
    with reading() as session:
        before = queries.before(session, health_minister.actor(), rooms.question(following))
    assert before is not None
    assert before.carried_over == ("Phụ lục",)
    assert [each.title for each in before.changed] == ["Tờ trình"]


@one_engine
def test_a_round_without_a_change_or_before_the_end_is_refused(
    room: Room, secretary: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = circulated(room, secretary.actor())
    newer_paper(room)
    with refused(Reason.STILL_OPEN):
        opened(secretary, question_id)
    after = (rooms.question(question_id).closes_at or clock.now()) + timedelta(hours=1)
    with monkeypatch.context() as moved:
        moved.setattr(clock, "now", lambda: after)
        rooms.closed(question_id, SYSTEM)
    following = opened(secretary, question_id)
    with refused(Reason.FOLLOWED):
        opened(secretary, question_id)
    with refused(Reason.NOT_SENT):
        opened(secretary, following)


@one_engine
def test_without_a_newer_paper_there_is_no_next_round(
    room: Room, secretary: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = closed_round(room, secretary, monkeypatch)
    with refused(Reason.NOTHING_CHANGED):
        opened(secretary, question_id)


@one_engine
@pytest.mark.parametrize("key", ["health_minister", "prime_minister", "officer", "auditor", "outsider"])
def test_only_who_prepares_opens_a_round(
    room: Room, persona: People, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = closed_round(room, persona("secretary"), monkeypatch)
    newer_paper(room)
    with pytest.raises((Forbidden, NotFound)):
        opened(persona(key), question_id)


def test_a_round_that_is_followed_is_neither_declared_nor_moved_and_its_bag_is_written_with_the_last(
    room: Room, persona: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    secretary, chair = persona("secretary"), persona("prime_minister")
    question_id = closed_round(room, secretary, monkeypatch)
    newer_paper(room)
    following = opened(secretary, question_id)
    with refused(Reason.FOLLOWED_NOT_DECLARED), transaction() as session:
        outcomes.service.declare(
            session, chair.actor(), question_id, DecisionKind.ADOPTED, Details("Thông qua"), kind_shown=""
        )
    with refused(Reason.FOLLOWED_NOT_DECLARED), transaction() as session:
        moving.move_to_meeting(session, secretary.actor(), question_id, room.meeting_id, "Cần bàn")
    sent(room, secretary, following)
    after = (rooms.question(following).closes_at or clock.now()) + timedelta(hours=1)
    with monkeypatch.context() as moved:
        moved.setattr(clock, "now", lambda: after)
        rooms.closed(following, SYSTEM)
    with transaction() as session:
        outcomes.service.declare(
            session, chair.actor(), following, DecisionKind.ADOPTED, Details("Thông qua"), kind_shown=""
        )
    with reading() as session:
        archived = set(session.scalars(select(Archive.question_id)))
    assert archived == {question_id, following}


@one_engine
def test_a_draft_of_the_next_round_that_is_withdrawn_follows_nothing(
    room: Room, secretary: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = closed_round(room, secretary, monkeypatch)
    newer_paper(room)
    following = opened(secretary, question_id)
    with transaction() as session:
        session.get_one(Question, following).state = QuestionState.WITHDRAWN
    with reading() as session:
        assert service.next_of(session, question_id) is None
    assert opened(secretary, question_id) != following
