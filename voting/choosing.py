"""Choosing among persons or options: what is offered, and how many chose what. No rule decides it; the chair declares what was chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ecabinet.refusals import N_, Refused
from voting.engine.result import Outcome
from voting.engine.rule import Choice

FEWEST = 2
MOST = 20
LONGEST = 200
PREFIX = "option:"
NONE = "none"  # what is declared where no option was chosen


class Reason(StrEnum):
    """Why these options cannot be offered."""

    NUMBER_OF_OPTIONS = N_("Write at least %(fewest)s and at most %(most)s options, each on a line of its own.")
    OPTION_TOO_LONG = N_("An option is too long: at most %(most)s characters.")
    OPTION_TWICE = N_("“%(option)s” stands among the options twice. Remove one.")
    OPTIONS_WITHOUT_CHOICE = N_("Options are for choosing among persons or options only. Remove them, or choose that.")


@dataclass(frozen=True)
class ChoiceFigures:
    """How many members chose what, in heads."""

    members: int
    ballots: int
    abstain: int
    recused: int
    options: Mapping[str, int]

    def as_json(self) -> dict[str, object]:
        """Write the figures as the closing entry and the stored result carry them."""
        return {
            "members": self.members,
            "ballots": self.ballots,
            "abstain": self.abstain,
            "recused": self.recused,
            "options": dict(self.options),
        }


@dataclass(frozen=True)
class Chosen:
    """What choosing comes to: counted, and nothing more."""

    figures: ChoiceFigures
    outcome: Outcome = Outcome.COUNTED

    def as_json(self) -> dict[str, object]:
        """Write the result to be kept with the question; there are no reasons, since no rule decided."""
        return {"outcome": self.outcome.value, "figures": self.figures.as_json(), "steps": []}


def labels_for(written: str, *, is_choice: bool) -> list[str]:
    """Return the options of a question: those written where members choose, and none elsewhere."""
    if is_choice:
        return labels_from(written)
    if written.strip():
        raise Refused(Reason.OPTIONS_WITHOUT_CHOICE)
    return []


def labels_from(written: str) -> list[str]:
    """Read options written one a line; refuse too few, too many, too long ones, or the same twice."""
    labels = [" ".join(line.split()) for line in written.splitlines() if line.strip()]
    if not FEWEST <= len(labels) <= MOST:
        raise Refused(Reason.NUMBER_OF_OPTIONS, fewest=FEWEST, most=MOST)
    for place, label in enumerate(labels):
        if len(label) > LONGEST:
            raise Refused(Reason.OPTION_TOO_LONG, most=LONGEST)
        if label.casefold() in {earlier.casefold() for earlier in labels[:place]}:
            raise Refused(Reason.OPTION_TWICE, option=label)
    return labels


def options_of(labels: Sequence[str]) -> tuple[str, ...]:
    """Return what a ballot says for each option, in their order: `option:1`, `option:2`, …"""
    return tuple(f"{PREFIX}{number}" for number in range(1, len(labels) + 1))


def named(labels: Sequence[str]) -> dict[str, str]:
    """Return the words of each option, as the opening entry carries them."""
    return dict(zip(options_of(labels), labels, strict=True))


def is_option(choice: str) -> bool:
    """Say whether an answer, or what was declared, is one of the options."""
    return choice.startswith(PREFIX)


def count(members: int, recused: int, ballots: Mapping[str, str], labels: Sequence[str]) -> Chosen:
    """Count the ballots that stand, one a member, for each option."""
    given = list(ballots.values())
    return Chosen(
        ChoiceFigures(
            members=members,
            ballots=len(given),
            abstain=given.count(Choice.ABSTAIN.value),
            recused=recused,
            options={option: given.count(option) for option in options_of(labels)},
        )
    )


def has_most(option: str, options: Mapping[str, int]) -> bool:
    """Say whether no other option was chosen by more members."""
    return options.get(option, -1) == max(options.values())
