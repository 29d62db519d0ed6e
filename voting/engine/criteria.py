"""The criteria: is there enough yes, are there too few blockers, is it a tie and who settles it."""

from dataclasses import dataclass
from fractions import Fraction

from voting.engine.blockers import blockers, waived_below
from voting.engine.decimals import decimal_text, fraction_text
from voting.engine.measures import Amounts, amounts_of, meets, needed_of
from voting.engine.result import Step, StepKind
from voting.engine.rule import HEADS, Base, Choice, Criterion, TieKind, TieWhen
from voting.engine.sheet import Sheet

HALF = Fraction(1, 2)


@dataclass(frozen=True)
class Settled:
    """A condition examined: its steps, whether it holds, and whether it hangs on a tie that nobody has broken.

    `added`: what settling the tie adds to the yes that `min_yes` counts.
    """

    steps: tuple[Step, ...]
    holds: bool
    hangs: bool = False
    added: int = 0


def examine(criterion: Criterion, sheet: Sheet) -> Settled:
    """Examine one criterion: it is met, or waived for want of blockers, or a tie, or it fails. A base of nothing fails it, waived or not."""
    amounts = amounts_of(criterion, sheet)
    met = meets(criterion, amounts)
    step = _criterion_step(criterion, amounts, met=met)
    if met or not amounts.base:
        return Settled((step,), met)
    waived = _waived(criterion, sheet)
    if waived is not None:
        return Settled((step, waived), holds=True)
    if not _is_tie(criterion, amounts, sheet):
        return Settled((step,), holds=False)
    return _settle_tie(criterion, amounts, sheet, step)


def _criterion_step(criterion: Criterion, amounts: Amounts, *, met: bool) -> Step:
    return Step(
        StepKind.CRITERION,
        {
            "measure": criterion.measure,
            "tallied": amounts.tallied,
            "base": criterion.base.value,
            "amount": _shown(criterion, amounts.base),
            "yes": _shown(criterion, amounts.yes),
            "fraction": fraction_text(criterion.fraction),
            "strict": criterion.strict,
            "needed": _needed(criterion, amounts),
            "met": met,
        },
    )


def _needed(criterion: Criterion, amounts: Amounts) -> int | str:
    """Return what was needed: of heads the least number that is enough, of another measure the share itself."""
    if criterion.measure == HEADS:
        return needed_of(criterion.fraction, amounts.base, strict=criterion.strict)
    return decimal_text(criterion.fraction * amounts.base)


def _shown(criterion: Criterion, amount: Fraction) -> int | str:
    return int(amount) if criterion.measure == HEADS else decimal_text(amount)


def _waived(criterion: Criterion, sheet: Sheet) -> Step | None:
    below = waived_below(criterion, sheet)
    against = blockers(criterion, sheet)
    if below is None or against >= below:
        return None
    return Step(StepKind.WAIVED, {"blockers": against, "below": below})


def _is_tie(criterion: Criterion, amounts: Amounts, sheet: Sheet) -> bool:
    """A tie exists only where more than half is needed, of ballots and not of a tally."""
    if criterion.fraction != HALF or not criterion.strict or amounts.tallied:
        return False
    if sheet.rule.tie_when is TieWhen.YES_EQUALS_NO:
        return amounts.yes == amounts.no
    return 2 * amounts.yes == amounts.base


def _settle_tie(criterion: Criterion, amounts: Amounts, sheet: Sheet, before: Step) -> Settled:
    """Settle this criterion alone by the explicit yes or no of the tie's role; without one it hangs."""
    tie = sheet.rule.tie
    side = sheet.side_of(tie.role) if tie.kind is not TieKind.FAILS else None
    step = Step(
        StepKind.TIE,
        {
            "kind_of_tie": tie.kind.value,
            "role": tie.role,
            "side": side.value if side else "",
            "vacant": bool(tie.role) and tie.role not in sheet.holders,
            "measure": criterion.measure,
            "yes": _shown(criterion, amounts.yes),
            "no": _shown(criterion, amounts.no),
            "yes_equals_no": sheet.rule.tie_when is TieWhen.YES_EQUALS_NO and criterion.base is not Base.CAST,
        },
    )
    return Settled(
        steps=(before, step),
        holds=side is Choice.YES,
        hangs=tie.kind is not TieKind.FAILS and side is None,
        added=0 if side is Choice.NO else _added_by_yes(sheet),
    )


def _added_by_yes(sheet: Sheet) -> int:
    """Return what a yes that settles a tie adds to the yes that min_yes counts.

    A double vote adds one if so set. Fine print: the yes of a role that only decides, which the figures lack, adds one; it does so too
    where it is only asked whether that yes would have passed the vote.
    """
    doubles = sheet.rule.tie.kind is TieKind.COUNTS_DOUBLE and sheet.rule.double_counts_for_min_yes
    return int(doubles or sheet.rule.decider is not None)
