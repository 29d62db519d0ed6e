"""Ballots given on paper or by telephone: one official enters what stands there, another reads it anew, and only then it is in the box."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs.models import Matter
from ecabinet import audit, clock, notices
from ecabinet.access import Actor, Permission
from ecabinet.audit import Tag
from ecabinet.refusals import NotFound, Refused
from voting import box, conduct, frozen, service
from voting.box import LockedBox
from voting.conduct import QuestionState
from voting.engine.rule import Form
from voting.entries import EntryKind
from voting.models import PaperBallot, Question, RollEntry
from voting.rulings import officials
from voting.rulings import rules as ruling_rules
from voting.rulings.rules import Channel, Reason


@dataclass(frozen=True)
class Read:
    """What an official reads on a ballot: whose it is, the answer, the words, and what is asked or kept on record beside it."""

    membership_id: int
    choice: str
    text: str = ""
    discuss: bool = False
    reserved: str = ""

    def kept(self, form: Form) -> "Read":
        """Return it with what is kept of it where the question is answered."""
        text = conduct.words_kept(form, self.choice, self.text)
        return replace(self, text=text, discuss=conduct.discuss_kept(form, discuss=self.discuss))


@dataclass(frozen=True)
class Given:
    """How a ballot came in beside that: by what way, and where the proof of it is kept."""

    channel: Channel
    evidence: str


def enter(session: Session, actor: Actor, question_id: int, read: Read, given: Given) -> PaperBallot:
    """Enter a ballot as the first official; it counts once a second one has confirmed it. Needs a fresh second factor."""
    now = clock.now()
    question = _question(session, actor, question_id, now)
    ruling_rules.check_open(
        is_open=question.state is QuestionState.OPEN,
        now=now,
        last=conduct.last_moment(question.form, question.closes_at),
    )
    _line(session, question.id, read.membership_id)
    read = read.kept(question.form)
    options = frozen.frozen_of(session, question.id).options
    conduct.check_ballot(read.choice, read.text, options, discuss=read.discuss, reserved=read.reserved)
    paper = PaperBallot(
        question_id=question.id,
        membership_id=read.membership_id,
        channel=given.channel,
        choice=read.choice,
        text=read.text,
        discuss=read.discuss,
        reserved=read.reserved,
        evidence=given.evidence,
        entered_by_id=officials.person_of(actor),
        entered_at=now,
    )
    session.add(paper)
    audit.record(session, actor, Tag.PAPER_BALLOT_ENTERED, question, channel=given.channel.value)
    officials.tell(session, question)
    return paper


def confirm(session: Session, actor: Actor, question_id: int, paper_id: int, read: Read) -> int:
    """Put a ballot into the box that a second official has read in the same way, and return its number. Needs a fresh second factor."""
    now = clock.now()
    question = _question(session, actor, question_id, now)
    locked_box = _locked_box(session, question, now)
    paper = _waiting(session, question, paper_id)
    ruling_rules.check_second(waits=paper.is_waiting, first=paper.entered_by_id, second=actor.person_id)
    read = read.kept(question.form)
    ruling_rules.check_same(
        (paper.membership_id, paper.choice, paper.discuss), (read.membership_id, read.choice, read.discuss)
    )
    ruling_rules.check_same_words(paper.text, read.text)
    ruling_rules.check_same_words(paper.reserved, read.reserved)
    line = _line(session, question.id, paper.membership_id)
    _check_change(session, locked_box, line)
    number = _put(session, actor, locked_box, paper, line, now)
    paper.number, paper.confirmed_by_id = number, actor.person_id
    audit.record(session, actor, Tag.PAPER_BALLOT_CONFIRMED, question, number=number, channel=paper.channel.value)
    _tell_member(session, question, line, number)
    officials.tell_count(session, locked_box)
    service.announce(session, question, ruled=True)
    return number


def discard(session: Session, actor: Actor, question_id: int, paper_id: int) -> None:
    """Drop a ballot that waits for its second official, because it was entered wrongly."""
    now = clock.now()
    question = _question(session, actor, question_id, now)
    box.lock(session, question.id)
    paper = _waiting(session, question, paper_id)
    if not paper.is_waiting:
        raise Refused(Reason.NOT_WAITING)
    paper.discarded_at = now
    audit.record(session, actor, Tag.PAPER_BALLOT_DISCARDED, question, channel=paper.channel.value)
    officials.tell(session, question)


def _question(session: Session, actor: Actor, question_id: int, now: datetime) -> Question:
    question = service.question_for(session, actor, question_id, Permission.ENTER_PAPER_BALLOT)
    actor.must_have_stepped_up(now)
    return question


def _locked_box(session: Session, question: Question, now: datetime) -> LockedBox:
    """Lock a box that still takes ballots."""
    locked_box = box.lock(session, question.id)
    if locked_box is None:
        raise Refused(Reason.ONLY_WHILE_OPEN)
    last = conduct.last_moment(locked_box.frozen.form, locked_box.frozen.closes_at)
    ruling_rules.check_open(is_open=locked_box.is_open, now=now, last=last)
    return locked_box


def _waiting(session: Session, question: Question, paper_id: int) -> PaperBallot:
    """Return an entered ballot of this question as it is now; the box is locked, so that nobody confirms it at the same moment."""
    paper = session.get(PaperBallot, paper_id, with_for_update=True, populate_existing=True)
    if paper is None or paper.question_id != question.id:
        raise NotFound
    return paper


def _line(session: Session, question_id: int, membership_id: int) -> RollEntry:
    """Return the member's line of the frozen roll; refuse who has no ballot here."""
    line = session.scalar(
        select(RollEntry).where(RollEntry.question_id == question_id, RollEntry.membership_id == membership_id)
    )
    ruling_rules.check_member(on_roll=line is not None, recused=line is not None and line.recused)
    assert line is not None  # noqa: S101 - who is not on the roll was refused above
    return line


