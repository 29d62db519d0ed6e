"""Casting: ballots that arrive together are committed together, and each is answered for itself, after the commit.

Whoever gets the turn takes what is waiting and commits it in one transaction; the others find their answer there. It works with greenlets
and with threads alike, and needs no process of its own: the same code runs for one ballot and for a thousand.
"""

import logging
from collections.abc import Iterable
from threading import Lock
from time import monotonic, sleep

from sqlalchemy.orm import Session

from ecabinet import clock
from ecabinet.access import Actor
from ecabinet.database import transaction
from ecabinet.refusals import Forbidden, NotFound, Refused
from voting import box, conduct, rooms, service
from voting.ballots import Ballot, Receipt
from voting.box import LockedBox
from voting.proof import receipts

logger = logging.getLogger(__name__)

AT_MOST = 200  # ballots in one transaction, so that nothing else waits long
LOOK_EVERY = 0.001  # seconds; a lone ballot waits this long for others
GATHER_AT_MOST = 0.1  # seconds; then those who are there go, however many more keep arriving


class Waiting:
    """A ballot on its way into the box."""

    def __init__(self, actor: Actor, question_id: int, ballot: Ballot) -> None:
        """Keep who casts what; there is no answer yet."""
        self.actor = actor
        self.question_id = question_id
        self.ballot = ballot
        self.answer: Receipt | Exception | None = None

    def receipt(self) -> Receipt:
        """Return the receipt, or raise what the ballot was refused with."""
        if isinstance(self.answer, Receipt):
            return self.answer
        raise self.answer or NotFound


Answers = dict[Waiting, Receipt | Exception]
Taken = dict[Waiting, int]  # the number of each ballot that is in the box, before or since

_turn = Lock()
_waiting: list[Waiting] = []


def cast(actor: Actor, question_id: int, ballot: Ballot) -> Receipt:
    """Put a ballot into the box and return its receipt once it is committed; raise the refusal otherwise.

    What a passkey signed for this very ballot says more than a lease, so that such a ballot needs none; it is checked in `service.cast`.
    """
    return cast_each(actor, [(question_id, ballot)])[0].receipt()


def cast_each(actor: Actor, ballots: Iterable[tuple[int, Ballot]]) -> list[Waiting]:
    """Put ballots into their boxes, one for each question; return each with its receipt or refusal once all are answered."""
    mine = [Waiting(actor, question_id, ballot) for question_id, ballot in ballots]
    for each in mine:
        if each.ballot.assertion is None:
            actor.must_have_stepped_up(clock.now())
        conduct.check_cast_id(each.ballot.cast_id)
    _waiting.extend(mine)
    with _turn:
        while any(each.answer is None for each in mine):
            _gather()
            _commit(_waiting[:AT_MOST])
    return mine


def _gather() -> None:
    """Wait while more ballots keep arriving: they share one commit, and the disk is asked once instead of often."""
    until, seen = monotonic() + GATHER_AT_MOST, 0
    while seen < len(_waiting) < AT_MOST and monotonic() < until:
        seen = len(_waiting)
        sleep(LOOK_EVERY)


def _commit(group: list[Waiting]) -> None:
    """Commit a group, and take those that have their answer off the list."""
    try:
        if not _try(group):
            _try_halves(group)
    finally:
        _waiting[:] = [each for each in _waiting if each.answer is None]


def _try_halves(group: list[Waiting]) -> None:
    """Commit again what could not be committed together, each ballot at last alone: none suffers from another, and a lost connection costs one more try."""
    middle = (len(group) + 1) // 2
    for half in (group[:middle], group[middle:]):
        if half and not _try(half, last=len(half) == 1):
            _try_halves(half)


def _try(group: list[Waiting], *, last: bool = False) -> bool:
    """Commit these ballots together and say whether each has its answer; an error is one only when it is the last try."""
    try:
        answers, locked_boxes = _together(group)
    except Exception as error:  # noqa: BLE001 - whatever fails, those who wait must be answered
        logger.warning("%s ballots could not be committed together: %s", len(group), type(error).__name__)
        if last:
            group[0].answer = error
        return last
    for waiting, answer in answers.items():
        waiting.answer = answer
    for locked_box in locked_boxes:
        rooms.beat(locked_box)
    return True


def _together(group: Iterable[Waiting]) -> tuple[Answers, list[LockedBox]]:
    by_question: dict[int, list[Waiting]] = {}
    for waiting in group:
        by_question.setdefault(waiting.question_id, []).append(waiting)
    answers: Answers = {}
    locked_boxes: list[LockedBox] = []
    with transaction() as session:
        for question_id in sorted(by_question):  # every process locks boxes in this order
            locked_box = _into_one_box(session, question_id, by_question[question_id], answers)
            locked_boxes += [locked_box] if locked_box is not None else []
    return answers, locked_boxes


def _into_one_box(session: Session, question_id: int, ballots: list[Waiting], answers: Answers) -> LockedBox | None:
    """Lock the box once, take each ballot or refuse it, write what was taken, and make the receipts."""
    locked_box = box.lock(
        session,
        question_id,
        people={each.actor.person_id for each in ballots if each.actor.person_id is not None},
        cast_ids={each.ballot.cast_id for each in ballots},
    )
    taken: Taken = {}
    for each in ballots:
        try:
            taken[each] = _take(session, locked_box, each)
        except (Refused, NotFound, Forbidden) as refusal:
            answers[each] = refusal
    if locked_box is None:
        return None
    has_grown = bool(locked_box.added)
    if has_grown:
        _close_if_settled(session, locked_box)
        service.keep(session, locked_box)
    given = receipts.after_keeping(session, locked_box, taken.values())
    answers.update({each: given[number] for each, number in taken.items()})
    return locked_box if has_grown else None


def _take(session: Session, locked_box: LockedBox | None, waiting: Waiting) -> int:
    """Put one ballot into the box and return its number there; raise its refusal."""
    if locked_box is None:
        service.refuse_unopened(session, waiting.actor, waiting.question_id)
    return service.cast(session, locked_box, waiting.actor, waiting.ballot, clock.now())


def _close_if_settled(session: Session, locked_box: LockedBox) -> None:
    """A written question that need not wait for its deadline is closed by the worker, right after this commit."""
    rule = locked_box.frozen.rule
    if rule.is_written and conduct.is_settled(
        rule, voted=locked_box.voted, entitled=locked_box.entitled, objected=box.has_objection(locked_box)
    ):
        service.ask_to_close(session, locked_box.frozen.question_id, clock.now())
