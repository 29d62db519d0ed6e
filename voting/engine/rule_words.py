"""A rule read aloud: what it asks for, as plain sentences in the reader's language. Free of the web, like the engine."""

from collections.abc import Mapping

from ecabinet.refusals import N_
from voting.engine.names import Translate, fraction_name, measure_name, role_names
from voting.engine.rule import (
    HEADS,
    Base,
    Criterion,
    FewestOver,
    Leave,
    Quorum,
    Rule,
    Silence,
    TieKind,
    TieWhen,
    Veto,
)
from voting.engine.rule_book import NamedRule

BASES = {
    Base.ALL: N_("all members"),
    Base.ENTITLED: N_("those entitled to vote"),
    Base.PRESENT: N_("those present"),
    Base.CAST: N_("those who approve or reject"),
    Base.ANSWERED: N_("those who answer"),
}
WHOLE = N_("Every one of %(base)s has to approve.")
MORE_THAN = N_("More than %(fraction)s of %(base)s have to approve.")
AT_LEAST = N_("At least %(fraction)s of %(base)s have to approve.")
WEIGHED_MORE_THAN = N_("Counted in %(measure)s: more than %(fraction)s of %(base)s have to be in favour.")
WEIGHED_AT_LEAST = N_("Counted in %(measure)s: at least %(fraction)s of %(base)s have to be in favour.")
WAIVED = N_("That counts as reached where fewer than %(count)s do not approve.")
WAIVED_FEWEST = N_(
    "That counts as reached where those who do not approve are fewer than this number: the fewest members who together have more "
    "than %(fraction)s of the %(measure)s, and %(plus)s besides."
)
LEAST = N_("At least %(count)s have to approve.")
MUST_APPROVE = N_("Without the approval of these it does not pass: %(roles)s.")
QUORUM_MORE_THAN = N_("Quorum: more than %(fraction)s of %(base)s.")
QUORUM_AT_LEAST = N_("Quorum: at least %(fraction)s of %(base)s.")
QUORUM_COUNT = N_("Quorum: at least %(count)s.")
QUORUM_WITHOUT = N_("No quorum without: %(roles)s.")
QUORUM_BESIDES = N_("Not counted for the quorum: %(roles)s.")
QUORUM_SUBSTITUTES = N_("A deputy counts for the quorum.")
QUORUM_REPRESENTED = N_("A member whom another represents counts for the quorum.")
TIES = {
    TieKind.SIDE_OF: N_("On a tie the side of %(role)s decides."),
    TieKind.COUNTS_DOUBLE: N_("On a tie the vote of %(role)s counts double."),
    TieKind.DECIDES: N_("On a tie, and only then, the vote of %(role)s counts and decides."),
}
TIE_FAILS = N_("A tie does not pass.")
EQUAL_IS_TIE = N_("As many approvals as rejections is a tie.")
NOT_FOR_LEAST = N_("The double vote does not count towards the least number of approvals.")
SILENCES = {
    Silence.NOT_A_YES: N_("No answer by the deadline is no agreement."),
    Silence.CONSENT: N_("No answer by the deadline is agreement."),
    Silence.ABSENT: N_("No answer by the deadline is absence."),
    Silence.OBJECTION_STOPS: N_(
        "It is adopted at the deadline unless a member objects; one objection stops it at once."
    ),
}
SECOND_VOTE = N_("An objection of a member with that right suspends it; a second vote follows, by the rule “%(name)s”.")
SUSPENSIVE = N_("An objection of a member with that right suspends it; a second vote follows.")
FINAL = N_("The rejection of a member with a veto stops it.")
VETO_ROLES = N_("That right belongs to: %(roles)s.")
PROXIES = N_("A member may cast for at most this many others: %(count)s.")
FLAGS: Mapping[str, str] = {
    "no_blocks": N_("One rejection stops it."),
    "absence_blocks": N_("It does not pass unless all members take part or are represented."),
    "early_close": N_("It is closed as soon as all have answered."),
}
NO_ABSTENTION = N_("Nobody may abstain.")
RECUSED_ALL = N_("Recused members are left out of the number of all members.")
RECUSED_STAY = {
    Leave.PRESENT: N_("Recused members are counted among those present."),
    Leave.QUORUM: N_("Recused members count for the quorum."),
}
NO_CHANGE = N_("A ballot once cast cannot be changed.")
AT_OPENING = N_("Who is present is taken at the opening.")
LEAST_DAYS = N_("The members have at least this many working days to answer: %(days)s.")
MOST_DAYS = N_("The members have at most this many working days to answer: %(days)s.")


def read_named(named: NamedRule, translate: Translate) -> list[str]:
    """Say what a rule of a rulebook asks for, its days and switches included."""
    said = read_rule(named.rule, translate)
    if named.veto_roles:
        said.append(translate(VETO_ROLES) % {"roles": role_names(named.veto_roles, translate)})
    if named.least_working_days is not None:
        said.append(translate(LEAST_DAYS) % {"days": named.least_working_days})
    if named.most_working_days is not None:
        said.append(translate(MOST_DAYS) % {"days": named.most_working_days})
    if named.change_of_ballot == "never":
        said.append(translate(NO_CHANGE))
    if named.presence == "opening":
        said.append(translate(AT_OPENING))
    return said


