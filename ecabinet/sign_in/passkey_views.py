"""Passkeys over HTTP: adding and removing them, confirming and signing in with one. The page's script speaks JSON with the browser's own dialog between."""

from collections.abc import Mapping
from typing import Any

from flask import jsonify, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ecabinet import forms
from ecabinet.database import transaction
from ecabinet.gate import PUBLIC, SIGNED_IN, actor, requires
from ecabinet.pages import local_path
from ecabinet.sign_in import challenges, cookies, passkeys, queries, service, tries
from ecabinet.sign_in.blueprint import bp
from ecabinet.sign_in.models import PasskeyChallenge, Purpose

ASKED = "asked passkey"  # in the signed cookie of this browser


@bp.post("/sign-in/passkeys/challenge")
@requires(SIGNED_IN)
def ask_to_add_passkey() -> ResponseReturnValue:
    """Say what the browser has to ask for a new passkey."""
    with transaction() as transacting:
        asked, options = passkeys.ask_to_add(transacting, actor())
    return _asked(asked, options)


@bp.post("/sign-in/passkeys")
@requires(SIGNED_IN)
def add_passkey() -> ResponseReturnValue:
    """Keep a new passkey."""
    who, sent = actor(), _sent()
    name = forms.text(sent, "name", _("Name of the passkey"), most=60)
    with transaction() as transacting:
        challenge = challenges.take(transacting, Purpose.ADD, who.session_id, _challenge_id())
    with transaction() as transacting:
        passkeys.add(transacting, who, challenge, name, sent)
    return jsonify(location=url_for("sign_in.account"))


@bp.post("/sign-in/passkeys/<int:passkey_id>/remove")
@requires(SIGNED_IN)
def remove_passkey(passkey_id: int) -> ResponseReturnValue:
    """Remove one of the reader's passkeys."""
    with transaction() as transacting:
        passkeys.remove(transacting, actor(), passkey_id)
    return redirect(url_for("sign_in.account"))


@bp.post("/sign-in/passkeys/ballots")
@requires(SIGNED_IN)
def sign_ballots() -> ResponseReturnValue:
    """Remember whether each ballot shall be signed with a passkey."""
    with transaction() as transacting:
        passkeys.sign_ballots(transacting, actor(), wanted=forms.ticked(request.form, "sign_ballots"))
    return redirect(url_for("sign_in.account"))


@bp.post("/sign-in/confirm/passkey/challenge")
@requires(SIGNED_IN)
def ask_to_confirm_by_passkey() -> ResponseReturnValue:
    """Say what the browser has to ask for a step-up."""
    with transaction() as transacting:
        asked, options = passkeys.ask_to_confirm(transacting, actor())
    return _asked(asked, options)


@bp.post("/sign-in/confirm/passkey")
@requires(SIGNED_IN)
def confirm_by_passkey() -> ResponseReturnValue:
    """Begin a new lease by a passkey; a locked screen is unlocked by it too."""
    who, sent = actor(), _sent()
    with transaction() as transacting:
        candidate = service.begin_within(transacting, who, cookies.address())
        challenge = challenges.take(transacting, Purpose.CONFIRM, who.session_id, _challenge_id())
    with transaction() as transacting:
        token = passkeys.confirm(transacting, who, candidate, challenge, sent)
    return cookies.give_session(jsonify(location=_next(sent)), token)


@bp.post("/sign-in/passkey/challenge")
@requires(PUBLIC)
def ask_to_enter_by_passkey() -> ResponseReturnValue:
    """Say what the browser has to ask of whoever wants to sign in."""
    with transaction() as transacting:
        asked, options = passkeys.ask_to_enter(transacting)
    return _asked(asked, options)


@bp.post("/sign-in/passkey")
@requires(PUBLIC)
def enter_by_passkey() -> ResponseReturnValue:
    """Sign in with a passkey; tries count as those with a password do."""
    sent = _sent()
    with transaction() as transacting:
        attempt_id = tries.begin(transacting, cookies.origin(passkeys.account_of(transacting, sent)))
        challenge = challenges.take(transacting, Purpose.ENTER, None, _challenge_id())
    with transaction() as transacting:
        person, token = passkeys.enter(
            transacting,
            attempt_id,
            challenge,
            sent,
            device=queries.device_name(request.user_agent.string),
            address=cookies.address(),
        )
    session.clear()  # a new token for forms with the new session
    answer = cookies.give_session(jsonify(location=_next(sent)), token)
    return cookies.remember_device(answer, person.account.lower())


def _asked(asked: PasskeyChallenge, options: dict[str, Any]) -> ResponseReturnValue:
    session[ASKED] = asked.id
    return jsonify(options)


def _challenge_id() -> int:
    return int(session.pop(ASKED, 0))


def _sent() -> Mapping[str, Any]:
    sent = request.get_json(silent=True)
    return sent if isinstance(sent, dict) else {}


def _next(sent: Mapping[str, Any]) -> str:
    wanted = sent.get("next")
    return local_path(wanted, "/") if isinstance(wanted, str) else "/"
