"""How a refusal reaches the person: a sentence in their language, where they are, with what they typed still there."""

import logging
from datetime import date, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from flask import Flask, redirect, render_template, request, url_for
from flask.json.provider import DefaultJSONProvider
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError
from werkzeug.exceptions import HTTPException

from ecabinet.gate import wants_json
from ecabinet.pages import day, when
from ecabinet.refusals import N_, Forbidden, NotFound, Refused, StepUpNeeded

logger = logging.getLogger(__name__)

SENTENCES = {
    HTTPStatus.BAD_REQUEST: N_("This request could not be understood. Reload the page and try again."),
    HTTPStatus.FORBIDDEN: N_("Your role does not allow this."),
    HTTPStatus.NOT_FOUND: N_("There is no such page, or it is not open to you."),
    HTTPStatus.METHOD_NOT_ALLOWED: N_("This page cannot be used in this way. Go back and try again."),
    HTTPStatus.CONFLICT: N_("Someone else changed this at the same moment. Reload the page and try again."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: N_("This file is larger than 100 MB. Divide it or make it smaller."),
    HTTPStatus.TOO_MANY_REQUESTS: N_("Too many tries in a short time. Wait a minute and try again."),
    HTTPStatus.INTERNAL_SERVER_ERROR: N_(
        "Something went wrong here, not with you. Nothing was changed. Try again, and tell the secretariat if it stays so."
    ),
}
FORM_EXPIRED = N_("This page was open for too long. Reload it and try again.")


class Json(DefaultJSONProvider):
    """JSON as it is sent and read here."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:  # noqa: ANN401 - the interface's
        """Read JSON; what is nested too deeply to be read is no JSON either."""
        try:
            return super().loads(s, **kwargs)
        except RecursionError:
            raise ValueError("nested too deeply") from None


def register(app: Flask) -> None:
    """Answer every refusal and error of the application."""
    app.json = Json(app)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(NotFound, lambda _error: _status(HTTPStatus.NOT_FOUND))
    app.register_error_handler(Forbidden, lambda _error: _status(HTTPStatus.FORBIDDEN))
    app.register_error_handler(StepUpNeeded, _step_up)
    app.register_error_handler(
        CSRFError, lambda _error: _answer("FORM_EXPIRED", gettext(FORM_EXPIRED), HTTPStatus.BAD_REQUEST)
    )
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(IntegrityError, _conflict)
    app.register_error_handler(DataError, lambda _error: _status(HTTPStatus.BAD_REQUEST))
    app.register_error_handler(Exception, _unexpected)


def sentence_of(refusal: Refused) -> str:
    """Return a refusal as a sentence in the reader's language."""
    return gettext(refusal.reason.value, **{name: _shown(value) for name, value in refusal.values.items()})


def _shown(value: object) -> object:
    if isinstance(value, Refused):
        return sentence_of(value)
    if isinstance(value, datetime):
        return when(value)
    return day(value) if isinstance(value, date) else value


def _refused(refusal: Refused) -> ResponseReturnValue:
    return _answer(refusal.reason.name, sentence_of(refusal), HTTPStatus.UNPROCESSABLE_ENTITY)


def _step_up(_error: StepUpNeeded) -> ResponseReturnValue:
    here = request.full_path.rstrip("?") if request.method == "GET" else _page_behind()
    page = url_for("sign_in.step_up_page", next=here)
    if wants_json():
        return {"error": "STEP_UP_NEEDED", "location": page}, HTTPStatus.UNAUTHORIZED
    return redirect(page)


def _page_behind() -> str | None:
    """Return the path of the page from which a form was sent; None where it was none of ours."""
    page = urlsplit(request.referrer or "")
    return urlunsplit(("", "", page.path, page.query, "")) if page.netloc == request.host else None


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error
    return _status(HTTPStatus(error.code))


def _conflict(error: IntegrityError) -> ResponseReturnValue:
    logger.warning("a constraint refused a change: %s", type(error.orig).__name__)
    return _status(HTTPStatus.CONFLICT)


def _unexpected(error: Exception) -> ResponseReturnValue:
    logger.error("an error that nobody expected", exc_info=error)
    try:
        return _status(HTTPStatus.INTERNAL_SERVER_ERROR)
    except Exception:  # noqa: BLE001 - the page itself may be what is broken; the sentence must come all the same
        return gettext(SENTENCES[HTTPStatus.INTERNAL_SERVER_ERROR]), HTTPStatus.INTERNAL_SERVER_ERROR


def _status(status: HTTPStatus) -> ResponseReturnValue:
    sentence = SENTENCES.get(status, SENTENCES[HTTPStatus.BAD_REQUEST])
    return _answer(status.name, gettext(sentence), status)


def _answer(error: str, sentence: str, status: HTTPStatus) -> ResponseReturnValue:
    if wants_json():
        return {"error": error, "message": sentence}, status
    if "HX-Request" in request.headers:
        return sentence, status, {"Content-Type": "text/plain; charset=utf-8"}
    return render_template("ecabinet/refusal.html", sentence=sentence), status
