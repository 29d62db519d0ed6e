"""Home: what waits for this person."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from desk import home as desk
from desk import meeting_views
from ecabinet import news
from ecabinet.database import reading
from ecabinet.gate import SIGNED_IN, actor, requires

bp = Blueprint("desk", __name__)
BLUEPRINTS = (bp, meeting_views.bp)


@bp.get("/")
@requires(SIGNED_IN)
def home() -> ResponseReturnValue:
    """Show what waits for the reader."""
    reader = actor()
    with reading() as session:
        waiting = desk.home_of(session, reader)
        number = news.last_number(session, f"person:{reader.person_id}")
    return render_template("desk/home.html", home=waiting, number=number)


@bp.get("/waiting")
@requires(SIGNED_IN)
def waiting() -> ResponseReturnValue:
    """Return what waits for the reader, as the open home page asks for it anew."""
    with reading() as session:
        shown = desk.home_of(session, actor())
    return render_template("desk/_waiting.html", home=shown)
