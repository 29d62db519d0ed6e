"""The editor of an agenda: its rows, its items, moves."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ecabinet import forms, news
from ecabinet.access import Permission
from ecabinet.database import reading, transaction
from ecabinet.gate import actor, requires
from meetings import agenda as editing
from meetings import queries, service
from meetings.agenda import ItemForm
from meetings.blueprint import bp
from meetings.models import ItemKind
from meetings.outline import Step
from meetings.queries import Line

LONGEST_ITEM = 600


@bp.get("/meetings/<int:meeting_id>/agenda")
@requires(Permission.PREPARE_MEETING)
def agenda(meeting_id: int) -> ResponseReturnValue:
    """Show the editor."""
    with reading() as session:
        meeting = service.meeting_for(session, actor(), meeting_id, Permission.PREPARE_MEETING)
        lines = queries.draft_of(session, actor(), meeting)
        guests = editing.guests_of(session, [line.item_id for line in lines])
        number = news.last_number(session, service.draft_stream_of(meeting.id))
    return render_template(
        "meetings/agenda.html",
        meeting=meeting,
        lines=lines,
        guests=guests,
        minutes=_minutes(lines),
        number=number,
    )


@bp.get("/meetings/<int:meeting_id>/agenda/status")
@requires(Permission.PREPARE_MEETING)
def agenda_status(meeting_id: int) -> ResponseReturnValue:
    """Answer where the agenda stands with the chair, and what can be done with it now."""
    with reading() as session:
        meeting = service.meeting_for(session, actor(), meeting_id, Permission.PREPARE_MEETING)
        lines = queries.draft_of(session, actor(), meeting)
    return render_template("meetings/_agenda_status.html", meeting=meeting, lines=lines, minutes=_minutes(lines))


@bp.get("/meetings/<int:meeting_id>/agenda/list")
@requires(Permission.PREPARE_MEETING)
def agenda_list(meeting_id: int) -> ResponseReturnValue:
    """Answer the rows alone, with the revision they are of."""
    with reading() as session:
        meeting = service.meeting_for(session, actor(), meeting_id, Permission.PREPARE_MEETING)
        lines = queries.draft_of(session, actor(), meeting)
        guests = editing.guests_of(session, [line.item_id for line in lines])
    answer = make_response(render_template("meetings/_agenda_rows.html", meeting=meeting, lines=lines, guests=guests))
    answer.headers["X-Revision"] = str(meeting.revision)
    return answer


@bp.get("/meetings/<int:meeting_id>/agenda/items/new")
@requires(Permission.PREPARE_MEETING)
def new_item(meeting_id: int) -> ResponseReturnValue:
    """Show the form of a new item."""
    with reading() as session:
        meeting = service.meeting_for(session, actor(), meeting_id, Permission.PREPARE_MEETING)
        return render_template(
            "meetings/new_item.html",
            meeting=meeting,
            item=None,
            lines=[line for line in queries.draft_of(session, actor(), meeting) if line.depth == 0],
            matters=editing.matters_to_choose(session, actor(), meeting),
            guests=editing.guests_to_choose(session, meeting.body_id),
            invited=(),
        )


@bp.post("/meetings/<int:meeting_id>/agenda/items")
@requires(Permission.PREPARE_MEETING)
def add_item(meeting_id: int) -> ResponseReturnValue:
    """Add an item at the end of the agenda, or under another item."""
    form, revision = _item_form(), _revision()
    parent = forms.optional_number(request.form, "parent", _("Sub-item of"))
    with transaction() as session:
        editing.add_item(session, actor(), meeting_id, form, revision=revision, parent_id=parent)
    page = "meetings.new_item" if forms.ticked(request.form, "another") else "meetings.agenda"
    return redirect(url_for(page, meeting_id=meeting_id))


@bp.get("/meetings/<int:meeting_id>/agenda/items/<int:item_id>")
@requires(Permission.PREPARE_MEETING)
def item(meeting_id: int, item_id: int) -> ResponseReturnValue:
    """Show the form of an item."""
    with reading() as session:
        found = service.item_for(session, actor(), item_id, Permission.PREPARE_MEETING)
        meeting = service.meeting_for(session, actor(), meeting_id, Permission.PREPARE_MEETING)
        if found.meeting_id != meeting.id:
            abort(HTTPStatus.NOT_FOUND)
        return render_template(
            "meetings/item.html",
            meeting=meeting,
            item=found,
            held=bool(service.held_items(session, [found.id])),
            matters=editing.matters_to_choose(session, actor(), meeting, keep=found.matter_id),
            guests=editing.guests_to_choose(session, meeting.body_id),
            invited=[person.id for person in editing.guests_of(session, [found.id]).get(found.id, [])],
        )


@bp.post("/meetings/<int:meeting_id>/agenda/items/<int:item_id>")
@requires(Permission.PREPARE_MEETING)
def change_item(meeting_id: int, item_id: int) -> ResponseReturnValue:
    """Change an item."""
    form, revision = _item_form(), _revision()
    with transaction() as session:
        editing.change_item(session, actor(), item_id, form, revision=revision)
    return redirect(url_for("meetings.agenda", meeting_id=meeting_id))


@bp.post("/meetings/<int:meeting_id>/agenda/items/<int:item_id>/withdraw")
@requires(Permission.PREPARE_MEETING)
def withdraw_item(meeting_id: int, item_id: int) -> ResponseReturnValue:
    """Take an item off the agenda."""
    revision = _revision()
    with transaction() as session:
        editing.withdraw(session, actor(), item_id, revision=revision)
    return redirect(url_for("meetings.agenda", meeting_id=meeting_id))


@bp.post("/meetings/<int:meeting_id>/agenda/items/<int:item_id>/step")
@requires(Permission.PREPARE_MEETING)
def step_item(meeting_id: int, item_id: int) -> ResponseReturnValue:
    """Move an item by one, from a form."""
    revision, direction = _revision(), forms.choice(request.form, "direction", _("Direction"), Step)
    with transaction() as session:
        editing.step(session, actor(), item_id, direction, revision=revision)
    return redirect(url_for("meetings.item", meeting_id=meeting_id, item_id=item_id))


@bp.post("/meetings/<int:meeting_id>/agenda/move")
@requires(Permission.PREPARE_MEETING)
def move(meeting_id: int) -> ResponseReturnValue:
    """Move an item to a place, as the page's script asks after dragging; answer the new revision."""
    asked = request.get_json()
    item_id, position, revision = (_number(asked, name) for name in ("item", "position", "revision"))
    parent = None if asked.get("parent") is None else _number(asked, "parent")
    with transaction() as session:
        service.meeting_for(session, actor(), meeting_id, Permission.PREPARE_MEETING)
        meeting = editing.move(session, actor(), item_id, parent_id=parent, position=position, revision=revision)
    return {"revision": meeting.revision}


def _minutes(lines: Sequence[Line]) -> int:
    """The time of the items; that of sub-items is a part of their item's."""
    return sum(line.minutes for line in lines if line.depth == 0)


def _number(asked: object, name: str) -> int:
    value = asked.get(name) if isinstance(asked, dict) else None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= forms.LARGEST:
        abort(HTTPStatus.BAD_REQUEST)
    return value


def _revision() -> int:
    return forms.whole_number(request.form, "revision", _("Revision"))


def _item_form() -> ItemForm:
    form = request.form
    guests = [value for value in form.getlist("guest") if value.isascii() and value.isdigit() and len(value) < 10]
    return ItemForm(
        kind=forms.choice(form, "kind", _("Kind"), ItemKind),
        title=forms.text(form, "title", _("Title"), required=False),
        presenter=forms.text(form, "presenter", _("Presenter"), most=200, required=False),
        minutes=forms.whole_number(form, "minutes", _("Minutes"), most=LONGEST_ITEM),
        matter_id=forms.optional_number(form, "matter", _("Dossier")),
        guests=frozenset(int(value) for value in guests),
    )
