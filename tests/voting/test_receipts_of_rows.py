"""Receipts and the right to look them up, held to boxes of rows alone."""

from dataclasses import replace
from typing import cast

import pytest
from sqlalchemy.orm import Session

from ecabinet import signing
from ecabinet.access import SYSTEM, Actor
from ecabinet.database import reading, transaction
from ecabinet.refusals import NotFound, Refused
from tests.voting import bare
from tests.voting import room as rooms
from tests.voting.bare import AT, OFFICIAL, begun, locked
from tests.voting.room import Room
from tests.world import World
from voting import box
from voting.ballots import Ballot, Known, Line, Receipt, code_of
from voting.box import LockedBox, Proof
from voting.conduct import QuestionState, Reason
from voting.entries import EntryKind, leaf_of
from voting.models import Question
from voting.proof import checkpoints, receipts, tree

HEALTH, FINANCE, JUSTICE = "health_minister", "finance_minister", "justice_minister"
NO_SESSION = cast("Session", None)  # nothing is asked of the database


@pytest.fixture(scope="session")
def engine() -> str:
    """No database differs from another in what is asked here."""
    return "sqlite"


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


def line(room: Room, key: str) -> Line:
    return Line(room.world.person(key), room.world.membership(key), recused=False, has_voted=False)


def fill(question_id: int, *ballots: tuple[Line, Line, str]) -> LockedBox:
    """Commit these ballots together, each of a member, by one who casts it."""
    with transaction() as session:
        place = locked(session, question_id)
        for of, by, choice in ballots:
            mark = f"mark-{place.length:04}"
            place.append(of, Ballot(mark, choice), by=by, language="vi", proof=Proof(), at=AT)
        box.keep(session, place)
    return place


def check(receipt: Receipt, question_id: int, size: int) -> None:
    """Hold a receipt to the box: the entry that it names is in the tree of the checkpoint of that size."""
    signer = signing.signer()
    signed = checkpoints.read(receipt.checkpoint, signer.name, signer.public_key)
    assert signed is not None
    assert (signed.question_id, signed.size) == (question_id, size)
    body = rooms.bodies(question_id)[receipt.number]
    path = [bytes.fromhex(node) for node in receipt.path]
    assert tree.check_inclusion(tree.leaf_of(body), receipt.number, size, path, signed.root)
    assert (receipt.entry, receipt.code) == (body.decode(), code_of(leaf_of(body)))


def test_receipts_of_what_was_just_kept_are_made_without_asking_the_database(room: Room) -> None:
    question_id, (health, finance) = begun(room), (line(room, HEALTH), line(room, FINANCE))
    fill(question_id, (health, health, "abstain"))
    place = fill(question_id, (health, health, "yes"), (finance, finance, "no"))
    found = receipts.after_keeping(NO_SESSION, place, [3, 2, 3])
    assert {number: each.choice for number, each in found.items()} == {2: "yes", 3: "no"}
    for number, receipt in found.items():
        assert receipt.number == number
        check(receipt, question_id, 4)


def test_the_receipt_of_an_older_entry_is_that_of_the_commit_it_came_with(room: Room) -> None:
    question_id, other, health = begun(room), begun(room), line(room, HEALTH)
    fill(other, (health, health, "no"))
    first = receipts.after_keeping(NO_SESSION, fill(question_id, (health, health, "yes")), [1])
    fill(other, (health, health, "no"))  # the other box has a checkpoint of a size that this one never had
    fill(other, (health, health, "abstain"))
    place = fill(question_id, (health, health, "no"), (health, health, "yes"))
    with reading() as session:
        found = receipts.after_keeping(session, place, [1, 2])
        assert found[1] == first[1] == receipts.of_entry(session, question_id, 1)
        assert found[2] == receipts.of_entry(session, question_id, 2)
        nothing_kept = receipts.after_keeping(session, replace(place, kept=None), [1, 3])
        opening = receipts.of_entry(session, question_id, 0)
    assert (nothing_kept[1], nothing_kept[3].choice) == (first[1], "yes")
    assert opening.choice == ""
    for receipt, size in ((opening, 1), (found[1], 2), (found[2], 4), (nothing_kept[3], 4)):
        check(receipt, question_id, size)


def test_an_entry_that_is_not_in_this_box_has_no_receipt(room: Room) -> None:
    question_id, other, health = begun(room), begun(room), line(room, HEALTH)
    fill(other, (health, health, "no"))
    with reading() as session:
        for number in (-1, 1, 2):
            with pytest.raises(NotFound):
                receipts.of_entry(session, question_id, number)
        with pytest.raises(NotFound):
            receipts.of_entry(session, 987_654, 0)


