"""Proposing an agenda, the chair's answer, publishing."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ecabinet import forms
from ecabinet.access import Permission
from ecabinet.database import reading, transaction
from ecabinet.gate import actor, requires
from meetings import publishing, queries, service
from meetings.blueprint import bp, to_meeting


@bp.post("/meetings/<int:meeting_id>/propose")
@requires(Permission.PREPARE_MEETING)
def propose(meeting_id: int) -> ResponseReturnValue:
    """Send the agenda to the chair."""
    with transaction() as session:
        publishing.propose(session, actor(), meeting_id)
    return redirect(url_for("meetings.agenda", meeting_id=meeting_id))


@bp.get("/meetings/<int:meeting_id>/approval")
@requires(Permission.APPROVE_AGENDA)
def approval(meeting_id: int) -> ResponseReturnValue:
    """Show the chair the agenda and what it changes against the published one."""
    with reading() as session:
        meeting = service.meeting_for(session, actor(), meeting_id, Permission.APPROVE_AGENDA)
        lines = queries.draft_of(session, actor(), meeting)
        changes = queries.draft_changes(session, actor(), meeting) if meeting.published_version else None
    return render_template("meetings/approval.html", meeting=meeting, lines=lines, changes=changes)


@bp.post("/meetings/<int:meeting_id>/approve")
@requires(Permission.APPROVE_AGENDA)
def approve(meeting_id: int) -> ResponseReturnValue:
    """Approve the agenda on the chair's screen."""
    revision = _revision()
    with transaction() as session:
        publishing.approve(session, actor(), meeting_id, revision=revision)
    return to_meeting(meeting_id)


@bp.post("/meetings/<int:meeting_id>/return")
@requires(Permission.APPROVE_AGENDA)
def send_back(meeting_id: int) -> ResponseReturnValue:
    """Return the agenda with a remark."""
    revision = _revision()
    remark = forms.text(request.form, "remark", _("Remark"), most=2000, required=False)
    with transaction() as session:
        publishing.send_back(session, actor(), meeting_id, revision=revision, remark=remark)
    return to_meeting(meeting_id)


@bp.post("/meetings/<int:meeting_id>/publish")
@requires(Permission.PREPARE_MEETING)
def publish(meeting_id: int) -> ResponseReturnValue:
    """Publish the approved agenda as the next version."""
    with transaction() as session:
        publishing.publish(session, actor(), meeting_id)
    return redirect(url_for("meetings.agenda", meeting_id=meeting_id))


def _revision() -> int:
    return forms.whole_number(request.form, "revision", _("Revision"))
