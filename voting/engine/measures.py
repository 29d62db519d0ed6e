"""Measures and bases: what amount of heads, of a weight, or of a tally counted elsewhere is there, and is it enough. Exact throughout."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from ecabinet.refusals import Refused
from voting.engine.refusals import Reason
from voting.engine.rule import ANSWERS, HEADS, SIDES, Base, Choice, Criterion, FewestOver, Leave, Rule
from voting.engine.sheet import Line, Sheet
from voting.engine.vote import Tally

BASES_OF_TALLIES = frozenset({Base.ALL, Base.ENTITLED, Base.CAST})


@dataclass(frozen=True)
class Amounts:
    """Of one criterion, in its measure: yes, no, and the base. `tallied`: counted elsewhere, not from ballots."""

    yes: Fraction
    no: Fraction
    base: Fraction
    tallied: bool = False


def in_base(line: Line, base: Base, rule: Rule) -> bool:
    """Say whether a line belongs to a base; a recused member is never in cast or answered."""
    if line.given is Choice.RECUSED:
        return _recused_in(base, rule)
    belongs: dict[Base, bool] = {
        Base.ALL: True,
        Base.ENTITLED: True,
        Base.PRESENT: line.counting in ANSWERS,
        Base.CAST: line.counting in SIDES,
        Base.ANSWERED: line.counting in ANSWERS,
    }
    return belongs[base]


def _recused_in(base: Base, rule: Rule) -> bool:
    leave = {Base.ALL: Leave.ALL, Base.ENTITLED: Leave.ENTITLED, Base.PRESENT: Leave.PRESENT}.get(base)
    return leave is not None and not rule.recused_leaves(leave)


def present(sheet: Sheet) -> int:
    """Count those present in heads. A number that was handed in is taken as it stands; substitutes are in neither."""
    if sheet.given_present is not None:
        return sheet.given_present
    return sheet.heads(lambda line: in_base(line, Base.PRESENT, sheet.rule))


def amounts_of(criterion: Criterion, sheet: Sheet) -> Amounts:
    """Count a criterion in its measure."""
    tally = tally_of(criterion.measure, sheet)
    if tally is not None:
        return Amounts(tally.yes, tally.no, _base_of_tally(tally, criterion.base), tallied=True)
    return Amounts(
        yes=amount(sheet, criterion.measure, lambda line: line.counting is Choice.YES),
        no=amount(sheet, criterion.measure, lambda line: line.counting is Choice.NO),
        base=_base_amount(criterion, sheet),
    )


def tally_of(measure: str, sheet: Sheet) -> Tally | None:
    """Return the figures counted elsewhere, which beat a weight of the same name; heads are never a tally."""
    return None if measure == HEADS else sheet.vote.tallies.get(measure)


def amount(sheet: Sheet, measure: str, counted: Callable[[Line], bool]) -> Fraction:
    """Add up a measure over the lines that are counted."""
    return sum((weight(line, measure) for line in sheet.lines if counted(line)), Fraction(0))


def weight(line: Line, measure: str) -> Fraction:
    """Return what a line weighs in a measure; `check_measures` has made sure that who belongs to a base has its weight."""
    return Fraction(line.heads) if measure == HEADS else line.weights[measure]


def meets(criterion: Criterion, amounts: Amounts) -> bool:
    """Say whether there is enough yes; nothing is ever enough of nobody."""
    needed = criterion.fraction * amounts.base
    enough = amounts.yes > needed if criterion.strict else amounts.yes >= needed
    return amounts.base > 0 and enough


def needed_of(fraction: Fraction, amount: int | Fraction, *, strict: bool) -> int:
    """Return the least whole number that is more than (strict), or at least, the fraction of the amount."""
    share = fraction * amount
    return math.floor(share) + 1 if strict else math.ceil(share)


def check_measures(sheet: Sheet) -> None:
    """Raise `Refused` where a criterion or a waiver cannot be counted.

    Fine print: errors are looked for in every criterion, with silence as it stands, also where the vote is open, objected or without
    quorum. A member of the base without the weight is one; so is a tally with a base other than all, entitled or cast.
    """
    for criterion in sheet.rule.criteria:
        tally = tally_of(criterion.measure, sheet)
        if tally is None:
            _check_weights(criterion.measure, criterion.base, sheet)
        elif criterion.base not in BASES_OF_TALLIES:
            raise Refused(Reason.TALLY_HAS_NO_BASE, measure=criterion.measure, base=criterion.base.value)
        if isinstance(criterion.waiver, FewestOver):
            _check_weights(criterion.waiver.measure, criterion.base, sheet)


def _check_weights(measure: str, base: Base, sheet: Sheet) -> None:
    if measure == HEADS:
        return
    if sheet.vote.counts is not None:
        raise Refused(Reason.WEIGHT_ONLY_TALLIED, measure=measure)
    for line in _lines_in(base, sheet):
        if measure not in line.weights:
            raise Refused(Reason.WEIGHT_MISSING, name=line.member, measure=measure)


def _lines_in(base: Base, sheet: Sheet) -> Iterable[Line]:
    return (line for line in sheet.lines if in_base(line, base, sheet.rule))


def _base_amount(criterion: Criterion, sheet: Sheet) -> Fraction:
    if criterion.measure == HEADS and criterion.base is Base.PRESENT:
        return Fraction(present(sheet))
    return amount(sheet, criterion.measure, lambda line: in_base(line, criterion.base, sheet.rule))


def _base_of_tally(tally: Tally, base: Base) -> Fraction:
    return tally.yes + tally.no if base is Base.CAST else tally.total
