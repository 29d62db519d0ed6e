"""Blockers: members of the base whose ballot is not yes. Fewer than a criterion's waiver are enough for it. Always counted in heads."""

from fractions import Fraction

from voting.engine.measures import in_base, weight
from voting.engine.rule import HEADS, Choice, Criterion, FewestOver
from voting.engine.sheet import Line, Sheet


def blockers(criterion: Criterion, sheet: Sheet) -> int:
    """Count the blockers in heads, whatever the criterion's measure."""
    return sheet.heads(lambda line: line.counting is not Choice.YES and in_base(line, criterion.base, sheet.rule))


def waived_below(criterion: Criterion, sheet: Sheet) -> int | None:
    """Return the number of blockers below which the criterion counts as met; None where it is never waived."""
    if not isinstance(criterion.waiver, FewestOver):
        return criterion.waiver
    lines = [line for line in sheet.lines if in_base(line, criterion.base, sheet.rule)]
    return _fewest_over(lines, criterion.waiver) + criterion.waiver.plus


def _fewest_over(lines: list[Line], waiver: FewestOver) -> int:
    """Count the fewest members, heaviest first, who together have strictly more than the fraction; all plus one where none do."""
    heads = sum(line.heads for line in lines)
    if waiver.measure == HEADS:
        return int(waiver.fraction * heads) + 1
    weights = sorted((weight(line, waiver.measure) for line in lines), reverse=True)
    needed = waiver.fraction * sum(weights)
    together = Fraction(0)
    for place, each in enumerate(weights, start=1):
        together += each
        if together > needed:
            return place
    return heads + 1
