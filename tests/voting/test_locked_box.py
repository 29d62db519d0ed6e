"""A box by itself: what is in it after each entry, what it knows when it is locked, and what is written when it is kept."""

import json
import time
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import select

from ecabinet.database import reading, transaction
from tests.voting import bare
from tests.voting import room as rooms
from tests.voting.bare import AT, OFFICIAL, WRITTEN_AT, begun, fields_of, locked
from tests.voting.room import Room
from tests.world import MEMBERS, World
from voting import box, entries
from voting.ballots import Ballot, Known, Line
from voting.box import LockedBox, Proof
from voting.engine.rule import Form
from voting.engine.rule_book import rule_named
from voting.entries import EntryKind
from voting.frozen import frozen_of
from voting.models import Box, BoxEntry
from voting.proof import checkpoints, tree
from voting.proof.tree import Frontier, Tree

HEALTH, FINANCE, JUSTICE = "health_minister", "finance_minister", "justice_minister"


@pytest.fixture(scope="session")
def engine() -> str:
    """No database differs from another in what is asked here."""
    return "sqlite"


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


def line(room: Room, key: str, **more: object) -> Line:
    usual = Line(room.world.person(key), room.world.membership(key), recused=False, has_voted=False)
    return replace(usual, **more)  # type: ignore[arg-type] # of the columns of a line


def casts(place: LockedBox, by: Line, mark: str, choice: str = "yes", *, of: Line | None = None, text: str = "") -> int:
    ballot = Ballot(mark, choice, text, member=(of or by).member)
    return place.append(of or by, ballot, by=by, language="vi", proof=Proof("totp:7", {"credential": "c"}), at=AT)


def locked_anew(room: Room, **asked: object) -> LockedBox:
    """Return a box that was just begun."""
    question_id = begun(room, **asked)
    with transaction() as session:
        return locked(session, question_id)


# Made, and locked


def test_a_box_that_was_made_is_empty_and_open_and_knows_who_may_vote(room: Room) -> None:
    question_id = bare.ask(room, of_lines={"finance_minister": {"recused": True}})
    with transaction() as session:
        made = box.make(session, question_id)
        assert made == LockedBox(
            frozen=frozen_of(session, question_id),
            is_open=True,
            length=0,
            head=None,
            frontier=Frontier(),
            voted=0,
            entitled=5,
        )
        assert box.lock(session, question_id) == made
        row = session.get_one(Box, question_id)
        assert (row.is_open, row.length, row.head, row.frontier, row.voted) == (True, 0, None, "", 0)


def test_a_box_that_is_locked_is_as_it_was_kept_and_is_that_of_its_question(room: Room) -> None:
    question_id, other = begun(room, of_lines={"finance_minister": {"recused": True}}), begun(room)
    bare.enter(question_id, EntryKind.EXTENDED)
    bare.enter(question_id, EntryKind.CLOSED)
    bodies = rooms.bodies(question_id)
    with transaction() as session:
        place, beside = locked(session, question_id), locked(session, other)
        assert place == LockedBox(
            frozen=frozen_of(session, question_id),
            is_open=False,
            length=3,
            head=entries.leaf_of(bodies[2]),
            frontier=Tree([tree.leaf_of(body) for body in bodies]).frontier(),
            voted=0,
            entitled=5,
        )
        assert (beside.frozen.question_id, beside.is_open, beside.length, beside.entitled) == (other, True, 1, 6)


