"""The page of a meeting, before it, while it runs and after it, and the parts of it that follow the room."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from desk import meeting as desk
from desk.words import GLOBALS
from ecabinet.access import Actor, Permission
from ecabinet.database import reading, transaction
from ecabinet.gate import SIGNED_IN, actor, requires
from meetings import queries as agendas
from meetings import service as meetings
from meetings.models import Meeting
from meetings.queries import Line

bp = Blueprint("desk_meeting", __name__)

for name, words in GLOBALS.items():
    bp.add_app_template_global(words, name)

# Members, guests, deputies and the secretariat come here by different rights; `meeting_for` asks each for theirs.


@bp.get("/meetings/<int:meeting_id>", endpoint="page")
@requires(SIGNED_IN)
def page(meeting_id: int) -> ResponseReturnValue:
    """Show the meeting: its agenda in the version on this reader's screen, one item, the question of the moment."""
    reader = actor()
    with reading() as session:
        meeting, seen = _meeting_and_version(session, reader, meeting_id)
        shown = seen or meeting.published_version  # who comes for the first time is shown the newest
        lines, line = _items(session, reader, meeting, shown)
        facts = desk.facts_of(session, reader, meeting, shown)
        known = desk.so_far(session, reader, meeting, lines)
        agenda = desk.agenda_of(meeting, lines, known, line.item_id if line else None)
        item = desk.item_view(session, reader, meeting, line, known, shown) if line else None
        panels = desk.panel_of(session, reader, meeting, line, known)
        block = desk.block_of(session, reader, meeting, panels)
        room = desk.room_of(session, reader, meeting)
    if shown != seen:
        with transaction() as session:
            meetings.mark_seen(session, reader, meeting_id, shown)
    return render_template(
        "desk/meeting.html", facts=facts, agenda=agenda, item=item, panels=panels, block=block, room=room
    )


@bp.get("/meetings/<int:meeting_id>/parts/agenda")
@requires(SIGNED_IN)
def agenda_part(meeting_id: int) -> ResponseReturnValue:
    """Return the agenda column."""
    reader = actor()
    with reading() as session:
        meeting, shown = _meeting_and_version(session, reader, meeting_id)
        lines, line = _items(session, reader, meeting, shown)
        facts = desk.facts_of(session, reader, meeting, shown)
        known = desk.so_far(session, reader, meeting, lines)
        agenda = desk.agenda_of(meeting, lines, known, line.item_id if line else None)
    return render_template("desk/_agenda.html", facts=facts, agenda=agenda)


@bp.get("/meetings/<int:meeting_id>/parts/item")
@requires(SIGNED_IN)
def item_part(meeting_id: int) -> ResponseReturnValue:
    """Return the item one looks at."""
    reader = actor()
    with reading() as session:
        meeting, shown = _meeting_and_version(session, reader, meeting_id)
        _lines, line = _items(session, reader, meeting, shown)
        facts = desk.facts_of(session, reader, meeting, shown)
        known = desk.so_far(session, reader, meeting, [line] if line else [])
        item = desk.item_view(session, reader, meeting, line, known, shown) if line else None
    return render_template("desk/_item.html", facts=facts, item=item)


@bp.get("/meetings/<int:meeting_id>/parts/question")
@requires(SIGNED_IN)
def question_part(meeting_id: int) -> ResponseReturnValue:
    """Return the question of the moment, or those of the item one looks at."""
    reader = actor()
    with reading() as session:
        meeting, shown = _meeting_and_version(session, reader, meeting_id)
        _lines, line = _items(session, reader, meeting, shown)
        known = desk.so_far(session, reader, meeting, [line] if line else [])
        panels = desk.panel_of(session, reader, meeting, line, known)
        block = desk.block_of(session, reader, meeting, panels)
    return render_template("desk/_questions.html", panels=panels, block=block)


@bp.get("/meetings/<int:meeting_id>/parts/room")
@requires(SIGNED_IN)
def room_part(meeting_id: int) -> ResponseReturnValue:
    """Return who is there, as the top of the page shows it."""
    reader = actor()
    with reading() as session:
        meeting, shown = _meeting_and_version(session, reader, meeting_id)
        facts = desk.facts_of(session, reader, meeting, shown)
        room = desk.room_of(session, reader, meeting)
    return render_template("desk/_room.html", facts=facts, room=room)


@bp.get("/meetings/<int:meeting_id>/parts/conduct")
@requires(SIGNED_IN)
def conduct_part(meeting_id: int) -> ResponseReturnValue:
    """Return checking in, and for those who conduct the meeting, its start and its close."""
    reader = actor()
    with reading() as session:
        meeting, shown = _meeting_and_version(session, reader, meeting_id)
        facts = desk.facts_of(session, reader, meeting, shown)
        room = desk.room_of(session, reader, meeting)
    return render_template("desk/_conduct.html", facts=facts, room=room)


def _meeting_and_version(session: Session, reader: Actor, meeting_id: int) -> tuple[Meeting, int]:
    """Return the meeting and the version of its agenda that this reader was shown last, 0 where they never were."""
    meeting = meetings.meeting_for(session, reader, meeting_id, Permission.READ_MEETING)
    seen = agendas.seen_version(session, reader, meeting_id) or 0
    return meeting, min(seen, meeting.published_version)


def _items(session: Session, reader: Actor, meeting: Meeting, shown: int) -> tuple[list[Line], Line | None]:
    """Return the agenda as it is on this reader's screen, and the item they look at."""
    lines = agendas.agenda_of(session, reader, meeting, shown) if shown else []
    return lines, desk.item_to_show(lines, meeting, request.args.get("item", type=int))
