"""What one random written procedure is drawn from: its rule, who is recused, what everybody does and when, how other opinions are read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from hypothesis import strategies as st

from tests.world import MEMBERS
from voting.engine import rule_book

FIRST_DAY = datetime(2026, 11, 2, tzinfo=UTC)
MINUTES_OF_A_YEAR = 390 * 24 * 60  # Tết lies within, and the end of two years
CHOICES = ("yes", "yes", "no", "abstain", "other")
ROLE = "prime_minister"
Json = dict[str, Any]


class Kind(StrEnum):
    """What somebody does."""

    CAST = "cast"
    PAPER = "paper"
    RECALL = "recall"
    WITHDRAW = "withdraw"
    EXTEND = "extend"
    CLOSE = "close"


class Until(StrEnum):
    """Up to which moment is waited before an act, besides so many minutes."""

    NOTHING = "nothing"
    DEADLINE = "deadline"
    LAST_MOMENT = "last moment"
    TOO_LATE = "too late"


@dataclass(frozen=True)
class Act:
    """Something that somebody tries, after a wait; whether it may be done the model says. `works`: the worker looks afterwards."""

    kind: Kind
    until: Until
    minutes: int
    works: bool
    member: str
    choice: str
    words: bool
    discuss: bool
    reserved: bool
    days: int


@dataclass(frozen=True)
class Asked:
    """The rule of a procedure: one of the shelf by its name, or one that is written into a rulebook of its own."""

    name: str
    written: Json | None = None
    never_changed: bool = False

    @property
    def in_a_line(self) -> str | Json:
        """The rule as a line of a file of votes says it."""
        return self.name if self.written is None else self.written

    @property
    def says(self) -> Mapping[str, Any]:
        """What the rule says, whether it is written here or stands on the shelf."""
        return self.written if self.written is not None else _said(self.name)

    @property
    def may_change(self) -> bool:
        """Whether an answer may be replaced and recalled."""
        return not self.never_changed

    def days(self, wanted: int) -> int:
        """Return the working days nearest to those wanted that the small world and the rule allow."""
        least, most = self.period
        return min(max(wanted, least), most)

    @property
    def period(self) -> tuple[int, int]:
        """The least and the most working days: two to five in the small world, within what a rule of the shelf says."""
        named = rule_book.rule_named(self.name) if self.written is None else None
        least = max(2, (named.least_working_days if named else None) or 2)
        return least, max(least, min(5, (named.most_working_days if named else None) or 5))

    def as_rulebook(self) -> str:
        """Write the rule as an administrator would, in TOML."""
        switch = "never" if self.never_changed else "until_close"
        head = ['titles = { en = "Trial", vi = "Thử" }', "[rules.drawn]", 'titles = { en = "Drawn", vi = "Rút thăm" }']
        lines = [*head, 'source = "drawn"', 'established = "seen"', f'change_of_ballot = "{switch}"']
        says = [f"{key} = {_toml(value)}" for key, value in (self.written or {}).items() if value is not None]
        return "\n".join([*lines, "[rules.drawn.rule]", *says, ""])


@dataclass(frozen=True)
class Plan:
    """A whole procedure before it happens."""

    asked: Asked
    sent: datetime
    days: int
    recused: frozenset[str]
    acts: tuple[Act, ...]
    classified: Mapping[str, str]


def _said(name: str) -> Json:
    rule: Any = rule_book.rule_named(name).as_json()["rule"]
    return dict(rule)


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        inside = ", ".join(f"{key} = {_toml(each)}" for key, each in value.items() if each is not None)
        return f"{{ {inside} }}"
    if isinstance(value, list):
        return f"[{', '.join(_toml(each) for each in value)}]"
    return json.dumps(value)


def on_the_shelf() -> list[Asked]:
    """Return every rule of the shelf that is made for writing."""
    return [
        Asked(each.name, never_changed=each.change_of_ballot == "never")
        for each in rule_book.named_rules()
        if each.rule.is_written and not each.counts_only
    ]


fractions = st.sampled_from(["1/2", "1/3", "2/3", "3/4", "1/1"])
criteria = st.lists(
    st.fixed_dictionaries(
        {
            "measure": st.sampled_from(["heads", "heads", "population"]),
            "base": st.sampled_from(["all", "entitled", "present", "cast", "answered"]),
            "fraction": fractions,
            "strict": st.booleans(),
        }
    ),
    min_size=1,
    max_size=2,
)
quorums = st.fixed_dictionaries(
    {"fraction": fractions, "of": st.sampled_from(["all", "entitled"]), "strict": st.booleans()},
    optional={"roles": st.just([ROLE]), "at_least": st.integers(0, 6)},
)
ties = st.one_of(
    st.just("fails"), st.sampled_from(["side_of", "counts_double", "decides"]).map(lambda kind: {kind: ROLE})
)
changes = st.fixed_dictionaries(
    {},
    optional={
        "silence": st.sampled_from(["not_a_yes", "consent", "absent", "objection_stops"]),
        "early_close": st.booleans(),
        "objections": st.lists(st.sampled_from(["yes", "no", "abstain", "other"]), unique=True, max_size=3),
        "quorum": quorums,
        "criteria": criteria,
        "tie": ties,
        "tie_when": st.sampled_from(["yes_is_half_of_base", "yes_equals_no"]),
        "abstention": st.sampled_from(["allowed", "forbidden"]),
        "no_blocks": st.booleans(),
        "absence_blocks": st.booleans(),
        "must_approve": st.sampled_from([[], [ROLE]]),
        "recused_leave": st.lists(st.sampled_from(["present", "entitled", "quorum", "all"]), unique=True),
    },
)


def _changed(base: Asked, changed: Json, never_changed: bool) -> Asked:  # noqa: FBT001 - drawn
    """Write a rule of the shelf with changes; one that would decide nothing by them gets a criterion."""
    written = {**base.says, **changed}
    if (
        not (written["criteria"] or written["min_yes"] or written["no_blocks"])
        and written["silence"] != "objection_stops"
    ):
        written["criteria"] = [{"measure": "heads", "base": "all", "fraction": "1/2", "strict": True}]
    return Asked("trial/drawn", written, never_changed=never_changed)


shelf = st.deferred(lambda: st.sampled_from(on_the_shelf()))
asked = st.one_of(shelf, st.builds(_changed, shelf, changes, st.sampled_from([False, False, False, True])))
members = st.sampled_from(MEMBERS)
waits = st.sampled_from([*[Until.NOTHING] * 12, *Until])
minutes = st.one_of(st.just(0), st.integers(0, 300), st.integers(0, 3 * 24 * 60))
acts = st.builds(
    Act,
    kind=st.sampled_from(
        [*[Kind.CAST] * 4, Kind.PAPER, Kind.RECALL, Kind.RECALL, Kind.WITHDRAW, Kind.EXTEND, Kind.CLOSE]
    ),
    until=waits,
    minutes=minutes,
    works=st.booleans(),
    member=members,
    choice=st.sampled_from(CHOICES),
    words=st.booleans(),
    discuss=st.sampled_from([False, False, True]),
    reserved=st.booleans(),
    days=st.integers(2, 5),
)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Draw a procedure: often a first answer of some or all members, then anything in any order."""
    rule = draw(asked)
    recused = draw(st.frozensets(members, max_size=2) | st.frozensets(members, max_size=len(MEMBERS)))
    first = [draw(_first(member)) for member in MEMBERS if draw(st.integers(0, 9)) < 7]
    rest = draw(st.lists(acts, max_size=8))
    return Plan(
        asked=rule,
        sent=FIRST_DAY + timedelta(minutes=draw(st.integers(0, MINUTES_OF_A_YEAR))),
        days=rule.days(draw(st.integers(2, 5))),
        recused=recused,
        acts=(*first, *rest),
        classified=draw(st.dictionaries(members, st.sampled_from(["yes", "no", "neither"]), max_size=len(MEMBERS))),
    )


def _first(member: str) -> st.SearchStrategy[Act]:
    """A member's first answer, some time after the question came, mostly as it should be."""
    return st.builds(
        Act,
        kind=st.just(Kind.CAST),
        until=st.just(Until.NOTHING),
        minutes=st.integers(0, 240),
        works=st.booleans(),
        member=st.just(member),
        choice=st.sampled_from(CHOICES),
        words=st.sampled_from([True, True, False]),
        discuss=st.just(False),  # noqa: FBT003 - drawn like the rest
        reserved=st.booleans(),
        days=st.just(2),
    )
