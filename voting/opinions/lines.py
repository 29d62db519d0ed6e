"""A written question as lists show it, and what a list can be narrowed to. Values only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from ecabinet import clock
from voting.conduct import QuestionState

ON_A_PAGE = 50


class Stage(StrEnum):
    """Where a written procedure stands, as lists say it."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    RETURNED = "returned"
    APPROVED = "approved"
    OPEN = "open"
    CLOSED = "closed"
    DECIDED = "decided"
    MOVED = "moved"
    FOLLOWED = "followed"
    ANNULLED = "annulled"
    WITHDRAWN = "withdrawn"


class View(StrEnum):
    """One list: of what is asked of the reader, or of the procedures of their bodies."""

    TO_ANSWER = "to_answer"
    ANSWERED = "answered"
    OVER = "over"
    PREPARED = "prepared"
    TO_APPROVE = "to_approve"
    CIRCULATED = "circulated"
    CLOSED = "closed"
    MOVED = "moved"
    ALL = "all"


MINE = (View.TO_ANSWER, View.ANSWERED, View.OVER)
STAGES: Mapping[View, tuple[Stage, ...]] = {
    View.PREPARED: (Stage.DRAFT, Stage.RETURNED, Stage.APPROVED),
    View.TO_APPROVE: (Stage.PROPOSED,),
    View.CIRCULATED: (Stage.OPEN,),
    View.CLOSED: (Stage.CLOSED,),
    View.MOVED: (Stage.MOVED,),
}


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to; nothing where nothing is said."""

    view: View = View.ALL
    words: str = ""
    stage: Stage | None = None
    body: int | None = None
    unit: int | None = None
    since: date | None = None
    until: date | None = None
    outcome: str = ""
    page: int = 1

    @property
    def is_narrowed(self) -> bool:
        """Whether more than the words narrows the list."""
        return any((self.stage, self.body, self.unit, self.since, self.until, self.outcome))


@dataclass(frozen=True)
class Line:
    """A written question in a list."""

    id: int
    title: str
    text: str
    round: int
    stage: Stage
    state: QuestionState
    body: str
    zone: str
    unit: str
    closes_at: datetime | None
    closed_at: datetime | None
    outcome: str | None
    answered: bool  # by the reader, where it is put to them
    voted: int
    of: int

    @property
    def days_left(self) -> int | None:
        """How many days are left of an open question, in the body's zone: 0 on its last day, fewer after it."""
        if self.state is not QuestionState.OPEN or self.closes_at is None:
            return None
        return (clock.in_zone(self.closes_at, self.zone).date() - clock.today(self.zone)).days

    @property
    def is_overdue(self) -> bool:
        """Whether the deadline has passed and the clock has not closed it yet."""
        return self.days_left is not None and self.closes_at is not None and self.closes_at < clock.now()

    @property
    def is_due_today(self) -> bool:
        """Whether today is its last day."""
        return self.days_left == 0 and not self.is_overdue


@dataclass(frozen=True)
class Page:
    """One page of a list, and how many there are in all."""

    lines: Sequence[Line] = field(default_factory=list)
    total: int = 0
    page: int = 1

    @property
    def pages(self) -> int:
        """How many pages the list has."""
        return max(1, -(-self.total // ON_A_PAGE))
