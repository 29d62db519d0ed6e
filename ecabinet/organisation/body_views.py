"""The pages of bodies and their settings."""

from datetime import time

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ecabinet import forms
from ecabinet.access import Permission
from ecabinet.clock import HOME_ZONE
from ecabinet.database import reading, transaction
from ecabinet.gate import actor, requires
from ecabinet.notices.rules import schedule_of
from ecabinet.organisation import bodies, options
from ecabinet.organisation.blueprint import bp
from ecabinet.organisation.bodies import Settings
from ecabinet.organisation.rules import Reason
from ecabinet.refusals import Refused

LONGEST_PERIOD = 60  # working days for written opinions
LONGEST_LEASE = 120  # minutes


@bp.get("/bodies/<int:body_id>/settings", endpoint="settings")
@requires(Permission.MANAGE_UNITS)
def show_settings(body_id: int) -> ResponseReturnValue:
    """Show a body's settings."""
    with reading() as session:
        body = bodies.body_for(session, actor(), body_id, Permission.MANAGE_UNITS)
        units, calendars = options.units(session), options.calendars(session)
    return render_template("organisation/settings.html", body=body, units=units, calendars=calendars)


@bp.post("/bodies/<int:body_id>/settings")
@requires(Permission.MANAGE_UNITS)
def change_settings(body_id: int) -> ResponseReturnValue:
    """Change a body's settings."""
    settings = _settings_form()
    with transaction() as session:
        bodies.change_settings(session, actor(), body_id, settings)
    return redirect(url_for("organisation.settings", body_id=body_id))


@bp.get("/bodies/new")
@requires(Permission.MANAGE_UNITS)
def new_body() -> ResponseReturnValue:
    """Show the form that founds a body."""
    with reading() as session:
        units, calendars = options.units(session), options.calendars(session)
    return render_template("organisation/new_body.html", units=units, calendars=calendars, zone=HOME_ZONE)


@bp.post("/bodies")
@requires(Permission.MANAGE_UNITS)
def add_body() -> ResponseReturnValue:
    """Found a body."""
    code = forms.text(request.form, "code", _("Reference code"), most=40)
    settings = _settings_form()
    with transaction() as session:
        body = bodies.add_body(session, actor(), code, settings)
    return redirect(url_for("organisation.settings", body_id=body.id))


def _settings_form() -> Settings:
    typed = request.form
    return Settings(
        name=forms.text(typed, "name", _("Name"), most=200),
        unit_id=forms.whole_number(typed, "unit", _("Serving unit")),
        calendar_id=forms.whole_number(typed, "calendar", _("Working calendar")),
        zone=forms.text(typed, "zone", _("Time zone"), most=60),
        office_closes=_time_of_day("office_closes", _("The office closes at")),
        meeting_rule=forms.text(typed, "meeting_rule", _("Rule for votes in the room"), most=80),
        written_rule=forms.text(typed, "written_rule", _("Rule for written opinions"), most=80),
        written_days_least=forms.whole_number(typed, "written_days_least", _("Shortest period"), most=LONGEST_PERIOD),
        written_days_most=forms.whole_number(typed, "written_days_most", _("Longest period"), most=LONGEST_PERIOD),
        procedure_rule=_optional_rule("procedure_rule", _("Rule for questions of procedure")),
        election_rule=_optional_rule("election_rule", _("Rule for elections")),
        step_up_minutes=forms.whole_number(typed, "step_up_minutes", _("A code counts for"), most=LONGEST_LEASE),
        circulation_approved=forms.ticked(typed, "circulation_approved"),
        reminders=_schedule(),
        quiet_from=_time_of_day("quiet_from", _("Quiet from")),
        quiet_until=_time_of_day("quiet_until", _("Quiet until")),
        escalates=forms.ticked(typed, "escalates"),
    )


def _schedule() -> str:
    """The schedule as the settings keep it; refused with the word that is none."""
    return schedule_of(forms.text(request.form, "reminders", _("Reminders"), most=120, required=False)).as_text()


def _optional_rule(name: str, field: str) -> str | None:
    return forms.text(request.form, name, field, most=80, required=False) or None


def _time_of_day(name: str, field: str) -> time:
    try:
        value = time.fromisoformat(forms.text(request.form, name, field, most=8))
    except ValueError:
        raise Refused(Reason.NOT_A_TIME, field=field) from None
    if value.tzinfo is not None:
        raise Refused(Reason.NOT_A_TIME, field=field)
    return value.replace(microsecond=0)
