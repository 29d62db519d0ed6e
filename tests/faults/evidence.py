"""What a box says afterwards, held against every answer that was given: nothing lost, nothing doubled, chain and tree whole."""

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from ecabinet import signing
from ecabinet.database import reading
from tests.faults.finding import Finding
from tests.faults.tablets import Answer
from tests.third_tally.hand_made import root
from voting import box
from voting.models import Box
from voting.proof import checkpoints
from voting.proof.tree import check_inclusion

ENDS = ("closed", "annulled")
REFUSED = 422
NOT_OPEN = "NOT_OPEN"

Answers = Mapping[str, Answer | None]  # by mark; None: nobody answered while there was patience


def examine(finding: Finding, question_id: int, choices: Mapping[str, str], answers: Answers) -> None:
    """Hold a box against the answers to the ballots that were sent, by their marks, and add what is found."""
    bodies = _bodies(question_id)
    entries = [json.loads(body) for body in bodies]
    finding.ballots += len(choices)
    for mark, choice in choices.items():
        _examine_answer(finding, bodies, entries, mark, choice, answers.get(mark))
    kept = Counter(entry["cast_id"] for entry in entries if entry["type"] == "cast")
    finding.doubled += sum(times - 1 for times in kept.values())
    for mark in kept.keys() - choices.keys():
        finding.wrong += 1
        finding.note(f"question {question_id} holds {mark}, which nobody sent")
    for fault in _faults(question_id, bodies, entries):
        finding.note(f"question {question_id}: {fault}")
        finding.broken += 1


def _bodies(question_id: int) -> list[bytes]:
    with reading() as session:
        return box.bodies(session, question_id)


def _examine_answer(
    finding: Finding, bodies: list[bytes], entries: list[dict[str, Any]], mark: str, choice: str, answer: Answer | None
) -> None:
    is_there = any(entry.get("cast_id") == mark for entry in entries)
    if answer is None:
        finding.wrong += 1
        finding.note(f"{mark} was never answered")
        return
    finding.longest = max(finding.longest, answer.took)
    if answer.is_receipt:
        _examine_receipt(finding, bodies, entries, answer.json(), (mark, choice))
    elif is_there or answer.status != REFUSED or answer.json().get("error") != NOT_OPEN:
        finding.wrong += 1
        finding.note(f"{mark} was answered {answer.status}, {'and' if is_there else 'and not'} in the box")


def _examine_receipt(
    finding: Finding,
    bodies: list[bytes],
    entries: list[dict[str, Any]],
    receipt: dict[str, Any],
    sent: tuple[str, str],
) -> None:
    """A receipt is kept where its entry stands at its number, is the ballot that was sent, and counts."""
    number, ends = receipt["number"], [place for place, entry in enumerate(entries) if entry["type"] in ENDS]
    counts = number < min(ends, default=len(entries))
    is_same = counts and bodies[number] == receipt["entry"].encode()
    if not is_same or (entries[number]["cast_id"], entries[number]["choice"]) != sent:
        finding.lost += 1
        finding.note(f"{sent[0]} has a receipt of number {number} that the closed set does not hold")
        return
    lines = receipt["checkpoint"].split("\n")
    path = [bytes.fromhex(node) for node in receipt["path"]]
    if not check_inclusion(_leaf(bodies[number]), number, int(lines[1]), path, base64.b64decode(lines[2])):
        finding.wrong += 1
        finding.note(f"{sent[0]} has a receipt whose proof does not lead to its checkpoint")


def _faults(question_id: int, bodies: list[bytes], entries: list[dict[str, Any]]) -> list[str]:
    leaves = [_leaf(body) for body in bodies]
    with reading() as session:
        notes = [(kept.size, kept.root, kept.note) for kept in checkpoints.of_question(session, question_id)]
        head = session.execute(select(Box.length, Box.head).where(Box.question_id == question_id)).one()
    found = [] if _is_chain(entries, leaves) else ["the chain is broken"]
    if tuple(head) != (len(leaves), leaves[-1].hex()):
        found.append("the head is not that of the entries")
    if not notes or max(size for size, _root, _note in notes) != len(leaves):
        found.append("the last checkpoint does not cover the box")
    outside = (checkpoints.folder() / f"{question_id}.txt").read_text("utf-8")
    signed = [*(note for _size, _root, note in notes), outside]
    wrong = [note.splitlines()[1] for note in signed if not _fits(question_id, leaves, note)]
    return [*found, *(f"the checkpoint of {size} entries does not fit" for size in wrong)]


def _is_chain(entries: list[dict[str, Any]], leaves: list[bytes]) -> bool:
    before = [None, *(leaf.hex() for leaf in leaves)]
    linked = [(entry["number"], entry["previous"]) for entry in entries] == list(
        zip(range(len(entries)), before, strict=False)
    )
    kinds = [entry["type"] for entry in entries]
    in_order = kinds[0] == "opened" and not {"opened"} & set(kinds[1:]) and not set(ENDS) & set(kinds[:-1])
    return linked and in_order


def _fits(question_id: int, leaves: list[bytes], note: str) -> bool:
    signed = checkpoints.read(note, signing.signer().name, signing.signer().public_key)
    if signed is None or signed.question_id != question_id or not 0 < signed.size <= len(leaves):
        return False
    return signed.root == root(leaves[: signed.size])


def _leaf(body: bytes) -> bytes:
    return hashlib.sha256(b"\0" + body).digest()
