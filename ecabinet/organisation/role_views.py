"""The page of roles in a body."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ecabinet import clock, forms
from ecabinet.access import Permission, Role
from ecabinet.database import reading, transaction
from ecabinet.gate import actor, requires
from ecabinet.organisation import bodies, options, roles, shown
from ecabinet.organisation.blueprint import bp, last_day, period, role_name


@bp.get("/bodies/<int:body_id>/roles", endpoint="roles")
@requires(Permission.CONFIRM_ROLE)
def listing(body_id: int) -> ResponseReturnValue:
    """Show who has which role in a body, and what waits for a second person."""
    who = actor()
    with reading() as session:
        body = bodies.body_for(session, who, body_id, Permission.CONFIRM_ROLE)
        rows = shown.role_rows(session, body_id=body_id)
        people, units = options.people(session), options.units(session)
        members = options.seats(session, body)
    return render_template(
        "organisation/roles.html",
        body=body,
        roles=rows,
        people=[option for option in people if option[0] != who.person_id],
        units=units,
        members=members,
        offered=[(role.value, role_name(role)) for role in Role],
        role_name=role_name,
        me=who.person_id,
        today=clock.today(body.zone),
        may_give=who.may(Permission.GRANT_ROLES, body_id),
    )


@bp.post("/bodies/<int:body_id>/roles")
@requires(Permission.GRANT_ROLES)
def give_role(body_id: int) -> ResponseReturnValue:
    """Give a person a role."""
    grant = roles.Grant(
        person_id=forms.whole_number(request.form, "person", _("Person")),
        role=forms.choice(request.form, "role", _("Role"), Role),
        period=period(request.form),
        reason=forms.text(request.form, "reason", _("Reason"), most=500, required=False),
        unit_id=forms.optional_number(request.form, "unit", _("Unit")),
        membership_id=forms.optional_number(request.form, "membership", _("Member")),
    )
    with transaction() as session:
        bodies.body_for(session, actor(), body_id, Permission.GRANT_ROLES)
        roles.give(session, actor(), body_id, grant)
    return redirect(url_for("organisation.roles", body_id=body_id))


@bp.post("/bodies/<int:body_id>/roles/<int:assignment_id>/confirm")
@requires(Permission.CONFIRM_ROLE)
def confirm_role(body_id: int, assignment_id: int) -> ResponseReturnValue:
    """Confirm a role as the second person."""
    with transaction() as session:
        roles.confirm(session, actor(), assignment_id)
    return redirect(url_for("organisation.roles", body_id=body_id))


@bp.post("/bodies/<int:body_id>/roles/<int:assignment_id>/end")
@requires(Permission.GRANT_ROLES)
def end_role(body_id: int, assignment_id: int) -> ResponseReturnValue:
    """End a role on a day, or at once."""
    last = None if forms.ticked(request.form, "at_once") else last_day(request.form)
    with transaction() as session:
        roles.end(session, actor(), assignment_id, last)
    return redirect(url_for("organisation.roles", body_id=body_id))
