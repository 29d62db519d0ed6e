"""The roll of a live vote: everyone entitled, the absent too, as frozen at opening."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from ecabinet.refusals import Refused
from voting.engine.decimals import decimal_of
from voting.engine.refusals import Reason
from voting.engine.rule import Rule


@dataclass(frozen=True)
class RollMember:
    """One entitled member as frozen at opening.

    `substituted`: somebody sits in their place without a vote. `weights`: measure to decimal text. `proxy`: the member who casts for
    them. `veto`: their no is a veto, where the rule has one.
    """

    member: str
    name: str
    roles: tuple[str, ...] = ()
    recused: bool = False
    substituted: bool = False
    weights: Mapping[str, str] = field(default_factory=dict)
    proxy: str | None = None
    veto: bool = False

    def as_json(self) -> dict[str, object]:
        """Write this line of the roll as it stands in the opening entry."""
        return {
            "member": self.member,
            "name": self.name,
            "roles": list(self.roles),
            "recused": self.recused,
            "substituted": self.substituted,
            "weights": dict(self.weights),
            "proxy": self.proxy,
            "veto": self.veto,
        }


def check_roll(rule: Rule, roll: Sequence[RollMember]) -> None:
    """Raise `Refused` where a vote on this roll could not be counted under the rule.

    A member twice, two holders of a role that the rule names, a weight that the rule counts and that is missing or no decimal, a proxy
    over the limit, to oneself, to somebody recused, not on the roll, or with a proxy of their own.
    """
    _check_members(roll)
    _check_roles(rule, roll)
    for line in roll:
        _check_weights(rule, line)
    _check_proxies(rule, roll)


def holders(roll: Sequence[RollMember], role: str) -> list[str]:
    """Return the members who hold the role."""
    return [line.member for line in roll if role in line.roles]


def weights_of(line: RollMember) -> dict[str, Fraction]:
    """Read the weights of a member; raise `Refused` for what is not a decimal text."""
    return {measure: _weight(line, measure) for measure in line.weights}


def check_on_roll(names: Iterable[str], members: Collection[str]) -> None:
    """Raise `Refused` for the first name that is not on the roll."""
    known = frozenset(members)
    for name in names:
        if name not in known:
            raise Refused(Reason.NOT_ON_ROLL, name=name)


def _check_members(roll: Sequence[RollMember]) -> None:
    seen: set[str] = set()
    for line in roll:
        if line.member in seen:
            raise Refused(Reason.TWICE_ON_ROLL, name=line.name)
        seen.add(line.member)


def _check_roles(rule: Rule, roll: Sequence[RollMember]) -> None:
    for role in sorted(rule.roles()):
        if len(holders(roll, role)) > 1:
            raise Refused(Reason.ROLE_HELD_TWICE, role=role)


def _check_weights(rule: Rule, line: RollMember) -> None:
    weights_of(line)
    for measure in rule.weights():
        if measure not in line.weights:
            raise Refused(Reason.WEIGHT_MISSING, name=line.name, measure=measure)


def _weight(line: RollMember, measure: str) -> Fraction:
    found = decimal_of(line.weights[measure])
    if found is None:
        raise Refused(Reason.NOT_A_WEIGHT, name=line.name, measure=measure)
    return found


def _check_proxies(rule: Rule, roll: Sequence[RollMember]) -> None:
    lines = {line.member: line for line in roll}
    given = {line.member: line.proxy for line in roll if line.proxy is not None}
    check_on_roll(given.values(), lines)
    names = {member: line.name for member, line in lines.items()}
    check_proxies(given, rule.proxies_per_member, names)
    for holder in given.values():
        if lines[holder].recused:
            raise Refused(Reason.PROXY_HOLDER_RECUSED, name=lines[holder].name)


def check_proxies(given: Mapping[str, str], most: int, names: Mapping[str, str]) -> None:
    """Raise `Refused` for a proxy to oneself, to who has given one away, or for more than `most` of one holder."""
    held = Counter(given.values())
    for member, holder in given.items():
        if holder == member:
            raise Refused(Reason.PROXY_TO_ONESELF, name=names[member])
        if holder in given:
            raise Refused(Reason.PROXY_HOLDER_REPRESENTED, name=names[holder])
        if held[holder] > most:
            raise Refused(Reason.PROXIES_TOO_MANY, name=names[holder], most=most)
