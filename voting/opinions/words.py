"""The words of a written procedure's life and of its lists, in the reader's language, as templates ask for them."""

from collections.abc import Callable, Mapping
from datetime import datetime

from flask_babel import gettext as _

from ecabinet.answers import sentence_of
from ecabinet.pages import when
from ecabinet.refusals import N_
from voting.opinions.lines import Stage, View
from voting.opinions.models import StepKind
from voting.opinions.steps import StepLine
from voting.words import declared_name, outcome_name

STAGES = {
    Stage.DRAFT: N_("In preparation"),
    Stage.PROPOSED: N_("With the chair"),
    Stage.RETURNED: N_("Returned by the chair"),
    Stage.APPROVED: N_("Approved, not sent yet"),
    Stage.OPEN: N_("Open for answers"),
    Stage.CLOSED: N_("Closed, not declared"),
    Stage.DECIDED: N_("Decided"),
    Stage.MOVED: N_("On a meeting's agenda"),
    Stage.FOLLOWED: N_("Followed by another round"),
    Stage.ANNULLED: N_("Annulled"),
    Stage.WITHDRAWN: N_("Withdrawn"),
}
STAGE_KINDS = {
    Stage.PROPOSED: "brand",
    Stage.RETURNED: "warn",
    Stage.APPROVED: "ok",
    Stage.OPEN: "ok",
    Stage.CLOSED: "warn",
    Stage.MOVED: "brand",
}
VIEWS = {
    View.TO_ANSWER: N_("To answer"),
    View.ANSWERED: N_("Answered"),
    View.OVER: N_("Closed for me"),
    View.PREPARED: N_("In preparation"),
    View.TO_APPROVE: N_("With the chair"),
    View.CIRCULATED: N_("Circulated"),
    View.CLOSED: N_("To declare"),
    View.MOVED: N_("On an agenda"),
    View.ALL: N_("All procedures"),
}
STEPS = {
    StepKind.PREPARED: N_("Prepared"),
    StepKind.AMENDED: N_("Changed"),
    StepKind.PROPOSED: N_("Proposed to the chair"),
    StepKind.RETURNED: N_("Returned by the chair"),
    StepKind.APPROVED: N_("Approved for circulation"),
    StepKind.CIRCULATED: N_("Sent to the members"),
    StepKind.EXTENDED: N_("More time given"),
    StepKind.ROUND: N_("Followed by another round"),
    StepKind.CLOSED: N_("Closed for answers"),
    StepKind.CLASSIFIED: N_("Other opinions classified"),
    StepKind.DECLARED: N_("Outcome declared"),
    StepKind.MOVED: N_("Put on a meeting's agenda"),
    StepKind.WITHDRAWN: N_("Withdrawn"),
    StepKind.ANNULLED: N_("Annulled"),
}


def stage_name(stage: Stage) -> str:
    """Name where a written procedure stands."""
    return _(STAGES[stage])


def stage_kind(stage: Stage) -> str:
    """Return how a stage is coloured."""
    return STAGE_KINDS.get(stage, "")


def view_name(view: View) -> str:
    """Name a list of written opinions."""
    return _(VIEWS[view])


def step_name(kind: StepKind) -> str:
    """Name a step of a procedure's life."""
    return _(STEPS[kind])


def step_figures(step: StepLine, zone: str) -> str:
    """Say the figures that belong to a step: the deadline and how it was counted, how many answered, what came out; nothing where it has none."""
    says = FIGURES.get(step.kind)
    return says(step.values, zone) if says is not None else ""


def _changed(values: Mapping[str, object], _zone: str) -> str:
    return _("What the chair had before them or approved was approved no more.") if values.get("was") else ""


def _deadline(values: Mapping[str, object], zone: str) -> str:
    ends = when(datetime.fromisoformat(str(values["deadline"])), zone)
    return _(
        "Until %(deadline)s: %(days)s working days by version %(version)s of the calendar.",
        deadline=ends,
        days=values["days"],
        version=values["calendar"],
    )


def _close(values: Mapping[str, object], _zone: str) -> str:
    counted = _(
        "%(answered)s of %(asked)s answered. Outcome: %(outcome)s.",
        answered=values["answered"],
        asked=values["asked"],
        outcome=outcome_name(str(values["outcome"])),
    )
    early = _("It was settled before the deadline.") if values.get("early") else ""
    return f"{counted} {early}".strip()


def _declaration(values: Mapping[str, object], _zone: str) -> str:
    declared = str(values["outcome"])
    return "" if declared.startswith("option:") else declared_name(declared)


def _classification(values: Mapping[str, object], _zone: str) -> str:
    return _("Outcome after it: %(outcome)s.", outcome=outcome_name(str(values["outcome"])))


FIGURES: Mapping[StepKind, Callable[[Mapping[str, object], str], str]] = {
    StepKind.AMENDED: _changed,
    StepKind.CIRCULATED: _deadline,
    StepKind.EXTENDED: _deadline,
    StepKind.CLOSED: _close,
    StepKind.CLASSIFIED: _classification,
    StepKind.DECLARED: _declaration,
}

GLOBALS: dict[str, Callable[..., str]] = {
    "opinion_stage": stage_name,
    "opinion_stage_kind": stage_kind,
    "opinion_view": view_name,
    "step_name": step_name,
    "step_figures": step_figures,
    "refusal_sentence": sentence_of,
}
