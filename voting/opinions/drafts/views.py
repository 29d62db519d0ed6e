"""The commands on drafts; they are read on the page of their question."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ecabinet import forms
from ecabinet.access import Permission
from ecabinet.database import transaction
from ecabinet.gate import actor, requires
from voting.conduct import LONGEST_OPINION
from voting.opinions.drafts import rules, service
from voting.opinions.drafts.service import Proposed

bp = Blueprint("drafts", __name__, url_prefix="/opinions/<int:question_id>/drafts/<int:membership_id>")
DISCUSS = "discuss"  # how the form names the request for a discussion among the answers


@bp.post("")
@requires(Permission.DRAFT_ANSWER)
def save(question_id: int, membership_id: int) -> ResponseReturnValue:
    """Save a draft, and tell the member where it is ready."""
    based_on = forms.whole_number(request.form, "based_on", _("Draft"), least=0)
    is_ready = forms.ticked(request.form, "ready")
    with transaction() as session:
        service.save(session, actor(), question_id, membership_id, _read(), based_on=based_on, is_ready=is_ready)
    return _to(question_id)


@bp.post("/comments")
@requires(Permission.READ_QUESTION)
def comment(question_id: int, membership_id: int) -> ResponseReturnValue:
    """Say something about the drafts."""
    text = forms.text(request.form, "text", _("Comment"), most=rules.LONGEST_NOTE)
    with transaction() as session:
        service.comment(session, actor(), question_id, membership_id, text)
    return _to(question_id)


def _read() -> Proposed:
    choice, discuss = _answer(forms.text(request.form, "choice", _("Answer"), most=40, required=False))
    return Proposed(
        choice=choice,
        text=forms.text(request.form, "text", _("Comment"), most=LONGEST_OPINION, required=False),
        discuss=discuss,
        reserved=forms.text(request.form, "reserved", _("Reserved opinion"), most=LONGEST_OPINION, required=False),
        note=forms.text(request.form, "note", _("Note to the member"), most=rules.LONGEST_NOTE, required=False),
    )


def _answer(named: str) -> tuple[str, bool]:
    """Read an answer as the form names it: `other+discuss` asks for a discussion."""
    choice, _plus, more = named.partition("+")
    return choice, more == DISCUSS


def _to(question_id: int) -> ResponseReturnValue:
    return redirect(url_for("opinions.page", question_id=question_id) + "#drafts")
