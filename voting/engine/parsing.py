"""Rules read from TOML or JSON, and written as JSON to be frozen with a question. What is not known is refused by name."""

from collections.abc import Mapping

from ecabinet.refusals import Refused
from voting.engine.decimals import fraction_text
from voting.engine.reading import (
    Reason,
    as_one,
    different_names,
    flag,
    fraction,
    known,
    needed,
    one_of,
    table,
    tables,
    text,
    whole,
    whole_or_none,
    wrong,
)
from voting.engine.rule import (
    Base,
    Choice,
    Criterion,
    FewestOver,
    Form,
    Leave,
    Quorum,
    Rule,
    Silence,
    Tie,
    TieKind,
    TieWhen,
    Veto,
)

__all__ = ["Json", "Reason", "parse_rule", "rule_as_json"]

Json = bool | int | str | None | list["Json"] | dict[str, "Json"]

ROLL = frozenset({Base.ALL, Base.ENTITLED})
FLAGS = ("no_blocks", "absence_blocks", "double_counts_for_min_yes", "early_close")
SUBJECTS = (
    "form",
    "criteria",
    "min_yes",
    "must_approve",
    "veto",
    "second_vote",
    "quorum",
    "tie",
    "tie_when",
    "abstention",
    "silence",
    "objections",
    "proxies_per_member",
    "recused_leave",
)
RULE_KEYS = {*SUBJECTS, *FLAGS}
CRITERION_NEEDS = ("measure", "base", "fraction", "strict")
CRITERION_KEYS = {*CRITERION_NEEDS, "waived_if_blockers_below"}
QUORUM_FLAGS = ("strict", "substitutes", "represented")
QUORUM_ROLES = ("roles", "except_roles", "attending")
QUORUM_KEYS = {"fraction", "of", "at_least", *QUORUM_FLAGS, *QUORUM_ROLES}


def parse_rule(raw: Mapping[str, object]) -> Rule:
    """Read a rule; raise `Refused` naming the entry that is unknown, wrong or missing."""
    known(raw, RULE_KEYS)
    flags = {key: flag(raw, key, default=key == "double_counts_for_min_yes") for key in FLAGS}
    form = one_of(raw, "form", Form, Form.MEETING)
    veto = one_of(raw, "veto", Veto, Veto.NONE)
    rule = Rule(
        form=form,
        criteria=tuple(_criterion(each, form) for each in tables(raw, "criteria")),
        min_yes=whole_or_none(raw, "min_yes") or 0,
        must_approve=different_names(raw, "must_approve"),
        veto=veto,
        second_vote=_second_vote(raw, veto),
        quorum=_quorum(raw.get("quorum")),
        tie=_tie(raw.get("tie", TieKind.FAILS)),
        tie_when=one_of(raw, "tie_when", TieWhen, TieWhen.YES_IS_HALF_OF_BASE),
        abstention_allowed=_abstention(raw),
        silence=one_of(raw, "silence", Silence, Silence.NOT_A_YES),
        objections=_choices(raw),
        proxies_per_member=whole_or_none(raw, "proxies_per_member") or 0,
        recused_leave=_leaves(raw),
        **flags,
    )
    if not (rule.criteria or rule.min_yes or rule.no_blocks or rule.objection_stops):
        raise Refused(Reason.DECIDES_NOTHING)
    return rule


def rule_as_json(rule: Rule) -> dict[str, Json]:
    """Write a rule in full, every default spelled out, so that a frozen rule means the same for ever."""
    written: dict[str, Json] = {
        "form": rule.form.value,
        "criteria": [_criterion_as_json(each) for each in rule.criteria],
        "min_yes": rule.min_yes,
        "no_blocks": rule.no_blocks,
        "absence_blocks": rule.absence_blocks,
        "must_approve": list(rule.must_approve),
        "veto": rule.veto.value,
        "quorum": _quorum_as_json(rule.quorum),
        "tie": {rule.tie.kind.value: rule.tie.role} if rule.tie.role else rule.tie.kind.value,
        "tie_when": rule.tie_when.value,
        "double_counts_for_min_yes": rule.double_counts_for_min_yes,
        "abstention": "allowed" if rule.abstention_allowed else "forbidden",
        "silence": rule.silence.value,
        "objections": [choice.value for choice in rule.objections],
        "early_close": rule.early_close,
        "proxies_per_member": rule.proxies_per_member,
        "recused_leave": [leave.value for leave in Leave if leave in rule.recused_leave],
    }
    return {**written, "second_vote": rule.second_vote} if rule.second_vote else written


