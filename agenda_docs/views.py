"""The pages of dossiers: their list, one dossier, its life, and who reads it."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from agenda_docs import conflicts, document_views, pages, queries, readers, search_views, service
from agenda_docs import reading as readable
from agenda_docs.advice import views as advice_views
from agenda_docs.comparison import views as comparison_views
from agenda_docs.rules import MatterState
from ecabinet import clock, forms
from ecabinet.access import Permission
from ecabinet.database import reading, transaction
from ecabinet.gate import actor, requires

bp = Blueprint("agenda_docs", __name__)
BLUEPRINTS = (bp, document_views.bp, comparison_views.bp, advice_views.bp, search_views.bp)


@bp.get("/matters")
@requires(Permission.READ_MATTER)
def index() -> ResponseReturnValue:
    """Show the dossiers the reader may know of."""
    with reading() as session:
        return render_template("agenda_docs/index.html", **_listed(session))


@bp.get("/matters/list")
@requires(Permission.READ_MATTER)
def index_list() -> ResponseReturnValue:
    """Show the same list without the page around it."""
    with reading() as session:
        return render_template("agenda_docs/_list.html", **_listed(session))


def _listed(session: Session) -> dict[str, object]:
    state = _state_asked()
    page = forms.optional_number(request.args, "page", _("Page")) or 1
    return {
        "listed": queries.matters(session, actor(), state=state, page=page),
        "state": state,
        "states": list(MatterState),
        "may_lodge": actor().may(Permission.LODGE_MATTER),
        **pages.following(session, actor()),
    }


def _state_asked() -> MatterState | None:
    """The state the list is narrowed to; an unknown word narrows nothing."""
    asked = request.args.get("state", "")
    return next((state for state in MatterState if state.value == asked), None)


@bp.get("/matters/new")
@requires(Permission.LODGE_MATTER)
def new() -> ResponseReturnValue:
    """Show the form that begins a dossier."""
    with reading() as session:
        return render_template("agenda_docs/new.html", **pages.choices_for_lodging(session, actor()))


@bp.post("/matters/new")
@requires(Permission.LODGE_MATTER)
def lodge() -> ResponseReturnValue:
    """Begin a dossier."""
    body_id = forms.whole_number(request.form, "body", _("Body"))
    unit_id = forms.whole_number(request.form, "unit", _("Agency in charge"))
    title, abstract = _words()
    with transaction() as session:
        matter = service.lodge(session, actor(), body_id=body_id, unit_id=unit_id, title=title, abstract=abstract)
    return _to(matter.id)


@bp.get("/matters/<int:matter_id>")
@requires(Permission.READ_MATTER)
def matter(matter_id: int) -> ResponseReturnValue:
    """Show a dossier: its papers and where it stands, or its title alone to those whom a conflict of interest bars."""
    with reading() as session:
        known = readable.known_matter_for(session, actor(), matter_id, Permission.READ_MATTER)
        followed = pages.following(session, actor(), known.body_id)
        shown = pages.dossier_page(session, actor(), known)
        return render_template("agenda_docs/matter.html", **shown, **followed)


@bp.get("/matters/<int:matter_id>/content")
@requires(Permission.READ_MATTER)
def content(matter_id: int) -> ResponseReturnValue:
    """Show the same dossier without the page around it."""
    with reading() as session:
        known = readable.known_matter_for(session, actor(), matter_id, Permission.READ_MATTER)
        return render_template("agenda_docs/_dossier.html", **pages.dossier_page(session, actor(), known))


@bp.post("/matters/<int:matter_id>/change")
@requires(Permission.LODGE_MATTER)
def change(matter_id: int) -> ResponseReturnValue:
    """Change a dossier's title and abstract."""
    title, abstract = _words()
    with transaction() as session:
        service.change(session, actor(), matter_id, title=title, abstract=abstract)
    return _to(matter_id)


@bp.post("/matters/<int:matter_id>/send-in")
@requires(Permission.LODGE_MATTER)
def send_in(matter_id: int) -> ResponseReturnValue:
    """Give a dossier to the secretariat."""
    with transaction() as session:
        service.send_in(session, actor(), matter_id)
    return _to(matter_id)


@bp.post("/matters/<int:matter_id>/accept")
@requires(Permission.ACCEPT_MATTER)
def accept(matter_id: int) -> ResponseReturnValue:
    """Accept a dossier."""
    with transaction() as session:
        service.accept(session, actor(), matter_id)
    return _to(matter_id)


@bp.post("/matters/<int:matter_id>/send-back")
@requires(Permission.ACCEPT_MATTER)
def send_back(matter_id: int) -> ResponseReturnValue:
    """Send a dossier back with a reason."""
    reason = forms.text(request.form, "reason", _("Reason"), most=2000)
    with transaction() as session:
        service.send_back(session, actor(), matter_id, reason)
    return _to(matter_id)


@bp.post("/matters/<int:matter_id>/withdraw")
@requires(Permission.LODGE_MATTER)
def withdraw(matter_id: int) -> ResponseReturnValue:
    """Withdraw a dossier."""
    reason = forms.text(request.form, "reason", _("Reason"), most=2000, required=False)
    with transaction() as session:
        service.withdraw(session, actor(), matter_id, reason)
    return _to(matter_id)


@bp.get("/matters/<int:matter_id>/readers")
@requires(Permission.ACCEPT_MATTER)
def who_reads(matter_id: int) -> ResponseReturnValue:
    """Show who could read a dossier, since when and why, and who has opened it."""
    with reading() as session:
        found = readable.matter_for(session, actor(), matter_id, Permission.ACCEPT_MATTER)
        return render_template(
            "agenda_docs/readers.html",
            matter=found,
            facts=queries.facts(session, found),
            readers=readers.readers_of(session, found),
            opened=readers.opened_by(session, matter_id),
            bars=readers.bars_of(session, matter_id),
            now=clock.now(),
        )


@bp.post("/matters/<int:matter_id>/conflict")
@requires(Permission.DECLARE_CONFLICT)
def declare_conflict(matter_id: int) -> ResponseReturnValue:
    """Record a conflict of interest: one's own, or, by the secretariat, a member's."""
    person_id = forms.optional_number(request.form, "person", _("Member")) or actor().person_id or 0
    why = forms.text(request.form, "why", _("Reason"), most=2000)
    with transaction() as session:
        conflicts.declare_conflict(session, actor(), person_id, matter_id, why)
    return _to(matter_id)


@bp.post("/matters/<int:matter_id>/conflict/<int:bar_id>/end")
@requires(Permission.ACCEPT_MATTER)
def end_conflict(matter_id: int, bar_id: int) -> ResponseReturnValue:
    """End a conflict of interest with a reason."""
    why = forms.text(request.form, "why", _("Reason"), most=2000)
    with transaction() as session:
        conflicts.end_conflict(session, actor(), bar_id, why)
    return _to(matter_id)


def _words() -> tuple[str, str]:
    title = forms.text(request.form, "title", _("Title"), most=500)
    return title, forms.text(request.form, "abstract", _("Abstract"), most=5000, required=False)


def _to(matter_id: int) -> Response:
    return redirect(url_for("agenda_docs.matter", matter_id=matter_id))
