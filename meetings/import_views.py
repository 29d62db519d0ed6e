"""Importing an agenda: choose a file, look at what was read, apply it."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from gevent import get_hub, monkey

from ecabinet import forms
from ecabinet.access import Permission
from ecabinet.database import reading, transaction
from ecabinet.gate import actor, requires
from ecabinet.refusals import Refused
from meetings import imports, service, spreadsheets
from meetings.blueprint import bp


@bp.get("/meetings/<int:meeting_id>/agenda/import")
@requires(Permission.PREPARE_MEETING)
def import_form(meeting_id: int) -> ResponseReturnValue:
    """Ask for a file."""
    with reading() as session:
        meeting = service.meeting_for(session, actor(), meeting_id, Permission.PREPARE_MEETING)
    return render_template("meetings/import.html", meeting=meeting)


@bp.post("/meetings/<int:meeting_id>/agenda/import")
@requires(Permission.PREPARE_MEETING)
def read_import(meeting_id: int) -> ResponseReturnValue:
    """Read a file, before any transaction, and keep its rows for a look."""
    with reading() as session:
        service.meeting_for(session, actor(), meeting_id, Permission.PREPARE_MEETING)
    file = request.files.get("file")
    if file is None:
        raise Refused(spreadsheets.Reason.NO_FILE)
    rows = _rows_of(file.stream.read(spreadsheets.LARGEST_FILE + 1))
    with transaction() as session:
        imports.keep(session, actor(), meeting_id, _name(file.filename), rows)
    return redirect(url_for("meetings.import_preview", meeting_id=meeting_id))


@bp.get("/meetings/<int:meeting_id>/agenda/import/preview")
@requires(Permission.PREPARE_MEETING)
def import_preview(meeting_id: int) -> ResponseReturnValue:
    """Show what was read, and what is wrong with each row."""
    with reading() as session:
        meeting = service.meeting_for(session, actor(), meeting_id, Permission.PREPARE_MEETING)
        kept = imports.waiting(session, actor(), meeting)
        rows = imports.checked(session, actor(), meeting, kept)
    wrong = sum(1 for row in rows if row.findings)
    return render_template("meetings/import_preview.html", meeting=meeting, kept=kept, rows=rows, wrong=wrong)


@bp.post("/meetings/<int:meeting_id>/agenda/import/apply")
@requires(Permission.PREPARE_MEETING)
def apply_import(meeting_id: int) -> ResponseReturnValue:
    """Add every row to the agenda."""
    revision = forms.whole_number(request.form, "revision", _("Revision"))
    with transaction() as session:
        imports.apply(session, actor(), meeting_id, revision=revision)
    return redirect(url_for("meetings.agenda", meeting_id=meeting_id))


@bp.post("/meetings/<int:meeting_id>/agenda/import/give-up")
@requires(Permission.PREPARE_MEETING)
def give_up_import(meeting_id: int) -> ResponseReturnValue:
    """Forget what was read."""
    with transaction() as session:
        imports.give_up(session, actor(), meeting_id)
    return redirect(url_for("meetings.agenda", meeting_id=meeting_id))


def _rows_of(content: bytes) -> list[list[str]]:
    """Read the table in a real thread where greenlets share this one: it may take seconds, and votes go on meanwhile."""
    found = get_hub().threadpool.apply(_read, (content,)) if monkey.is_module_patched("threading") else _read(content)
    if isinstance(found, Refused):
        raise found
    return found


def _read(content: bytes) -> list[list[str]] | Refused:
    """Answer within the thread: what is raised there, gevent writes to the log with all it came through."""
    try:
        return spreadsheets.rows_of(content)
    except Refused as refusal:
        return refusal


def _name(written: str | None) -> str:
    return (written or "").replace("\0", "").encode("utf-8", "ignore").decode()[:255]
