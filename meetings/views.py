"""The pages of meetings: the list, planning one, the published versions of its agenda."""

from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ecabinet import clock, forms
from ecabinet.access import Permission
from ecabinet.database import reading, transaction
from ecabinet.gate import SIGNED_IN, actor, requires
from ecabinet.organisation import queries as organisation
from meetings import (
    agenda_views,
    attendance_views,
    copying,
    delegation_views,
    hall_views,
    import_views,
    publishing_views,
    queries,
    service,
    sitting_views,
)
from meetings.blueprint import bp, to_meeting
from meetings.models import Meeting, MeetingKind
from meetings.service import Plan

BLUEPRINTS: tuple[Blueprint, ...] = (bp,)
MODULES = (
    agenda_views,
    attendance_views,
    delegation_views,
    hall_views,
    import_views,
    publishing_views,
    sitting_views,
)  # each adds its routes to the blueprint when it is imported
A_WEEK = timedelta(days=7)
LONGEST = 24 * 60


@bp.get("/meetings")
@requires(SIGNED_IN)  # deputies and guests too: each sees what concerns them, and nobody else gets in
def meetings() -> ResponseReturnValue:
    """List the meetings that concern the reader."""
    with reading() as session:
        rows = queries.meetings_for(session, actor())
    upcoming = [row for row in rows if not row.is_past(clock.today(row.zone))]
    past = [row for row in reversed(rows) if row.is_past(clock.today(row.zone))]
    prepares = actor().bodies_where(Permission.PREPARE_MEETING)
    return render_template("meetings/meetings.html", upcoming=upcoming, past=past, prepares=prepares)


@bp.get("/meetings/new")
@requires(Permission.PREPARE_MEETING)
def new() -> ResponseReturnValue:
    """Show the form of a new meeting."""
    with reading() as session:
        bodies = organisation.bodies(session, actor().bodies_where(Permission.PREPARE_MEETING))
        chosen = next((body for body in bodies if str(body.id) == request.args.get("body")), bodies[0])
        members = organisation.memberships_in_force(session, chosen.id, clock.today(chosen.zone))
    return render_template("meetings/new.html", bodies=bodies, body=chosen, members=members, plan=None)


@bp.post("/meetings/new")
@requires(Permission.PREPARE_MEETING)
def create() -> ResponseReturnValue:
    """Plan a meeting."""
    body_id, plan = forms.whole_number(request.form, "body", _("Body")), _plan()
    with transaction() as session:
        meeting = service.create(session, actor(), body_id, plan)
    return redirect(url_for("meetings.agenda", meeting_id=meeting.id))


@bp.get("/meetings/<int:meeting_id>/edit")
@requires(Permission.PREPARE_MEETING)
def edit(meeting_id: int) -> ResponseReturnValue:
    """Show the form of a planned meeting."""
    with reading() as session:
        meeting = service.meeting_for(session, actor(), meeting_id, Permission.PREPARE_MEETING)
        members = organisation.memberships_in_force(session, meeting.body_id, service.day_of(meeting))
    return render_template("meetings/edit.html", meeting=meeting, members=members, plan=meeting)


@bp.post("/meetings/<int:meeting_id>/edit")
@requires(Permission.PREPARE_MEETING)
def change(meeting_id: int) -> ResponseReturnValue:
    """Change a meeting's title, time, place or chair."""
    plan = _plan()
    with transaction() as session:
        service.change(session, actor(), meeting_id, plan)
    return redirect(url_for("meetings.agenda", meeting_id=meeting_id))


@bp.get("/meetings/<int:meeting_id>/copy")
@requires(Permission.PREPARE_MEETING)
def copy_form(meeting_id: int) -> ResponseReturnValue:
    """Show the form of the next meeting, filled from this one."""
    with reading() as session:
        meeting = service.meeting_for(session, actor(), meeting_id, Permission.PREPARE_MEETING)
        plan = _next_after(meeting)
        members = organisation.memberships_in_force(session, meeting.body_id, plan.starts_local.date())
    return render_template("meetings/copy.html", meeting=meeting, members=members, plan=plan)


@bp.post("/meetings/<int:meeting_id>/copy")
@requires(Permission.PREPARE_MEETING)
def copy(meeting_id: int) -> ResponseReturnValue:
    """Plan the next meeting from this one."""
    plan = _plan()
    with transaction() as session:
        meeting = copying.copy(session, actor(), meeting_id, plan)
    return redirect(url_for("meetings.agenda", meeting_id=meeting.id))


@bp.get("/meetings/<int:meeting_id>/versions/<int:number>")
@requires(SIGNED_IN)  # the finder lets in those whom the meeting concerns
def version(meeting_id: int, number: int) -> ResponseReturnValue:
    """Show one published version of the agenda, and what changed from the one before."""
    with reading() as session:
        meeting = service.meeting_for(session, actor(), meeting_id, Permission.READ_MEETING)
        lines = queries.agenda_of(session, actor(), meeting, number)
        published = queries.version_of(session, meeting, number)
        changes = queries.changes_between(session, actor(), meeting, number - 1, number) if number > 1 else None
    return render_template("meetings/version.html", meeting=meeting, lines=lines, version=published, changes=changes)


@bp.get("/meetings/<int:meeting_id>/changes")
@requires(SIGNED_IN)  # the finder lets in those whom the meeting concerns
def changes(meeting_id: int) -> ResponseReturnValue:
    """Show what changed since the version the reader has seen; nothing where there is no newer one."""
    with reading() as session:
        meeting = service.meeting_for(session, actor(), meeting_id, Permission.READ_MEETING)
        seen = queries.seen_version(session, actor(), meeting_id)
        if seen is None or seen >= meeting.published_version:
            return "", 204
        changed = queries.changes_between(session, actor(), meeting, seen, meeting.published_version)
    return render_template("meetings/_changes.html", meeting=meeting, seen=seen, changes=changed)


@bp.post("/meetings/<int:meeting_id>/seen")
@requires(SIGNED_IN)  # the finder lets in those whom the meeting concerns
def seen(meeting_id: int) -> ResponseReturnValue:
    """Show the version that the reader asked for from now on."""
    with transaction() as session:
        service.meeting_for(session, actor(), meeting_id, Permission.READ_MEETING)
        number = forms.whole_number(request.form, "version", _("Version"))
        service.mark_seen(session, actor(), meeting_id, number)
    return to_meeting(meeting_id)


def _plan() -> Plan:
    form = request.form
    return Plan(
        kind=forms.choice(form, "kind", _("Kind"), MeetingKind),
        title=forms.text(form, "title", _("Title"), most=300),
        starts_local=forms.wall_time(form, "starts", _("Start")),
        minutes=forms.whole_number(form, "minutes", _("Minutes"), most=LONGEST),
        place=forms.text(form, "place", _("Place"), most=200, required=False),
        chair_membership_id=forms.whole_number(form, "chair", _("Presiding")),
    )


def _next_after(meeting: Meeting) -> Plan:
    return Plan(
        kind=meeting.kind,
        title=meeting.title,
        starts_local=meeting.starts_local + A_WEEK,
        minutes=meeting.minutes,
        place=meeting.place,
        chair_membership_id=meeting.chair_membership_id,
    )
