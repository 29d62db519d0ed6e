"""The words of the collation, of the explanation-and-reception table and of the report, in the reader's language."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from flask_babel import gettext as _

from ecabinet.refusals import N_
from voting.conduct import Procedure
from voting.engine.rule import Choice, Silence
from voting.opinions.collation.models import Standing
from voting.opinions.collation.rules import Proposed, Said
from voting.opinions.reception.rules import Step
from voting.results import Shown
from voting.words import choice_name

STANDINGS = {
    Standing.ANSWERED: N_("Answered in time"),
    Standing.LATE: N_("Answered late"),
    Standing.SILENT: N_("No answer"),
    Standing.RECUSED: N_("Recused"),
}
STEPS = {
    Step.ACCEPTED: N_("Comment accepted"),
    Step.PARTLY: N_("Comment partly accepted"),
    Step.EXPLAINED: N_("Comment explained"),
    Step.SENT_BACK: N_("Answer sent back"),
}
SILENT = {
    Silence.CONSENT: N_("Who gave no answer is deemed to agree: %(count)s."),
    Silence.NOT_A_YES: N_("Who gave no answer is not counted as agreeing: %(count)s."),
    Silence.ABSENT: N_("Who gave no answer is counted as absent: %(count)s."),
    Silence.OBJECTION_STOPS: N_("Who gave no answer did not object: %(count)s."),
}
READ_AS = {
    Choice.YES.value: N_("Read by two officials as approval."),
    Choice.NO.value: N_("Read by two officials as rejection."),
}
READ_AS_NEITHER = N_("Read by two officials as neither approval nor rejection.")


class Answered(Protocol):
    """What an answer is named by."""

    @property
    def choice(self) -> str | None:
        """What was chosen; nothing where nothing was."""

    @property
    def text(self) -> str:
        """The words of it."""

    @property
    def discuss(self) -> bool:
        """Whether a discussion in a meeting is asked for."""


def answer_name(line: Answered, labels: Sequence[str] = (), procedure: Procedure = Procedure.VOTE) -> str:
    """Name an answer as the form offered it: agreeing with comments and requesting a discussion have names of their own."""
    if line.choice is None:
        return ""
    if line.choice == Choice.OTHER and line.discuss:
        return _("Request discussion in a meeting")
    if line.choice == Choice.YES and line.text:
        return _("Agree with comments")
    return choice_name(line.choice, procedure, labels)


def standing_name(standing: Standing) -> str:
    """Name where a member stands."""
    return _(STANDINGS[standing])


def step_name(step: Step) -> str:
    """Name what a step of an answer to a comment says."""
    return _(STEPS[step])


def point_name(label: str) -> str:
    """Name a point; what names none is about the text as a whole."""
    return label or _("General")


def read_as(classified: str) -> str:
    """Say how two officials read another opinion."""
    return _(READ_AS.get(classified, READ_AS_NEITHER))


def silent_sentence(shown: Shown, silent: int) -> str:
    """Say how those who gave no answer were counted."""
    if shown.procedure is Procedure.CHOICE:
        return _("Who gave no answer chose nothing: %(count)s.", count=silent)
    return _(SILENT[shown.rule.rule.silence], count=silent)


def proposed_name(proposed: Proposed) -> str:
    """Name what the report proposes."""
    return _(proposed.value)


def said(sentence: Said) -> str:
    """Say one reason of a proposal."""
    return _(sentence.because.value, **sentence.values)


def named_bars(bars: Iterable[tuple[str, int, str]], shown: Shown) -> list[tuple[str, int, str, bool]]:
    """Return bars as a page draws them: the words of an option are data, those of an answer are ours."""
    is_choice = shown.procedure is Procedure.CHOICE
    return [(label, number, kind, is_choice and not kind) for label, number, kind in bars]


GLOBALS: dict[str, Callable[..., object]] = {
    "answer_name": answer_name,
    "standing_name": standing_name,
    "reception_step": step_name,
    "point_name": point_name,
    "read_as": read_as,
    "silent_sentence": silent_sentence,
    "proposed_name": proposed_name,
    "said": said,
    "named_bars": named_bars,
}
