"""The search page."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from agenda_docs import search
from ecabinet.access import Permission
from ecabinet.database import reading
from ecabinet.gate import actor, requires

QUERY_AT_MOST = 200

bp = Blueprint("search", __name__)


@bp.get("/search")
@requires(Permission.READ_MATTER)
def page() -> ResponseReturnValue:
    """Show in which papers, of those the reader may read, the words stand."""
    query = request.args.get("q", "").replace("\0", "")[:QUERY_AT_MOST].strip()
    with reading() as session:
        found = search.find(session, actor(), query)
    return render_template("agenda_docs/search.html", query=query, found=found)
