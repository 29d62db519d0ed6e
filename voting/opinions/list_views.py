"""The page of the lists of written opinions: which list, narrowed to what, which page of it."""

from enum import StrEnum
from typing import Any, TypeVar

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ecabinet import forms
from ecabinet.access import Permission
from ecabinet.database import reading
from ecabinet.gate import actor, requires
from voting.engine.result import Outcome
from voting.opinions import lists
from voting.opinions.drafts import queries as drafts
from voting.opinions.lines import MINE, Stage, View, Wanted

LONGEST_WORDS = 200
FILTERS = ("q", "stage", "body", "unit", "since", "until", "outcome")
OUTCOMES = tuple(outcome for outcome in Outcome if outcome is not Outcome.OPEN)
Word = TypeVar("Word", bound=StrEnum)


@requires(Permission.READ_QUESTION)
def index() -> ResponseReturnValue:
    """List the written questions put to the reader, or the procedures of their bodies, narrowed to what they look for."""
    who = actor()
    offered = lists.views_for(who)
    wanted = _wanted(offered)
    with reading() as session:
        found = lists.listed(session, who, wanted)
        bodies, units = lists.choices(session, who)
        to_draft = drafts.to_draft(session, who)
    kept = {name: value for name in FILTERS if (value := request.args.get(name))}
    return render_template(
        "voting/opinions.html",
        found=found,
        to_draft=to_draft,
        wanted=wanted,
        offered=offered,
        is_mine=wanted.view in MINE,
        stages=[stage for stage in Stage if wanted.view is View.ALL],
        bodies=bodies,
        units=units,
        outcomes=OUTCOMES,
        kept=kept,
        previous=_page(wanted, kept, -1) if wanted.page > 1 else None,
        next=_page(wanted, kept, +1) if wanted.page < found.pages else None,
        may_prepare=who.may(Permission.PREPARE_QUESTION),
    )


def _wanted(offered: list[View]) -> Wanted:
    """Read what is looked for; a list that is not offered is the reader's first."""
    typed = request.args
    view = _word("view", View)
    return Wanted(
        view=view if view in offered else offered[0],
        words=forms.text(typed, "q", _("Words"), most=LONGEST_WORDS, required=False),
        stage=_word("stage", Stage),
        body=forms.optional_number(typed, "body", _("Body")),
        unit=forms.optional_number(typed, "unit", _("Agency in charge")),
        since=forms.optional_day(typed, "since", _("Sent from")),
        until=forms.optional_day(typed, "until", _("Sent until")),
        outcome=_word("outcome", Outcome) or "",
        page=forms.optional_number(typed, "page", _("Page")) or 1,
    )


def _word(name: str, words: type[Word]) -> Word | None:
    """Return one word of a closed set from the address; an unknown one narrows nothing."""
    asked = request.args.get(name, "")
    return next((word for word in words if word.value == asked), None)


def _page(wanted: Wanted, kept: dict[str, str], step: int) -> str:
    values: dict[str, Any] = {**kept, "view": wanted.view.value, "page": wanted.page + step}
    return url_for("opinions.index", **values)
