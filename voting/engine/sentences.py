"""The reasons of a result as one sentence in the reader's language. Free of the web: the translations come as an argument."""

from collections.abc import Callable, Iterable, Mapping

from ecabinet.refusals import N_
from voting.engine.result import Outcome, Step, StepKind, StepValue
from voting.engine.rule import Base, Choice, Silence, TieKind

Translate = Callable[[str], str]

SENTENCE = N_("%(clauses)s.")
BETWEEN = "; "

OUTCOMES = {
    Outcome.PASS: N_("Adopted"),
    Outcome.FAIL: N_("Not adopted"),
    Outcome.NO_QUORUM: N_("No quorum"),
    Outcome.TIE: N_("Tie, not settled"),
    Outcome.OPEN: N_("Still open"),
    Outcome.OBJECTED: N_("Stopped by an objection"),
}
ROLES = {
    "prime_minister": N_("the Prime Minister"),
    "chair": N_("the chair"),
    "state_secretary": N_("the State Secretary"),
}
FRACTIONS = {
    "1/2": N_("half"),
    "1/3": N_("one third"),
    "2/3": N_("two thirds"),
    "3/4": N_("three quarters"),
    "3/5": N_("three fifths"),
}
BASES = {
    Base.ALL: N_("all %(amount)s"),
    Base.ENTITLED: N_("the %(amount)s entitled to vote"),
    Base.PRESENT: N_("the %(amount)s present"),
    Base.CAST: N_("the %(amount)s who approved or rejected"),
    Base.ANSWERED: N_("the %(amount)s who answered"),
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
    StepKind.COUNTED: N_("%(yes)s of %(members)s members approved"),
    StepKind.NO_BLOCKS: N_("rejections: %(count)s, and one is enough to stop this question"),
    StepKind.ABSENCE_BLOCKS: N_("took no part: %(count)s, and all members have to take part"),
    StepKind.SUBSTITUTED: N_("attended by a deputy without a vote: %(count)s"),
    StepKind.CLASSIFIED: N_("other opinions read as approval: %(yes)s, as rejection: %(no)s, as neither: %(neither)s"),
}
RECUSED = N_("recused: %(count)s")
RECUSED_LEAVE_ALL = N_("recused and left out of all members: %(count)s")
MORE_THAN = N_("more than %(fraction)s of %(base)s was needed, that is %(needed)s")
AT_LEAST = N_("at least %(fraction)s of %(base)s was needed, that is %(needed)s")
OF_NOBODY = N_("nobody counted towards the majority, so it was not reached")
MIN_YES_MET = N_("the rule asks for at least %(needed)s approvals, and there were %(yes)s")
MIN_YES_MISSED = N_("the rule asks for at least %(needed)s approvals, and there were only %(yes)s")
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
TIE_SETTLED = {
    (TieKind.SIDE_OF, Choice.YES): N_("%(tie)s: the side of %(role)s, who approved, decides"),
    (TieKind.SIDE_OF, Choice.NO): N_("%(tie)s: the side of %(role)s, who rejected, decides"),
    (TieKind.COUNTS_DOUBLE, Choice.YES): N_("%(tie)s: the vote of %(role)s, who approved, counts double"),
    (TieKind.COUNTS_DOUBLE, Choice.NO): N_("%(tie)s: the vote of %(role)s, who rejected, counts double"),
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


def role_name(role: str, translate: Translate) -> str:
    """Name the holder of a role; a role without words of its own shows its own name."""
    return translate(ROLES[role]) if role in ROLES else role.replace("_", " ")


def _clauses(step: Step, translate: Translate) -> list[str]:
    if step.kind in PLAIN:
        return [translate(PLAIN[step.kind]) % step.values]
    return SPOKEN[step.kind](step.values, translate)


def _criterion(values: Mapping[str, StepValue], translate: Translate) -> list[str]:
    if not values["amount"]:
        return [translate(OF_NOBODY)]
    fraction = str(values["fraction"])
    words = {
        "fraction": translate(FRACTIONS[fraction]) if fraction in FRACTIONS else fraction,
        "base": translate(BASES[Base(str(values["base"]))]) % values,
        "needed": values["needed"],
    }
    return [translate(MORE_THAN if values["strict"] else AT_LEAST) % words]


def _min_yes(values: Mapping[str, StepValue], translate: Translate) -> list[str]:
    return [translate(MIN_YES_MET if values["met"] else MIN_YES_MISSED) % values]


def _quorum(values: Mapping[str, StepValue], translate: Translate) -> list[str]:
    missing = [*_names(values["missing_roles"]), *_names(values["missing_officers"])]
    absent = [translate(NOT_THERE) % {"role": role_name(role, translate)} for role in missing]
    enough = int(str(values["counted"])) >= int(str(values["needed"]))
    if enough:
        message = QUORUM_WRITTEN if values["written"] else QUORUM
    else:
        message = NO_QUORUM_WRITTEN if values["written"] else NO_QUORUM
    return [*absent, translate(message) % values]


def _tie(values: Mapping[str, StepValue], translate: Translate) -> list[str]:
    even = translate(EQUAL) % values if values["yes"] == values["no"] else translate(EXACTLY_HALF)
    words = {"tie": even, "role": role_name(str(values["role"]), translate)}
    remark = [translate(EQUAL_COUNTS)] if values["yes_equals_no"] else []
    return [translate(_tie_message(values)) % words, *remark]


def _tie_message(values: Mapping[str, StepValue]) -> str:
    kind = TieKind(str(values["kind_of_tie"]))
    if kind is TieKind.FAILS:
        return TIE_FAILS
    if values["vacant"]:
        return TIE_VACANT
    return TIE_SETTLED[kind, Choice(str(values["side"]))] if values["side"] else TIE_OPEN


def _silence(values: Mapping[str, StepValue], translate: Translate) -> list[str]:
    return [translate(SILENCES[Silence(str(values["means"]))]) % values]


def _recused(values: Mapping[str, StepValue], translate: Translate) -> list[str]:
    return [translate(RECUSED_LEAVE_ALL if "all" in _names(values["left"]) else RECUSED) % values]


def _reference(values: Mapping[str, StepValue], translate: Translate) -> list[str]:
    return [translate(ARTICLE if values["article"] else INSTRUMENT) % values]


def _names(value: StepValue) -> list[str]:
    return value if isinstance(value, list) else []


SPOKEN: dict[StepKind, Callable[[Mapping[str, StepValue], Translate], list[str]]] = {
    StepKind.CRITERION: _criterion,
    StepKind.MIN_YES: _min_yes,
    StepKind.QUORUM: _quorum,
    StepKind.TIE: _tie,
    StepKind.SILENCE: _silence,
    StepKind.RECUSED: _recused,
    StepKind.REFERENCE: _reference,
}
