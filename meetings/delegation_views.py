"""The page of delegations."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ecabinet import forms
from ecabinet.access import Permission
from ecabinet.database import reading, transaction
from ecabinet.gate import actor, requires
from meetings import delegation
from meetings.blueprint import bp


@bp.get("/delegations")
@requires(Permission.DELEGATE)
def delegations() -> ResponseReturnValue:
    """List the delegations the reader manages, and the form of a new one."""
    with reading() as session:
        memberships = delegation.memberships_for(session, actor())
        chosen = next((seat for seat in memberships if str(seat.id) == request.args.get("membership")), None)
        if chosen is None and len(memberships) == 1:
            chosen = memberships[0]
        return render_template(
            "meetings/delegations.html",
            rows=delegation.rows_for(session, actor()),
            memberships=memberships,
            chosen=chosen,
            deputies=delegation.possible_deputies(session, chosen.id) if chosen is not None else [],
        )


@bp.post("/delegations")
@requires(Permission.DELEGATE)
def delegate() -> ResponseReturnValue:
    """Record a delegation."""
    form = request.form
    membership = forms.whole_number(form, "membership", _("Member"))
    deputy = forms.whole_number(form, "deputy", _("Deputy"))
    starts_on, ends_on = forms.day(form, "starts", _("First day")), forms.day(form, "ends", _("Last day"))
    reason = forms.text(form, "reason", _("Reason"), most=1000, required=False)
    with transaction() as session:
        delegation.record(session, actor(), membership, deputy, starts_on=starts_on, ends_on=ends_on, reason=reason)
    return redirect(url_for("meetings.delegations"))


@bp.post("/delegations/<int:delegation_id>/end")
@requires(Permission.DELEGATE)
def end_delegation(delegation_id: int) -> ResponseReturnValue:
    """End a delegation."""
    with transaction() as session:
        delegation.end(session, actor(), delegation_id)
    return redirect(url_for("meetings.delegations"))
