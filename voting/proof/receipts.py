"""Receipts: an entry, the checkpoint that covers it, and the proof that it is in the tree of that checkpoint."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ecabinet.access import Actor
from ecabinet.refusals import NotFound
from voting import entries
from voting.ballots import Receipt, code_of
from voting.box import Kept, LockedBox
from voting.conduct import QuestionState
from voting.entries import OF_A_MEMBER, EntryKind
from voting.models import BoxEntry, Checkpoint, Question, RollEntry
from voting.proof.tree import Tree, consistency

KNOWN_WHILE_OPEN = (EntryKind.OPENED, EntryKind.EXTENDED)
KNOWN_AFTERWARDS = tuple(kind for kind in EntryKind if kind not in OF_A_MEMBER)


def after_keeping(session: Session, locked_box: LockedBox, numbers: Iterable[int]) -> dict[int, Receipt]:
    """Return the receipts of these entries: of those just kept from what is known, of older ones as they were given then."""
    kept = locked_box.kept
    found: dict[int, Receipt] = {}
    for number in set(numbers):
        is_new = kept is not None and number >= kept.start
        found[number] = (
            _new(kept, number) if is_new and kept else of_entry(session, locked_box.frozen.question_id, number)
        )
    return found


def of_entry(session: Session, question_id: int, number: int) -> Receipt:
    """Return the receipt of one entry, the same whenever it is asked for; raise `NotFound` where there is no such entry."""
    body = session.scalar(select(BoxEntry.body).where(BoxEntry.question_id == question_id, BoxEntry.number == number))
    size = select(func.min(Checkpoint.size)).where(Checkpoint.question_id == question_id, Checkpoint.size > number)
    covering = select(Checkpoint).where(
        Checkpoint.question_id == question_id, Checkpoint.size == size.scalar_subquery()
    )
    checkpoint = session.scalar(covering)
    if body is None or checkpoint is None:
        raise NotFound
    path = Tree(leaves(session, question_id, checkpoint.size)).inclusion(number)
    return _receipt(number, body, checkpoint.note, path)


def check_may_look_up(session: Session, actor: Actor, question: Question, number: int) -> None:
    """Raise `NotFound` unless an entry is the actor's own ballot, or one they cast as a proxy, or says what everybody may know by now."""
    row = session.execute(
        select(BoxEntry.kind, BoxEntry.person_id, RollEntry.person_id.label("member"))
        .outerjoin(
            RollEntry,
            (RollEntry.question_id == BoxEntry.question_id) & (RollEntry.membership_id == BoxEntry.membership_id),
        )
        .where(BoxEntry.question_id == question.id, BoxEntry.number == number)
    ).first()
    if row is None:
        raise NotFound
    is_open = question.state is QuestionState.OPEN
    is_mine = actor.person_id is not None and actor.person_id in (row.person_id, row.member)
    if not is_mine and row.kind not in (KNOWN_WHILE_OPEN if is_open else KNOWN_AFTERWARDS):
        raise NotFound


def continuation(session: Session, question_id: int, old_size: int, new_size: int) -> list[str]:
    """Return the proof that the tree of one size was continued to another; raise `NotFound` where the box never had them."""
    found = leaves(session, question_id, new_size)
    if not 0 < old_size <= new_size == len(found):
        raise NotFound
    return [node.hex() for node in consistency(found, old_size)]


def leaves(session: Session, question_id: int, size: int) -> list[bytes]:
    """Return the first leaves of a box."""
    found = session.scalars(
        select(BoxEntry.leaf)
        .where(BoxEntry.question_id == question_id, BoxEntry.number < size)
        .order_by(BoxEntry.number)
    )
    return [bytes.fromhex(leaf) for leaf in found]


def _new(kept: Kept, number: int) -> Receipt:
    return _receipt(number, kept.bodies[number - kept.start], kept.note, kept.tree.inclusion(number))


def _receipt(number: int, body: bytes, note: str, path: list[bytes]) -> Receipt:
    return Receipt(
        number=number,
        choice=entries.choice_in(body),
        code=code_of(entries.leaf_of(body)),
        entry=body.decode(),
        checkpoint=note,
        path=tuple(node.hex() for node in path),
    )
