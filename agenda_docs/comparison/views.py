"""The page that shows two versions of a paper side by side."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from agenda_docs.comparison import queries
from ecabinet.access import Permission
from ecabinet.database import reading
from ecabinet.gate import actor, requires

bp = Blueprint("comparison", __name__)


@bp.get("/documents/<int:old_id>/compare/<int:new_id>")
@requires(Permission.READ_DOCUMENT)
def page(old_id: int, new_id: int) -> ResponseReturnValue:
    """Show what changed between two versions of a paper."""
    with reading() as session:
        compared = queries.compare(session, actor(), old_id, new_id)
    return render_template("agenda_docs/comparison.html", compared=compared)
