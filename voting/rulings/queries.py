"""What officials see of the rulings on a question: what they may do now, and what waits for one of them. Never who voted, nor how."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ecabinet import clock
from ecabinet.access import Actor, Permission
from ecabinet.organisation import calendar
from ecabinet.organisation import queries as organisation
from ecabinet.organisation.models import Person
from ecabinet.refusals import Refused
from voting import box, closing, conduct, opening, service
from voting.conduct import Procedure, QuestionState
from voting.engine.rule import Form
from voting.models import PaperBallot, Question, RollEntry, Ruling
from voting.opinions import service as written
from voting.queries import rule_shown
from voting.rulings import correction, two_officials
from voting.rulings.rules import Channel, RulingKind


@dataclass(frozen=True)
class PaperLine:
    """A ballot that waits for its second official: how it came in, never whose it is or what it says."""

    id: int
    channel: Channel
    evidence: str
    by: str
    at: datetime
    is_mine: bool


@dataclass(frozen=True)
class AskedLine:
    """An annulment or a correction that waits for its second official."""

    id: int
    reason: str
    by: str
    at: datetime
    is_mine: bool


@dataclass(frozen=True)
class Change:
    """What a correction that waits would change, and what would come out."""

    came: tuple[str, ...]
    left: tuple[str, ...]
    classified: tuple[tuple[str, str], ...]
    outcome: str


@dataclass(frozen=True)
class Section:
    """The rulings on one question, for one official, now."""

    id: int
    form: Form
    procedure: Procedure
    labels: tuple[str, ...]
    options: tuple[str, ...]
    closes_at: datetime | None
    ends: str  # the same as the entries write it: what an official who moves it has seen
    zone: str
    days: tuple[tuple[int, datetime], ...]
    members: tuple[tuple[int, str], ...]
    papers: tuple[PaperLine, ...]
    lapsed: int  # ballots that one official entered and none confirmed before the close
    annulment: AskedLine | None
    correction: AskedLine | None
    change: Change | None
    may_enter: bool
    may_rule: bool
    may_extend: bool
    may_annul: bool
    may_correct: bool

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing for this official to do."""
        return not (
            self.lapsed or self.may_enter or self.may_rule or self.may_extend or self.may_annul or self.may_correct
        )


@dataclass(frozen=True)
class CorrectionForm:
    """What the form of a correction offers: who was recorded as present, and the other opinions with how each counts."""

    question_id: int
    text: str
    seats: tuple[tuple[str, str], ...]
    present: tuple[str, ...]
    opinions: tuple[tuple[str, str, str, str], ...]  # member, name, words, how it counts now


def section(session: Session, actor: Actor, question_id: int) -> Section | None:
    """Return what this official may rule on a question now; None where it was never opened, or they conduct none."""
    question = service.question_for(session, actor, question_id, Permission.READ_QUESTION)
    if question.state not in (QuestionState.OPEN, QuestionState.CLOSED):
        return None
    if not actor.may(Permission.CONDUCT_QUESTION, question.body_id):
        return None
    may = _may(actor, question)
    asked = {kind: two_officials.waiting(session, question.id, kind) for kind in RulingKind}
    named = rule_shown(question)
    return Section(
        id=question.id,
        form=question.form,
        procedure=question.procedure,
        labels=tuple(question.labels),
        options=conduct.options_of(question.procedure, named.rule, question.labels),
        closes_at=question.closes_at,
        ends=box.instant(question.closes_at) if question.closes_at is not None else "",
        zone=organisation.body(session, question.body_id).zone,
        days=_days(session, question) if may["may_extend"] else (),
        members=_members(session, question) if may["may_enter"] else (),
        papers=tuple(_papers(session, actor, question)) if may["may_enter"] else (),
        lapsed=_unconfirmed(session, question) if question.state is QuestionState.CLOSED else 0,
        annulment=_asked(session, actor, asked[RulingKind.ANNULMENT]),
        correction=_asked(session, actor, asked[RulingKind.CORRECTION]),
        change=_change(session, question, asked[RulingKind.CORRECTION]),
        **may,
    )


