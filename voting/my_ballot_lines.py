"""What a person is shown of their own ballots, as plain values: each question, its ballots and recalls, how an opinion was read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from voting.conduct import Procedure, QuestionState
from voting.engine.rule import Form
from voting.rulings.readings import Reading


class State(StrEnum):
    """What became of a ballot."""

    COUNTS = "counts"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    RECALLED = "recalled"
    ANNULLED = "annulled"
    TAKEN_OUT = "taken_out"


class Channel(StrEnum):
    """How a ballot came into the box."""

    CAST = "cast"
    PAPER = "paper"
    TELEPHONE = "telephone"


@dataclass(frozen=True)
class MyBallot:
    """A ballot as its owner, or who cast it, looks it up."""

    number: int
    at: datetime
    code: str
    choice: str
    member: str
    by: str | None  # the membership that cast it; nobody where officials entered it
    channel: Channel
    state: State
    replaced_by: int | None = None
    cast_for: str | None = None  # the name of the member for whom the reader cast it
    cast_by: str | None = None  # the name of who cast it for the reader
    recalled_by: int | None = None  # the number of the entry that recalled it
    discuss: bool = False
    reserved: bool = False  # whether an opinion is kept on record with it


@dataclass(frozen=True)
class MyRecall:
    """That a member took back what they had answered in writing, as its owner looks it up."""

    number: int
    at: datetime
    code: str
    member: str
    by: str


@dataclass(frozen=True)
class MyQuestion:
    """A question on whose frozen roll the reader stands."""

    id: int
    text: str | None  # nothing where its dossier is not open to the reader any more
    title: str | None
    form: Form
    procedure: Procedure
    labels: Sequence[str]
    state: QuestionState
    opened_at: datetime | None
    member: str
    recused: bool
    closing: int | None  # the number of the closing entry
    ballots: tuple[MyBallot, ...]
    recalls: tuple[MyRecall, ...] = ()
    reading: Reading | None = None  # how officials read the reader's other opinion

    @property
    def is_readable(self) -> bool:
        """Whether receipts of it are given to the reader."""
        return self.text is not None

    @property
    def missed(self) -> bool:
        """Whether the reader could have voted and had no ballot that stood at the close."""
        stood = (State.COUNTS, State.ANNULLED)  # an annulment came after the close
        has_own = any(each.member == self.member and each.state in stood for each in self.ballots)
        return self.closing is not None and not self.recused and not has_own


@dataclass(frozen=True)
class Found:
    """One page of a person's questions, the newest first."""

    questions: tuple[MyQuestion, ...]
    page: int
    pages: int
