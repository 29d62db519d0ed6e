"""A question in the room: prepared, armed, opened with all that is frozen."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from enum import StrEnum
from threading import Barrier

import pytest
from sqlalchemy import select, update

from agenda_docs.models import Hold
from ecabinet import clock
from ecabinet.database import reading, transaction
from ecabinet.organisation.models import Designation, Membership
from ecabinet.refusals import Forbidden, NotFound, Refused, StepUpNeeded
from meetings.models import ItemHold, Meeting
from meetings.rules import MeetingState
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import TEXT, Room, casts, opened
from tests.world import MEMBERS, World
from voting import entries, preparing, queries, service
from voting.conduct import QuestionState, Reason
from voting.models import QuestionText, RollEntry

# Who may do what, and what is refused, does not depend on the database; what it must hold or lock is tried on both.
pytestmark = pytest.mark.any_database

People = Callable[[str], Persona]


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


def refused(reason: Reason) -> "pytest.RaisesExc[Refused]":
    return pytest.raises(Refused, match=f"^{reason.name}$")


def roll(question_id: int) -> dict[int, RollEntry]:
    with reading() as session:
        found = session.scalars(select(RollEntry).where(RollEntry.question_id == question_id))
        return {line.membership_id: line for line in found}


# Preparing


def test_a_question_is_prepared_with_the_bodys_own_rule_and_seen_by_nobody_else(
    room: Room, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    question_id = rooms.prepared(room, secretary.actor())
    question = rooms.question(question_id)
    assert (question.state, question.rule_name, question.round) == (QuestionState.DRAFT, "viet_nam/meeting", 1)
    with reading() as session:
        assert queries.panel(session, chair.actor(), question_id).text == TEXT
        with pytest.raises(NotFound):
            queries.panel(session, health_minister.actor(), question_id)


@pytest.mark.both_databases
def test_every_wording_is_kept(room: Room, secretary: Persona) -> None:
    question_id = rooms.prepared(room, secretary.actor())
    with transaction() as session:
        preparing.amend(session, secretary.actor(), question_id, "Thông qua với 18.000 tỷ đồng?")
    with reading() as session:
        texts = session.scalars(
            select(QuestionText.text).where(QuestionText.question_id == question_id).order_by(QuestionText.number)
        ).all()
    assert texts == [TEXT, "Thông qua với 18.000 tỷ đồng?"]
    assert rooms.question(question_id).text == texts[-1]


def test_a_question_that_is_open_is_not_amended(room: Room, secretary: Persona) -> None:
    question_id = opened(room, secretary.actor())
    with refused(Reason.NOT_AMENDABLE), transaction() as session:
        preparing.amend(session, secretary.actor(), question_id, "Khác?")
    assert rooms.question(question_id).text == TEXT


@pytest.mark.parametrize(
    "key", ["health_minister", "office_reader", "auditor", "outsider", "administrator", "prime_minister"]
)
def test_only_the_secretary_prepares(room: Room, persona: People, key: str) -> None:
    with pytest.raises((Forbidden, NotFound)):
        rooms.prepared(room, persona(key).actor())


def test_a_rule_made_for_writing_is_refused_in_the_room(room: Room, secretary: Persona) -> None:
    with refused(Reason.RULE_OF_OTHER_FORM):
        rooms.prepared(room, secretary.actor(), rule_name="viet_nam/opinion_form")


@pytest.mark.both_databases
def test_a_second_question_on_the_matter_is_its_next_round(room: Room, secretary: Persona) -> None:
    rooms.prepared(room, secretary.actor())
    assert rooms.question(rooms.prepared(room, secretary.actor())).round == 2


def test_a_withdrawn_question_is_not_armed(room: Room, secretary: Persona) -> None:
    question_id = rooms.prepared(room, secretary.actor())
    with transaction() as session:
        service.withdraw(session, secretary.actor(), question_id)
    with refused(Reason.NOT_A_DRAFT), transaction() as session:
        service.arm(session, secretary.actor(), question_id)


# Opening


@pytest.mark.both_databases
def test_opening_freezes_the_rule_the_roll_and_the_papers_in_the_first_entry(room: Room, secretary: Persona) -> None:
    question_id = opened(room, secretary.actor())
    first = json.loads(rooms.bodies(question_id)[0])
    assert first["text"] == TEXT
    assert first["rule"]["name"] == "viet_nam/meeting"
    assert [line["member"] for line in first["roll"]] == [str(room.world.membership(key)) for key in MEMBERS]
    assert first["roll"][0]["roles"] == ["chair", "prime_minister"]
    assert first["papers"] == [{"document": "1", "version": 1, "sha256": "1" * 64}]
    assert first["options"] == ["yes", "no", "abstain", "other"]
    question = rooms.question(question_id)
    assert question.seen == entries.seen_of(
        text=TEXT, options=first["options"], labels={}, language="vi", papers=[entries.Paper("1", 1, "1" * 64)]
    )


@pytest.mark.both_databases
def test_opening_holds_the_item_and_the_papers(room: Room, secretary: Persona) -> None:
    question_id = opened(room, secretary.actor())
    with reading() as session:
        assert session.scalars(select(ItemHold.why).where(ItemHold.item_id == room.item_id)).all() == [
            f"question:{question_id}"
        ]
        assert session.scalars(select(Hold.version_id)).all() == [room.version_id]


def test_opening_and_closing_need_a_fresh_second_factor(room: Room, secretary: Persona) -> None:
    stale = replace(secretary.actor(), stepped_up_until=clock.now())
    question_id = rooms.prepared(room, stale)
    with transaction() as session:
        service.arm(session, stale, question_id)
    with pytest.raises(StepUpNeeded), transaction() as session:
        service.open_question(session, stale, question_id)
    with transaction() as session:
        service.open_question(session, secretary.actor(), question_id)
    with pytest.raises(StepUpNeeded):
        rooms.closed(question_id, stale)
    assert rooms.state_of(question_id) is QuestionState.OPEN


@pytest.mark.parametrize("key", ["health_minister", "office_reader", "auditor", "outsider", "officer"])
def test_members_and_others_neither_arm_nor_open_nor_close(
    room: Room, secretary: Persona, persona: People, key: str
) -> None:
    question_id = opened(room, secretary.actor())
    actor = persona(key).actor()
    for verb in (service.arm, service.open_question, service.close, service.withdraw):
        with pytest.raises((Forbidden, NotFound)), transaction() as session:
            verb(session, actor, question_id)
    assert rooms.state_of(question_id) is QuestionState.OPEN


def test_a_question_is_armed_before_it_is_opened(room: Room, secretary: Persona) -> None:
    question_id = rooms.prepared(room, secretary.actor())
    with refused(Reason.NOT_ARMED), transaction() as session:
        service.open_question(session, secretary.actor(), question_id)


def test_a_meeting_that_is_not_running_opens_nothing(room: Room, secretary: Persona) -> None:
    question_id = rooms.prepared(room, secretary.actor())
    with transaction() as session:
        session.execute(update(Meeting).values(state=MeetingState.PLANNED))
    with refused(Reason.NOT_RUNNING), transaction() as session:
        service.arm(session, secretary.actor(), question_id)


@pytest.mark.both_databases
def test_one_question_is_open_in_a_meeting_at_a_time_even_when_two_are_opened_at_once(
    room: Room, secretary: Persona, second_secretary: Persona
) -> None:
    actors = [secretary.actor(), second_secretary.actor()]
    questions = [rooms.prepared(room, actors[0]) for _each in actors]
    for question_id in questions:
        with transaction() as session:
            service.arm(session, actors[0], question_id)
    start, refusals = Barrier(2), list[StrEnum]()

    def open_it(turn: int) -> bool:
        start.wait()
        try:
            with transaction() as session:
                service.open_question(session, actors[turn], questions[turn])
        except Refused as refusal:
            refusals.append(refusal.reason)
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(open_it, range(2))) == [False, True]
    assert refusals == [Reason.ANOTHER_OPEN]


@pytest.mark.both_databases
def test_a_conflict_declared_before_the_opening_recuses_and_the_member_is_told(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    rooms.bar(room, "health_minister")
    question_id = opened(room, secretary.actor())
    assert roll(question_id)[room.world.membership("health_minister")].recused
    with refused(Reason.RECUSED):
        casts(health_minister, question_id, "yes")


def test_what_is_recorded_after_the_opening_changes_nothing_in_the_franchise(
    room: Room, secretary: Persona, health_minister: Persona, finance_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    before = rooms.bodies(question_id)[0]
    rooms.bar(room, "health_minister")
    rooms.delegate(room, "finance_minister")
    with transaction() as session:
        session.execute(update(Designation).values(role="somebody_else"))
        session.execute(
            update(Membership)
            .where(Membership.id == room.world.membership("justice_minister"))
            .values(ends_on=Membership.starts_on)
        )
    casts(health_minister, question_id, "yes")
    casts(finance_minister, question_id, "yes")
    lines = roll(question_id)
    assert not any(line.recused or line.substituted for line in lines.values())
    assert lines[room.world.membership("prime_minister")].roles == ["chair", "prime_minister"]
    assert rooms.bodies(question_id)[0] == before
    closed = rooms.closed(question_id, secretary.actor())
    assert closed.result is not None
    assert (closed.result["figures"]["members"], closed.result["figures"]["yes"]) == (6, 2)


def test_a_seat_with_a_deputy_is_marked_on_the_roll_and_its_member_may_still_vote_from_afar(
    room: Room, secretary: Persona, finance_minister: Persona
) -> None:
    rooms.delegate(room, "finance_minister")
    question_id = opened(room, secretary.actor())
    assert roll(question_id)[room.world.membership("finance_minister")].substituted
    assert casts(finance_minister, question_id, "yes").number == 1


def test_who_presides_at_the_meeting_is_the_chair_of_the_roll(room: Room, secretary: Persona) -> None:
    with transaction() as session:
        session.execute(update(Meeting).values(chair_membership_id=room.world.membership("deputy_prime_minister")))
    lines = roll(opened(room, secretary.actor()))
    assert lines[room.world.membership("prime_minister")].roles == ["prime_minister"]
    assert lines[room.world.membership("deputy_prime_minister")].roles == ["chair"]
