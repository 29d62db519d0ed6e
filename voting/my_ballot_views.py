"""The page on which a person looks up their own ballots; the page itself checks the receipts."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ecabinet import forms
from ecabinet.database import reading
from ecabinet.gate import SIGNED_IN, actor, requires
from voting import my_ballots

bp = Blueprint("my_ballots", __name__, url_prefix="/my-ballots")


@bp.get("")
@requires(SIGNED_IN)
def index() -> ResponseReturnValue:
    """List the reader's ballots with what became of each, and the questions on which they did not vote."""
    page = forms.optional_number(request.args, "page", _("Page")) or 1
    with reading() as session:
        found = my_ballots.of_person(session, actor(), page)
    return render_template("voting/my_ballots.html", found=found)
