"""The screen in the room: its page, its code, and the secretary's confirmation."""

from http import HTTPStatus

from flask import current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from ecabinet import forms, news
from ecabinet.access import Permission
from ecabinet.config import Config
from ecabinet.database import reading, transaction
from ecabinet.gate import PUBLIC, actor, requires
from ecabinet.refusals import Refused
from meetings import hall as screens
from meetings import rules, service
from meetings.blueprint import bp
from meetings.models import HallScreen, Meeting

COOKIE_LASTS = 24 * 60 * 60


@bp.get("/hall")
@requires(PUBLIC)
def hall() -> ResponseReturnValue:
    """Show the meeting on a paired screen, and on any other the code that pairs it."""
    with reading() as session:
        screen = screens.hall_for(session, request.cookies)
        if screen is not None and screen.meeting_id is not None:
            meeting = session.get_one(Meeting, screen.meeting_id)
            number = news.last_number(session, service.stream_of(meeting.id))
            return render_template("meetings/hall.html", screen=screen, meeting=meeting, number=number)
    return _with_code("meetings/hall_code.html")


@bp.get("/hall/code")
@requires(PUBLIC)
def hall_code() -> ResponseReturnValue:
    """Answer the code as it is now; a screen that was paired meanwhile loads its page afresh."""
    with reading() as session:
        if screens.hall_for(session, request.cookies) is not None:
            return "", HTTPStatus.OK, {"HX-Refresh": "true"}
    return _with_code("meetings/_hall_code.html")


@bp.get("/meetings/<int:meeting_id>/hall")
@requires(Permission.CONFIRM_HALL)
def hall_screens(meeting_id: int) -> ResponseReturnValue:
    """List the screens of a meeting, with the form that pairs one more."""
    with reading() as session:
        meeting = service.meeting_for(session, actor(), meeting_id, Permission.CONFIRM_HALL)
        return render_template(
            "meetings/hall_screens.html", meeting=meeting, screens=screens.paired(session, meeting.id)
        )


@bp.post("/hall/pair")
@requires(Permission.CONFIRM_HALL)
def pair_hall() -> ResponseReturnValue:
    """Pair the screen that shows this code with a meeting."""
    meeting_id = forms.whole_number(request.form, "meeting", _("Meeting"))
    code = forms.text(request.form, "code", _("Code on the screen"), most=20)
    with transaction() as session:
        screens.pair(session, actor(), meeting_id, code)
    return redirect(url_for("meetings.hall_screens", meeting_id=meeting_id))


@bp.post("/hall/<int:screen_id>/end")
@requires(Permission.CONFIRM_HALL)
def end_hall(screen_id: int) -> ResponseReturnValue:
    """End the pairing of a screen."""
    with transaction() as session:
        meeting = screens.end(session, actor(), screen_id)
    return redirect(url_for("meetings.hall_screens", meeting_id=meeting.id))


def _with_code(template: str) -> ResponseReturnValue:
    """Render a page with this screen's code; a screen without one gets a code and its cookie."""
    with reading() as session:
        known = screens.known_screen(session, request.cookies)
        if known is not None and known.code is not None:
            return _page(session, template, known)
    try:
        with transaction() as session:
            screen, token = screens.ask(session, request.remote_addr or "")
            answer = make_response(_page(session, template, screen))
    except Refused as refusal:
        if refusal.reason is not rules.Reason.HALL_TOO_MANY:
            raise
        return render_template("ecabinet/refusal.html", sentence=_(refusal.reason.value)), HTTPStatus.TOO_MANY_REQUESTS
    config: Config = current_app.extensions["config"]
    name = screens.COOKIES[0] if config.secure else screens.COOKIES[1]
    answer.set_cookie(name, token, max_age=COOKIE_LASTS, httponly=True, secure=config.secure, samesite="Lax", path="/")
    return answer


def _page(session: Session, template: str, screen: HallScreen) -> str:
    number = news.last_number(session, screens.waiting_stream(screen.id))
    return render_template(template, screen=screen, number=number)
