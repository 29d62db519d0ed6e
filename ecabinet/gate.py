"""The gate in front of every route: who is asking, and does the route's permission let them through."""

from collections.abc import Callable
from datetime import timedelta
from enum import Enum
from typing import TypeVar

from flask import Flask, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from ecabinet import clock
from ecabinet.access import Actor, Permission
from ecabinet.config import Config
from ecabinet.refusals import N_, Forbidden, NotFound
from ecabinet.sign_in import sessions, uses

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


# What a form says that was sent too late; what was typed in it stays.
FIRST = {
    "SIGNED_OUT": N_("You are signed out. Sign in in another window, then send this again."),
    "LOCKED": N_("Your screen was locked. Unlock it in another window, then send this again."),
}


OPEN_WHILE_LOCKED = (
    "sign_in.unlock",
    "sign_in.unlock_page",
    "sign_in.ask_to_confirm_by_passkey",
    "sign_in.confirm_by_passkey",
    "sign_in.sign_out",
)


class Open(Enum):
    """The two kinds of route that ask for no role."""

    PUBLIC = "anybody, signed in or not"
    SIGNED_IN = "anybody who is signed in"


PUBLIC, SIGNED_IN = Open.PUBLIC, Open.SIGNED_IN
Needed = Permission | Open


def requires(needed: Needed) -> Callable[[View], View]:
    """Declare what a route needs; a route that declares nothing lets nobody through."""

    def mark(view: View) -> View:
        view.permission = needed  # type: ignore[attr-defined]  # read by the gate
        return view

    return mark


def needed_by(app: Flask, endpoint: str) -> Needed | None:
    """Return what a route declared, None where it declared nothing."""
    return getattr(app.view_functions[endpoint], "permission", None)


def actor() -> Actor:
    """Return who is asking; for routes that are not public."""
    if g.signed is None:
        raise Forbidden
    who: Actor = g.signed.actor
    return who


def cookie_name() -> str:
    """Return the session cookie's name; `__Host-` where TLS lets browsers enforce it."""
    config: Config = current_app.extensions["config"]
    return "__Host-ecabinet" if config.secure else "ecabinet"


def check() -> ResponseReturnValue | None:
    """Stand before every request: load the actor afresh, so that a revoked device or role is out at once."""
    g.signed = None
    if request.endpoint is None or request.endpoint == "static":
        return None
    needed = needed_by(current_app, request.endpoint)
    if needed is None:
        raise NotFound
    _load()
    if needed is PUBLIC:
        return None
    return _refused(needed)


def _load() -> None:
    g.signed = sessions.recognise(request.cookies.get(cookie_name()))
    _note_use()


def _note_use() -> None:
    """A request is use of the device, noted once a minute."""
    signed = g.signed
    if signed is not None and not signed.is_locked and signed.seen_at + timedelta(minutes=1) <= clock.now():
        uses.note(signed.actor.session_id)


def _refused(needed: Needed) -> ResponseReturnValue | None:
    if g.signed is None:
        return _ask_for("sign_in.page", "SIGNED_OUT")
    if g.signed.is_locked and request.endpoint not in OPEN_WHILE_LOCKED:
        return _ask_for("sign_in.unlock_page", "LOCKED")
    if isinstance(needed, Permission) and not g.signed.actor.may(needed):
        raise Forbidden(needed)
    return None


def _ask_for(endpoint: str, error: str) -> ResponseReturnValue:
    """Lead to the page that mends it, and back afterwards; programs get a 401."""
    if "HX-Request" in request.headers:
        return gettext(FIRST[error]), 401, {"Content-Type": "text/plain; charset=utf-8"}
    if wants_json() or request.method != "GET":
        return {"error": error, "location": url_for(endpoint)}, 401
    return redirect(url_for(endpoint, next=request.full_path.rstrip("?")))


def wants_json() -> bool:
    """Say whether a program of the page is asking, and not a reader."""
    return request.is_json or request.accept_mimetypes.best == "application/json"
