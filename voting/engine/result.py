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
    SUSPENDED = "suspended"
    COUNTED = "counted"


class StepKind(StrEnum):
    """What one step of the reasoning is about; `voting.engine.sentences` has the words for each.

    An amount is a whole number where heads are counted, else a decimal text such as "65.2".
    """

    OPEN = "open"  # answered, expected
    OBJECTED = "objected"  # count
    COUNTED = "counted"  # yes, members: heads
    # measure ("heads" or a name), tallied (counted elsewhere), base, amount (of the base), yes, fraction ("a/b"), strict,
    # needed (amount; of a weight the very share, as "a/b" where it has no decimal text), met
    CRITERION = "criterion"
    WAIVED = "waived"  # the criterion before was not met: blockers, below, both heads
    # kind_of_tie, role, side ("yes", "no" or "" where none was taken), vacant, yes, no (amounts), measure, yes_equals_no
    TIE = "tie"
    MIN_YES = "min_yes"  # yes (with what a settled tie adds), needed, added (0 or 1), met
    MUST_APPROVE = "must_approve"  # roles (all that have to), missing (those who did not), met
    # counted, total, needed, held, written, missing_roles, missing_officers
    QUORUM = "quorum"
    GIVEN_PRESENT = "given_present"  # count: how many were present was handed in, and taken as it stands
    NO_BLOCKS = "no_blocks"  # count
    ABSENCE_BLOCKS = "absence_blocks"  # count
    VETO = "veto"  # count: a final veto ended it
    SUSPENDED = "suspended"  # count; second_vote (name of the rule of the second vote, or "")
    SET_ASIDE = "set_aside"  # role: it only decides ties, so its yes or no stands among those present and not voting
    TALLIED = "tallied"  # measures: names of the figures that were counted elsewhere
    SILENCE = "silence"  # count, means
    RECUSED = "recused"  # count, left (what they were taken out of)
    REPRESENTED = "represented"  # count; in_quorum (whether the quorum counts them; true where there is none)
    SUBSTITUTED = "substituted"  # count
    CLASSIFIED = "classified"  # yes, no, neither
    REFERENCE = "reference"  # instrument, article


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
