"""A vote written as one line of JSON: read, decided, and answered by one line. Faults are refused by name and never guessed over."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NoReturn

from ecabinet.refusals import Refused
from voting.engine.decimals import decimal_of
from voting.engine.parsing import parse_rule
from voting.engine.reading import as_one, flag, known, names, needed, table, text, whole, wrong
from voting.engine.refusals import Reason
from voting.engine.result import Reference
from voting.engine.rule import Choice, Rule
from voting.engine.rule_book import rule_named
from voting.engine.sentences import render
from voting.engine.vote import Counts, Tally, Vote
from voting.rules import decide

CLASSES = {"yes": Choice.YES, "no": Choice.NO, "neither": Choice.OTHER}
SIZE = "size"
PRESENT = "present"
COUNTED = {PRESENT, *(choice.value for choice in Choice)}
WITH_COUNTS = ("role_ballots", "vetoes")


@dataclass(frozen=True)
class Asked:
    """A vote, the rule it is to be decided under, and where that rule stands if it is one of a rulebook."""

    vote: Vote
    rule: Rule
    reference: Reference | None


class _Faults:
    """What is wrong with a line and does not keep it from being read; the first is told."""

    def __init__(self) -> None:
        self.found: list[Refused] = []

    def without_point(self, number: str) -> int:
        """Note a number with a point or an exponent."""
        self.found.append(Refused(Reason.NOT_WHOLE, number=number))
        return 0

    def once(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        """Note a key that stands in an object twice."""
        entries = dict(pairs)
        if len(entries) != len(pairs):
            keys = [key for key, _value in pairs]
            twice = next(key for place, key in enumerate(keys) if key in keys[:place])
            self.found.append(Refused(Reason.KEY_TWICE, key=twice))
        return entries


def answer(line: bytes) -> dict[str, object]:
    """Decide the vote on a line: its outcome, figures and reasons, or the error that names what is wrong."""
    vote_id: str | None = None
    try:
        raw, faults = _read(line)
        vote_id = _vote_id(raw)
        for fault in faults.found:
            raise fault
        asked = parse(raw)
        result = decide(asked.vote, asked.rule, asked.reference)
    except Refused as refused:
        return {"vote_id": vote_id, "error": str(refused.reason) % refused.values}
    return {
        "vote_id": vote_id,
        "outcome": result.outcome.value,
        "figures": result.figures.as_json(),
        "why": render(result.steps, str),
    }


def parse(raw: Mapping[str, object]) -> Asked:
    """Read a vote and its rule from JSON; raise `Refused` naming what is wrong. Unknown keys are passed over at the top only."""
    needed(raw, ["vote_id", "rule", "electorate"])
    rule, reference = _rule(raw["rule"])
    electorate = table("electorate", raw["electorate"])
    size = _size(electorate)
    vote = Vote(
        members=() if size is not None else tuple(electorate),
        ballots=_choices(raw, "ballots"),
        roles=_roles(raw),
        substitutes=frozenset(names(raw, "substitutes")),
        attending=frozenset(names(raw, "attending")),
        classified=_classified(raw),
        deadline_passed=flag(raw, "deadline_passed", default=False) if "deadline_passed" in raw else None,
        weights={} if size is not None else {member: _weights(electorate, member) for member in electorate},
        tallies={
            measure: _tally(measure, tally) for measure, tally in table("tallies", raw.get("tallies", {})).items()
        },
        veto_holders=frozenset(names(raw, "veto_holders")),
        proxies={
            member: text("proxies", holder) for member, holder in table("proxies", raw.get("proxies", {})).items()
        },
        counts=_counts(raw),
        size=size,
    )
    return Asked(vote, rule, reference)


def _read(line: bytes) -> tuple[Mapping[str, object], _Faults]:
    """Read a line; raise `Refused` where it is not one JSON object."""
    faults = _Faults()
    try:
        raw = json.loads(
            line.decode("utf-8"),
            object_pairs_hook=faults.once,
            parse_float=faults.without_point,
            parse_constant=_no_number,
        )
    except (ValueError, RecursionError) as error:
        raise Refused(Reason.NOT_JSON) from error
    if not isinstance(raw, Mapping):
        raise Refused(Reason.NOT_JSON)
    return raw, faults


def _no_number(constant: str) -> NoReturn:
    """Refuse NaN and the infinities, which are no JSON."""
    raise ValueError(constant)


def _vote_id(raw: Mapping[str, object]) -> str:
    needed(raw, ["vote_id"])
    vote_id = raw["vote_id"]
    if not isinstance(vote_id, str):
        raise wrong("vote_id", vote_id)
    return vote_id


def _rule(raw: object) -> tuple[Rule, Reference | None]:
    if isinstance(raw, str):
        named = rule_named(raw)
        return named.rule, named.reference()
    return parse_rule(table("rule", raw)), None


def _size(electorate: Mapping[str, object]) -> int | None:
    """Return the size where the roll is a mere number; a member may be called that too."""
    if list(electorate) != [SIZE] or isinstance(electorate[SIZE], Mapping):
        return None
    return whole(SIZE, electorate[SIZE])


def _weights(electorate: Mapping[str, object], member: str) -> dict[str, Fraction]:
    weights = table(member, electorate[member])
    return {measure: _decimal(measure, weight) for measure, weight in weights.items()}


def _decimal(key: str, value: object) -> Fraction:
    """Read a decimal text. Fine print: weights and tallies are texts, an integer there is an error."""
    found = decimal_of(value) if isinstance(value, str) else None
    if found is None:
        raise wrong(key, value)
    return found


def _tally(measure: str, raw: object) -> Tally:
    entries = table(measure, raw)
    known(entries, ("yes", "no", "total"))
    needed(entries, ("yes", "no", "total"))
    return Tally(**{key: _decimal(key, entries[key]) for key in entries})


def _choices(raw: Mapping[str, object], key: str) -> dict[str, Choice]:
    return {name: as_one(Choice, name, choice) for name, choice in table(key, raw.get(key, {})).items()}


def _roles(raw: Mapping[str, object]) -> dict[str, str | None]:
    """Read who holds which role; null for a vacant one."""
    roles = table("roles", raw.get("roles", {}))
    return {role: None if member is None else text(role, member) for role, member in roles.items()}


def _classified(raw: Mapping[str, object]) -> dict[str, Choice]:
    """Read how other opinions were read. Fine print: neither leaves the choice other."""
    classified = table("classified", raw.get("classified", {}))
    return {member: _class(member, how) for member, how in classified.items()}


def _class(member: str, how: object) -> Choice:
    if not isinstance(how, str) or how not in CLASSES:
        raise wrong(member, how)
    return CLASSES[how]


def _counts(raw: Mapping[str, object]) -> Counts | None:
    """Read numbers of heads. Fine print: role_ballots and vetoes are an error without them, even empty; an unknown key is one."""
    if "counts" not in raw:
        for key in WITH_COUNTS:
            if key in raw:
                raise Refused(Reason.WITHOUT_COUNTS, key=key)
        return None
    if "ballots" in raw:
        raise Refused(Reason.BESIDE_COUNTS, key="ballots")
    counts = table("counts", raw["counts"])
    known(counts, COUNTED)
    heads = {key: whole(key, count) for key, count in counts.items()}
    present = heads.pop(PRESENT, None)
    return Counts(
        heads={Choice(key): count for key, count in heads.items()},
        present=present,
        role_ballots=_choices(raw, "role_ballots"),
        vetoes=names(raw, "vetoes"),
    )