def correction_form(session: Session, actor: Actor, question_id: int) -> CorrectionForm:
    """Return what the form of a correction offers; refuse where there is nothing to correct."""
    question = correction.correctable(session, actor, question_id)
    recorded = correction.circumstances_of(session, question)
    names = _names(session, question)
    return CorrectionForm(
        question_id=question.id,
        text=question.text,
        seats=tuple(names.items()) if correction.presence_counts(question) else (),
        present=recorded.present,
        opinions=tuple(
            (
                member,
                names[member],
                words,
                recorded.classified[member].value if member in recorded.classified else "other",
            )
            for member, words in correction.others(session, question).items()
        ),
    )


def _may(actor: Actor, question: Question) -> dict[str, bool]:
    is_open, body = question.state is QuestionState.OPEN, question.body_id
    undeclared = question.declared is None and question.moved_to_item_id is None
    is_correctable = question.state is QuestionState.CLOSED and question.procedure is not Procedure.CHOICE
    return {
        "may_enter": is_open and actor.may(Permission.ENTER_PAPER_BALLOT, body),
        "may_rule": is_open and actor.may(Permission.RULE_ON_BALLOT, body),
        "may_extend": is_open and question.closes_at is not None,
        "may_annul": undeclared and actor.may(Permission.ANNUL_QUESTION, body),
        "may_correct": is_correctable and undeclared,
    }


def _members(session: Session, question: Question) -> tuple[tuple[int, str], ...]:
    return tuple((line.membership_id, line.name) for line in box.roll(session, question.id) if not line.recused)


def _papers(session: Session, actor: Actor, question: Question) -> Iterable[PaperLine]:
    found = session.execute(
        select(PaperBallot, Person.name)
        .join(Person, Person.id == PaperBallot.entered_by_id)
        .where(PaperBallot.question_id == question.id, PaperBallot.number.is_(None), PaperBallot.discarded_at.is_(None))
        .order_by(PaperBallot.id)
    )
    for paper, name in found:
        is_mine = paper.entered_by_id == actor.person_id
        yield PaperLine(paper.id, paper.channel, paper.evidence, name, paper.entered_at, is_mine)


def _unconfirmed(session: Session, question: Question) -> int:
    found = select(func.count(PaperBallot.id)).where(
        PaperBallot.question_id == question.id, PaperBallot.number.is_(None), PaperBallot.discarded_at.is_(None)
    )
    return session.scalar(found) or 0


def _asked(session: Session, actor: Actor, ruling: Ruling | None) -> AskedLine | None:
    if ruling is None:
        return None
    by = session.get_one(Person, ruling.entered_by_id).name
    return AskedLine(ruling.id, ruling.reason, by, ruling.entered_at, ruling.entered_by_id == actor.person_id)


def _change(session: Session, question: Question, ruling: Ruling | None) -> Change | None:
    """Count what waits as it would be counted, so that the second official knows what they confirm."""
    if ruling is None or question.state is not QuestionState.CLOSED:
        return None
    recorded, names = correction.circumstances_of(session, question), _names(session, question)
    really = correction.proposed(session, question, ruling)
    return Change(
        came=_named(names, set(really.present) - set(recorded.present)),
        left=_named(names, set(recorded.present) - set(really.present)),
        classified=tuple((names[member], choice.value) for member, choice in really.classified.items()),
        outcome=closing.count_under(session, question, really).result.outcome.value,
    )


def _names(session: Session, question: Question) -> dict[str, str]:
    rows = session.scalars(
        select(RollEntry).where(RollEntry.question_id == question.id).order_by(RollEntry.rank, RollEntry.name)
    )
    return {str(line.membership_id): line.name for line in rows}


def _named(names: Mapping[str, str], members: Iterable[str]) -> tuple[str, ...]:
    wanted = set(members)
    return tuple(name for member, name in names.items() if member in wanted)


def _days(session: Session, question: Question) -> tuple[tuple[int, datetime], ...]:
    """The ends to which a written question may still be moved, by working days in all since it was sent."""
    if opening.meeting_of(session, question) is not None or question.closes_at is None:
        return ()
    body = organisation.body(session, question.body_id)
    least, most = written.period(body, question)
    since = question.opened_at or question.created_at
    known: list[tuple[int, datetime]] = []
    with suppress(Refused):  # the calendar may not be known that far; the page offers what is
        for days in range(least, most + 1):
            known.append((days, calendar.deadline_for(session, body, since, days).at))  # noqa: PERF401 - what was known before a refusal stays
    return tuple((days, at) for days, at in known if at > max(question.closes_at, clock.now()))
