"""The reasons of a result as one sentence in the reader's language. Free of the web: the translations come as an argument."""

from collections.abc import Callable, Iterable, Mapping

from ecabinet.refusals import N_
from voting.engine.names import BASES, WEIGHED_BASES, Translate, fraction_name, measure_name, role_name, role_names
from voting.engine.result import Outcome, Step, StepKind, StepValue
from voting.engine.rule import HEADS, Base, Choice, Silence, TieKind

Values = Mapping[str, StepValue]

SENTENCE = N_("%(clauses)s.")
BETWEEN = "; "

OUTCOMES = {
    Outcome.PASS: N_("Adopted"),
    Outcome.FAIL: N_("Not adopted"),
    Outcome.NO_QUORUM: N_("No quorum"),
    Outcome.TIE: N_("Tie, not settled"),
    Outcome.OPEN: N_("Still open"),
    Outcome.OBJECTED: N_("Stopped by an objection"),
    Outcome.SUSPENDED: N_("Suspended by an objection"),
    Outcome.COUNTED: N_("Counted"),
}
SILENCES = {
    Silence.CONSENT: N_("silence counted as agreement: %(count)s"),
    Silence.NOT_A_YES: N_("silent, not counted as agreement: %(count)s"),
    Silence.ABSENT: N_("silent, counted as absent: %(count)s"),
    Silence.OBJECTION_STOPS: N_("silent, so without objection: %(count)s"),
}
PLAIN = {
    StepKind.OPEN: N_("%(answered)s of %(expected)s members have answered and the deadline has not passed"),
    StepKind.OBJECTED: N_("objections: %(count)s, and one is enough to stop this procedure"),
    StepKind.WAIVED: N_(
        "it counts as reached all the same: %(blockers)s did not approve, and fewer than %(below)s cannot block"
    ),
    StepKind.GIVEN_PRESENT: N_("how many were present is taken from the record: %(count)s"),
    StepKind.VETO: N_("vetoes: %(count)s, and one is enough to stop this question"),
    StepKind.NO_BLOCKS: N_("rejections: %(count)s, and one is enough to stop this question"),
    StepKind.ABSENCE_BLOCKS: N_("took no part: %(count)s, and all members have to take part"),
    StepKind.SUBSTITUTED: N_("attended by a deputy without a vote: %(count)s"),
    StepKind.CLASSIFIED: N_("other opinions read as approval: %(yes)s, as rejection: %(no)s, as neither: %(neither)s"),
}
COUNTED = N_("%(yes)s of %(members)s members approved")
RECUSED = N_("recused: %(count)s")
RECUSED_LEAVE_ALL = N_("recused and left out of all members: %(count)s")
MORE_THAN = N_("more than %(fraction)s of %(base)s was needed, that is %(needed)s")
AT_LEAST = N_("at least %(fraction)s of %(base)s was needed, that is %(needed)s")
EVERYBODY = N_("%(base)s had to approve")
WEIGHED_MORE_THAN = N_(
    "members with more than %(fraction)s of %(base)s were needed, that is more than %(needed)s of %(amount)s, and those who "
    "approved have %(yes)s"
)
WEIGHED_AT_LEAST = N_(
    "members with at least %(fraction)s of %(base)s were needed, that is %(needed)s of %(amount)s, and those who approved have "
    "%(yes)s"
)
TALLY_MORE_THAN = N_("%(measure)s: %(yes)s of %(amount)s in favour, and more than %(fraction)s was needed")
TALLY_AT_LEAST = N_("%(measure)s: %(yes)s of %(amount)s in favour, and at least %(fraction)s was needed")
TALLIED = N_("counted elsewhere: %(measures)s")
OF_NOBODY = N_("nobody counted towards the majority, so it was not reached")
MIN_YES_MET = N_("the rule asks for at least %(needed)s approvals, and there were %(yes)s")
MIN_YES_MISSED = N_("the rule asks for at least %(needed)s approvals, and there were only %(yes)s")
TIE_VOTE_ADDED = N_("the vote that settled the tie is one of these")
MUST_APPROVE_MET = N_("approved, as is needed: %(roles)s")
MUST_APPROVE_MISSED = N_("did not approve, though that is needed: %(roles)s")
SUSPENDED = N_("objections that suspend: %(count)s, so there has to be a second vote")
SECOND_VOTE = N_("objections that suspend: %(count)s, so there has to be a second vote, by the rule “%(second_vote)s”")
SET_ASIDE = N_("%(role)s votes only to settle a tie, and is counted among those present who did not vote")
REPRESENTED = N_("represented by another member: %(count)s")
REPRESENTED_NOT_IN_QUORUM = N_("represented by another member, and not counted for the quorum: %(count)s")
QUORUM = N_("quorum %(needed)s, present %(counted)s")
QUORUM_WRITTEN = N_("quorum %(needed)s, answered %(counted)s")
NO_QUORUM = N_("no quorum: %(needed)s had to be present, and %(counted)s were")
NO_QUORUM_WRITTEN = N_("no quorum: %(needed)s had to answer, and %(counted)s did")
NOT_THERE = N_("no quorum without %(role)s")
EQUAL = N_("%(yes)s to %(no)s")
EXACTLY_HALF = N_("exactly half approved")
TIE_FAILS = N_("%(tie)s: a tie does not pass")
TIE_VACANT = N_("%(tie)s: nobody holds the role of %(role)s, which decides")
TIE_OPEN = N_("%(tie)s: the side of %(role)s decides, who neither approved nor rejected")
TIE_VOTE_OPEN = N_("%(tie)s: the vote of %(role)s decides, who neither approved nor rejected")
TIE_SETTLED = {
    (TieKind.SIDE_OF, Choice.YES): N_("%(tie)s: the side of %(role)s, who approved, decides"),
    (TieKind.SIDE_OF, Choice.NO): N_("%(tie)s: the side of %(role)s, who rejected, decides"),
    (TieKind.COUNTS_DOUBLE, Choice.YES): N_("%(tie)s: the vote of %(role)s, who approved, counts double"),
    (TieKind.COUNTS_DOUBLE, Choice.NO): N_("%(tie)s: the vote of %(role)s, who rejected, counts double"),
    (TieKind.DECIDES, Choice.YES): N_("%(tie)s: the vote of %(role)s, who approved, decides"),
    (TieKind.DECIDES, Choice.NO): N_("%(tie)s: the vote of %(role)s, who rejected, decides"),
}
EQUAL_COUNTS = N_("as many approvals as rejections is a tie under this rule")
ARTICLE = N_("rule: %(instrument)s, art. %(article)s")
INSTRUMENT = N_("rule: %(instrument)s")


