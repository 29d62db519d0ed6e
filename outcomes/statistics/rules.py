"""What the statistics of written opinions come to: figures over closed questions, each as it was stored. Pure: values in, figures out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from statistics import median

from ecabinet.refusals import N_, Refused

LONGEST_DAYS = 366 * 20
ANSWERS = ("yes", "no", "abstain", "other")


class Reason(StrEnum):
    """Why statistics cannot be made."""

    ENDS_BEFORE = N_("The period ends before it begins. Choose a later end.")
    TOO_LONG = N_("The period is longer than 20 years. Choose a shorter one.")


@dataclass(frozen=True)
class Criteria:
    """What is counted: questions closed in a period, of one body, agency or rule, or of all."""

    begins: date
    ends: date
    body_id: int | None = None
    unit_id: int | None = None
    rule: str = ""


@dataclass(frozen=True)
class Procedure:
    """One closed question as it was stored: its outcome, its figures, who stood where."""

    question_id: int
    closed_on: date
    outcome: str
    answers: Mapping[str, int]  # to each of ANSWERS; where members chose among options, none
    answered: int
    late: int
    silent: int


@dataclass(frozen=True)
class MemberFigures:
    """How one member answered over all of them."""

    person_id: int
    name: str
    answered: int = 0
    late: int = 0
    silent: int = 0
    recused: int = 0

    @property
    def asked(self) -> int:
        """How often they were asked."""
        return self.answered + self.late + self.silent


@dataclass(frozen=True)
class Month:
    """One month of the period: how many questions were closed in it, and how many of them were adopted."""

    begins: date
    closed: int
    adopted: int


@dataclass(frozen=True)
class Figures:
    """The statistics of a period."""

    procedures: int
    outcomes: Mapping[str, int]
    answers: Mapping[str, int]
    asked: int
    in_time: int
    late: int
    silent: int
    median_hours: float | None
    months: tuple[Month, ...]
    members: tuple[MemberFigures, ...]

    @property
    def share_in_time(self) -> float | None:
        """The share of those asked who answered in time; None where nobody was asked."""
        return self.in_time / self.asked if self.asked else None


def check_period(begins: date, ends: date) -> None:
    """Raise `Refused` unless a period has a first and a last day in this order, and is not longer than anybody needs."""
    if ends < begins:
        raise Refused(Reason.ENDS_BEFORE)
    if ends - begins > timedelta(days=LONGEST_DAYS):
        raise Refused(Reason.TOO_LONG)


def figures_of(
    procedures: Sequence[Procedure], members: Sequence[MemberFigures], hours: Iterable[float], criteria: Criteria
) -> Figures:
    """Return the figures of these questions; `hours` are the times from asking to the first answer, of each answer."""
    taken = sorted(hours)
    return Figures(
        procedures=len(procedures),
        outcomes=dict(sorted(Counter(each.outcome for each in procedures).items())),
        answers={answer: sum(each.answers.get(answer, 0) for each in procedures) for answer in ANSWERS},
        asked=sum(each.answered + each.late + each.silent for each in procedures),
        in_time=sum(each.answered for each in procedures),
        late=sum(each.late for each in procedures),
        silent=sum(each.silent for each in procedures),
        median_hours=median(taken) if taken else None,
        months=months_of(procedures, criteria),
        members=tuple(members),
    )


def months_of(procedures: Iterable[Procedure], criteria: Criteria) -> tuple[Month, ...]:
    """Return every month of the period from the first in which a question was closed to the last, the empty ones between them too."""
    closed = Counter(each.closed_on.replace(day=1) for each in procedures)
    adopted = Counter(each.closed_on.replace(day=1) for each in procedures if each.outcome == "pass")
    if not closed:
        return ()
    found, month = [], max(min(closed), criteria.begins.replace(day=1))
    while month <= max(closed):
        found.append(Month(month, closed[month], adopted[month]))
        month = (month + timedelta(days=32)).replace(day=1)
    return tuple(found)
