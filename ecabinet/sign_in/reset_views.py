"""The two officials' side of a lost phone."""

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ecabinet import forms
from ecabinet.access import Permission
from ecabinet.database import reading, transaction
from ecabinet.gate import actor, requires
from ecabinet.refusals import NotFound
from ecabinet.sign_in import queries, resets
from ecabinet.sign_in import rules as sign_in_rules
from ecabinet.sign_in.blueprint import bp

CODE = "reset code"  # in the official's own signed cookie, until it was shown once


@bp.get("/sign-in/resets", endpoint="resets")
@requires(Permission.RESET_PHONE)
def index() -> ResponseReturnValue:
    """Show the resets of lost phones and the form for a new one."""
    who = actor()
    with reading() as transacting:
        shown = queries.resets(transacting, who)
        people = queries.resettable_people(transacting, who)
    return render_template("sign_in/resets.html", resets=shown, people=people)


@bp.post("/sign-in/resets")
@requires(Permission.RESET_PHONE)
def request_reset() -> ResponseReturnValue:
    """Ask for a reset as the first official."""
    person_id = forms.whole_number(request.form, "person", _("Person"))
    password_too = forms.ticked(request.form, "password_too")
    with transaction() as transacting:
        resets.request(transacting, actor(), person_id, password_too=password_too)
    return redirect(url_for("sign_in.resets"))


@bp.post("/sign-in/resets/<int:reset_id>/confirm")
@requires(Permission.RESET_PHONE)
def confirm_reset(reset_id: int) -> ResponseReturnValue:
    """Confirm a reset as the second official."""
    with transaction() as transacting:
        code = resets.confirm(transacting, actor(), reset_id)
    session[CODE] = code
    return redirect(url_for("sign_in.reset_code"))


@bp.get("/sign-in/resets/code")
@requires(Permission.RESET_PHONE)
def reset_code() -> ResponseReturnValue:
    """Show the code to print, once."""
    code = session.pop(CODE, None)
    if code is None:
        raise NotFound
    return render_template(
        "sign_in/reset_code.html", code=code, minutes=int(sign_in_rules.CODE_LASTS.total_seconds()) // 60
    )
