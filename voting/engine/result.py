"""What a decision comes to: the outcome, the figures, and the reasons as steps that can be kept and shown in any language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from voting.engine.tally import Figures

StepValue = bool | int | str | list[str]


class Outcome(StrEnum):
    """What a vote comes to."""

    PASS = "pass"  # noqa: S105 - an outcome, no password
    FAIL = "fail"
    NO_QUORUM = "no_quorum"
    TIE = "tie"
    OPEN = "open"
    OBJECTED = "objected"


class StepKind(StrEnum):
    """What one step of the reasoning is about; `voting.engine.sentences` has the words for each."""

    OPEN = "open"
    OBJECTED = "objected"
    COUNTED = "counted"
    CRITERION = "criterion"
    TIE = "tie"
    MIN_YES = "min_yes"
    QUORUM = "quorum"
    NO_BLOCKS = "no_blocks"
    ABSENCE_BLOCKS = "absence_blocks"
    SILENCE = "silence"
    RECUSED = "recused"
    SUBSTITUTED = "substituted"
    CLASSIFIED = "classified"
    REFERENCE = "reference"


@dataclass(frozen=True)
class Step:
    """One step of the reasoning, as values; the words are made in the reader's language when it is shown."""

    kind: StepKind
    values: Mapping[str, StepValue] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Write the step to be kept with the result."""
        return {"kind": self.kind.value, **self.values}


@dataclass(frozen=True)
class Reference:
    """Where a rule stands: a law, decree or charter, and its article."""

    instrument: str
    article: str


@dataclass(frozen=True)
class Result:
    """The outcome, the figures and the reasons, stored as they are and never computed again in place."""

    outcome: Outcome
    figures: Figures
    steps: tuple[Step, ...]

    def as_json(self) -> dict[str, object]:
        """Write the result to be kept with the question."""
        return {
            "outcome": self.outcome.value,
            "figures": self.figures.as_json(),
            "steps": [step.as_json() for step in self.steps],
        }


def steps_from_json(written: Iterable[Mapping[str, StepValue]]) -> tuple[Step, ...]:
    """Read steps back as `Step.as_json` wrote them."""
    return tuple(
        Step(StepKind(str(each["kind"])), {key: each[key] for key in each if key != "kind"}) for each in written
    )
