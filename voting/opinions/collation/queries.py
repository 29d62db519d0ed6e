"""The collation of a closed written question: every opinion, by member and by point, with what the result made of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from agenda_docs.models import Matter
from ecabinet.access import Actor, Permission
from ecabinet.organisation import queries as organisation
from ecabinet.organisation.models import Unit
from ecabinet.refusals import NotFound
from voting import box, entries, results, service
from voting.ballots import code_of
from voting.engine.rule import Choice, Form
from voting.entries import EntryKind
from voting.entries import Standing as Ballot
from voting.models import Question, RollEntry
from voting.opinions.collation.answers import Answers, answers_in
from voting.opinions.collation.models import Standing
from voting.opinions.collation.overview import opened_at
from voting.opinions.reception import rules as points
from voting.results import Shown
from voting.rulings import correction


@dataclass(frozen=True)
class Line:
    """What one member answered; who gave no answer has neither choice nor words."""

    membership_id: int
    name: str
    standing: Standing
    opened_at: datetime | None
    answered_at: datetime | None
    choice: str | None = None
    text: str = ""
    discuss: bool = False
    reserved: str = ""
    classified: str = ""  # how two officials read another opinion
    number: int | None = None
    code: str = ""
    by_officials: bool = False

    @property
    def has_words(self) -> bool:
        """Whether there is more than a choice."""
        return bool(self.text or self.reserved)


@dataclass(frozen=True)
class Remark:
    """What one member said on a point."""

    name: str
    choice: str
    is_reserved: bool
    text: str


@dataclass(frozen=True)
class Point:
    """A point and all that was said on it; the label "" is the text as a whole."""

    label: str
    remarks: tuple[Remark, ...]


@dataclass(frozen=True)
class Collation:
    """Everything that was answered to a closed written question."""

    question_id: int
    matter_id: int
    title: str
    unit: str
    body: str
    zone: str
    text: str
    round: int
    circulated_at: datetime
    deadline: datetime | None
    first_deadline: datetime | None
    closed_at: datetime
    declared: str | None
    result: Shown
    lines: tuple[Line, ...]
    points: tuple[Point, ...]

    @property
    def asked(self) -> int:
        """How many were asked."""
        return sum(line.standing is not Standing.RECUSED for line in self.lines)

    @property
    def answered(self) -> int:
        """How many answered, the late ones among them."""
        return self._number(Standing.ANSWERED, Standing.LATE)

    @property
    def late(self) -> int:
        """How many answered after the deadline that was first set."""
        return self._number(Standing.LATE)

    @property
    def silent(self) -> int:
        """How many gave no answer."""
        return self._number(Standing.SILENT)

    @property
    def discussing(self) -> tuple[Line, ...]:
        """Who asks for a discussion in a meeting."""
        return tuple(line for line in self.lines if line.discuss)

    @property
    def unclassified(self) -> tuple[Line, ...]:
        """Whose other opinion no officials have read as approval, rejection or neither. Who asks for a discussion has said what they want."""
        return tuple(
            line for line in self.lines if line.choice == Choice.OTHER and not line.classified and not line.discuss
        )

    def _number(self, *wanted: Standing) -> int:
        return sum(line.standing in wanted for line in self.lines)


def collated(session: Session, actor: Actor, question_id: int) -> Collation:
    """Return the collation of a closed written question to whoever may read its result; raise `NotFound` before the close."""
    question = service.question_for(session, actor, question_id, Permission.READ_QUESTION)
    return of_question(session, question)


def of_question(session: Session, question: Question) -> Collation:
    """Return the collation of a question that the caller has found through the gate."""
    shown = results.figures_of(question)
    if question.form is not Form.WRITTEN or shown is None or question.opened_at is None or question.closed_at is None:
        raise NotFound
    matter = session.get_one(Matter, question.matter_id)
    body = organisation.body(session, question.body_id)
    bodies = box.bodies(session, question.id)
    answers = answers_in(bodies)
    lines = _lines(session, question, entries.standing(bodies), answers)
    return Collation(
        question_id=question.id,
        matter_id=matter.id,
        title=matter.title,
        unit=session.get_one(Unit, matter.unit_id).name,
        body=body.name,
        zone=body.zone,
        text=question.text,
        round=question.round,
        circulated_at=question.opened_at,
        deadline=question.closes_at,
        first_deadline=answers.deadline,
        closed_at=question.closed_at,
        declared=question.declared,
        result=shown,
        lines=lines,
        points=points_in(lines),
    )


def points_in(lines: Iterable[Line]) -> tuple[Point, ...]:
    """Gather what was said by point: in the order of the text, what is about the whole of it last."""
    labels: dict[points.Key, str] = {}
    found: dict[points.Key, list[Remark]] = {}
    for line in lines:
        for is_reserved, words in ((False, line.text), (True, line.reserved)):
            for label, text in points.points_of(words):
                key = points.key_of(label)
                labels.setdefault(key, label)
                found.setdefault(key, []).append(Remark(line.name, line.choice or "", is_reserved, text))
    ordered = sorted(found, key=points.order_of)
    return tuple(Point(labels[key], tuple(found[key])) for key in ordered)


def _lines(session: Session, question: Question, ballots: Mapping[str, Ballot], answers: Answers) -> tuple[Line, ...]:
    opened = opened_at(session, question)
    classified = _classified(session, question)
    return tuple(
        _line(line, ballots.get(str(line.membership_id)), answers, opened.get(line.person_id), classified)
        for line in box.roll(session, question.id)
    )


def _line(
    line: RollEntry,
    ballot: Ballot | None,
    answers: Answers,
    opened: datetime | None,
    classified: Mapping[str, str],
) -> Line:
    times = answers.of(line)
    if ballot is None or times is None:
        return Line(line.membership_id, line.name, answers.standing(line), opened, None)
    return Line(
        membership_id=line.membership_id,
        name=line.name,
        standing=answers.standing(line),
        opened_at=opened,
        answered_at=times.last,
        choice=ballot.choice,
        text=ballot.text,
        discuss=ballot.discuss,
        reserved=ballot.reserved,
        classified=classified.get(ballot.member, ""),
        number=ballot.number,
        code=code_of(ballot.leaf),
        by_officials=ballot.kind is EntryKind.PAPER,
    )


def _classified(session: Session, question: Question) -> dict[str, str]:
    """How two officials read other opinions, where they have."""
    if not question.corrections:
        return {}
    return {
        member: choice.value for member, choice in correction.circumstances_of(session, question).classified.items()
    }


def with_words(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return those who gave more than a choice."""
    return tuple(line for line in lines if line.has_words)