def test_a_locked_box_knows_the_lines_of_the_people_asked_for_and_of_all_who_are_represented(room: Room) -> None:
    holder = str(room.world.membership(HEALTH))
    question_id = begun(room, of_lines={"justice_minister": {"proxy": holder, "recused": True}})
    other = begun(room, of_lines={"interior_minister": {"proxy": holder}})
    health, finance, justice = (line(room, key) for key in (HEALTH, FINANCE, JUSTICE))
    with transaction() as session:
        place = locked(session, question_id, people=(health.person_id,))
        casts(place, health, "mark-0001")
        box.keep(session, place)
    with transaction() as session:
        place = locked(session, question_id, people=(health.person_id, finance.person_id))
        assert place.lines == {
            health.membership_id: replace(health, has_voted=True),
            finance.membership_id: finance,
            justice.membership_id: replace(justice, recused=True, proxy=holder),
        }
        assert locked(session, question_id).lines == {}
        assert locked(session, other, people=(health.person_id,)).lines[health.membership_id] == health


def test_a_locked_box_knows_the_ballots_of_the_marks_asked_for_and_of_no_other_box(room: Room) -> None:
    question_id, other = begun(room), begun(room)
    health, finance = line(room, HEALTH), line(room, FINANCE)
    for each in (question_id, other):
        with transaction() as session:
            place = locked(session, each)
            casts(place, health, "mark-0001", "other" if each == question_id else "no", of=finance, text="Vì sao?")
            casts(place, health, "mark-0002")
            box.keep(session, place)
    known = Known(health.person_id, Ballot("mark-0001", "other", "Vì sao?", finance.member), 1)
    with transaction() as session:
        place = locked(session, question_id, marks=("mark-0001", "mark-0003"))
        assert place.known == {"mark-0001": known}
        assert place.known_ballot("mark-0001") == known
        assert place.known_ballot("mark-0002") is None
        assert locked(session, question_id).known == {}


# Whose line


def test_a_person_casts_for_themselves_or_for_whom_they_hold_a_proxy(room: Room) -> None:
    health, finance = line(room, HEALTH), line(room, FINANCE)
    justice, interior = line(room, JUSTICE, proxy=health.member), line(room, "interior_minister", proxy=finance.member)
    place = locked_anew(room)
    place.lines = {each.membership_id: each for each in (justice, interior, health, finance)}
    assert place.seat_of(health.person_id) == health
    assert place.seat_of(None) is None
    assert place.line_for(health.person_id, None) == health
    assert place.line_for(health.person_id, health.member) == health
    assert place.line_for(health.person_id, justice.member) == justice
    assert place.line_for(health.person_id, interior.member) is None
    assert place.line_for(health.person_id, finance.member) is None
    assert place.line_for(987_654, justice.member) is None


# Entered


def test_an_entry_says_where_it_stands_and_its_row_what_the_database_asks_of_it(room: Room) -> None:
    question_id = begun(room)
    (first,) = rooms.bodies(question_id)
    member = str(room.world.membership(HEALTH))
    with transaction() as session:
        place = locked(session, question_id)
        assert place.enter(EntryKind.EXTENDED, fields_of(EntryKind.EXTENDED, reason="Mất điện"), AT) == 1
        on_paper = fields_of(EntryKind.PAPER, member=member, cast_id="mark-0001")
        assert place.enter(EntryKind.PAPER, on_paper, AT, cast_id="mark-0001", person_id=7) == 2
        withdrawn = fields_of(EntryKind.WITHDRAWN, entry=2, ruled_by=OFFICIAL)
        assert place.enter(EntryKind.WITHDRAWN, withdrawn, AT) == 3
    extended, paper, ruling = place.added
    body = {
        "type": "extended",
        "question": str(question_id),
        "number": 1,
        "previous": entries.leaf_of(first),
        "at": WRITTEN_AT,
        "deadline": "",
        "reason": "Mất điện",
        "extended_by": "",
    }
    assert json.loads(extended["body"]) == body
    usual: dict[str, object] = {
        "question_id": question_id,
        "cast_id": None,
        "person_id": None,
        "membership_id": None,
        "withdraws": None,
    }
    for number, row in enumerate(place.added, start=1):
        assert row["leaf"] == entries.leaf_of(row["body"])
        assert row["number"] == number
    of_rows = [{**usual, "kind": EntryKind.EXTENDED}]
    of_rows += [
        {**usual, "kind": EntryKind.PAPER, "cast_id": "mark-0001", "person_id": 7, "membership_id": int(member)}
    ]
    of_rows += [{**usual, "kind": EntryKind.WITHDRAWN, "withdraws": 2}]
    told = {"number", "body", "leaf"}
    assert [{name: row[name] for name in row.keys() - told} for row in place.added] == of_rows
    assert json.loads(paper["body"])["previous"] == extended["leaf"]
    assert (place.length, place.head, place.is_open) == (4, ruling["leaf"], True)