def test_the_leaves_of_a_box_are_its_own_in_order_up_to_a_size_and_so_are_its_proofs_of_growth(room: Room) -> None:
    question_id, other, health = begun(room), begun(room), line(room, HEALTH)
    for each in (question_id, other, question_id):
        fill(each, (health, health, "no"))
    expected = [tree.leaf_of(body) for body in rooms.bodies(question_id)]
    with reading() as session:
        for size in range(4):
            assert receipts.leaves(session, question_id, size) == expected[:size]
        assert receipts.leaves(session, question_id, 9) == expected
        grown = receipts.continuation(session, question_id, 1, 3)
        assert grown == [node.hex() for node in tree.consistency(expected, 1)]
        assert receipts.continuation(session, question_id, 3, 3) == []
        for sizes in ((0, 3), (-1, 3), (3, 2), (1, 4), (4, 4)):
            with pytest.raises(NotFound):
                receipts.continuation(session, question_id, *sizes)


def test_a_receipt_is_sent_as_it_is() -> None:
    receipt = Receipt(number=3, choice="yes", code="AAAA", entry="{}", checkpoint="note", path=("ab", "cd"))
    assert receipt.as_json() == {
        "number": 3,
        "choice": "yes",
        "code": "AAAA",
        "entry": "{}",
        "checkpoint": "note",
        "path": ["ab", "cd"],
    }


def test_a_mark_is_known_again_with_the_same_ballot_of_the_same_sender_alone() -> None:
    known = Known(7, Ballot("mark-0001", "yes", "", "3"), 5)
    assert known.matching(7, Ballot("mark-0001", "yes", "", "3", seen="ab", assertion={})) == 5
    others = [
        Ballot("mark-0001", "no", "", "3"),
        Ballot("mark-0001", "yes", "x", "3"),
        Ballot("mark-0001", "yes", "", "4"),
    ]
    for person, ballot in [(8, known.ballot), (None, known.ballot), *((7, other) for other in others)]:
        with pytest.raises(Refused) as refusal:
            known.matching(person, ballot)
        assert refusal.value.reason is Reason.SENT_BEFORE


# Who may look up


def may(actor: Actor, question_id: int, number: int, state: QuestionState = QuestionState.OPEN) -> bool:
    with reading() as session:
        try:
            receipts.check_may_look_up(session, actor, Question(id=question_id, state=state), number)
        except NotFound:
            return False
    return True


def actor(room: Room, key: str) -> Actor:
    return Actor(person_id=room.world.person(key), name=key, language="vi")


EVERYBODY = (HEALTH, FINANCE, JUSTICE, "secretary")


def test_a_ballot_is_looked_up_by_whom_it_is_and_by_who_cast_it(room: Room) -> None:
    health, finance = line(room, HEALTH), line(room, FINANCE)
    # In the other box the seat of the one member is another person's, and the same number is another one's ballot.
    other = begun(
        room, members=(HEALTH, FINANCE), of_lines={"finance_minister": {"person_id": room.world.person(JUSTICE)}}
    )
    question_id = begun(room)
    fill(other, (line(room, JUSTICE), line(room, JUSTICE), "no"))
    fill(question_id, (finance, health, "yes"), (health, health, "no"))
    for state in (QuestionState.OPEN, QuestionState.CLOSED, QuestionState.ANNULLED):
        assert [may(actor(room, key), question_id, 1, state) for key in EVERYBODY] == [True, True, False, False]
        assert [may(actor(room, key), question_id, 2, state) for key in EVERYBODY] == [True, False, False, False]
        assert not may(SYSTEM, question_id, 1, state)
        assert not may(actor(room, HEALTH), question_id, 3, state)


def test_a_ballot_on_paper_is_looked_up_by_its_member_alone_and_the_rulings_by_all_once_the_vote_is_over(
    room: Room,
) -> None:
    question_id = begun(room)
    bare.enter(question_id, EntryKind.PAPER, member=str(room.world.membership(HEALTH)), cast_id="mark-0001")
    bare.enter(question_id, EntryKind.WITHDRAWN, entry=1, ruled_by=OFFICIAL)
    bare.enter(question_id, EntryKind.EXTENDED)
    bare.enter(question_id, EntryKind.CLOSED)
    for state, known in ((QuestionState.OPEN, [0, 3]), (QuestionState.CLOSED, [0, 2, 3, 4])):
        for who in (actor(room, FINANCE), SYSTEM):
            assert [number for number in range(6) if may(who, question_id, number, state)] == known
        assert [number for number in range(6) if may(actor(room, HEALTH), question_id, number, state)] == sorted(
            [1, *known]
        )