def _check_change(session: Session, locked_box: LockedBox, line: RollEntry) -> None:
    """Refuse a second ballot where the rule allows no change; it is asked only here, so that nobody learns who voted by trying."""
    is_final = locked_box.frozen.named.change_of_ballot == "never"
    if is_final and officials.ballots_of(session, line.question_id, line.membership_id):
        raise Refused(Reason.MEMBER_HAS_BALLOT)


def _put(
    session: Session, actor: Actor, locked_box: LockedBox, paper: PaperBallot, line: RollEntry, now: datetime
) -> int:
    cast_id = uuid4().hex
    number = locked_box.enter(
        EntryKind.PAPER,
        {
            "member": str(line.membership_id),
            "channel": paper.channel.value,
            "cast_id": cast_id,
            "choice": paper.choice,
            "text": paper.text,
            "discuss": paper.discuss,
            "reserved": paper.reserved,
            "evidence": paper.evidence,
            "entered_by": officials.named(session, paper.entered_by_id),
            "confirmed_by": officials.named(session, officials.person_of(actor)),
        },
        now,
        cast_id=cast_id,
    )
    service.keep(session, locked_box)
    _close_if_settled(session, locked_box, paper)
    return number


def _close_if_settled(session: Session, locked_box: LockedBox, paper: PaperBallot) -> None:
    """A written question may need no more answers than this one."""
    rule, question_id = locked_box.frozen.rule, locked_box.frozen.question_id
    objected = paper.choice in rule.objections
    if conduct.is_settled(rule, voted=locked_box.voted, entitled=locked_box.entitled, objected=objected):
        service.ask_to_close(session, question_id, clock.now())


def _tell_member(session: Session, question: Question, line: RollEntry, number: int) -> None:
    """The member learns of it, so that they can object."""
    notices.tell(
        session,
        line.person_id,
        notices.Sentence.PAPER_BALLOT_ENTERED,
        key=f"ballot:{question.id}:{number}:entered",
        address=officials.address_of(question),
        number=str(number),
        title=session.get_one(Matter, question.matter_id).title,
    )