def render(steps: Iterable[Step], translate: Translate) -> str:
    """Say the reasons of a result as one sentence; `translate` turns an English sentence into the reader's."""
    clauses = BETWEEN.join(clause for step in steps for clause in _clauses(step, translate))
    return translate(SENTENCE) % {"clauses": clauses[:1].upper() + clauses[1:]} if clauses else ""


def outcome_name(outcome: Outcome, translate: Translate) -> str:
    """Name the outcome."""
    return translate(OUTCOMES[outcome])


def _clauses(step: Step, translate: Translate) -> list[str]:
    if step.kind in PLAIN:
        return [translate(PLAIN[step.kind]) % step.values]
    return SPOKEN[step.kind](step.values, translate)


def _counted(values: Values, translate: Translate) -> list[str]:
    """Say how many approved; a vote that was counted elsewhere altogether has no members."""
    return [translate(COUNTED) % values] if values["members"] else []


def _criterion(values: Values, translate: Translate) -> list[str]:
    if values["amount"] in (0, "0"):
        return [translate(OF_NOBODY)]
    fraction = fraction_name(str(values["fraction"]), translate)
    if values.get("tallied"):
        return _tally(values, fraction, translate)
    measure = str(values.get("measure", HEADS))
    return _heads(values, fraction, translate) if measure == HEADS else _weighed(values, fraction, translate)


def _heads(values: Values, fraction: str, translate: Translate) -> list[str]:
    base = translate(BASES[Base(str(values["base"]))]) % values
    if values["fraction"] == "1/1" and not values["strict"]:
        return [translate(EVERYBODY) % {"base": base}]
    words = {"fraction": fraction, "base": base, "needed": values["needed"]}
    return [translate(MORE_THAN if values["strict"] else AT_LEAST) % words]


def _weighed(values: Values, fraction: str, translate: Translate) -> list[str]:
    """Say a condition in another measure than heads: members with so much of the population."""
    measure = measure_name(str(values["measure"]), translate)
    base = translate(WEIGHED_BASES[Base(str(values["base"]))]) % {"measure": measure}
    message = WEIGHED_MORE_THAN if values["strict"] else WEIGHED_AT_LEAST
    return [translate(message) % {**values, "fraction": fraction, "base": base}]


