"""Confirming that it is still the same person: a step-up, or unlocking an idle screen."""

from collections.abc import Mapping

from flask import jsonify, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ecabinet import forms
from ecabinet.database import reading, transaction
from ecabinet.gate import SIGNED_IN, actor, requires, wants_json
from ecabinet.pages import next_address
from ecabinet.sign_in import cookies, passkeys, passwords, service
from ecabinet.sign_in.blueprint import bp


@bp.get("/sign-in/confirm")
@requires(SIGNED_IN)
def step_up_page() -> ResponseReturnValue:
    """Ask for a code, then go on where the reader came from."""
    return render_template("sign_in/step_up.html", next=next_address("/"), has_passkey=_has_passkey())


@bp.post("/sign-in/confirm")
@requires(SIGNED_IN)
def step_up() -> ResponseReturnValue:
    """Take a code and begin a new lease."""
    who = actor()
    code = forms.text(_typed(), "code", _("Code"), most=20)
    with transaction() as session:
        candidate = service.begin_within(session, who, cookies.address())
    with transaction() as session:
        token = service.step_up(session, who, candidate, code)
    answer = jsonify({}) if wants_json() else make_response(redirect(next_address("/")))
    return cookies.give_session(answer, token)


@bp.get("/sign-in/unlock")
@requires(SIGNED_IN)
def unlock_page() -> ResponseReturnValue:
    """Ask for the password or a code after a quarter of an hour without use."""
    return render_template("sign_in/unlock.html", next=next_address("/"), has_passkey=_has_passkey())


@bp.post("/sign-in/unlock")
@requires(SIGNED_IN)
def unlock() -> ResponseReturnValue:
    """Unlock the screen by the password or a code, typed into the same field."""
    who = actor()
    typed = passwords.typed(_typed(), "proof", _("Password or code"))
    with transaction() as session:
        candidate = service.begin_within(session, who, cookies.address())
    is_right = not passwords.looks_like_code(typed) and passwords.matches(candidate.password_hash, typed)
    with transaction() as session:
        token = service.unlock(session, who, candidate, password_is_right=is_right, code=typed)
    answer = jsonify({}) if wants_json() else make_response(redirect(next_address("/")))
    return cookies.give_session(answer, token) if token is not None else answer


def _has_passkey() -> bool:
    with reading() as session:
        return bool(passkeys.held_by(session, actor().person_id).credentials)


def _typed() -> Mapping[str, str]:
    """What was sent, as a form or as JSON."""
    if not request.is_json:
        return request.form
    sent = request.get_json(silent=True)
    return sent if isinstance(sent, dict) else {}
