"""The command that opens the next round; rounds are read on the pages of their questions."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ecabinet import forms
from ecabinet.access import Permission
from ecabinet.database import transaction
from ecabinet.gate import actor, requires
from voting import conduct
from voting.opinions.rounds import service

bp = Blueprint("rounds", __name__, url_prefix="/opinions/<int:question_id>")


@bp.post("/next-round")
@requires(Permission.PREPARE_QUESTION)
def open_next(question_id: int) -> ResponseReturnValue:
    """Prepare the next round of a written procedure."""
    text = forms.text(request.form, "text", _("Question"), most=conduct.LONGEST_TEXT)
    with transaction() as session:
        question = service.open_next(session, actor(), question_id, text)
    return redirect(url_for("opinions.page", question_id=question.id))
