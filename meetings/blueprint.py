"""The blueprint of all pages of meetings, and what they share."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from werkzeug.utils import redirect

from meetings import words

bp = Blueprint("meetings", __name__)


@bp.context_processor
def _words() -> dict[str, object]:
    """Give every page of this package the words of its closed sets."""
    return {"words": words}


def to_meeting(meeting_id: int) -> ResponseReturnValue:
    """Lead to the page of a meeting, which is made of the panels of several packages."""
    return redirect(f"/meetings/{meeting_id}")
