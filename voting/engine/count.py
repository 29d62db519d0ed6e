"""A closed vote counted under its rule, and the steps that state what a reader would otherwise have to guess."""

from collections.abc import Mapping
from dataclasses import dataclass

from voting.engine.result import Reference, Step, StepKind
from voting.engine.rule import Choice, Leave, Rule
from voting.engine.tally import NO_ANSWER, Figures, apply_silence, figures_of
from voting.engine.vote import Vote


@dataclass(frozen=True)
class Count:
    """A vote counted under a rule: the choices as given (after classification) and as they count (after silence)."""

    vote: Vote
    rule: Rule
    given: Mapping[str, Choice]
    counting: Mapping[str, Choice]
    figures: Figures


def count_of(vote: Vote, rule: Rule, given: Mapping[str, Choice]) -> Count:
    """Count a vote that is closed: silence is applied."""
    counting = apply_silence(given, rule)
    deemed = sum(counting[member] is not given[member] for member in given)
    return Count(vote, rule, given, counting, figures_of(counting, rule, deemed))


def circumstances(count: Count) -> list[Step]:
    """State silence, recusals, seats taken by others and classified opinions, each where there is any."""
    return [*_silence(count), *_recused(count), *_substituted(count), *_classified(count)]


def _silence(count: Count) -> list[Step]:
    silent = sum(choice is Choice.SILENT for choice in count.given.values())
    return [Step(StepKind.SILENCE, {"count": silent, "means": count.rule.silence.value})] if silent else []


def _recused(count: Count) -> list[Step]:
    if not count.figures.recused:
        return []
    left = [leave.value for leave in Leave if count.rule.recused_leaves(leave)]
    return [Step(StepKind.RECUSED, {"count": count.figures.recused, "left": left})]


def _substituted(count: Count) -> list[Step]:
    seats = sum(count.given[member] in NO_ANSWER for member in count.vote.substitutes)
    return [Step(StepKind.SUBSTITUTED, {"count": seats})] if seats else []


def _classified(count: Count) -> list[Step]:
    others = [member for member, ballot in count.vote.ballots.items() if ballot is Choice.OTHER]
    if not others or not any(member in count.vote.classified for member in others):
        return []
    yes = sum(count.given[member] is Choice.YES for member in others)
    no = sum(count.given[member] is Choice.NO for member in others)
    return [Step(StepKind.CLASSIFIED, {"yes": yes, "no": no, "neither": len(others) - yes - no})]


def referred(reference: Reference | None) -> list[Step]:
    """State where the rule stands, if that is known."""
    if reference is None or not reference.instrument:
        return []
    return [Step(StepKind.REFERENCE, {"instrument": reference.instrument, "article": reference.article})]
