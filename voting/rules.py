"""The rule engine: a vote and a rule in, an outcome with its reasons out. Pure; every fraction is exact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from voting.engine.count import Count, circumstances, count_of, referred
from voting.engine.result import Outcome, Reference, Result, Step, StepKind, steps_from_json
from voting.engine.rule import Base, Choice, Criterion, Rule, Silence, Tie, TieKind, TieWhen
from voting.engine.tally import Figures, base_amount, figures_of, meets, needed_of, quorum_count
from voting.engine.vote import Vote, answered, check_vote, choices_of

__all__ = ["Figures", "Outcome", "Reference", "Result", "Step", "StepKind", "decide", "steps_from_json"]

HALF = Fraction(1, 2)
SIDES = frozenset({Choice.YES, Choice.NO})


@dataclass(frozen=True)
class Settled:
    """A condition examined: its step or steps, whether it holds, and whether it hangs on a tie that nobody has broken."""

    steps: tuple[Step, ...]
    holds: bool
    hangs: bool = False
    doubled: int = 0


def decide(vote: Vote, rule: Rule, reference: Reference | None = None) -> Result:
    """Decide a vote; raise `Refused` where it is not a vote under this rule.

    The order is fixed: an objection that stops, a deadline still running, silence, the quorum, blocks, the criteria, ties.
    """
    check_vote(vote, rule)
    given = choices_of(vote, rule)
    if (early := _before_counting(vote, rule, given)) is not None:
        outcome, step = early
        return Result(outcome, figures_of(given, rule), (step, *referred(reference)))
    count = count_of(vote, rule, given)
    outcome, steps = _outcome(count)
    return Result(outcome, count.figures, (*steps, *circumstances(count), *referred(reference)))


def _before_counting(vote: Vote, rule: Rule, given: Mapping[str, Choice]) -> tuple[Outcome, Step] | None:
    """Return the outcome of a written procedure that an objection has stopped or that still runs, else None."""
    objections = sum(choice in rule.objections for choice in given.values())
    if rule.objection_stops and objections:
        return Outcome.OBJECTED, Step(StepKind.OBJECTED, {"count": objections})
    if not rule.is_written or vote.deadline_passed:
        return None
    expected = sum(choice is not Choice.RECUSED for choice in given.values())
    if rule.early_close and answered(given) == expected:
        return None
    return Outcome.OPEN, Step(StepKind.OPEN, {"answered": answered(given), "expected": expected})


def _outcome(count: Count) -> tuple[Outcome, list[Step]]:
    quorum = _quorum(count)
    if not quorum.holds:
        return Outcome.NO_QUORUM, list(quorum.steps)
    counted = Step(StepKind.COUNTED, {"yes": count.figures.yes, "members": count.figures.members})
    blocks = [*_no_blocks(count), *_absence_blocks(count)]
    if blocks:
        return Outcome.FAIL, [counted, *blocks, *quorum.steps]
    conditions = [_criterion(count, criterion) for criterion in count.rule.criteria]
    conditions.append(_min_yes(count, max((each.doubled for each in conditions), default=0)))
    steps = [counted, *(step for each in conditions for step in each.steps), *quorum.steps]
    return _verdict(conditions), steps


def _verdict(conditions: Sequence[Settled]) -> Outcome:
    """Pass where all hold; a tie that nobody broke counts only where breaking it would have been enough."""
    if not all(each.holds for each in conditions if not each.hangs):
        return Outcome.FAIL
    return Outcome.TIE if any(each.hangs for each in conditions) else Outcome.PASS


def _quorum(count: Count) -> Settled:
    if count.rule.quorum is None:
        return Settled((), holds=True)
    found = quorum_count(count.rule.quorum, count.vote, count.rule, count.given)
    step = Step(
        StepKind.QUORUM,
        {
            "counted": found.counted,
            "needed": found.needed,
            "total": found.total,
            "held": found.held,
            "written": count.rule.is_written,
            "missing_roles": list(found.missing_roles),
            "missing_officers": list(found.missing_officers),
        },
    )
    return Settled((step,), holds=found.held)


def _no_blocks(count: Count) -> list[Step]:
    if not count.rule.no_blocks or not count.figures.no:
        return []
    return [Step(StepKind.NO_BLOCKS, {"count": count.figures.no})]


def _absence_blocks(count: Count) -> list[Step]:
    """An absent member blocks; in the written form also one who was silent, where silence is no answer."""
    missing = count.figures.absent
    if count.rule.silence in {Silence.NOT_A_YES, Silence.ABSENT}:
        missing += count.figures.silent
    if not count.rule.absence_blocks or not missing:
        return []
    return [Step(StepKind.ABSENCE_BLOCKS, {"count": missing})]


def _criterion(count: Count, criterion: Criterion) -> Settled:
    yes = count.figures.yes
    amount = base_amount(criterion.base, count.figures, count.rule)
    holds = meets(criterion, yes, amount)
    step = Step(
        StepKind.CRITERION,
        {
            "yes": yes,
            "base": criterion.base.value,
            "amount": amount,
            "fraction": f"{criterion.fraction.numerator}/{criterion.fraction.denominator}",
            "strict": criterion.strict,
            "needed": needed_of(criterion.fraction, amount, strict=criterion.strict),
            "met": holds,
        },
    )
    if holds or not _is_tie(count, criterion, amount):
        return Settled((step,), holds)
    return _settle_tie(count, step, criterion)


def _is_tie(count: Count, criterion: Criterion, amount: int) -> bool:
    """A tie exists only where more than half is needed, of somebody."""
    if criterion.fraction != HALF or not criterion.strict or amount == 0:
        return False
    if count.rule.tie_when is TieWhen.YES_EQUALS_NO:
        return count.figures.yes == count.figures.no
    return 2 * count.figures.yes == amount


def _settle_tie(count: Count, criterion_step: Step, criterion: Criterion) -> Settled:
    tie = count.rule.tie
    side = _side(count, tie)
    step = Step(
        StepKind.TIE,
        {
            "kind_of_tie": tie.kind.value,
            "role": tie.role,
            "side": side.value if side else "",
            "vacant": bool(tie.role) and count.vote.holder_of(tie.role) is None,
            "yes": count.figures.yes,
            "no": count.figures.no,
            "yes_equals_no": count.rule.tie_when is TieWhen.YES_EQUALS_NO and criterion.base is not Base.CAST,
        },
    )
    hangs = tie.kind is not TieKind.FAILS and side is None
    doubles = tie.kind is TieKind.COUNTS_DOUBLE and count.rule.double_counts_for_min_yes and side is not Choice.NO
    return Settled((criterion_step, step), holds=side is Choice.YES, hangs=hangs, doubled=int(doubles))


def _side(count: Count, tie: Tie) -> Choice | None:
    """Return the explicit yes or no of the role that settles ties; silence never takes a side."""
    holder = count.vote.holder_of(tie.role) if tie.role else None
    given = count.given[holder] if holder is not None else None
    return given if given in SIDES else None


def _min_yes(count: Count, doubled: int) -> Settled:
    needed = count.rule.min_yes
    if not needed:
        return Settled((), holds=True)
    yes = count.figures.yes + doubled
    step = Step(StepKind.MIN_YES, {"yes": yes, "needed": needed, "met": yes >= needed})
    return Settled((step,), holds=yes >= needed)
