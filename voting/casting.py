"""Casting: ballots that arrive together are committed together, and each is answered for itself, after the commit.

Whoever gets the turn takes what is waiting and commits it in one transaction; the others find their answer there. It works with greenlets
and with threads alike, and needs no process of its own: the same code runs for one ballot and for a thousand.
"""

import logging
from collections.abc import Iterable
from threading import Lock
from time import monotonic, sleep

from sqlalchemy.orm import Session

from ecabinet import clock, pulse
from ecabinet.access import Actor
from ecabinet.database import transaction
from ecabinet.refusals import Forbidden, NotFound, Refused
from meetings import service as meetings
from voting import box, conduct, service
from voting.ballots import Ballot, Receipt
from voting.box import LockedBox

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

_turn = Lock()
_waiting: list[Waiting] = []


def cast(actor: Actor, question_id: int, ballot: Ballot) -> Receipt:
    """Put a ballot into the box and return its receipt once it is committed; raise the refusal otherwise."""
    actor.must_have_stepped_up(clock.now())
    conduct.check_cast_id(ballot.cast_id)
    mine = Waiting(actor, question_id, ballot)
    _waiting.append(mine)
    with _turn:
        while mine.answer is None:
            _gather()
            _commit(_waiting[:AT_MOST])
    return mine.receipt()


def _gather() -> None:
    """Wait while more ballots keep arriving: they share one commit, and the disk is asked once instead of often."""
    until, seen = monotonic() + GATHER_AT_MOST, 0
    while seen < len(_waiting) < AT_MOST and monotonic() < until:
        seen = len(_waiting)
        sleep(LOOK_EVERY)


def _commit(group: list[Waiting]) -> None:
    """Commit a group; where that fails, each ballot alone, so that none suffers from another."""
    try:
        if not _try(group):
            for each in group:
                _try([each], last=True)
    finally:
        _waiting[:] = [each for each in _waiting if each.answer is None]


def _try(group: list[Waiting], *, last: bool = False) -> bool:
    """Commit these ballots together and give each its answer; an error is an answer only when it is the last try."""
    try:
        answers, locked_boxes = _together(group)
    except Exception as error:  # noqa: BLE001 - whatever fails, those who wait must be answered
        logger.warning("%s ballots could not be committed together: %s", len(group), type(error).__name__)
        if last:
            group[0].answer = error
        return False
    for waiting, answer in answers.items():
        waiting.answer = answer
    for locked_box in locked_boxes:
        _tell_room(locked_box)
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
    """Lock the box once, take each ballot or refuse it, and write what was taken."""
    locked_box = box.lock(
        session,
        question_id,
        people={each.actor.person_id for each in ballots if each.actor.person_id is not None},
        cast_ids={each.ballot.cast_id for each in ballots},
    )
    for each in ballots:
        answers[each] = _answer(session, locked_box, each)
    if locked_box is None or not locked_box.added:
        return None
    _close_if_settled(session, locked_box)
    service.keep(session, locked_box)
    return locked_box


def _answer(session: Session, locked_box: LockedBox | None, waiting: Waiting) -> Receipt | Exception:
    try:
        if locked_box is None:
            service.refuse_unopened(session, waiting.actor, waiting.question_id)
        return service.cast(locked_box, waiting.actor, waiting.ballot, clock.now())
    except (Refused, NotFound, Forbidden) as refusal:
        return refusal


def _close_if_settled(session: Session, locked_box: LockedBox) -> None:
    """A written question that need not wait for its deadline is closed by the worker, right after this commit."""
    rule = locked_box.frozen.rule
    if rule.is_written and conduct.is_settled(
        rule, voted=locked_box.voted, entitled=locked_box.entitled, objected=box.has_objection(locked_box)
    ):
        service.ask_to_close(session, locked_box.frozen.question_id, clock.now())


def _tell_room(locked_box: LockedBox) -> None:
    frozen = locked_box.frozen
    if frozen.meeting_id is not None:
        pulse.beat(
            meetings.stream_of(frozen.meeting_id),
            meetings.topic_of(frozen.item_id),
            "count",
            question=frozen.question_id,
            voted=locked_box.voted,
            of=locked_box.entitled,
        )
