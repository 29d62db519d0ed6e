"""Rules read from TOML or JSON, and written as JSON to be frozen with a question. What is not known is refused by name."""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from ecabinet.refusals import N_, Refused
from voting.engine.rule import HEADS, Base, Choice, Criterion, Form, Leave, Quorum, Rule, Silence, Tie, TieKind, TieWhen

Json = bool | int | str | None | list["Json"] | dict[str, "Json"]
Kind = TypeVar("Kind", bound=StrEnum)

FRACTION = re.compile(r"([0-9]{1,9})/([0-9]{1,9})")
MOST = 10**9
NEUTRAL: dict[str, object] = {"must_approve": [], "veto": "none", "proxies_per_member": 0}
FLAGS = ("no_blocks", "absence_blocks", "double_counts_for_min_yes", "early_close")
SUBJECTS = [
    "form",
    "criteria",
    "min_yes",
    "quorum",
    "tie",
    "tie_when",
    "abstention",
    "silence",
    "objections",
    "recused_leave",
    "second_vote",
]
RULE_KEYS = {*SUBJECTS, *FLAGS, *NEUTRAL}
CRITERION_KEYS = {"measure", "base", "fraction", "strict", "waived_if_blockers_below"}
QUORUM_FLAGS = ("strict", "substitutes", "represented")
QUORUM_ROLES = ("roles", "except_roles", "attending")
QUORUM_KEYS = {"fraction", "of", "at_least", *QUORUM_FLAGS, *QUORUM_ROLES}


class Reason(StrEnum):
    """Why a rule cannot be read."""

    UNKNOWN_KEY = N_("The rule has an entry “%(key)s” that is not known. Correct its name or remove it.")
    WRONG_VALUE = N_("The rule's entry “%(key)s” cannot have the value “%(value)s”. Correct it.")
    MISSING_KEY = N_("The rule lacks the entry “%(key)s”. Add it.")
    NOT_SUPPORTED = N_("The rule uses “%(key)s”, which is not supported yet. Choose another rule.")
    DECIDES_NOTHING = N_("The rule has no condition for a question to pass. Add a criterion.")


def parse_rule(raw: Mapping[str, object]) -> Rule:
    """Read a rule; raise `Refused` naming the entry that is unknown, wrong, missing or not supported yet."""
    _known(raw, RULE_KEYS)
    _neutral(raw)
    flags = {key: _flag(raw, key, default=key == "double_counts_for_min_yes") for key in FLAGS}
    form = _member(raw, "form", Form, Form.MEETING)
    rule = Rule(
        form=form,
        criteria=tuple(_criterion(each, form) for each in _tables(raw, "criteria")),
        min_yes=_whole(raw, "min_yes") or 0,
        quorum=_quorum(raw.get("quorum")),
        tie=_tie(raw.get("tie", TieKind.FAILS)),
        tie_when=_member(raw, "tie_when", TieWhen, TieWhen.YES_IS_HALF_OF_BASE),
        abstention_allowed=_abstention(raw),
        silence=_member(raw, "silence", Silence, Silence.NOT_A_YES),
        objections=_choices(raw),
        recused_leave=_leaves(raw),
        **flags,
    )
    if not (rule.criteria or rule.min_yes or rule.no_blocks or rule.objection_stops):
        raise Refused(Reason.DECIDES_NOTHING)
    return rule


def rule_as_json(rule: Rule) -> dict[str, Json]:
    """Write a rule in full, every default spelled out, so that a frozen rule means the same for ever."""
    return {
        "form": rule.form.value,
        "criteria": [_criterion_as_json(each) for each in rule.criteria],
        "min_yes": rule.min_yes,
        "no_blocks": rule.no_blocks,
        "absence_blocks": rule.absence_blocks,
        "quorum": _quorum_as_json(rule.quorum),
        "tie": {rule.tie.kind.value: rule.tie.role} if rule.tie.role else rule.tie.kind.value,
        "tie_when": rule.tie_when.value,
        "double_counts_for_min_yes": rule.double_counts_for_min_yes,
        "abstention": "allowed" if rule.abstention_allowed else "forbidden",
        "silence": rule.silence.value,
        "objections": [choice.value for choice in rule.objections],
        "early_close": rule.early_close,
        "recused_leave": [leave.value for leave in Leave if leave in rule.recused_leave],
    }


def _criterion_as_json(criterion: Criterion) -> Json:
    return {
        "measure": criterion.measure,
        "base": criterion.base.value,
        "fraction": _fraction_text(criterion.fraction),
        "strict": criterion.strict,
    }


def _quorum_as_json(quorum: Quorum | None) -> Json:
    if quorum is None:
        return None
    written: dict[str, Json] = {
        "of": quorum.of.value,
        "strict": quorum.strict,
        "roles": list(quorum.roles),
        "except_roles": list(quorum.except_roles),
        "attending": list(quorum.attending),
        "substitutes": quorum.substitutes,
    }
    if quorum.fraction is not None:
        written["fraction"] = _fraction_text(quorum.fraction)
    if quorum.at_least is not None:
        written["at_least"] = quorum.at_least
    return written


def _fraction_text(fraction: Fraction) -> str:
    return f"{fraction.numerator}/{fraction.denominator}"


