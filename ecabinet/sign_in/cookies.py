"""The two cookies: the session's, and the one by which a device is known again."""

import secrets
from dataclasses import dataclass

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from ecabinet.config import Config
from ecabinet.gate import cookie_name
from ecabinet.sign_in import sessions, tries
from ecabinet.sign_in.tries import Origin

A_YEAR = 365 * 24 * 3600
PEOPLE_OF_A_DEVICE = 20


@dataclass(frozen=True)
class KnownDevice:
    """A device and the accounts that signed in on it, each only as a mark."""

    name: str
    accounts: tuple[str, ...]


def give_session(response: Response, token: str) -> Response:
    """Set the session's cookie."""
    _set(response, cookie_name(), token, int(sessions.LIFE.total_seconds()))
    return response


def take_session(response: Response) -> Response:
    """Remove the session's cookie."""
    config: Config = current_app.extensions["config"]
    response.delete_cookie(cookie_name(), secure=config.secure, httponly=True, samesite="Lax")
    return response


def origin(account: str) -> Origin:
    """Return where a try to sign in with this account comes from; its own count where the device is known to the person."""
    known = _known_device()
    mark = tries.mark_of(f"device {known.name}") if _mark_of_account(account) in known.accounts else None
    return Origin(account, address(), mark)


def remember_device(response: Response, account: str) -> Response:
    """Make this device known to the person who just signed in on it."""
    known = _known_device()
    mark = _mark_of_account(account)
    accounts = [*(kept for kept in known.accounts if kept != mark), mark][-PEOPLE_OF_A_DEVICE:]
    _set(response, _device_cookie(), _serializer().dumps([known.name, accounts]), A_YEAR)
    return response


def set_language(response: Response, language: str) -> Response:
    """Remember the language of a browser in which nobody is signed in."""
    _set(response, "language", language, A_YEAR)
    return response


def address() -> str:
    """Return where the request comes from."""
    return request.remote_addr or ""


def _set(response: Response, name: str, value: str, seconds: int) -> None:
    config: Config = current_app.extensions["config"]
    response.set_cookie(name, value, max_age=seconds, secure=config.secure, httponly=True, samesite="Lax")


def _known_device() -> KnownDevice:
    try:
        name, accounts = _serializer().loads(request.cookies.get(_device_cookie(), ""))
    except (BadSignature, ValueError, TypeError):
        return KnownDevice(secrets.token_urlsafe(16), ())
    return KnownDevice(str(name), tuple(accounts))


def _device_cookie() -> str:
    config: Config = current_app.extensions["config"]
    return "__Host-device" if config.secure else "device"


def _serializer() -> URLSafeSerializer:
    config: Config = current_app.extensions["config"]
    return URLSafeSerializer(config.secret_key, salt="a device known to its people")


def _mark_of_account(account: str) -> str:
    return tries.mark_of(f"account {account}")[:16]
