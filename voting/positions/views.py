"""The pages of positions: the part of an item's page, and the list in which a member goes through a whole agenda."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from ecabinet import forms, news
from ecabinet.access import Permission
from ecabinet.database import reading, transaction
from ecabinet.gate import actor, requires
from ecabinet.refusals import NotFound
from meetings import service as meetings
from meetings.models import AgendaItem
from voting.positions import queries, rules, service
from voting.positions.rules import PositionKind
from voting.positions.words import position_name

bp = Blueprint("positions", __name__)
bp.add_app_template_global(position_name, "position_name")

MOST_AT_ONCE = 100


@bp.get("/items/<int:item_id>/position")
@requires(Permission.READ_QUESTION)
def part(item_id: int) -> ResponseReturnValue:
    """Return where the members stand on an item, as far as this reader may know it, and the reader's own form.

    Nothing at all for one who may not know of it, whatever the number: on a page that is open the part simply goes, as after a conflict of interest.
    """
    try:
        with reading() as session:
            shown = queries.panel_of(session, actor(), item_id)
    except NotFound:
        return ""
    return render_template("voting/_position.html", position=shown)


@bp.post("/items/<int:item_id>/position")
@requires(Permission.TAKE_POSITION)
def say(item_id: int) -> ResponseReturnValue:
    """Say where one stands on an item."""
    kind = forms.choice(request.form, "kind", _("Where you stand"), PositionKind)
    text = forms.text(request.form, "text", _("In your words"), most=rules.LONGEST, required=False)
    version = forms.optional_number(request.form, "version", _("Version of the agenda"))
    with transaction() as session:
        said = service.say(session, actor(), item_id, kind, text, version=version)
        address = _back(session, said.item_id)
    return redirect(address)


@bp.post("/items/<int:item_id>/position/withdraw")
@requires(Permission.TAKE_POSITION)
def withdraw(item_id: int) -> ResponseReturnValue:
    """Take back what one has said on an item."""
    with transaction() as session:
        service.withdraw(session, actor(), item_id)
        address = _back(session, item_id)
    return redirect(address)


@bp.get("/meetings/<int:meeting_id>/positions")
@requires(Permission.READ_QUESTION)
def page(meeting_id: int) -> ResponseReturnValue:
    """Show the reader's positions on every item of a meeting."""
    with reading() as session:
        shown = queries.my_page(session, actor(), meeting_id)
        number = news.last_number(session, meetings.stream_of(meeting_id))
    return render_template("voting/positions.html", page=shown, number=number)


@bp.get("/meetings/<int:meeting_id>/positions/list")
@requires(Permission.READ_QUESTION)
def part_of_page(meeting_id: int) -> ResponseReturnValue:
    """Return the same list for the open page."""
    with reading() as session:
        shown = queries.my_page(session, actor(), meeting_id)
    return render_template("voting/_positions.html", page=shown)


@bp.post("/meetings/<int:meeting_id>/positions/rest")
@requires(Permission.TAKE_POSITION)
def say_rest(meeting_id: int) -> ResponseReturnValue:
    """Say “no objection” to the items that the page named."""
    named = request.form.getlist("item")[:MOST_AT_ONCE]
    items = [forms.whole_number({"item": each}, "item", _("Agenda item")) for each in named]
    with transaction() as session:
        service.say_rest(session, actor(), meeting_id, items)
    return redirect(url_for("positions.page", meeting_id=meeting_id))


def _back(session: Session, item_id: int) -> str:
    item = session.get_one(AgendaItem, item_id)
    return url_for("desk_meeting.page", meeting_id=item.meeting_id, item=item_id)
