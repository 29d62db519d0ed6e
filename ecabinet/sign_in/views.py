"""Signing in and out, and the list of one's devices."""

from flask import Response, g, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ecabinet import forms
from ecabinet.database import reading, transaction
from ecabinet.gate import PUBLIC, SIGNED_IN, actor, requires
from ecabinet.pages import next_address
from ecabinet.sign_in import (
    account_views,
    confirmation_views,
    cookies,
    passkey_views,
    passwords,
    phone_views,
    preference_views,
    queries,
    relying_party,
    reset_views,
    service,
    sessions,
)
from ecabinet.sign_in.blueprint import bp

BLUEPRINTS = (bp, preference_views.bp)
SHARING = (
    account_views,
    confirmation_views,
    passkey_views,
    phone_views,
    reset_views,
)  # their routes are in the same blueprint


@bp.get("/sign-in")
@requires(PUBLIC)
def page() -> ResponseReturnValue:
    """Show the form; who is signed in already goes on."""
    if g.signed is not None:
        return redirect(next_address("/"))
    return render_template("sign_in/page.html", next=next_address("/"), passkeys_possible=relying_party.are_possible())


@bp.post("/sign-in")
@requires(PUBLIC)
def enter() -> ResponseReturnValue:
    """Sign in with account, password and code."""
    account = forms.text(request.form, "account", _("Account"), most=120).lower()
    code = forms.text(request.form, "code", _("Code"), most=20)
    with transaction() as transacting:
        candidate = service.begin(transacting, cookies.origin(account))
    is_right = passwords.matches(candidate.password_hash, passwords.typed(request.form, "password", _("Password")))
    with transaction() as transacting:
        token = service.enter(
            transacting,
            candidate,
            password_is_right=is_right,
            code=code,
            device=queries.device_name(request.user_agent.string),
            address=cookies.address(),
        )
    session.clear()  # a new token for forms with the new session
    answer = cookies.give_session(_to(next_address("/")), token)
    return cookies.remember_device(answer, account)


@bp.post("/sign-out")
@requires(PUBLIC)
def sign_out() -> ResponseReturnValue:
    """End this session; one that ended already is no fault."""
    if g.signed is not None:
        with transaction() as transacting:
            sessions.revoke(transacting, actor(), g.signed.actor.session_id)
    session.clear()
    return cookies.take_session(_to(url_for("sign_in.page")))


@bp.get("/sign-in/devices")
@requires(SIGNED_IN)
def devices() -> ResponseReturnValue:
    """Show where the reader is signed in."""
    who = actor()
    with reading() as transacting:
        mine = sessions.devices_of(transacting, who.person_id or 0)
    return render_template("sign_in/devices.html", devices=mine, here=who.session_id)


@bp.post("/sign-in/devices/<int:session_id>/sign-out")
@requires(SIGNED_IN)
def revoke(session_id: int) -> ResponseReturnValue:
    """Sign one of the reader's devices out; its sockets go with it."""
    with transaction() as transacting:
        sessions.revoke(transacting, actor(), session_id)
    if session_id == actor().session_id:
        return cookies.take_session(_to(url_for("sign_in.page")))
    return redirect(url_for("sign_in.devices"))


def _to(address: str) -> Response:
    return make_response(redirect(address))
