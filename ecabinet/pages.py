"""What every page shares: words, dates and numbers in the reader's form, built files, headers that protect it."""

import json
import secrets
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal
from babel.support import Translations
from flask import Flask, Response, current_app, g, has_request_context, request, url_for
from flask_babel import get_domain, get_locale
from werkzeug.urls import iri_to_uri

from ecabinet import clock
from ecabinet.config import PROJECT, Config

DIST = PROJECT / "web" / "dist"
HOME_ZONE = clock.HOME_ZONE
LANGUAGES = ("vi", "en")


def chosen_language() -> str:
    """Return the reader's language: their own setting, else the browser's cookie, else the installation's."""
    config: Config = current_app.extensions["config"]
    languages: tuple[str, ...] = current_app.config["LANGUAGES"]
    if not has_request_context():
        return config.language
    signed = g.get("signed")
    wanted = signed.actor.language if signed is not None else request.cookies.get("language", config.language)
    return wanted if wanted in languages else config.language


def when(instant: datetime, zone: str = HOME_ZONE) -> str:
    """Show an instant as date and time in a zone, in the reader's form; no month may be taken for a day."""
    form = "HH:mm d/M/y" if str(get_locale()) == "vi" else "d\u00a0MMM\u00a0y, HH:mm"
    return format_datetime(_in_zone(instant, zone), form, locale=get_locale() or "vi")


def day(value: date, zone: str = HOME_ZONE) -> str:
    """Show a day with its weekday in the reader's form."""
    shown = _in_zone(value, zone) if isinstance(value, datetime) else value
    return format_date(
        shown, "EEEE, d/M/y" if str(get_locale()) == "vi" else "EEEE, d MMMM y", locale=get_locale() or "vi"
    )


def short_day(value: date) -> str:
    """Show a day in few signs, for tables."""
    return format_date(value, "dd/MM/y" if str(get_locale()) == "vi" else "d MMM y", locale=get_locale() or "vi")


def clock_time(value: datetime, zone: str = HOME_ZONE) -> str:
    """Show hours and minutes."""
    return format_time(_in_zone(value, zone).time(), "HH:mm", locale=get_locale() or "vi")


def _in_zone(instant: datetime, zone: str) -> datetime:
    return instant.astimezone(ZoneInfo(zone)) if instant.tzinfo is not None else instant


def number(value: int) -> str:
    """Show a number in the reader's form."""
    return format_decimal(value, locale=get_locale() or "vi")


@lru_cache(maxsize=1)
def _manifest(_changed: float) -> dict[str, str]:
    named: dict[str, str] = json.loads((DIST / "manifest.json").read_text())
    return named


def asset(name: str) -> str:
    """Return the address of a built file by its logical name, such as `application.js`."""
    manifest = DIST / "manifest.json"
    if not manifest.exists():
        return url_for("static", filename=name)
    return url_for("static", filename=_manifest(manifest.stat().st_mtime).get(name, name))


def csp_nonce() -> str:
    """Return this answer's nonce for scripts."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def next_address(default: str) -> str:
    """Return where to go on after signing in: only a path of this application."""
    return local_path(request.values.get("next", ""), default)


def local_path(wanted: str, default: str) -> str:
    """Return a path of this application as it was asked for, or the default where it would lead elsewhere."""
    is_ours = wanted.startswith("/") and not wanted.startswith("//") and wanted.isprintable() and "\\" not in wanted
    return wanted if is_ours else default


def protect(response: Response) -> Response:
    """Add the headers that every answer carries, and let an htmx form follow a redirect as a whole page."""
    if "HX-Request" in request.headers and response.status_code in (302, 303):
        location = iri_to_uri(response.headers.pop("Location"))  # a header holds no letters beyond ASCII
        response = Response(status=204, headers=[("HX-Redirect", location), *_cookies(response)])
    headers = response.headers
    headers["Content-Security-Policy"] = _policy()
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Embedder-Policy"] = "require-corp"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = (
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(), "
        "publickey-credentials-get=(self), publickey-credentials-create=(self)"
    )
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
    config: Config = current_app.extensions["config"]
    if config.secure:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response


def _cookies(response: Response) -> list[tuple[str, str]]:
    return [(name, value) for name, value in response.headers.items() if name == "Set-Cookie"]


def _policy() -> str:
    # The paper reader decodes images with it, in a worker that takes its policy from the answer that brought its script.
    wasm = " 'wasm-unsafe-eval'" if g.get("needs_wasm") or request.endpoint == "static" else ""
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{csp_nonce()}'{wasm}; worker-src 'self'; style-src 'self' 'nonce-{csp_nonce()}'; "
        "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "manifest-src 'self'; require-trusted-types-for 'script'; trusted-types default"
    )


def _words() -> Translations:
    """Return the translations of this request's language: looked up once a request, not once a word."""
    if "words" not in g:
        g.words = get_domain().get_translations()
    found: Translations = g.words
    return found


def register(app: Flask) -> None:
    """Give templates their functions and answers their headers."""
    app.jinja_env.filters.update(when=when, day=day, short_day=short_day, clock_time=clock_time, number=number)
    app.jinja_env.globals.update(asset=asset, csp_nonce=csp_nonce)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined] # the extension of Jinja that Babel loads has it
        lambda message: _words().ugettext(message),
        lambda singular, plural, number: _words().ungettext(singular, plural, number),
        newstyle=True,
    )
    app.after_request(protect)
