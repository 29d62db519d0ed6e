"""Closing a question, and what is shown before and after it."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from ecabinet import clock
from ecabinet.database import reading, transaction
from ecabinet.news import NewsItem
from ecabinet.refusals import NotFound, Refused
from meetings.models import Attendance, Meeting
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import TEXT, Room, casts, opened
from tests.world import MEMBERS, World
from voting import entries, queries, service
from voting.conduct import Procedure, QuestionState, Reason
from voting.engine.result import StepKind
from voting.models import Question

# Who may do what, and what is refused, does not depend on the database; what it must hold or lock is tried on both.
pytestmark = pytest.mark.any_database

People = Callable[[str], Persona]


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


def refused(reason: Reason) -> "pytest.RaisesExc[Refused]":
    return pytest.raises(Refused, match=f"^{reason.name}$")


def vote(room: Room, secretary: Persona, persona: People, choices: dict[str, str]) -> Question:
    question_id = opened(room, secretary.actor())
    for key, choice in choices.items():
        casts(persona(key), question_id, choice, text="Ý kiến" if choice == "other" else "")
    return rooms.closed(question_id, secretary.actor())


# Closing


@pytest.mark.both_databases
def test_a_majority_of_all_members_adopts_with_its_reasons(room: Room, secretary: Persona, persona: People) -> None:
    closed = vote(
        room,
        secretary,
        persona,
        {
            "prime_minister": "yes",
            "health_minister": "yes",
            "finance_minister": "yes",
            "justice_minister": "yes",
            "interior_minister": "no",
            "deputy_prime_minister": "other",
        },
    )
    assert (closed.state, closed.outcome) == (QuestionState.CLOSED, "pass")
    assert closed.result is not None
    figures = closed.result["figures"]
    assert (figures["members"], figures["yes"], figures["no"], figures["other"]) == (6, 4, 1, 1)
    assert closed.result["steps"][0]["kind"] == StepKind.COUNTED
    assert closed.result["missing"] == []


def test_a_tie_goes_to_the_side_of_the_prime_minister(room: Room, secretary: Persona, persona: People) -> None:
    votes = {
        "prime_minister": "yes",
        "health_minister": "yes",
        "finance_minister": "yes",
        "justice_minister": "no",
        "interior_minister": "no",
        "deputy_prime_minister": "no",
    }
    assert vote(room, secretary, persona, votes).outcome == "pass"


def test_without_two_thirds_there_is_no_quorum(government: World, secretary: Persona, persona: People) -> None:
    room = rooms.furnish(government, present=("prime_minister", "health_minister"))
    closed = vote(room, secretary, persona, {"prime_minister": "yes", "health_minister": "yes"})
    assert closed.outcome == "no_quorum"


def test_presence_for_the_quorum_is_taken_at_the_close_and_a_ballot_from_afar_counts(
    government: World, secretary: Persona, persona: People
) -> None:
    room = rooms.furnish(government, present=("prime_minister", "health_minister"))
    question_id = opened(room, secretary.actor())
    casts(persona("prime_minister"), question_id, "yes")
    casts(persona("finance_minister"), question_id, "yes")
    with transaction() as session:
        session.add(rooms.stay(government, session.get_one(Meeting, room.meeting_id), "justice_minister"))
    closed = rooms.closed(question_id, secretary.actor())
    assert closed.result is not None
    assert closed.outcome == "fail"
    assert closed.result["figures"]["present"] == 4
    assert set(closed.result["present"]) == {
        str(government.membership(key)) for key in ("prime_minister", "health_minister", "justice_minister")
    }


@pytest.mark.both_databases
def test_who_left_before_the_close_is_not_present(room: Room, secretary: Persona) -> None:
    question_id = opened(room, secretary.actor())
    with transaction() as session:
        session.execute(update(Attendance).values(left_at=clock.now()))
    closed = rooms.closed(question_id, secretary.actor())
    assert closed.outcome == "no_quorum"


def test_the_last_entry_holds_the_result_and_who_gave_no_ballot(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    casts(health_minister, question_id, "yes")
    closed = rooms.closed(question_id, secretary.actor())
    last = json.loads(rooms.bodies(question_id)[-1])
    assert closed.result is not None
    assert (last["type"], last["outcome"], last["entries"]) == ("closed", closed.outcome, 2)
    assert last["figures"] == closed.result["figures"]
    assert last["missing"] == sorted(str(room.world.membership(key)) for key in MEMBERS if key != "health_minister")
    assert entries.check_chain(rooms.bodies(question_id)) is None


@pytest.mark.both_databases
def test_a_question_is_closed_once(room: Room, secretary: Persona) -> None:
    question_id = opened(room, secretary.actor())
    rooms.closed(question_id, secretary.actor())
    with refused(Reason.CLOSED_BEFORE):
        rooms.closed(question_id, secretary.actor())
    assert rooms.entries_of(question_id) == 2


def test_a_draft_is_not_closed(room: Room, secretary: Persona) -> None:
    question_id = rooms.prepared(room, secretary.actor())
    with refused(Reason.NOT_OPEN):
        rooms.closed(question_id, secretary.actor())


@pytest.mark.both_databases
def test_where_nobody_objects_it_is_adopted_and_those_present_are_known(room: Room, secretary: Persona) -> None:
    question_id = opened(room, secretary.actor(), procedure=Procedure.NO_OBJECTION)
    closed = rooms.closed(question_id, secretary.actor())
    assert closed.outcome == "pass"
    assert closed.result is not None
    assert len(closed.result["present"]) == 6


def test_one_objection_stops_an_adoption_without_a_vote(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor(), procedure=Procedure.NO_OBJECTION)
    with refused(Reason.NOT_OFFERED):
        casts(health_minister, question_id, "yes")
    casts(health_minister, question_id, "no")
    assert rooms.closed(question_id, secretary.actor()).outcome == "fail"


def test_an_adoption_without_a_vote_still_needs_the_bodys_quorum(government: World, secretary: Persona) -> None:
    room = rooms.furnish(government, present=("prime_minister",))
    question_id = opened(room, secretary.actor(), procedure=Procedure.NO_OBJECTION)
    assert rooms.closed(question_id, secretary.actor()).outcome == "no_quorum"


def test_the_room_hears_every_state_under_the_topic_of_the_item_and_no_words(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    casts(health_minister, question_id, "yes")
    rooms.closed(question_id, secretary.actor())
    with reading() as session:
        found = session.scalars(select(NewsItem).where(NewsItem.kind == "question").order_by(NewsItem.id)).all()
    assert [item.state["state"] for item in found] == ["armed", "open", "closed"]
    assert {(item.stream, item.topic) for item in found} == {(f"meeting:{room.meeting_id}", f"item:{room.item_id}")}
    assert (found[1].state["voted"], found[1].state["of"]) == (0, 6)
    assert (found[2].state["yes"], found[2].state["outcome"]) == (1, "fail")
    assert TEXT not in json.dumps([item.state for item in found], ensure_ascii=False)


# What is shown


def test_while_a_question_is_open_nobody_is_given_the_split(room: Room, secretary: Persona, persona: People) -> None:
    question_id = opened(room, secretary.actor())
    casts(persona("finance_minister"), question_id, "no")
    for key in ("secretary", "prime_minister", "health_minister", "office_reader"):
        with reading() as session:
            panel = queries.panel(session, persona(key).actor(), question_id)
            assert queries.result(session, persona(key).actor(), question_id) is None
        assert (panel.voted, panel.of, panel.result, panel.mine) == (1, 6, None, None)


@pytest.mark.both_databases
def test_the_result_names_who_voted_how_after_the_close(room: Room, secretary: Persona, persona: People) -> None:
    question_id = opened(room, secretary.actor())
    casts(persona("finance_minister"), question_id, "no")
    casts(persona("health_minister"), question_id, "other", text="Cần thêm số liệu")
    rooms.closed(question_id, secretary.actor())
    with reading() as session:
        shown = queries.result(session, persona("justice_minister").actor(), question_id)
    assert shown is not None
    assert [each.name for each in shown.groups["no"]] == ["Bộ trưởng Bộ Tài chính"]
    assert [(each.name, each.text) for each in shown.groups["other"]] == [("Bộ trưởng Bộ Y tế", "Cần thêm số liệu")]
    assert len(shown.missing) == 4
    assert len(shown.present) == 6


def test_a_member_sees_their_own_ballot_and_no_other(room: Room, secretary: Persona, persona: People) -> None:
    question_id = opened(room, secretary.actor())
    receipt = casts(persona("finance_minister"), question_id, "no")
    with reading() as session:
        mine = queries.panel(session, persona("finance_minister").actor(), question_id).mine
        other = queries.panel(session, persona("health_minister").actor(), question_id).mine
    assert mine is not None
    assert (mine.number, mine.choice, mine.code) == (receipt.number, "no", receipt.code)
    assert other is None


@pytest.mark.both_databases
def test_the_live_question_is_the_open_one_and_none_for_who_may_not_read_it(
    room: Room, secretary: Persona, health_minister: Persona, outsider: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    later = rooms.prepared(room, secretary.actor())
    with transaction() as session:
        service.arm(session, secretary.actor(), later)
    rooms.bar(room, "health_minister")
    with reading() as session:
        assert queries.live_question(session, secretary.actor(), room.meeting_id) == question_id
        assert queries.live_question(session, outsider.actor(), room.meeting_id) is None
        assert queries.live_question(session, health_minister.actor(), room.meeting_id) is None


def test_a_barred_member_is_not_shown_the_question(room: Room, secretary: Persona, health_minister: Persona) -> None:
    question_id = opened(room, secretary.actor())
    rooms.bar(room, "health_minister")
    with reading() as session, pytest.raises(NotFound):
        queries.panel(session, health_minister.actor(), question_id)
