"""The box only grows, and the database itself refuses anything else."""

from uuid import uuid4

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from ecabinet import clock
from ecabinet.database import transaction
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import Room, casts, opened
from tests.world import World
from voting import box, entries
from voting.ballots import Ballot, code_of
from voting.entries import EntryKind
from voting.models import BoxEntry


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


@pytest.mark.parametrize("statement", ["UPDATE box_entry SET leaf = 'x'", "DELETE FROM box_entry"])
def test_no_entry_is_changed_or_deleted(
    room: Room, secretary: Persona, health_minister: Persona, statement: str
) -> None:
    question_id = opened(room, secretary.actor())
    casts(health_minister, question_id, "yes")
    with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
        session.execute(text(statement))
    assert entries.check_chain(rooms.bodies(question_id)) is None


@pytest.mark.parametrize("same", ["number", "cast_id"])
def test_a_second_entry_of_the_same_number_or_mark_is_refused_by_the_database(
    room: Room, secretary: Persona, health_minister: Persona, same: str
) -> None:
    question_id = opened(room, secretary.actor())
    casts(health_minister, question_id, "yes", cast_id="a-known-mark")
    row = {
        "question_id": question_id,
        "number": 1 if same == "number" else 2,
        "kind": EntryKind.CAST,
        "body": b"{}",
        "leaf": "x",
        "cast_id": "a-known-mark" if same == "cast_id" else uuid4().hex,
        "person_id": health_minister.person_id,
    }
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(insert(BoxEntry), [row])


def test_nothing_is_written_until_the_box_is_kept(room: Room, secretary: Persona, health_minister: Persona) -> None:
    question_id = opened(room, secretary.actor())
    with transaction() as session:
        place = box.lock(session, question_id, people=[health_minister.person_id], cast_ids=[])
        assert place is not None
        line = place.lines[health_minister.person_id]
        receipt = place.append(line, Ballot("mark-0001", "yes"), "vi", clock.now())
    assert receipt.number == 1
    assert rooms.entries_of(question_id) == 1


def test_a_box_locked_twice_in_one_transaction_sees_what_was_kept(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    casts(health_minister, question_id, "yes", cast_id="a-known-mark")
    with transaction() as session:
        place = box.lock(session, question_id, people=[health_minister.person_id], cast_ids=["a-known-mark"])
    assert place is not None
    assert (place.length, place.voted, place.entitled) == (2, 1, 6)
    assert place.lines[health_minister.person_id].has_voted
    known = place.receipt_of("a-known-mark")
    assert known is not None
    assert known.ballot == Ballot("a-known-mark", "yes")


def test_there_is_no_box_before_the_opening(room: Room, secretary: Persona) -> None:
    question_id = rooms.prepared(room, secretary.actor())
    with transaction() as session:
        assert box.lock(session, question_id) is None


def test_the_code_is_the_first_eighty_bits_in_four_groups() -> None:
    leaf = "00" * 10 + "ff" * 22
    assert code_of(leaf) == "AAAA-AAAA-AAAA-AAAA"
    assert code_of("ff" + leaf[2:]) == "74AA-AAAA-AAAA-AAAA"
