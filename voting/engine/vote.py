"""A vote as it is to be decided. A live one is put together from the roll frozen at opening, the ballots, and what was so at the close."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from voting.engine.roll import RollMember, check_on_roll, check_roll, holders, weights_of
from voting.engine.rule import Choice, Rule

__all__ = ["Circumstances", "Counts", "LiveBallot", "RollMember", "Tally", "Vote", "check_roll", "vote_of"]


@dataclass(frozen=True)
class LiveBallot:
    """A member's ballot that counts, and who cast it: the member (empty means the same), or the holder of their proxy."""

    choice: Choice
    by: str = ""


@dataclass(frozen=True)
class Circumstances:
    """What was so at the close and does not stand in a ballot.

    `present`: members checked in (meeting; who is not on the roll is passed over). `attending`: required officers who are there. `classified`: how another opinion counts
    (yes, no, or other for neither). `deadline_passed`: written form only, and required there.
    """

    present: tuple[str, ...] = ()
    attending: tuple[str, ...] = ()
    classified: Mapping[str, Choice] = field(default_factory=dict)
    deadline_passed: bool | None = None


@dataclass(frozen=True)
class Tally:
    """Figures of one measure that were counted elsewhere, such as those of a popular vote."""

    yes: Fraction
    no: Fraction
    total: Fraction


@dataclass(frozen=True)
class Counts:
    """Heads by choice where it is not known who voted how; what is missing to the size did not answer.

    `present` is taken as it stands. `role_ballots`: how the holders of roles voted. `vetoes`: the names of those who vetoed.
    """

    heads: Mapping[Choice, int] = field(default_factory=dict)
    present: int | None = None
    role_ballots: Mapping[str, Choice] = field(default_factory=dict)
    vetoes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vote:
    """Everything a decision depends on besides the rule; a member without a ballot is absent, or silent in the written form.

    `size` stands in place of `members` where the roll is a mere number, and `counts` in place of `ballots`. A role without a holder is
    vacant. `proxies`: the member represented, to the member who casts for them.
    """

    members: tuple[str, ...] = ()
    ballots: Mapping[str, Choice] = field(default_factory=dict)
    roles: Mapping[str, str | None] = field(default_factory=dict)
    substitutes: frozenset[str] = frozenset()
    attending: frozenset[str] = frozenset()
    classified: Mapping[str, Choice] = field(default_factory=dict)
    deadline_passed: bool | None = None
    weights: Mapping[str, Mapping[str, Fraction]] = field(default_factory=dict)
    tallies: Mapping[str, Tally] = field(default_factory=dict)
    veto_holders: frozenset[str] = frozenset()
    proxies: Mapping[str, str] = field(default_factory=dict)
    counts: Counts | None = None
    size: int | None = None

    def holder_of(self, role: str | None) -> str | None:
        """Return the member who holds the role, or None where it is vacant or there is no such role."""
        return None if role is None else self.roles.get(role)


def vote_of(
    rule: Rule, roll: Sequence[RollMember], ballots: Mapping[str, LiveBallot], circumstances: Circumstances
) -> Vote:
    """Put roll, ballots and circumstances together.

    The recused have no ballot; who is present without one did not vote, and so did who cast only for another.
    """
    check_roll(rule, roll)
    check_on_roll([*ballots, *circumstances.classified], [line.member for line in roll])
    represented = _represented(roll, ballots)
    there = {*represented.values(), *(() if rule.is_written else _sitting(roll, circumstances.present))}
    choices = {line.member: _choice_of(line, ballots, there) for line in roll}
    return Vote(
        members=tuple(line.member for line in roll),
        ballots={member: choice for member, choice in choices.items() if choice is not None},
        roles={role: next(iter(holders(roll, role)), None) for role in sorted(rule.roles())},
        substitutes=frozenset(line.member for line in roll if line.substituted),
        attending=frozenset(circumstances.attending),
        classified=circumstances.classified,
        deadline_passed=circumstances.deadline_passed,
        weights={line.member: weights_of(line) for line in roll},
        veto_holders=frozenset(line.member for line in roll if line.veto),
        proxies=represented,
    )


def _represented(roll: Sequence[RollMember], ballots: Mapping[str, LiveBallot]) -> dict[str, str]:
    """Return whose ballot that counts was cast by the holder of their proxy, and by whom."""
    return {
        line.member: line.proxy
        for line in roll
        if line.proxy is not None
        and not line.recused
        and line.member in ballots
        and ballots[line.member].by == line.proxy
    }


def _sitting(roll: Sequence[RollMember], present: Collection[str]) -> list[str]:
    there = frozenset(present)
    return [line.member for line in roll if line.member in there and not line.substituted]


def _choice_of(line: RollMember, ballots: Mapping[str, LiveBallot], there: Collection[str]) -> Choice | None:
    if line.recused:
        return Choice.RECUSED
    if line.member in ballots:
        return ballots[line.member].choice
    return Choice.PRESENT_NOT_VOTING if line.member in there else None
