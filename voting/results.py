"""A result as pages show it: read from what was stored at the close, never counted again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from ecabinet.access import Actor, Permission
from voting import box, service
from voting.ballots import code_of
from voting.conduct import Procedure, QuestionState
from voting.engine.result import Outcome, Step, steps_from_json
from voting.engine.rule import Choice, Form
from voting.engine.rule_book import NamedRule, named_rule_from_json
from voting.entries import EntryKind, leaf_of
from voting.models import Question, RollEntry

GROUPS = (Choice.YES, Choice.NO, Choice.ABSTAIN, Choice.OTHER)


@dataclass(frozen=True)
class Named:
    """A member in a list of the result; the words and the receipt's code of their ballot where they gave one."""

    name: str
    text: str = ""
    number: int | None = None
    code: str = ""
    substituted: bool = False


@dataclass(frozen=True)
class Shown:
    """A result: outcome, figures, reasons, and (on its own page) who voted how."""

    question_id: int
    text: str
    form: Form
    procedure: Procedure
    rule: NamedRule
    outcome: Outcome
    figures: Mapping[str, int]
    steps: tuple[Step, ...]
    closed_at: datetime | None
    groups: Mapping[str, tuple[Named, ...]]
    missing: tuple[Named, ...] = ()
    recused: tuple[Named, ...] = ()
    present: tuple[str, ...] = ()
    ballots: int = 0
    head: str = ""


def figures_of(question: Question) -> Shown | None:
    """Return the result of a closed question without names; None for any other, whoever asks."""
    if question.state is not QuestionState.CLOSED or question.result is None or question.rule is None:
        return None
    return Shown(
        question_id=question.id,
        text=question.text,
        form=question.form,
        procedure=question.procedure,
        rule=named_rule_from_json(question.rule),
        outcome=Outcome(question.result["outcome"]),
        figures=question.result["figures"],
        steps=steps_from_json(question.result["steps"]),
        closed_at=question.closed_at,
        groups={},
    )


def result(session: Session, actor: Actor, question_id: int) -> Shown | None:
    """Return the result of a closed question with who voted how; None while it is not closed."""
    question = service.question_for(session, actor, question_id, Permission.READ_QUESTION)
    shown = figures_of(question)
    return _with_names(session, question, shown) if shown is not None else None


def _with_names(session: Session, question: Question, shown: Shown) -> Shown:
    roll = box.roll(session, question.id)
    bodies = box.bodies(session, question.id)
    standing = _standing(bodies)
    stored = question.result or {}
    return replace(
        shown,
        groups={choice.value: _group(roll, standing, choice) for choice in GROUPS},
        missing=tuple(_named(line, {}) for line in roll if str(line.membership_id) in stored["missing"]),
        recused=tuple(_named(line, {}) for line in roll if line.recused),
        present=tuple(line.name for line in roll if str(line.membership_id) in stored["present"]),
        ballots=len(bodies) - 2,  # the opening and the closing entry are none
        head=leaf_of(bodies[-1]),
    )


def _standing(bodies: list[bytes]) -> dict[str, dict[str, object]]:
    """Return each member's last ballot."""
    standing: dict[str, dict[str, object]] = {}
    for body in bodies:
        entry = json.loads(body)
        if entry["type"] == EntryKind.CAST:
            standing[entry["member"]] = {**entry, "code": code_of(leaf_of(body))}
    return standing


def _group(roll: list[RollEntry], standing: dict[str, dict[str, object]], choice: Choice) -> tuple[Named, ...]:
    ballots = ((line, standing.get(str(line.membership_id), {})) for line in roll)
    return tuple(_named(line, ballot) for line, ballot in ballots if ballot.get("choice") == choice)


def _named(line: RollEntry, ballot: Mapping[str, object]) -> Named:
    return Named(
        name=line.name,
        text=str(ballot.get("text", "")),
        number=int(str(ballot["number"])) if ballot else None,
        code=str(ballot.get("code", "")),
        substituted=line.substituted,
    )
