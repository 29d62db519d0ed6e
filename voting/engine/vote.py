"""A vote as it is to be decided: the roll frozen at opening, the ballots, and what was so when it closed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from ecabinet.refusals import N_, Refused
from voting.engine.rule import ANSWERS, Choice, Rule

CLASSES = frozenset({Choice.YES, Choice.NO, Choice.OTHER})


class Reason(StrEnum):
    """Why a vote cannot be decided as it was handed in."""

    NOT_ON_ROLL = N_("“%(name)s” is not on the roll of this question. Only those on the roll can be counted.")
    TWICE_ON_ROLL = N_("“%(name)s” stands on the roll twice. Remove one entry.")
    ROLE_HELD_TWICE = N_(
        "Two members hold the role “%(role)s”, which the rule needs to be one person's. Correct the roles first."
    )
    ABSTENTION_FORBIDDEN = N_("The rule of this question does not allow abstention. Choose another answer.")
    DEADLINE_NOT_SAID = N_("A written procedure needs to know whether its deadline has passed.")
    NOT_A_CLASS = N_("Another opinion can be counted as approval, as rejection or as neither.")


@dataclass(frozen=True)
class RollMember:
    """One entitled member as frozen at opening; `substituted` where somebody sits in their place without a vote."""

    member: str
    name: str
    roles: tuple[str, ...] = ()
    recused: bool = False
    substituted: bool = False

    def as_json(self) -> dict[str, object]:
        """Write this line of the roll as it stands in the opening entry."""
        return {
            "member": self.member,
            "name": self.name,
            "roles": list(self.roles),
            "recused": self.recused,
            "substituted": self.substituted,
        }


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
class Vote:
    """Everything a decision depends on besides the rule; a member without a ballot is absent, or silent in the written form."""

    members: tuple[str, ...]
    ballots: Mapping[str, Choice] = field(default_factory=dict)
    roles: Mapping[str, str | None] = field(default_factory=dict)
    substitutes: frozenset[str] = frozenset()
    attending: frozenset[str] = frozenset()
    classified: Mapping[str, Choice] = field(default_factory=dict)
    deadline_passed: bool | None = None

    def holder_of(self, role: str) -> str | None:
        """Return the member who holds the role, or None where it is vacant."""
        return self.roles.get(role)


def check_roll(rule: Rule, roll: Sequence[RollMember]) -> None:
    """Raise `Refused` where a member is on the roll twice, or two members hold a role that the rule names."""
    seen: set[str] = set()
    for line in roll:
        if line.member in seen:
            raise Refused(Reason.TWICE_ON_ROLL, name=line.name)
        seen.add(line.member)
    for role in sorted(rule.roles()):
        if len(_holders(roll, role)) > 1:
            raise Refused(Reason.ROLE_HELD_TWICE, role=role)


def vote_of(
    rule: Rule, roll: Sequence[RollMember], ballots: Mapping[str, Choice], circumstances: Circumstances
) -> Vote:
    """Put roll, ballots and circumstances together; the recused have no ballot, and who is present without one did not vote."""
    check_roll(rule, roll)
    _on_roll([*ballots, *circumstances.classified], [line.member for line in roll])
    choices = {line.member: _choice_of(line, rule, ballots, circumstances.present) for line in roll}
    return Vote(
        members=tuple(line.member for line in roll),
        ballots={member: choice for member, choice in choices.items() if choice is not None},
        roles={role: next(iter(_holders(roll, role)), None) for role in sorted(rule.roles())},
        substitutes=frozenset(line.member for line in roll if line.substituted),
        attending=frozenset(circumstances.attending),
        classified=circumstances.classified,
        deadline_passed=circumstances.deadline_passed,
    )


def check_vote(vote: Vote, rule: Rule) -> None:
    """Raise `Refused` for a name that is not on the roll, a forbidden abstention, or a written vote that does not know its time."""
    holders = [member for member in vote.roles.values() if member is not None]
    _on_roll([*vote.ballots, *holders, *vote.substitutes, *vote.classified], vote.members)
    if len(set(vote.members)) != len(vote.members):
        raise Refused(Reason.TWICE_ON_ROLL, name=_repeated(vote.members))
    if not rule.abstention_allowed and Choice.ABSTAIN in vote.ballots.values():
        raise Refused(Reason.ABSTENTION_FORBIDDEN)
    if rule.is_written and vote.deadline_passed is None:
        raise Refused(Reason.DEADLINE_NOT_SAID)
    if not set(vote.classified.values()) <= CLASSES:
        raise Refused(Reason.NOT_A_CLASS)


def choices_of(vote: Vote, rule: Rule) -> dict[str, Choice]:
    """Return each member's choice as it counts before silence is applied: classified, and absent or silent without a ballot."""
    return {member: _counted(vote, rule, member) for member in vote.members}


def _counted(vote: Vote, rule: Rule, member: str) -> Choice:
    none_given = Choice.SILENT if rule.is_written else Choice.ABSENT
    choice = vote.ballots.get(member, none_given)
    if choice is Choice.OTHER:
        return vote.classified.get(member, Choice.OTHER)
    if choice is Choice.SILENT:
        return none_given
    return choice


def _choice_of(line: RollMember, rule: Rule, ballots: Mapping[str, Choice], present: Collection[str]) -> Choice | None:
    if line.recused:
        return Choice.RECUSED
    if line.member in ballots:
        return ballots[line.member]
    sits_there = line.member in present and not line.substituted and not rule.is_written
    return Choice.PRESENT_NOT_VOTING if sits_there else None


def answered(choices: Mapping[str, Choice]) -> int:
    """Count the explicit answers."""
    return sum(choice in ANSWERS for choice in choices.values())


def _holders(roll: Sequence[RollMember], role: str) -> list[str]:
    return [line.member for line in roll if role in line.roles]


def _on_roll(names: Iterable[str], members: Collection[str]) -> None:
    known = set(members)
    for name in names:
        if name not in known:
            raise Refused(Reason.NOT_ON_ROLL, name=name)


def _repeated(members: Sequence[str]) -> str:
    return next(member for place, member in enumerate(members) if member in members[:place])
