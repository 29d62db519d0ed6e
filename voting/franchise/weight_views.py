"""The page of weights: what each member of a body weighs in each measure, and the forms that enter it."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ecabinet import forms
from ecabinet.access import Permission
from ecabinet.database import reading, transaction
from ecabinet.gate import actor, requires
from voting.franchise import weights
from voting.franchise.weights import Reads

bp = Blueprint("weights", __name__, url_prefix="/organisation/bodies/<int:body_id>/weights")

LONGEST_LIST = 60_000
LONGEST_WEIGHT = 81  # forty digits, a point, forty digits
LONGEST_MEASURE = 39


@bp.get("")
@requires(Permission.READ_RULES)
def page(body_id: int) -> ResponseReturnValue:
    """Show the weights of a body on a day."""
    on = forms.optional_day(request.args, "on", _("Day"))
    measure = forms.text(request.args, "measure", _("Measure"), most=LONGEST_MEASURE, required=False)
    with reading() as session:
        shown = weights.page_of(session, actor(), body_id, on)
    chosen = measure or next(iter(shown.measures), "")
    return render_template("voting/weights.html", weights=shown, chosen=chosen)


@bp.post("")
@requires(Permission.SET_WEIGHTS)
def enter(body_id: int) -> ResponseReturnValue:
    """Enter one member's weight."""
    member = forms.whole_number(request.form, "member", _("Member"))
    value = forms.text(request.form, "value", _("Weight"), most=LONGEST_WEIGHT, required=False)
    return _enter(body_id, weights.of_one(member, value))


@bp.post("/list")
@requires(Permission.SET_WEIGHTS)
def enter_list(body_id: int) -> ResponseReturnValue:
    """Enter the weights of several members at once."""
    return _enter(
        body_id, weights.of_list(forms.text(request.form, "list", _("Members and weights"), most=LONGEST_LIST))
    )


def _enter(body_id: int, reads: Reads) -> ResponseReturnValue:
    measure = forms.text(request.form, "measure", _("Measure"), most=LONGEST_MEASURE)
    starts_on = forms.day(request.form, "starts_on", _("From"))
    with transaction() as session:
        weights.enter(session, actor(), body_id, measure=measure, starts_on=starts_on, reads=reads)
    return redirect(url_for("weights.page", body_id=body_id, measure=measure, on=starts_on.isoformat()))