@pytest.mark.parametrize("kind", [EntryKind.CLOSED, EntryKind.ANNULLED])
def test_what_ends_a_vote_shuts_the_box_and_nothing_opens_it_again(room: Room, kind: EntryKind) -> None:
    place = locked_anew(room)
    place.enter(kind, fields_of(kind), AT)
    assert not place.is_open
    place.enter(EntryKind.CORRECTED, fields_of(EntryKind.CORRECTED), AT)
    assert not place.is_open


def test_the_entry_of_a_ballot_says_whose_it_is_who_cast_it_and_what_was_shown_and_proven(room: Room) -> None:
    question_id, (health, finance) = begun(room), (line(room, HEALTH), line(room, FINANCE))
    with transaction() as session:
        place = locked(session, question_id)
    head = place.head
    ballot = Ballot("mark-0001", "other", "Vì sao?", finance.member)
    proof = Proof("totp:7", {"credential": "c"})
    number = place.append(finance, ballot, by=health, language="en", proof=proof, at=AT)
    assert json.loads(place.added[0]["body"]) == {
        "type": "cast",
        "question": str(question_id),
        "number": 1,
        "previous": head,
        "at": WRITTEN_AT,
        "member": finance.member,
        "by": health.member,
        "cast_id": "mark-0001",
        "choice": "other",
        "text": "Vì sao?",
        "language": "en",
        "seen": place.frozen.seen("en"),
        "step_up": "totp:7",
        "assertion": {"credential": "c"},
        "discuss": False,
        "reserved": "",
    }
    row = place.added[0]
    assert (row["cast_id"], row["person_id"], row["membership_id"]) == (
        "mark-0001",
        health.person_id,
        finance.membership_id,
    )
    assert (number, place.known) == (1, {"mark-0001": Known(health.person_id, ballot, 1)})


def test_a_member_who_votes_twice_in_one_commit_has_voted_once_and_their_line_says_so(room: Room) -> None:
    place = locked_anew(room)
    place.append(line(room, HEALTH), Ballot("a", "yes"), by=line(room, HEALTH), language="vi", proof=Proof(), at=AT)
    assert place.voted == 1
    health = place.lines[room.world.membership(HEALTH)]
    assert health == line(room, HEALTH, has_voted=True)
    place.append(health, Ballot("b", "no"), by=health, language="vi", proof=Proof(), at=AT)
    assert (place.voted, place.lines[health.membership_id].has_voted) == (1, True)


# Kept


def test_what_is_kept_is_in_the_database_and_the_box_remembers_it_for_the_receipts(room: Room) -> None:
    question_id, other, health = begun(room), begun(room), line(room, HEALTH)
    with transaction() as session:
        place = locked(session, question_id)
        casts(place, health, "mark-0001")
        casts(place, health, "mark-0002", of=line(room, FINANCE))
        added = list(place.added)
        place.is_open = False
        box.keep(session, place)
    columns = ("number", "kind", "body", "leaf", "cast_id", "person_id", "membership_id", "withdraws")
    with reading() as session:
        rows = session.scalars(select(BoxEntry).where(BoxEntry.question_id == question_id, BoxEntry.number > 0)).all()
        bodies = box.bodies(session, question_id)
        notes = [each.note for each in checkpoints.of_question(session, question_id)]
        head, beside = session.get_one(Box, question_id), session.get_one(Box, other)
    assert [[getattr(row, name) for name in columns] for row in rows] == [
        [row[name] for name in columns] for row in added
    ]
    whole = Tree([tree.leaf_of(body) for body in bodies])
    assert place.kept is not None
    assert (place.kept.start, place.kept.bodies, place.kept.note) == (1, tuple(bodies[1:]), notes[-1])
    assert (place.kept.tree.size, place.kept.tree.root()) == (3, whole.root())
    assert (place.added, place.frontier, place.voted) == ([], whole.frontier(), 2)
    assert (head.is_open, head.length, head.head) == (False, 3, entries.leaf_of(bodies[-1]))
    assert (head.frontier, head.voted) == (whole.frontier().as_text(), 2)
    assert (beside.is_open, beside.length, beside.voted) == (True, 1, 0)


