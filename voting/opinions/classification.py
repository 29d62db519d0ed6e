"""Classification: after the close of a written question two officials say of every other opinion whether it counts as yes, as no, or as neither.

It is a correction of the result by two officials, made easy: the ballots stay as they are, and the rule decides anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from ecabinet.access import Actor, Permission
from ecabinet.organisation.models import Person
from ecabinet.refusals import N_, NotFound, Refused
from voting import box, closing
from voting.conduct import Procedure, QuestionState
from voting.engine.rule import Choice, Form
from voting.models import Question, Ruling
from voting.rulings import correction, readings, two_officials
from voting.rulings.readings import Reading
from voting.rulings.rules import RulingKind

LONGEST_REASON = 2000
CLASSES = (Choice.YES, Choice.NO, Choice.OTHER)


class Reason(StrEnum):
    """Why a classification is refused."""

    NO_OTHERS = N_("No member gave another opinion here, so there is nothing to classify.")
    ONE_LEFT_OUT = N_("Say of every other opinion how it counts. That of %(name)s is left out.")
    NOT_A_CLASS = N_("Another opinion counts as approval, as rejection or as neither. Choose one of them.")
    REASON_MISSING = N_("Give a reason for how the opinion of %(name)s counts. Its author reads it.")
    REASON_TOO_LONG = N_("The reason for the opinion of %(name)s is too long: at most %(most)s characters.")


@dataclass(frozen=True)
class Said:
    """What an official says of one other opinion."""

    counts_as: Choice
    reason: str


@dataclass(frozen=True)
class Opinion:
    """One other opinion: whose, in which words, what else they asked, and how it is read, if it was."""

    member: str
    name: str
    text: str
    is_own: bool
    reading: Reading | None


@dataclass(frozen=True)
class Waiting:
    """A classification, or another correction, that waits for a second official. `said`: of each opinion, by name."""

    id: int
    by: str
    is_mine: bool
    outcome: str
    said: tuple[tuple[str, str, Said], ...]  # name, words


@dataclass(frozen=True)
class Classification:
    """The other opinions of a closed question, for one reader."""

    question_id: int
    text: str
    opinions: tuple[Opinion, ...]
    waiting: Waiting | None
    may_classify: bool

    @property
    def is_read(self) -> bool:
        """Whether any opinion was read by two officials."""
        return any(each.reading is not None for each in self.opinions)

    @property
    def has_unread(self) -> bool:
        """Whether an opinion was not read yet."""
        return any(each.reading is None for each in self.opinions)


def of_question(session: Session, actor: Actor, question: Question) -> Classification | None:
    """Return the other opinions of a closed written question with how they are read; None where there are none. The reader may read the result."""
    if question.form is not Form.WRITTEN or question.procedure is Procedure.CHOICE:
        return None
    if question.state is not QuestionState.CLOSED:
        return None
    others = correction.others(session, question)
    if not others:
        return None
    roll = {str(line.membership_id): line for line in box.roll(session, question.id)}
    read = readings.of_question(session, question.id)
    may = actor.may(Permission.CONDUCT_QUESTION, question.body_id)
    return Classification(
        question_id=question.id,
        text=question.text,
        opinions=tuple(
            Opinion(member, line.name, others[member], line.person_id == actor.person_id, read.get(member))
            for member, line in roll.items()
            if member in others
        ),
        waiting=_waiting(session, actor, question, {member: line.name for member, line in roll.items()})
        if may
        else None,
        may_classify=may and question.declared is None and question.moved_to_item_id is None,
    )


def for_officials(session: Session, actor: Actor, question_id: int) -> Classification:
    """Return what the page of the classification shows; refuse where there is nothing to classify any more."""
    question = _written(correction.correctable(session, actor, question_id))
    found = of_question(session, actor, question)
    if found is None:
        raise Refused(Reason.NO_OTHERS)
    return found


def propose(session: Session, actor: Actor, question_id: int, said: Mapping[str, Said]) -> Ruling:
    """Say as the first official how every other opinion counts, each with a reason; another one confirms it. Needs a fresh second factor.

    `said`: by the member as entries name them.
    """
    question = _written(correction.correctable(session, actor, question_id))
    others = correction.others(session, question)
    if not others:
        raise Refused(Reason.NO_OTHERS)
    names = {
        str(line.membership_id): line.name
        for line in box.roll(session, question.id)
        if str(line.membership_id) in others
    }
    for member, name in names.items():
        _check(name, said.get(member))
    return correction.ask(
        session,
        actor,
        question_id,
        present=correction.circumstances_of(session, question).present,
        classified={member: said[member].counts_as for member in names},
        reason="\n".join(f"{name}: {said[member].reason}" for member, name in names.items()),
        reasons={member: said[member].reason for member in names},
    )


def _check(name: str, said: Said | None) -> None:
    if said is None:
        raise Refused(Reason.ONE_LEFT_OUT, name=name)
    if said.counts_as not in CLASSES:
        raise Refused(Reason.NOT_A_CLASS)
    if not said.reason.strip():
        raise Refused(Reason.REASON_MISSING, name=name)
    if len(said.reason) > LONGEST_REASON:
        raise Refused(Reason.REASON_TOO_LONG, name=name, most=LONGEST_REASON)


def _written(question: Question) -> Question:
    if question.form is not Form.WRITTEN:
        raise NotFound
    return question


def _waiting(session: Session, actor: Actor, question: Question, names: Mapping[str, str]) -> Waiting | None:
    """Return what waits for a second official, with what would come out, so that they know what they confirm."""
    ruling = two_officials.waiting(session, question.id, RulingKind.CORRECTION)
    if ruling is None:
        return None
    really = correction.proposed(session, question, ruling)
    reasons = (ruling.circumstances or {}).get("reasons", {})
    words = correction.others(session, question)
    return Waiting(
        id=ruling.id,
        by=session.get_one(Person, ruling.entered_by_id).name,
        is_mine=ruling.entered_by_id == actor.person_id,
        outcome=closing.count_under(session, question, really).result.outcome.value,
        said=tuple(
            (names[member], words[member], Said(choice, reasons.get(member, ruling.reason)))
            for member, choice in really.classified.items()
            if member in words
        ),
    )
