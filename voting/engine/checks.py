"""What makes a vote no vote under its rule: names off the roll, proxies that do not hold, numbers that do not fit."""

from collections.abc import Sequence

from ecabinet.refusals import Refused
from voting.engine.refusals import Reason
from voting.engine.roll import check_on_roll, check_proxies
from voting.engine.rule import ANSWERS, HEADS, Choice, Rule
from voting.engine.vote import Counts, Vote

CLASSES = frozenset({Choice.YES, Choice.NO, Choice.OTHER})


def check_vote(vote: Vote, rule: Rule) -> None:
    """Raise `Refused` for a vote that cannot be decided under this rule, naming what is wrong."""
    if rule.is_written and vote.deadline_passed is None:
        raise Refused(Reason.DEADLINE_NOT_SAID)
    if HEADS in vote.tallies:
        raise Refused(Reason.HEADS_TALLIED, measure=HEADS)
    if not set(vote.classified.values()) <= CLASSES:
        raise Refused(Reason.NOT_A_CLASS)
    _check_names(vote, rule)
    _check_proxies(vote, rule)
    _check_abstention(vote, rule)
    if vote.counts is not None:
        _check_counts(vote, vote.counts)


def _check_names(vote: Vote, rule: Rule) -> None:
    """Refuse a member twice and a name off the roll.

    Fine print: who only decides may be off the roll and still stand in the ballots; with a mere size names are not checked.
    """
    if vote.size is not None:
        if vote.counts is None:
            raise Refused(Reason.SIZE_WITHOUT_COUNTS)
        return
    if len(set(vote.members)) != len(vote.members):
        raise Refused(Reason.TWICE_ON_ROLL, name=_repeated(vote.members))
    held = [member for role, member in vote.roles.items() if member is not None and role != rule.decider]
    proxies = [*vote.proxies, *vote.proxies.values()]
    check_on_roll([*held, *vote.veto_holders, *proxies, *vote.substitutes, *vote.classified], vote.members)
    decider = vote.holder_of(rule.decider)
    check_on_roll(vote.ballots, vote.members if decider is None else {*vote.members, decider})


def _check_proxies(vote: Vote, rule: Rule) -> None:
    """Refuse a proxy that does not hold.

    Fine print: the holder's own ballot is yes, no, abstain, other or present_not_voting; a member in proxies has a ballot.
    """
    check_proxies(
        vote.proxies, rule.proxies_per_member, {name: name for name in (*vote.proxies, *vote.proxies.values())}
    )
    for member, holder in vote.proxies.items():
        if member not in vote.ballots:
            raise Refused(Reason.REPRESENTED_WITHOUT_BALLOT, name=member)
        if vote.ballots.get(holder) not in ANSWERS:
            raise Refused(Reason.PROXY_HOLDER_WITHOUT_BALLOT, name=holder)


def _check_abstention(vote: Vote, rule: Rule) -> None:
    """Refuse the choice abstain, and it alone, where the rule forbids it."""
    if rule.abstention_allowed:
        return
    counted = [] if vote.counts is None else [*_given(vote.counts), *vote.counts.role_ballots.values()]
    if Choice.ABSTAIN in (*vote.ballots.values(), *counted):
        raise Refused(Reason.ABSTENTION_FORBIDDEN)


def _check_counts(vote: Vote, counts: Counts) -> None:
    """Refuse what says who voted how, and more heads than the roll has; a given `present` is held against the size too."""
    # Proxies need not be looked for: each was held against a ballot of the member represented.
    beside = {"ballots": vote.ballots, "substitutes": vote.substitutes, "classified": vote.classified}
    for key, given in beside.items():
        if given:
            raise Refused(Reason.BESIDE_COUNTS, key=key)
    size = len(vote.members) if vote.size is None else vote.size
    for key, count in {"counts": sum(counts.heads.values()), "present": counts.present or 0}.items():
        if count > size:
            raise Refused(Reason.MORE_THAN_SIZE, key=key, count=count, size=size)


def _given(counts: Counts) -> list[Choice]:
    return [choice for choice, count in counts.heads.items() if count]


def _repeated(members: Sequence[str]) -> str:
    return next(member for place, member in enumerate(members) if member in members[:place])