def _tally(values: Values, fraction: str, translate: Translate) -> list[str]:
    measure = measure_name(str(values["measure"]), translate)
    message = TALLY_MORE_THAN if values["strict"] else TALLY_AT_LEAST
    return [translate(message) % {**values, "fraction": fraction, "measure": measure}]


def _tallied(values: Values, translate: Translate) -> list[str]:
    measures = ", ".join(measure_name(name, translate) for name in _names(values["measures"]))
    return [translate(TALLIED) % {"measures": measures}]


def _min_yes(values: Values, translate: Translate) -> list[str]:
    remark = [translate(TIE_VOTE_ADDED)] if values.get("added") else []
    return [translate(MIN_YES_MET if values["met"] else MIN_YES_MISSED) % values, *remark]


def _must_approve(values: Values, translate: Translate) -> list[str]:
    named = _names(values["roles"] if values["met"] else values["missing"])
    message = MUST_APPROVE_MET if values["met"] else MUST_APPROVE_MISSED
    return [translate(message) % {"roles": role_names(named, translate)}]


def _suspended(values: Values, translate: Translate) -> list[str]:
    return [translate(SECOND_VOTE if values.get("second_vote") else SUSPENDED) % values]


def _set_aside(values: Values, translate: Translate) -> list[str]:
    return [translate(SET_ASIDE) % {"role": role_name(str(values["role"]), translate)}]


def _represented(values: Values, translate: Translate) -> list[str]:
    return [translate(REPRESENTED if values["in_quorum"] else REPRESENTED_NOT_IN_QUORUM) % values]


def _quorum(values: Values, translate: Translate) -> list[str]:
    missing = [*_names(values["missing_roles"]), *_names(values["missing_officers"])]
    absent = [translate(NOT_THERE) % {"role": role_name(role, translate)} for role in missing]
    enough = int(str(values["counted"])) >= int(str(values["needed"]))
    if enough:
        message = QUORUM_WRITTEN if values["written"] else QUORUM
    else:
        message = NO_QUORUM_WRITTEN if values["written"] else NO_QUORUM
    return [*absent, translate(message) % values]


def _tie(values: Values, translate: Translate) -> list[str]:
    even = translate(EQUAL) % values if values["yes"] == values["no"] else translate(EXACTLY_HALF)
    words = {"tie": even, "role": role_name(str(values["role"]), translate)}
    remark = [translate(EQUAL_COUNTS)] if values["yes_equals_no"] else []
    return [translate(_tie_message(values)) % words, *remark]


def _tie_message(values: Values) -> str:
    kind = TieKind(str(values["kind_of_tie"]))
    if kind is TieKind.FAILS:
        return TIE_FAILS
    if values["vacant"]:
        return TIE_VACANT
    if values["side"]:
        return TIE_SETTLED[kind, Choice(str(values["side"]))]
    return TIE_VOTE_OPEN if kind is TieKind.DECIDES else TIE_OPEN


def _silence(values: Values, translate: Translate) -> list[str]:
    return [translate(SILENCES[Silence(str(values["means"]))]) % values]


def _recused(values: Values, translate: Translate) -> list[str]:
    return [translate(RECUSED_LEAVE_ALL if "all" in _names(values["left"]) else RECUSED) % values]


def _reference(values: Values, translate: Translate) -> list[str]:
    return [translate(ARTICLE if values["article"] else INSTRUMENT) % values]


def _names(value: StepValue) -> list[str]:
    return value if isinstance(value, list) else []


SPOKEN: dict[StepKind, Callable[[Values, Translate], list[str]]] = {
    StepKind.COUNTED: _counted,
    StepKind.CRITERION: _criterion,
    StepKind.MIN_YES: _min_yes,
    StepKind.MUST_APPROVE: _must_approve,
    StepKind.SUSPENDED: _suspended,
    StepKind.SET_ASIDE: _set_aside,
    StepKind.REPRESENTED: _represented,
    StepKind.TALLIED: _tallied,
    StepKind.QUORUM: _quorum,
    StepKind.TIE: _tie,
    StepKind.SILENCE: _silence,
    StepKind.RECUSED: _recused,
    StepKind.REFERENCE: _reference,
}