def test_who_has_voted_is_counted_anew_where_a_ballot_came_on_paper_or_was_taken_out(room: Room) -> None:
    question_id, member = begun(room), str(room.world.membership(HEALTH))
    bare.enter(question_id, EntryKind.PAPER, member=member, cast_id="mark-0001")
    bare.enter(question_id, EntryKind.PAPER, member=member, cast_id="mark-0002")
    bare.enter(begun(room), EntryKind.PAPER, member=str(room.world.membership(FINANCE)), cast_id="mark-0003")

    def voted() -> tuple[int, int]:
        with reading() as session:
            return box.voted_count(session, question_id), session.get_one(Box, question_id).voted

    assert voted() == (1, 1)
    bare.enter(question_id, EntryKind.WITHDRAWN, entry=2)
    assert voted() == (1, 1)
    bare.enter(question_id, EntryKind.WITHDRAWN, entry=1)
    assert voted() == (0, 0)


def test_nothing_that_was_added_and_not_kept_is_in_the_box(room: Room) -> None:
    question_id = begun(room)
    with transaction() as session:
        place = locked(session, question_id)
        box.keep(session, place)
        assert place.kept is None
    with reading() as session:
        assert len(checkpoints.of_question(session, question_id)) == 1


# Read


def test_the_roll_is_in_its_order_of_precedence_then_by_name_then_as_it_was_written(room: Room) -> None:
    keys = (MEMBERS[0], MEMBERS[1], MEMBERS[3], MEMBERS[2])
    ranks: dict[str, dict[str, object]] = {
        keys[0]: {"rank": 2, "name": "A"},
        keys[1]: {"rank": 1, "name": "C"},
        keys[2]: {"rank": 1, "name": "B"},
        keys[3]: {"rank": 1, "name": "B"},
    }
    question_id = bare.ask(room, members=keys, of_lines=ranks)
    bare.ask(room)
    with reading() as session:
        found = [each.membership_id for each in box.roll(session, question_id)]
    assert found == [room.world.membership(key) for key in (keys[2], keys[3], keys[1], keys[0])]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Ho_Chi_Minh"])
def test_an_instant_is_written_in_universal_time_to_the_thousandth_whatever_the_clock_of_the_machine_says(
    zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = datetime(2026, 11, 21, 15, 4, 5, 678999, tzinfo=timezone(timedelta(hours=7)))
    try:
        with monkeypatch.context() as machine:
            machine.setenv("TZ", zone)
            time.tzset()
            assert box.instant(there) == "2026-11-21T08:04:05.678Z"
    finally:
        time.tzset()


@pytest.mark.parametrize("choices", [[], ["yes", "abstain"], ["yes", "no"]])
def test_an_objection_is_what_the_rule_takes_for_one(room: Room, choices: list[str]) -> None:
    place = locked_anew(room, form=Form.WRITTEN, named=rule_named("eu_council/silence"))
    place.enter(EntryKind.EXTENDED, fields_of(EntryKind.EXTENDED), AT)
    for number, choice in enumerate(choices):
        casts(place, line(room, HEALTH), f"mark-{number}", choice)
    assert box.has_objection(place) is ("no" in choices)
