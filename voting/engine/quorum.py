"""The quorum: enough who take part, and whoever is required. Silence never makes one, whatever else it means."""

from dataclasses import dataclass

from voting.engine.measures import in_base, needed_of
from voting.engine.rule import ANSWERS, Choice, Leave, Quorum, Rule
from voting.engine.sheet import Line, Sheet


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


def quorum_count(quorum: Quorum, sheet: Sheet) -> QuorumCount:
    """Count the quorum.

    Fine print: a required role is looked for before the excepted leave both sides; a holder who is there is taken off a given `present`
    too. In counts two roles are two members.
    """
    excepted = {id(line): line for role, line in sheet.holders.items() if role in quorum.except_roles}.values()
    total = sheet.heads(lambda line: _in_total(line, quorum, sheet.rule))
    total -= sum(_in_total(line, quorum, sheet.rule) for line in excepted)
    return QuorumCount(
        counted=_there(quorum, sheet) - sum(_makes_quorum(line, quorum, sheet.rule) for line in excepted),
        total=total,
        needed=quorum_needed(quorum, total),
        missing_roles=tuple(role for role in quorum.roles if not _holder_is_there(role, quorum, sheet)),
        missing_officers=tuple(officer for officer in quorum.attending if officer not in sheet.vote.attending),
    )


def quorum_needed(quorum: Quorum, total: int) -> int:
    """Return how many of so many have to be there."""
    share = 0 if quorum.fraction is None else needed_of(quorum.fraction, total, strict=quorum.strict)
    return max(share, quorum.at_least or 0)


def _there(quorum: Quorum, sheet: Sheet) -> int:
    """Count those who are there. A given `present` is taken as it stands, and substitutes are never added to it."""
    if sheet.given_present is not None:
        return sheet.given_present
    return sheet.heads(lambda line: _makes_quorum(line, quorum, sheet.rule))


def _makes_quorum(line: Line, quorum: Quorum, rule: Rule) -> bool:
    """Say whether a line is counted: explicit answers, the recused unless they leave, the represented and the substituted if so said.

    Fine print: a substituted member with an explicit absent or silent gave no ballot; one both represented and recused is recused.
    """
    if line.given is Choice.RECUSED:
        return not rule.recused_leaves(Leave.QUORUM)
    if line.given in ANSWERS:
        return quorum.represented or not line.represented
    return quorum.substitutes and line.substituted


def _in_total(line: Line, quorum: Quorum, rule: Rule) -> bool:
    """Fine print: `all` in recused_leave takes the recused out of the quorum's `of: all` too."""
    return in_base(line, quorum.of, rule)


def _holder_is_there(role: str, quorum: Quorum, sheet: Sheet) -> bool:
    """A vacant required role is missing, and so is in counts one without a role ballot."""
    holder = sheet.holders.get(role)
    return holder is not None and _makes_quorum(holder, quorum, sheet.rule)
