"""A result as pages show it: read from what was stored at the close and with each correction, never counted again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet.access import Actor, Permission
from ecabinet.organisation.models import Person
from voting import box, choosing, entries, service
from voting.ballots import code_of
from voting.conduct import Procedure, QuestionState
from voting.engine.result import Outcome, Step, steps_from_json
from voting.engine.rule import Choice, Form
from voting.engine.rule_book import NamedRule, named_rule_from_json
from voting.entries import BALLOTS, EntryKind, Standing, leaf_of
from voting.models import Question, RollEntry, Ruling
from voting.rulings.rules import RulingKind

GROUPS = (Choice.YES, Choice.NO, Choice.ABSTAIN, Choice.OTHER)
RULED = (EntryKind.WITHDRAWN, EntryKind.EXTENDED)


@dataclass(frozen=True)
class Named:
    """A member in a list of the result; the words and the receipt's code of their ballot where they gave one."""

    name: str
    text: str = ""
    number: int | None = None
    code: str = ""
    substituted: bool = False
    by_officials: bool = False
    cast_by: str = ""  # the member who cast it for this one
    weights: tuple[tuple[str, str], ...] = ()  # measure and amount, where the rule counts it
    discuss: bool = False  # asks that the matter be discussed in a meeting
    reserved: str = ""  # an opinion kept on record beside the choice


@dataclass(frozen=True)
class Correction:
    """A correction of the result: when, why, by whom, and what came out."""

    at: datetime
    reason: str
    by: tuple[str, str]
    outcome: Outcome


@dataclass(frozen=True)
class Original:
    """The result as it was computed at the close, where a correction stands in its place."""

    outcome: Outcome
    figures: Mapping[str, Any]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Ruled:
    """A ruling while the vote was open: a ballot withdrawn, or the end moved."""

    kind: EntryKind
    at: datetime
    reason: str
    by: str
    number: int | None
    deadline: datetime | None


@dataclass(frozen=True)
class Annulment:
    """That a vote was annulled: when, why, by whom."""

    at: datetime
    reason: str
    by: tuple[str, str]


@dataclass(frozen=True)
class TakenOut:
    """That a member took a question out of its block while the vote was open: when, why, who."""

    at: datetime
    reason: str
    by: str


@dataclass(frozen=True)
class Shown:
    """A result: outcome, figures, reasons, and (on its own page) who voted how."""

    question_id: int
    text: str
    form: Form
    procedure: Procedure
    rule: NamedRule
    labels: tuple[str, ...]
    outcome: Outcome
    figures: Mapping[str, Any]
    steps: tuple[Step, ...]
    closed_at: datetime | None
    corrections: tuple[Correction, ...]
    original: Original | None
    groups: Mapping[str, tuple[Named, ...]]
    missing: tuple[Named, ...] = ()
    recused: tuple[Named, ...] = ()
    present: tuple[str, ...] = ()
    rulings: tuple[Ruled, ...] = ()
    ballots: int = 0
    head: str = ""

    def had_most(self, option: str) -> bool:
        """Say whether no option was chosen by more members than this one."""
        return choosing.has_most(option, self.figures["options"])


def figures_of(question: Question) -> Shown | None:
    """Return the result of a closed question without names; None for any other, whoever asks. The last correction stands."""
    if question.state is not QuestionState.CLOSED or question.result is None or question.rule is None:
        return None
    first = _original(question.result)
    stands = _original(question.corrections[-1]) if question.corrections else first
    return Shown(
        question_id=question.id,
        text=question.text,
        form=question.form,
        procedure=question.procedure,
        rule=named_rule_from_json(question.rule),
        labels=tuple(question.labels),
        outcome=stands.outcome,
        figures=stands.figures,
        steps=stands.steps,
        closed_at=question.closed_at,
        corrections=tuple(_correction(each) for each in question.corrections),
        original=first if question.corrections else None,
        groups={},
    )


def result(session: Session, actor: Actor, question_id: int) -> Shown | None:
    """Return the result of a closed question with who voted how; None while it is not closed."""
    question = service.question_for(session, actor, question_id, Permission.READ_QUESTION)
    shown = figures_of(question)
    return _with_names(session, question, shown) if shown is not None else None


