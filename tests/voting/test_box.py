"""The box only grows, and the database itself refuses anything else."""

import json
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from ecabinet import clock, signing
from ecabinet.database import reading, transaction
from meetings.models import Attendance
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import Room, casts, opened
from tests.world import World
from voting import box, entries, opening
from voting.ballots import Ballot, code_of
from voting.box import Proof
from voting.engine.rule_book import rule_named
from voting.entries import EntryKind
from voting.models import BoxEntry
from voting.proof import checkpoints, tree


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
        line = place.seat_of(health_minister.person_id)
        assert line is not None
        number = place.append(line, Ballot("mark-0001", "yes"), by=line, language="vi", proof=Proof(), at=clock.now())
    assert number == 1
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
    line = place.seat_of(health_minister.person_id)
    assert line is not None
    assert line.has_voted
    known = place.known_ballot("a-known-mark")
    assert known is not None
    assert known.ballot == Ballot("a-known-mark", "yes", member=line.member)


def test_there_is_no_box_before_the_opening(room: Room, secretary: Persona) -> None:
    question_id = rooms.prepared(room, secretary.actor())
    with transaction() as session:
        assert box.lock(session, question_id) is None


def test_the_code_is_the_first_eighty_bits_in_four_groups() -> None:
    leaf = "00" * 10 + "ff" * 22
    assert code_of(leaf) == "AAAA-AAAA-AAAA-AAAA"
    assert code_of("ff" + leaf[2:]) == "74AA-AAAA-AAAA-AAAA"


def test_what_closes_the_box_names_size_head_and_root_of_all_before_it_and_by_what_it_was_counted(
    room: Room, secretary: Persona, health_minister: Persona, chair: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    for member in (health_minister, chair, health_minister):
        casts(member, question_id, "yes")
    rooms.closed(question_id, secretary.actor())
    bodies = rooms.bodies(question_id)
    last = json.loads(bodies[-1])
    leaves = [tree.leaf_of(body) for body in bodies[:-1]]
    assert (last["entries"], last["head"], last["root"]) == (4, leaves[-1].hex(), tree.root(leaves).hex())
    assert last["versions"] == {"format": "2", "application": entries.APPLICATION}
    assert last["circumstances"] == {
        "present": sorted(str(seat) for seat in room.world.memberships.values()),
        "attending": [],
        "classified": {},
        "deadline_passed": None,
    }


def test_what_opens_the_box_says_who_was_there_who_signs_and_that_the_room_has_no_grace(
    room: Room, secretary: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    first = json.loads(rooms.bodies(question_id)[0])
    assert first["present"] == sorted(str(seat) for seat in room.world.memberships.values())
    assert (first["grace"], first["deadline"], first["labels"]) == (0, "", {})
    assert first["key"] == signing.signer().name
    assert {(line["proxy"], line["veto"]) for line in first["roll"]} == {(None, False)}


@pytest.mark.parametrize(("presence", "outcome"), [("closing", "no_quorum"), ("opening", "fail")])
def test_presence_is_taken_when_the_rule_says(
    room: Room, secretary: Persona, monkeypatch: pytest.MonkeyPatch, presence: str, outcome: str
) -> None:
    named = replace(rule_named("viet_nam/meeting"), presence=presence)
    monkeypatch.setattr(opening, "rule_of", lambda *_given: named)
    question_id = opened(room, secretary.actor())
    with transaction() as session:
        session.execute(update(Attendance).values(left_at=clock.now()))
    assert rooms.closed(question_id, secretary.actor()).outcome == outcome


def test_the_no_of_whom_the_rule_gives_a_veto_is_frozen_as_one(
    room: Room, secretary: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = replace(rule_named("viet_nam/meeting"), veto_roles=("prime_minister",))
    monkeypatch.setattr(opening, "rule_of", lambda *_given: named)
    question_id = opened(room, secretary.actor())
    roll = json.loads(rooms.bodies(question_id)[0])["roll"]
    assert [line["member"] for line in roll if line["veto"]] == [str(room.world.membership("prime_minister"))]


def test_keeping_nothing_signs_nothing(room: Room, secretary: Persona) -> None:
    question_id = opened(room, secretary.actor())
    with transaction() as session:
        locked_box = box.lock(session, question_id)
        assert locked_box is not None
        box.keep(session, locked_box)
    with reading() as session:
        assert len(checkpoints.of_question(session, question_id)) == 1


def test_a_ballot_rests_on_what_the_opening_entry_says_was_shown(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    casts(health_minister, question_id, "yes")
    with transaction() as session:
        opening, ballot = (json.loads(body) for body in box.bodies(session, question_id))
    (paper,) = opening["papers"]
    assert paper["version"] == 1
    shown = {name: opening[name] for name in ("text", "options", "labels")}
    seen = entries.seen_of(**shown, language=ballot["language"], papers=[entries.Paper(**paper)])
    assert ballot["seen"] == seen