def _criterion_as_json(criterion: Criterion) -> Json:
    return {
        "measure": criterion.measure,
        "base": criterion.base.value,
        "fraction": fraction_text(criterion.fraction),
        "strict": criterion.strict,
        "waived_if_blockers_below": _waiver_as_json(criterion.waiver),
    }


def _waiver_as_json(waiver: int | FewestOver | None) -> Json:
    if not isinstance(waiver, FewestOver):
        return waiver
    over: Json = {"measure": waiver.measure, "fraction": fraction_text(waiver.fraction)}
    return {"fewest_over": over, "plus": waiver.plus}


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
        "represented": quorum.represented,
    }
    if quorum.fraction is not None:
        written["fraction"] = fraction_text(quorum.fraction)
    if quorum.at_least is not None:
        written["at_least"] = quorum.at_least
    return written


def _criterion(raw: Mapping[str, object], form: Form) -> Criterion:
    """Read a criterion. Fine print: those who answered are a base of the written form only."""
    known(raw, CRITERION_KEYS)
    needed(raw, CRITERION_NEEDS)
    base = as_one(Base, "base", raw["base"])
    if base is Base.ANSWERED and form is Form.MEETING:
        raise wrong("base", base.value)
    return Criterion(
        base=base,
        fraction=fraction(raw["fraction"]),
        strict=flag(raw, "strict", default=False),
        measure=text("measure", raw["measure"]),
        waiver=_waiver(raw.get("waived_if_blockers_below"), base),
    )


def _waiver(raw: object, base: Base) -> int | FewestOver | None:
    """Read how few blockers are too few; they are looked for among all or the entitled only."""
    if raw is None:
        return None
    if base not in ROLL:
        raise wrong("waived_if_blockers_below", raw)
    if not isinstance(raw, Mapping):
        return whole("waived_if_blockers_below", raw)
    known(raw, {"fewest_over", "plus"})
    needed(raw, ["fewest_over"])
    over = table("fewest_over", raw["fewest_over"])
    known(over, {"measure", "fraction"})
    needed(over, ["measure", "fraction"])
    return FewestOver(text("measure", over["measure"]), fraction(over["fraction"]), whole_or_none(raw, "plus") or 0)


def _quorum(raw: object) -> Quorum | None:
    """Read a quorum. Fine print: it needs a fraction or a least number; both hold where both are given."""
    if raw is None:
        return None
    entries = table("quorum", raw)
    known(entries, QUORUM_KEYS)
    flags = {key: flag(entries, key, default=False) for key in QUORUM_FLAGS}
    of = one_of(entries, "of", Base, Base.ALL)
    if of not in ROLL:
        raise wrong("of", of.value)
    share = fraction(entries["fraction"]) if "fraction" in entries else None
    at_least = whole_or_none(entries, "at_least")
    if share is None and at_least is None:
        raise Refused(Reason.MISSING_KEY, key="quorum.fraction")
    roles = {key: different_names(entries, key) for key in QUORUM_ROLES}
    return Quorum(fraction=share, of=of, at_least=at_least, **roles, **flags)  # type: ignore[arg-type] # keys of both are fields


def _tie(raw: object) -> Tie:
    if raw == TieKind.FAILS:
        return Tie()
    entries = table("tie", raw)
    if set(entries) not in ({"side_of"}, {"counts_double"}, {"decides"}):
        raise wrong("tie", raw)
    ((kind, role),) = entries.items()
    if not isinstance(role, str) or not role:
        raise wrong("tie", raw)
    return Tie(TieKind(kind), role)


def _second_vote(raw: Mapping[str, object], veto: Veto) -> str:
    """Read the name of the second vote's rule. Fine print: optional with suspensive, otherwise ignored, never null."""
    if "second_vote" not in raw:
        return ""
    name = text("second_vote", raw["second_vote"])
    return name if veto is Veto.SUSPENSIVE else ""


def _abstention(raw: Mapping[str, object]) -> bool:
    value = raw.get("abstention", "allowed")
    if value not in ("allowed", "forbidden"):
        raise wrong("abstention", value)
    return value == "allowed"


def _choices(raw: Mapping[str, object]) -> tuple[Choice, ...]:
    named = different_names(raw, "objections") if "objections" in raw else (Choice.NO,)
    return tuple(as_one(Choice, "objections", each) for each in named)


def _leaves(raw: Mapping[str, object]) -> frozenset[Leave]:
    if "recused_leave" not in raw:
        return Rule.recused_leave
    return frozenset(as_one(Leave, "recused_leave", each) for each in different_names(raw, "recused_leave"))
