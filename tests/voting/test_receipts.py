"""Receipts: what the tablet gets proves that the ballot is in the box, stays the same, and is looked up by those it belongs to alone."""

import hashlib
import json
from http import HTTPStatus
from typing import Any

import pytest

from ecabinet import signing
from ecabinet.database import reading
from ecabinet.refusals import NotFound, Refused
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.room import Room, casts, mark, opened
from tests.world import World
from voting import casting
from voting.ballots import Ballot, Receipt, code_of
from voting.entries import leaf_of
from voting.proof import checkpoints, receipts, tree


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


def check(receipt: dict[str, Any]) -> checkpoints.Signed:
    """Check a receipt as a tablet does; return the checkpoint it stands under."""
    signer = signing.signer()
    signed = checkpoints.read(receipt["checkpoint"], signer.name, signer.public_key)
    assert signed is not None
    leaf = tree.leaf_of(receipt["entry"].encode())
    path = [bytes.fromhex(node) for node in receipt["path"]]
    assert tree.check_inclusion(leaf, receipt["number"], signed.size, path, signed.root)
    assert receipt["code"] == code_of(leaf.hex())
    return signed


def sends(member: Persona, question_id: int, choice: str, **more: object) -> dict[str, Any]:
    """Cast a ballot over HTTP and return the receipt."""
    ballot = {"cast_id": mark(), "choice": choice, **more}
    answer = member.post(f"/questions/{question_id}/ballots", json=ballot, status=HTTPStatus.CREATED)
    receipt: dict[str, Any] = answer.get_json()
    return receipt


def looks_up(member: Persona, question_id: int, number: int, status: int = HTTPStatus.OK) -> dict[str, Any]:
    """Fetch a receipt again."""
    answer = member.get(
        f"/questions/{question_id}/ballots/{number}/receipt", status, headers={"Accept": "application/json"}
    )
    receipt: dict[str, Any] = answer.get_json()
    return receipt


