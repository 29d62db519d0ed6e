"""The sign-in links of the demonstration: one role a link, no password, counted as a second factor. They exist in no other mode."""

import hashlib
import hmac

from flask import Blueprint, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from ecabinet import pages
from ecabinet.config import Config, Mode
from ecabinet.database import transaction
from ecabinet.gate import PUBLIC, cookie_name, requires
from ecabinet.organisation.models import Person
from ecabinet.refusals import NotFound
from ecabinet.sign_in import sessions

bp = Blueprint("demonstration", __name__, url_prefix="/demonstration")


def key_of(config: Config, account: str) -> str:
    """Return the part of a link that nobody can guess who did not see it printed."""
    return hmac.new(config.secret_key.encode(), f"demonstration {account}".encode(), hashlib.sha256).hexdigest()[:16]


@bp.get("/<account>/<key>")
@requires(PUBLIC)
def sign_in(account: str, key: str) -> ResponseReturnValue:
    """Sign in as a person of the demonstration."""
    config: Config = current_app.extensions["config"]
    if config.mode is Mode.PRODUCTION or not hmac.compare_digest(key.encode(), key_of(config, account).encode()):
        raise NotFound
    with transaction() as session:
        person = session.scalar(select(Person).where(Person.account == account))
        if person is None:
            raise NotFound
        device = request.user_agent.string or "?"
        token = sessions.start(
            session, person, device=device, address=request.remote_addr or "", stepped_up=True, lease=sessions.LIFE
        )
    answer = redirect(pages.next_address(url_for("desk.home")))
    answer.set_cookie(cookie_name(), token, httponly=True, samesite="Lax", secure=config.secure, path="/")
    return answer
