"""The words of questions and results in the reader's language, as templates ask for them."""

import base64
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from flask_babel import gettext as _

from ecabinet import signing
from ecabinet.pages import when
from ecabinet.refusals import N_
from voting import choosing
from voting.conduct import GRACE, Procedure, QuestionState
from voting.engine import names, rule_words, sentences
from voting.engine.result import Outcome, Step, StepKind
from voting.engine.rule import Choice, Form, Silence
from voting.engine.rule_book import NamedRule
from voting.mine import Mine
from voting.results import Shown
from voting.rulings.rules import Channel

CHOICES = {
    Choice.YES: N_("Approve"),
    Choice.NO: N_("Reject"),
    Choice.ABSTAIN: N_("Abstain"),
    Choice.OTHER: N_("Other opinion"),
}
READINGS = {
    "yes": N_("As approval"),
    "no": N_("As rejection"),
    "other": N_("As neither"),
}
ESTABLISHED = {
    "seen": N_("The text was read."),
    "transcript": N_("Read in a copy that is not authenticated."),
    "memory": N_("Not established: to be checked against the source."),
}
OBJECTION = N_("I object")
CHOSEN = N_("%(ballots)s of %(members)s members gave a ballot. No rule decides: the chair declares what was chosen.")
STATES = {
    QuestionState.DRAFT: N_("In preparation"),
    QuestionState.ARMED: N_("Shown, not open yet"),
    QuestionState.OPEN: N_("Open for voting"),
    QuestionState.CLOSED: N_("Voting closed"),
    QuestionState.WITHDRAWN: N_("Withdrawn"),
    QuestionState.ANNULLED: N_("Annulled"),
    QuestionState.TAKEN_OUT: N_("Taken out of the block"),
}
KINDS = {
    Outcome.PASS: "pass",
    Outcome.FAIL: "fail",
    Outcome.OBJECTED: "fail",
    Outcome.TIE: "tie",
    Outcome.NO_QUORUM: "none",
    Outcome.OPEN: "none",
    Outcome.SUSPENDED: "tie",
    Outcome.COUNTED: "counted",
}
SILENCES = {
    Silence.CONSENT: N_("Who has not answered by %(deadline)s is deemed to agree."),
    Silence.NOT_A_YES: N_("Who has not answered by %(deadline)s is not counted as agreeing."),
    Silence.ABSENT: N_("Who has not answered by %(deadline)s is counted as absent."),
    Silence.OBJECTION_STOPS: N_(
        "It is adopted at %(deadline)s unless a member objects before; one objection is enough."
    ),
}


CHANNELS = {Channel.PAPER: N_("On paper"), Channel.TELEPHONE: N_("By telephone")}


def choice_name(choice: str, procedure: Procedure = Procedure.VOTE, labels: Sequence[str] = ()) -> str:
    """Name an answer; where the chair asks for objections there is one, where members choose among options it is the option's own words."""
    if choosing.is_option(choice):
        return choosing.named(labels)[choice]
    if procedure is Procedure.NO_OBJECTION:
        return _(OBJECTION)
    return _(CHOICES[Choice(choice)])


def answer_name(answer: Mine, procedure: Procedure = Procedure.VOTE, labels: Sequence[str] = ()) -> str:
    """Name an answer in writing as its form offers it: with words or without, or as a request for a discussion."""
    if answer.discuss and answer.choice != Choice.NO:
        return _("Request discussion in a meeting")
    if answer.choice == Choice.YES:
        return _("Agree with comments") if answer.text else _("Agree")
    return _("Disagree") if answer.choice == Choice.NO else choice_name(answer.choice, procedure, labels)


def state_name(state: QuestionState) -> str:
    """Name where a question stands."""
    return _(STATES[state])


def outcome_name(outcome: Outcome | str) -> str:
    """Name an outcome."""
    return sentences.outcome_name(Outcome(outcome), _)


def declared_name(declared: str, labels: Sequence[str] = ()) -> str:
    """Name what the chair declared: an outcome, the option that was chosen, or that none was."""
    if declared == choosing.NONE:
        return _("None of the options was chosen")
    return choosing.named(labels)[declared] if choosing.is_option(declared) else outcome_name(declared)


def channel_name(channel: Channel) -> str:
    """Name the way in which a ballot reached the officials."""
    return _(CHANNELS[channel])


def outcome_kind(outcome: Outcome | str) -> str:
    """Return how a result is coloured: pass, fail, tie or none."""
    return KINDS[Outcome(outcome)]


def result_sentence(shown: Shown) -> str:
    """Say in one sentence why the outcome is what it is; an adoption without a vote counts no approvals."""
    if shown.procedure is Procedure.CHOICE:
        return _(CHOSEN, ballots=shown.figures["ballots"], members=shown.figures["members"])
    if shown.procedure is not Procedure.NO_OBJECTION:
        return sentences.render(shown.steps, _)
    reasons = sentences.render([step for step in shown.steps if step.kind is not StepKind.COUNTED], _)
    nobody = _("Nobody objected.")
    return f"{nobody} {reasons}".strip() if shown.outcome is Outcome.PASS else reasons


def steps_sentence(steps: Iterable[Step]) -> str:
    """Say reasons in one sentence."""
    return sentences.render(steps, _)


def silence_sentence(rule: NamedRule, deadline: datetime, zone: str) -> str:
    """Say what no answer means once the deadline has passed; where members choose among options it chooses nothing."""
    if rule.counts_only:
        return _("Who has not answered by %(deadline)s has chosen nothing.", deadline=when(deadline, zone))
    return _(SILENCES[rule.rule.silence], deadline=when(deadline, zone))


def grace_sentence(form: Form) -> str:
    """Say what becomes of an answer that arrives after the scheduled end."""
    seconds = int(GRACE[form].total_seconds())
    if not seconds:
        return _("Nothing that arrives later counts.")
    return _("What arrives within %(seconds)s seconds after that still counts, nothing later.", seconds=seconds)


def meeting_rules(rules: Iterable[NamedRule], language: str) -> list[tuple[str, str]]:
    """Return the rules for meetings as a select box offers them."""
    return [(rule.name, rule.title(language)) for rule in rules if not rule.rule.is_written]


def read_rule(named: NamedRule) -> list[str]:
    """Say what a rule asks for, a sentence for each condition."""
    return rule_words.read_named(named, _)


def established_name(established: str) -> str:
    """Say how well the source of a rule is known."""
    return _(ESTABLISHED[established])


def measure_name(measure: str) -> str:
    """Name what is counted besides heads."""
    return names.measure_name(measure, _)


def reading_name(counts_as: str) -> str:
    """Say how another opinion counts."""
    return _(READINGS[counts_as])


def receipt_key() -> tuple[str, str]:
    """Return by which name and public key (base64) receipts are signed, as the page checks them."""
    signer = signing.signer()
    return signer.name, base64.b64encode(signer.public_key).decode()


GLOBALS: dict[str, Callable[..., object]] = {
    "meeting_rules": meeting_rules,
    "read_rule": read_rule,
    "established_name": established_name,
    "choice_name": choice_name,
    "answer_name": answer_name,
    "is_option": choosing.is_option,
    "declared_name": declared_name,
    "channel_name": channel_name,
    "question_state": state_name,
    "outcome_name": outcome_name,
    "outcome_kind": outcome_kind,
    "result_sentence": result_sentence,
    "steps_sentence": steps_sentence,
    "receipt_key": receipt_key,
    "measure_name": measure_name,
    "reading_name": reading_name,
    "silence_sentence": silence_sentence,
    "grace_sentence": grace_sentence,
}