def test_the_answer_to_a_ballot_is_the_entry_with_its_proof(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    receipt = sends(health_minister, question_id, "yes")
    assert set(receipt) == {"number", "choice", "code", "entry", "checkpoint", "path"}
    assert (receipt["number"], receipt["choice"]) == (1, "yes")
    assert check(receipt).size == 2
    assert receipt["entry"].encode() == rooms.bodies(question_id)[1]


def test_the_same_ballot_again_has_the_same_receipt_however_the_box_has_grown(
    room: Room, secretary: Persona, health_minister: Persona, chair: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    cast_id = mark()
    first = sends(health_minister, question_id, "yes", cast_id=cast_id)
    for _turn in range(3):
        sends(chair, question_id, "no")
    assert sends(health_minister, question_id, "yes", cast_id=cast_id) == first
    rooms.closed(question_id, secretary.actor())
    assert sends(health_minister, question_id, "yes", cast_id=cast_id) == first
    assert looks_up(health_minister, question_id, 1) == first


def test_ballots_that_share_a_commit_share_its_checkpoint_and_each_has_its_own_proof(
    room: Room,
    secretary: Persona,
    health_minister: Persona,
    chair: Persona,
    finance_minister: Persona,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    question_id = opened(room, secretary.actor())
    casts(health_minister, question_id, "yes")
    members = [health_minister, chair, finance_minister]
    group = [casting.Waiting(each.actor(), question_id, Ballot(mark(), "no")) for each in members]
    monkeypatch.setattr(casting, "_waiting", list(group))
    casting._commit(group)
    receipts = [each.answer for each in group if isinstance(each.answer, Receipt)]
    assert [receipt.number for receipt in receipts] == [2, 3, 4]
    assert {check(receipt.as_json()).size for receipt in receipts} == {5}
    for member, receipt in zip(members, receipts, strict=True):
        assert looks_up(member, question_id, receipt.number) == receipt.as_json()


def test_an_older_ballot_sent_again_amid_new_ones_keeps_its_first_receipt(
    room: Room, secretary: Persona, health_minister: Persona, chair: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = opened(room, secretary.actor())
    ballot = Ballot(mark(), "yes")
    first = casting.cast(health_minister.actor(), question_id, ballot)
    group = [
        casting.Waiting(chair.actor(), question_id, Ballot(mark(), "no")),
        casting.Waiting(health_minister.actor(), question_id, ballot),
    ]
    monkeypatch.setattr(casting, "_waiting", list(group))
    casting._commit(group)
    assert group[1].answer == first
    assert isinstance(group[0].answer, Receipt)
    assert check(group[0].answer.as_json()).size == 3


# Looking up


def test_nobody_looks_up_the_ballot_of_another_whether_open_or_closed(
    room: Room, secretary: Persona, health_minister: Persona, finance_minister: Persona, auditor: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    sends(health_minister, question_id, "yes")
    for _state in ("open", "closed"):
        for other in (finance_minister, secretary, auditor):
            looks_up(other, question_id, 1, HTTPStatus.NOT_FOUND)
        if _state == "open":
            rooms.closed(question_id, secretary.actor())


def test_the_opening_is_there_for_whoever_reads_the_question_and_the_close_once_it_is_closed(
    room: Room, secretary: Persona, health_minister: Persona, finance_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    sends(health_minister, question_id, "yes")
    assert json.loads(looks_up(finance_minister, question_id, 0)["entry"])["type"] == "opened"
    looks_up(finance_minister, question_id, 2, HTTPStatus.NOT_FOUND)
    rooms.closed(question_id, secretary.actor())
    closing = looks_up(finance_minister, question_id, 2)
    assert check(closing).size == 3
    assert closing["choice"] == ""
    missing = json.loads(closing["entry"])["missing"]
    assert str(room.world.membership("finance_minister")) in missing
    assert missing == sorted(missing)


def test_who_may_not_read_the_question_learns_nothing_of_its_box(
    room: Room, secretary: Persona, outsider: Persona, guest: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    for who in (outsider, guest):
        for address in (
            f"/questions/{question_id}/ballots/0/receipt",
            f"/questions/{question_id}/consistency?from=1&to=1",
        ):
            answer = who.browser.get(address)
            assert answer.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN)


def test_a_question_that_was_not_opened_has_no_receipts(room: Room, secretary: Persona) -> None:
    question_id = rooms.prepared(room, secretary.actor())
    looks_up(secretary, question_id, 0, HTTPStatus.NOT_FOUND)


# Consistency


def test_a_tablet_is_shown_that_the_box_it_saw_was_only_continued(
    room: Room, secretary: Persona, health_minister: Persona, chair: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    seen = [check(sends(member, question_id, "yes")) for member in (health_minister, chair, health_minister)]
    for old in seen:
        for new in seen[seen.index(old) :]:
            answer = chair.get(f"/questions/{question_id}/consistency?from={old.size}&to={new.size}")
            path = [bytes.fromhex(node) for node in answer.get_json()["path"]]
            assert tree.check_consistency((old.size, old.root), (new.size, new.root), path)
    opening = chair.get(f"/questions/{question_id}/ballots/0/receipt").get_json()["entry"]
    answer = chair.get(f"/questions/{question_id}/consistency?from=1&to={new.size}")
    path = [bytes.fromhex(node) for node in answer.get_json()["path"]]
    first = bytes.fromhex(leaf_of(opening.encode()))
    assert tree.check_consistency((1, first), (new.size, new.root), path)


@pytest.mark.parametrize(
    "sizes",
    ["from=0&to=1", "from=2&to=1", "from=1&to=3", "from=1", "to=1", "from=x&to=1", "from=1&to=²", "from=-1&to=1"],
)
def test_sizes_that_the_box_never_had_are_not_found(room: Room, secretary: Persona, chair: Persona, sizes: str) -> None:
    question_id = opened(room, secretary.actor())
    sends(chair, question_id, "yes")
    chair.get(
        f"/questions/{question_id}/consistency?{sizes}", HTTPStatus.NOT_FOUND, headers={"Accept": "application/json"}
    )


def test_the_code_stands_for_the_leaf(room: Room, secretary: Persona, chair: Persona) -> None:
    question_id = opened(room, secretary.actor())
    receipt = sends(chair, question_id, "yes")
    assert leaf_of(receipt["entry"].encode()) == hashlib.sha256(b"\x00" + receipt["entry"].encode()).hexdigest()


def test_there_is_no_receipt_of_an_entry_that_is_not_there(room: Room, secretary: Persona) -> None:
    question_id = opened(room, secretary.actor())
    looks_up(secretary, question_id, 1, HTTPStatus.NOT_FOUND)
    with pytest.raises(NotFound), reading() as session:
        receipts.of_entry(session, question_id, 1)


def test_a_receipt_stands_under_a_checkpoint_of_its_own_box_where_several_are_as_long(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    ballots: dict[int, dict[str, Any]] = {}
    for _box in range(2):
        question_id = opened(room, secretary.actor())
        ballots[question_id] = sends(health_minister, question_id, "yes")
        rooms.closed(question_id, secretary.actor())
    for question_id, receipt in ballots.items():
        assert looks_up(health_minister, question_id, receipt["number"]) == receipt
        assert check(receipt).question_id == question_id


def test_the_same_ballot_twice_in_one_commit_is_in_the_box_once_and_has_one_receipt(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    question_id = opened(room, secretary.actor())
    member, cast_id = health_minister.actor(), mark()
    same = [casting.Waiting(member, question_id, Ballot(cast_id, "yes")) for _time in range(2)]
    other = casting.Waiting(member, question_id, Ballot(cast_id, "no"))
    casting._commit([*same, other])
    assert isinstance(same[0].answer, Receipt)
    assert same[0].answer == same[1].answer
    with pytest.raises(Refused):
        other.receipt()
    assert rooms.entries_of(question_id) == 2
