"""Checking in and leaving; the secretary's list of who is there."""

import csv
import io

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ecabinet import clock, forms
from ecabinet.access import Permission
from ecabinet.database import reading, transaction
from ecabinet.gate import SIGNED_IN, actor, requires
from meetings import attendance as verbs
from meetings import service, words
from meetings.blueprint import bp, to_meeting
from meetings.models import Presence


@bp.post("/meetings/<int:meeting_id>/check-in")
@requires(SIGNED_IN)  # deputies too; the finder lets in those who have a seat
def check_in(meeting_id: int) -> ResponseReturnValue:
    """Check the reader in."""
    with transaction() as session:
        service.meeting_for(session, actor(), meeting_id, Permission.CHECK_IN)
        presence = forms.choice(request.form, "presence", _("Where"), Presence)
        verbs.check_in(session, actor(), meeting_id, presence)
    return to_meeting(meeting_id)


@bp.post("/meetings/<int:meeting_id>/leave")
@requires(SIGNED_IN)  # deputies too; the finder lets in those who have a seat
def leave(meeting_id: int) -> ResponseReturnValue:
    """Record that the reader leaves."""
    with transaction() as session:
        verbs.leave(session, actor(), meeting_id)
    return to_meeting(meeting_id)


@bp.get("/meetings/<int:meeting_id>/attendance")
@requires(Permission.RECORD_ATTENDANCE)
def attendance(meeting_id: int) -> ResponseReturnValue:
    """Show who is there, seat by seat, and every coming and going."""
    with reading() as session:
        meeting = service.meeting_for(session, actor(), meeting_id, Permission.RECORD_ATTENDANCE)
        seats = verbs.seats(session, meeting)
        guests = verbs.guests(session, meeting_id)
        stays = verbs.stays(session, actor(), meeting_id)
    return render_template("meetings/attendance.html", meeting=meeting, seats=seats, guests=guests, stays=stays)


@bp.post("/meetings/<int:meeting_id>/attendance")
@requires(Permission.RECORD_ATTENDANCE)
def record(meeting_id: int) -> ResponseReturnValue:
    """Record for somebody that they came or left."""
    person = forms.whole_number(request.form, "person", _("Person"))
    gone = request.form.get("presence") == "left"
    presence = None if gone else forms.choice(request.form, "presence", _("Where"), Presence)
    with transaction() as session:
        verbs.record(session, actor(), meeting_id, person, presence)
    return redirect(url_for("meetings.attendance", meeting_id=meeting_id))


@bp.get("/meetings/<int:meeting_id>/attendance.csv")
@requires(Permission.RECORD_ATTENDANCE)
def attendance_file(meeting_id: int) -> ResponseReturnValue:
    """Answer every stay as a file for a spreadsheet."""
    with reading() as session:
        meeting = service.meeting_for(session, actor(), meeting_id, Permission.RECORD_ATTENDANCE)
        stays = verbs.stays(session, actor(), meeting_id)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_("Name"), _("As"), _("Where"), _("Came"), _("Left")])
    writer.writerows(_cells(stay, meeting.zone) for stay in stays)
    headers = {"Content-Disposition": f'attachment; filename="attendance-{meeting_id}.csv"'}
    return Response("\ufeff" + text.getvalue(), mimetype="text/csv", headers=headers)


def _cells(stay: verbs.Stay, zone: str) -> list[str]:
    times = [
        clock.in_zone(instant, zone).isoformat(sep=" ", timespec="seconds") if instant is not None else ""
        for instant in (stay.came_at, stay.left_at)
    ]
    cells = [stay.name, words.capacity(stay.capacity), words.presence(stay.presence), *times]
    return [_harmless(cell) for cell in cells]


def _harmless(cell: str) -> str:
    """A spreadsheet takes a text that begins with one of these signs for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t")) else cell
