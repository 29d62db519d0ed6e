"""The page of one's notices."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ecabinet import notices
from ecabinet.database import reading, transaction
from ecabinet.gate import SIGNED_IN, actor, requires
from ecabinet.notices import Notice, Sentence

bp = Blueprint("account", __name__)
BLUEPRINTS = (bp,)


@bp.get("/notices", endpoint="notices")
@requires(SIGNED_IN)
def index() -> ResponseReturnValue:
    """Show what the reader should know, newest first."""
    with reading() as session:
        latest = notices.latest(session, actor().person_id or 0)
    shown = [(notice, sentence_of(notice)) for notice in latest]
    return render_template("ecabinet/notices.html", notices=shown, unread=any(n.read_at is None for n in latest))


@bp.post("/notices/read")
@requires(SIGNED_IN)
def mark_read() -> ResponseReturnValue:
    """Mark all of the reader's notices as read."""
    with transaction() as session:
        notices.mark_read(session, actor().person_id or 0)
    return redirect(url_for("account.notices"))


def sentence_of(notice: Notice) -> str:
    """Return a notice as a sentence in the reader's language."""
    sentence: str = _(Sentence[notice.sentence].value, **notice.values)
    return sentence
