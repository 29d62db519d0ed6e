"""The pages of seats in a body."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ecabinet import clock, forms
from ecabinet.access import Permission
from ecabinet.database import reading, transaction
from ecabinet.gate import actor, requires
from ecabinet.organisation import bodies, options, seats, shown
from ecabinet.organisation.blueprint import bp, last_day, period

LAST_RANK = 10_000


@bp.get("/bodies/<int:body_id>")
@requires(Permission.CONFIRM_ROLE)
def members(body_id: int) -> ResponseReturnValue:
    """Show the seats of a body with the roles of the roll."""
    who = actor()
    with reading() as session:
        body = bodies.body_for(session, who, body_id, Permission.CONFIRM_ROLE)
        rows = shown.seats(session, body)
        people = options.people(session)
    return render_template(
        "organisation/members.html",
        body=body,
        seats=rows,
        people=people,
        today=clock.today(body.zone),
        may_change=who.may(Permission.GRANT_ROLES, body_id),
        may_set=who.may(Permission.MANAGE_UNITS, body_id),
    )


@bp.post("/bodies/<int:body_id>/members")
@requires(Permission.GRANT_ROLES)
def add_member(body_id: int) -> ResponseReturnValue:
    """Give a person a seat."""
    person_id = forms.whole_number(request.form, "person", _("Person"))
    rank = forms.whole_number(request.form, "rank", _("Order of precedence"), most=LAST_RANK)
    starts_on, ends_on = period(request.form)
    with transaction() as session:
        bodies.body_for(session, actor(), body_id, Permission.GRANT_ROLES)
        seats.add_member(
            session, actor(), body_id, person_id=person_id, rank=rank, starts_on=starts_on, ends_on=ends_on
        )
    return redirect(url_for("organisation.members", body_id=body_id))


@bp.post("/members/<int:membership_id>/end")
@requires(Permission.GRANT_ROLES)
def end_membership(membership_id: int) -> ResponseReturnValue:
    """End a seat."""
    last = last_day(request.form)
    with transaction() as session:
        body_id = seats.membership_for(session, actor(), membership_id).body_id
        seats.end_membership(session, actor(), membership_id, last)
    return redirect(url_for("organisation.members", body_id=body_id))


@bp.post("/members/<int:membership_id>/designations")
@requires(Permission.GRANT_ROLES)
def designate(membership_id: int) -> ResponseReturnValue:
    """Let a member hold a role of the roll."""
    role = forms.text(request.form, "role", _("Role on the roll"), most=40)
    starts_on, ends_on = period(request.form)
    with transaction() as session:
        body_id = seats.membership_for(session, actor(), membership_id).body_id
        seats.designate(session, actor(), membership_id, role=role, starts_on=starts_on, ends_on=ends_on)
    return redirect(url_for("organisation.members", body_id=body_id))


@bp.post("/bodies/<int:body_id>/designations/<int:designation_id>/end")
@requires(Permission.GRANT_ROLES)
def end_designation(body_id: int, designation_id: int) -> ResponseReturnValue:
    """End a role of the roll."""
    last = last_day(request.form)
    with transaction() as session:
        seats.end_designation(session, actor(), designation_id, last)
    return redirect(url_for("organisation.members", body_id=body_id))