def _criterion(raw: Mapping[str, object], form: Form) -> Criterion:
    _known(raw, CRITERION_KEYS)
    for key in ("measure", "base", "fraction", "strict"):
        if key not in raw:
            raise Refused(Reason.MISSING_KEY, key=key)
    if raw["measure"] != HEADS:
        raise Refused(Reason.NOT_SUPPORTED, key="measure")
    if raw.get("waived_if_blockers_below") is not None:
        raise Refused(Reason.NOT_SUPPORTED, key="waived_if_blockers_below")
    base = _member(raw, "base", Base, Base.ALL)
    if base is Base.ANSWERED and form is Form.MEETING:
        raise _wrong("base", base.value)
    return Criterion(base, _fraction(raw["fraction"]), _flag(raw, "strict", default=False))


def _quorum(raw: object) -> Quorum | None:
    if raw is None:
        return None
    table = _table("quorum", raw)
    _known(table, QUORUM_KEYS)
    flags = {key: _flag(table, key, default=False) for key in QUORUM_FLAGS}
    if flags.pop("represented"):
        raise Refused(Reason.NOT_SUPPORTED, key="represented")
    of = _member(table, "of", Base, Base.ALL)
    if of not in {Base.ALL, Base.ENTITLED}:
        raise _wrong("of", of.value)
    fraction = _fraction(table["fraction"]) if "fraction" in table else None
    at_least = _whole(table, "at_least")
    if fraction is None and at_least is None:
        raise Refused(Reason.MISSING_KEY, key="quorum.fraction")
    names = {key: _texts(table, key) for key in QUORUM_ROLES}
    return Quorum(fraction=fraction, of=of, at_least=at_least, **names, **flags)  # type: ignore[arg-type] # keys of both are fields


def _tie(raw: object) -> Tie:
    if raw == TieKind.FAILS:
        return Tie()
    table = _table("tie", raw)
    if set(table) == {"decides"}:
        raise Refused(Reason.NOT_SUPPORTED, key="decides")
    if set(table) not in ({"side_of"}, {"counts_double"}):
        raise _wrong("tie", raw)
    ((kind, role),) = table.items()
    if not isinstance(role, str) or not role:
        raise _wrong("tie", raw)
    return Tie(TieKind(kind), role)


def _neutral(raw: Mapping[str, object]) -> None:
    """Refuse what this engine does not decide yet, unless it stands at the value that changes nothing."""
    for key, harmless in NEUTRAL.items():
        if raw.get(key, harmless) != harmless:
            raise Refused(Reason.NOT_SUPPORTED, key=key)


def _abstention(raw: Mapping[str, object]) -> bool:
    value = raw.get("abstention", "allowed")
    if value not in ("allowed", "forbidden"):
        raise _wrong("abstention", value)
    return value == "allowed"


def _choices(raw: Mapping[str, object]) -> tuple[Choice, ...]:
    named = _texts(raw, "objections") if "objections" in raw else (Choice.NO,)
    return tuple(_as(Choice, "objections", each) for each in named)


def _leaves(raw: Mapping[str, object]) -> frozenset[Leave]:
    if "recused_leave" not in raw:
        return Rule.recused_leave
    return frozenset(_as(Leave, "recused_leave", each) for each in _texts(raw, "recused_leave"))


def _known(raw: Mapping[str, object], keys: set[str]) -> None:
    for key in raw:
        if key not in keys:
            raise Refused(Reason.UNKNOWN_KEY, key=key)


def _table(key: str, value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise _wrong(key, value)
    return value


def _tables(raw: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    return [_table(key, each) for each in _list(raw, key)]


def _texts(raw: Mapping[str, object], key: str) -> tuple[str, ...]:
    found = _list(raw, key)
    texts = tuple(each for each in found if isinstance(each, str) and each)
    if len(texts) != len(found) or len(set(texts)) != len(texts):
        raise _wrong(key, found)
    return texts


def _list(raw: Mapping[str, object], key: str) -> list[object]:
    found = raw.get(key, [])
    if not isinstance(found, list):
        raise _wrong(key, found)
    return found


def _flag(raw: Mapping[str, object], key: str, *, default: bool) -> bool:
    value = raw.get(key, default)
    if not isinstance(value, bool):
        raise _wrong(key, value)
    return value


def _whole(raw: Mapping[str, object], key: str) -> int | None:
    if key not in raw:
        return None
    value = raw[key]
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST:
        raise _wrong(key, value)
    return value


def _fraction(value: object) -> Fraction:
    """Read `a/b`, exact, more than nothing and no more than the whole."""
    found = FRACTION.fullmatch(value) if isinstance(value, str) else None
    if found is None or not 0 < int(found[1]) <= int(found[2]):
        raise _wrong("fraction", value)
    return Fraction(int(found[1]), int(found[2]))


def _member(raw: Mapping[str, object], key: str, kind: Callable[[str], Kind], default: Kind) -> Kind:
    return _as(kind, key, raw.get(key, default))


def _as(kind: Callable[[str], Kind], key: str, value: object) -> Kind:
    try:
        return kind(value)  # type: ignore[arg-type] # an enum raises ValueError for whatever it does not hold
    except ValueError as error:
        raise _wrong(key, value) from error


def _wrong(key: str, value: object) -> Refused:
    return Refused(Reason.WRONG_VALUE, key=key, value=value)