def read_rule(rule: Rule, translate: Translate) -> list[str]:
    """Say what a rule asks for, one sentence a condition."""
    criteria = [sentence for criterion in rule.criteria for sentence in _criterion(criterion, translate)]
    return [
        *criteria,
        *_conditions(rule, translate),
        *(_quorum(rule.quorum, translate) if rule.quorum is not None else []),
        *_ties(rule, translate),
        *_answers(rule, translate),
        *_recused(rule, translate),
    ]


def _criterion(criterion: Criterion, translate: Translate) -> list[str]:
    base = translate(BASES[criterion.base])
    words = {"fraction": fraction_name(str(criterion.fraction), translate), "base": base}
    if criterion.measure != HEADS:
        words["measure"] = measure_name(criterion.measure, translate)
        sentence = WEIGHED_MORE_THAN if criterion.strict else WEIGHED_AT_LEAST
    elif criterion.fraction == 1 and not criterion.strict:
        sentence = WHOLE
    else:
        sentence = MORE_THAN if criterion.strict else AT_LEAST
    return [translate(sentence) % words, *_waiver(criterion.waiver, translate)]


def _waiver(waiver: int | FewestOver | None, translate: Translate) -> list[str]:
    if waiver is None:
        return []
    if not isinstance(waiver, FewestOver):
        return [translate(WAIVED) % {"count": waiver}]
    words = {
        "fraction": fraction_name(str(waiver.fraction), translate),
        "measure": measure_name(waiver.measure, translate),
        "plus": waiver.plus,
    }
    return [translate(WAIVED_FEWEST) % words]


def _conditions(rule: Rule, translate: Translate) -> list[str]:
    said = [translate(LEAST) % {"count": rule.min_yes}] if rule.min_yes else []
    said += [translate(sentence) for flag, sentence in FLAGS.items() if getattr(rule, flag)]
    if rule.must_approve:
        said.append(translate(MUST_APPROVE) % {"roles": role_names(rule.must_approve, translate)})
    if rule.veto is Veto.FINAL:
        said.append(translate(FINAL))
    elif rule.veto is Veto.SUSPENSIVE:
        said.append(translate(SECOND_VOTE if rule.second_vote else SUSPENSIVE) % {"name": rule.second_vote})
    return said


def _quorum(quorum: Quorum, translate: Translate) -> list[str]:
    said = []
    if quorum.fraction is not None:
        words = {
            "fraction": fraction_name(str(quorum.fraction), translate),
            "base": translate(BASES[quorum.of]),
        }
        said.append(translate(QUORUM_MORE_THAN if quorum.strict else QUORUM_AT_LEAST) % words)
    if quorum.at_least is not None:
        said.append(translate(QUORUM_COUNT) % {"count": quorum.at_least})
    for sentence, roles in (
        (QUORUM_WITHOUT, (*quorum.roles, *quorum.attending)),
        (QUORUM_BESIDES, quorum.except_roles),
    ):
        if roles:
            said.append(translate(sentence) % {"roles": role_names(roles, translate)})
    if quorum.substitutes:
        said.append(translate(QUORUM_SUBSTITUTES))
    return [*said, translate(QUORUM_REPRESENTED)] if quorum.represented else said


def _ties(rule: Rule, translate: Translate) -> list[str]:
    """Ties can arise only where more than half is needed."""
    if not any(criterion.strict and criterion.fraction * 2 == 1 for criterion in rule.criteria):
        return []
    if rule.tie.kind is TieKind.FAILS:
        return [translate(TIE_FAILS)]
    said = [translate(TIES[rule.tie.kind]) % {"role": role_names([rule.tie.role], translate)}]
    if rule.tie_when is TieWhen.YES_EQUALS_NO:
        said.append(translate(EQUAL_IS_TIE))
    if rule.tie.kind is TieKind.COUNTS_DOUBLE and not rule.double_counts_for_min_yes and rule.min_yes:
        said.append(translate(NOT_FOR_LEAST))
    return said


def _answers(rule: Rule, translate: Translate) -> list[str]:
    said = [] if rule.abstention_allowed else [translate(NO_ABSTENTION)]
    if rule.is_written:
        said.append(translate(SILENCES[rule.silence]))
    if rule.proxies_per_member:
        said.append(translate(PROXIES) % {"count": rule.proxies_per_member})
    return said


def _recused(rule: Rule, translate: Translate) -> list[str]:
    said = [translate(RECUSED_ALL)] if rule.recused_leaves(Leave.ALL) else []
    return said + [translate(sentence) for leave, sentence in RECUSED_STAY.items() if not rule.recused_leaves(leave)]