def annulment_of(session: Session, question: Question) -> Annulment | None:
    """Return when and why a vote was annulled, and by whom; None where it was not."""
    if question.state is not QuestionState.ANNULLED:
        return None
    ruling = session.scalars(
        select(Ruling).where(
            Ruling.question_id == question.id,
            Ruling.kind == RulingKind.ANNULMENT,
            Ruling.confirmed_at.is_not(None),
        )
    ).one()
    people = (session.get_one(Person, ruling.entered_by_id), session.get_one(Person, ruling.confirmed_by_id))
    return Annulment(ruling.confirmed_at or ruling.entered_at, ruling.reason, (people[0].name, people[1].name))


def taken_out_of(session: Session, question: Question) -> TakenOut | None:
    """Return when and why a question was taken out of its block, and by whom; None where it was not."""
    if question.state is not QuestionState.TAKEN_OUT:
        return None
    entry = json.loads(box.bodies(session, question.id)[-1])
    line = next(line for line in box.roll(session, question.id) if str(line.membership_id) == entry["by"])
    return TakenOut(datetime.fromisoformat(entry["at"]), entry["reason"], line.name)


def _original(kept: Mapping[str, Any]) -> Original:
    return Original(Outcome(kept["outcome"]), kept["figures"], steps_from_json(kept["steps"]))


def _correction(kept: Mapping[str, Any]) -> Correction:
    return Correction(
        at=datetime.fromisoformat(kept["at"]),
        reason=kept["reason"],
        by=(kept["entered_by"]["name"], kept["confirmed_by"]["name"]),
        outcome=Outcome(kept["outcome"]),
    )


def _with_names(session: Session, question: Question, shown: Shown) -> Shown:
    roll = box.roll(session, question.id)
    bodies = box.bodies(session, question.id)
    read = [json.loads(body) for body in bodies]
    ballots = entries.standing(bodies)
    stands = question.corrections[-1] if question.corrections else question.result or {}
    return replace(
        shown,
        groups={choice: _group(roll, ballots, choice) for choice in _choices(question)},
        missing=tuple(_named(line, None, {}) for line in roll if str(line.membership_id) in stands["missing"]),
        recused=tuple(_named(line, None, {}) for line in roll if line.recused),
        present=tuple(line.name for line in roll if str(line.membership_id) in stands["present"]),
        rulings=tuple(_ruled(entry) for entry in read if entry["type"] in RULED),
        ballots=sum(entry["type"] in BALLOTS for entry in read),
        head=leaf_of(bodies[-1]),
    )


def _choices(question: Question) -> tuple[str, ...]:
    if question.procedure is Procedure.CHOICE:
        return (*choosing.options_of(question.labels), Choice.ABSTAIN.value)
    return tuple(choice.value for choice in GROUPS)


def _group(roll: Sequence[RollEntry], ballots: Mapping[str, Standing], choice: str) -> tuple[Named, ...]:
    found = ((line, ballots.get(str(line.membership_id))) for line in roll)
    names = {str(line.membership_id): line.name for line in roll}
    return tuple(
        _named(line, ballot, names) for line, ballot in found if ballot is not None and ballot.choice == choice
    )


def _named(line: RollEntry, ballot: Standing | None, names: Mapping[str, str]) -> Named:
    weights = tuple((line.weights or {}).items())
    if ballot is None:
        return Named(name=line.name, substituted=line.substituted, weights=weights)
    return Named(
        name=line.name,
        text=ballot.text,
        number=ballot.number,
        code=code_of(ballot.leaf),
        substituted=line.substituted,
        by_officials=ballot.kind is EntryKind.PAPER,
        weights=weights,
        cast_by=_cast_by(line, ballot, names),
        discuss=ballot.discuss,
        reserved=ballot.reserved,
    )


def _cast_by(line: RollEntry, ballot: Standing, names: Mapping[str, str]) -> str:
    """Name the proxy who cast this ballot; nobody where the member did, or officials entered it."""
    return names[ballot.by] if ballot.by is not None and ballot.by != str(line.membership_id) else ""


def _ruled(entry: Mapping[str, Any]) -> Ruled:
    deadline = entry.get("deadline")
    return Ruled(
        kind=EntryKind(entry["type"]),
        at=datetime.fromisoformat(entry["at"]),
        reason=entry["reason"],
        by=(entry.get("ruled_by") or entry["extended_by"])["name"],
        number=entry.get("entry"),
        deadline=datetime.fromisoformat(deadline) if deadline else None,
    )
