"""The words of questions and results in the reader's language, as templates ask for them."""

from collections.abc import Callable
from datetime import datetime

from flask_babel import gettext as _

from ecabinet.pages import when
from ecabinet.refusals import N_
from voting.conduct import Procedure, QuestionState
from voting.engine import sentences
from voting.engine.result import Outcome, StepKind
from voting.engine.rule import Choice, Silence
from voting.engine.rule_book import NamedRule, named_rules
from voting.results import Shown

CHOICES = {
    Choice.YES: N_("Approve"),
    Choice.NO: N_("Reject"),
    Choice.ABSTAIN: N_("Abstain"),
    Choice.OTHER: N_("Other opinion"),
}
OBJECTION = N_("I object")
STATES = {
    QuestionState.DRAFT: N_("In preparation"),
    QuestionState.ARMED: N_("Shown, not open yet"),
    QuestionState.OPEN: N_("Open for voting"),
    QuestionState.CLOSED: N_("Voting closed"),
    QuestionState.WITHDRAWN: N_("Withdrawn"),
}
KINDS = {
    Outcome.PASS: "pass",
    Outcome.FAIL: "fail",
    Outcome.OBJECTED: "fail",
    Outcome.TIE: "tie",
    Outcome.NO_QUORUM: "none",
    Outcome.OPEN: "none",
}
SILENCES = {
    Silence.CONSENT: N_("Who has not answered by %(deadline)s is deemed to agree."),
    Silence.NOT_A_YES: N_("Who has not answered by %(deadline)s is not counted as agreeing."),
    Silence.ABSENT: N_("Who has not answered by %(deadline)s is counted as absent."),
    Silence.OBJECTION_STOPS: N_(
        "It is adopted at %(deadline)s unless a member objects before; one objection is enough."
    ),
}


def choice_name(choice: str, procedure: Procedure = Procedure.VOTE) -> str:
    """Name an answer; where the chair asks for objections there is one."""
    if procedure is Procedure.NO_OBJECTION:
        return _(OBJECTION)
    return _(CHOICES[Choice(choice)])


def state_name(state: QuestionState) -> str:
    """Name where a question stands."""
    return _(STATES[state])


def outcome_name(outcome: Outcome | str) -> str:
    """Name an outcome."""
    return sentences.outcome_name(Outcome(outcome), _)


def outcome_kind(outcome: Outcome | str) -> str:
    """Return how a result is coloured: pass, fail, tie or none."""
    return KINDS[Outcome(outcome)]


def result_sentence(shown: Shown) -> str:
    """Say in one sentence why the outcome is what it is; an adoption without a vote counts no approvals."""
    if shown.procedure is not Procedure.NO_OBJECTION:
        return sentences.render(shown.steps, _)
    reasons = sentences.render([step for step in shown.steps if step.kind is not StepKind.COUNTED], _)
    nobody = _("Nobody objected.")
    return f"{nobody} {reasons}".strip() if shown.outcome is Outcome.PASS else reasons


def silence_sentence(rule: NamedRule, deadline: datetime, zone: str) -> str:
    """Say what no answer means once the deadline has passed."""
    return _(SILENCES[rule.rule.silence], deadline=when(deadline, zone))


def meeting_rules(language: str) -> list[tuple[str, str]]:
    """Return the rules for meetings as a select box offers them."""
    return [(rule.name, rule.title(language)) for rule in named_rules() if not rule.rule.is_written]


GLOBALS: dict[str, Callable[..., object]] = {
    "meeting_rules": meeting_rules,
    "choice_name": choice_name,
    "question_state": state_name,
    "outcome_name": outcome_name,
    "outcome_kind": outcome_kind,
    "result_sentence": result_sentence,
    "silence_sentence": silence_sentence,
}
