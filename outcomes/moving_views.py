"""The page on which the chair or the secretary puts a written question on the agenda of a meeting."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ecabinet import forms
from ecabinet.access import Permission
from ecabinet.database import reading, transaction
from ecabinet.gate import actor, requires
from outcomes import moving
from voting import results

bp = Blueprint("moving", __name__)
LONGEST_REASON = 2000


@bp.get("/opinions/<int:question_id>/meeting")
@requires(Permission.CONDUCT_QUESTION)
def page(question_id: int) -> ResponseReturnValue:
    """Ask for the meeting that decides, and why."""
    with reading() as session:
        question = moving.movable(session, actor(), question_id)
        planned = moving.planned_meetings(session, actor(), question)
        result = results.figures_of(question)
    return render_template("outcomes/move.html", question=question, meetings=planned, result=result)


@bp.post("/opinions/<int:question_id>/meeting")
@requires(Permission.CONDUCT_QUESTION)
def move(question_id: int) -> ResponseReturnValue:
    """Put the question on the agenda of a meeting."""
    meeting_id = forms.whole_number(request.form, "meeting", _("Meeting"))
    reason = forms.text(request.form, "reason", _("Why a meeting decides"), most=LONGEST_REASON)
    with transaction() as session:
        moving.move_to_meeting(session, actor(), question_id, meeting_id, reason)
    return redirect(url_for("opinions.page", question_id=question_id))
