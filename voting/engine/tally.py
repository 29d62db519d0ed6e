"""Counting: heads by choice, the bases a fraction is taken of, and the quorum. Whole numbers and exact fractions only."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction

from voting.engine.rule import ANSWERS, Base, Choice, Criterion, Leave, Quorum, Rule, Silence
from voting.engine.vote import Vote

NO_ANSWER = frozenset({Choice.ABSENT, Choice.SILENT})


@dataclass(frozen=True)
class Figures:
    """Heads by choice. `yes` includes `deemed_yes`, those whose silence counted as agreement; `present` is the base of that name."""

    members: int
    yes: int
    no: int
    abstain: int
    other: int
    present_not_voting: int
    absent: int
    recused: int
    silent: int
    deemed_yes: int
    present: int

    def as_json(self) -> dict[str, int]:
        """Write the figures by name."""
        return asdict(self)


@dataclass(frozen=True)
class QuorumCount:
    """How the quorum came out: `needed` of `total`, `counted` there, and who was required and is missing."""

    counted: int
    total: int
    needed: int
    missing_roles: tuple[str, ...]
    missing_officers: tuple[str, ...]

    @property
    def held(self) -> bool:
        """Whether there is a quorum."""
        return self.counted >= self.needed and not self.missing_roles and not self.missing_officers


def apply_silence(choices: Mapping[str, Choice], rule: Rule) -> dict[str, Choice]:
    """Return the choices once the deadline has passed: under consent, silence is a yes."""
    if rule.silence is not Silence.CONSENT:
        return dict(choices)
    return {member: Choice.YES if choice is Choice.SILENT else choice for member, choice in choices.items()}


def figures_of(choices: Mapping[str, Choice], rule: Rule, deemed_yes: int = 0) -> Figures:
    """Count heads by choice."""
    heads = Counter(choices.values())
    return Figures(
        members=len(choices),
        yes=heads[Choice.YES],
        no=heads[Choice.NO],
        abstain=heads[Choice.ABSTAIN],
        other=heads[Choice.OTHER],
        present_not_voting=heads[Choice.PRESENT_NOT_VOTING],
        absent=heads[Choice.ABSENT],
        recused=heads[Choice.RECUSED],
        silent=heads[Choice.SILENT],
        deemed_yes=deemed_yes,
        present=sum(heads[choice] for choice in ANSWERS) + _recused_unless(Leave.PRESENT, heads[Choice.RECUSED], rule),
    )


def base_amount(base: Base, figures: Figures, rule: Rule) -> int:
    """Return how many the base holds."""
    amounts = {
        Base.ALL: figures.members - _recused_if(Leave.ALL, figures.recused, rule),
        Base.ENTITLED: figures.members - _recused_if(Leave.ENTITLED, figures.recused, rule),
        Base.PRESENT: figures.present,
        Base.CAST: figures.yes + figures.no,
        Base.ANSWERED: figures.yes + figures.no + figures.abstain + figures.other + figures.present_not_voting,
    }
    return amounts[base]


def needed_of(fraction: Fraction, amount: int, *, strict: bool) -> int:
    """Return the least whole number that is more than (strict), or at least, the fraction of the amount."""
    share = fraction * amount
    return math.floor(share) + 1 if strict else math.ceil(share)


def meets(criterion: Criterion, yes: int, amount: int) -> bool:
    """Return whether so many yes satisfy the criterion; nothing is ever enough of nobody."""
    return amount > 0 and yes >= needed_of(criterion.fraction, amount, strict=criterion.strict)


def quorum_count(quorum: Quorum, vote: Vote, rule: Rule, choices: Mapping[str, Choice]) -> QuorumCount:
    """Count the quorum from explicit answers: silence never makes one, whatever else it means."""
    there = frozenset(member for member, choice in choices.items() if _makes_quorum(member, choice, vote, rule, quorum))
    left_out = {vote.holder_of(role) for role in quorum.except_roles}
    all_of_them = [member for member in _quorum_total(quorum, rule, choices) if member not in left_out]
    return QuorumCount(
        counted=len(there - left_out),
        total=len(all_of_them),
        needed=quorum_needed(quorum, len(all_of_them)),
        missing_roles=tuple(role for role in quorum.roles if vote.holder_of(role) not in there),
        missing_officers=tuple(officer for officer in quorum.attending if officer not in vote.attending),
    )


def _makes_quorum(member: str, choice: Choice, vote: Vote, rule: Rule, quorum: Quorum) -> bool:
    if choice is Choice.RECUSED:
        return not rule.recused_leaves(Leave.QUORUM)
    return choice in ANSWERS or (quorum.substitutes and choice in NO_ANSWER and member in vote.substitutes)


def _quorum_total(quorum: Quorum, rule: Rule, choices: Mapping[str, Choice]) -> list[str]:
    leave = Leave.ENTITLED if quorum.of is Base.ENTITLED else Leave.ALL
    without_recused = rule.recused_leaves(leave)
    return [member for member, choice in choices.items() if not (without_recused and choice is Choice.RECUSED)]


def quorum_needed(quorum: Quorum, total: int) -> int:
    """Return how many of so many have to be there."""
    share = 0 if quorum.fraction is None else needed_of(quorum.fraction, total, strict=quorum.strict)
    return max(share, quorum.at_least or 0)


def _recused_if(leave: Leave, recused: int, rule: Rule) -> int:
    return recused if rule.recused_leaves(leave) else 0


def _recused_unless(leave: Leave, recused: int, rule: Rule) -> int:
    return 0 if rule.recused_leaves(leave) else recused
