"""The pages of decisions, declarations and archives."""

from collections.abc import Iterable, Mapping

from flask import Blueprint, current_app, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import voting.service
from ecabinet import forms
from ecabinet.access import Permission
from ecabinet.config import Config
from ecabinet.database import reading, transaction
from ecabinet.gate import actor, requires
from ecabinet.refusals import NotFound
from meetings import service as meetings
from meetings.models import AgendaItem
from outcomes import archive as archives
from outcomes import block_views, moving_views, queries, rules, service
from outcomes.rules import DecisionKind, Details
from outcomes.statistics import views as statistics_views
from outcomes.words import kind_name
from voting import choosing
from voting import queries as questions
from voting.conduct import Procedure

bp = Blueprint("outcomes", __name__)
decisions_bp = Blueprint("decisions", __name__, url_prefix="/decisions")
archives_bp = Blueprint("archives", __name__, url_prefix="/archives")
BLUEPRINTS = (bp, decisions_bp, archives_bp, moving_views.bp, block_views.bp, statistics_views.bp)

LONGEST = 10_000


@bp.post("/questions/<int:question_id>/close")
@requires(Permission.CONDUCT_QUESTION)
def close_question(question_id: int) -> ResponseReturnValue:
    """Close an open question."""
    with transaction() as session:
        question = service.close_question(session, actor(), question_id)
        item_id = question.item_id
    return redirect(_after(item_id, question_id))


@bp.get("/questions/<int:question_id>/declare")
@requires(Permission.DECLARE_OUTCOME)
def declare_page(question_id: int) -> ResponseReturnValue:
    """Show the result and ask the chair what to declare."""
    with reading() as session:
        question = voting.service.question_for(session, actor(), question_id, Permission.DECLARE_OUTCOME)
        shown = questions.result(session, actor(), question_id)
        kinds = _kinds_for(question.procedure)
        back = _after(question.item_id, question_id)
    options = choosing.named(question.labels) if question.procedure is Procedure.CHOICE else {}
    return render_template(
        "outcomes/declare.html",
        question=question,
        result=shown,
        kinds=_named(kinds),
        options=options,
        none_chosen=choosing.NONE,
        back=back,
    )


@bp.post("/questions/<int:question_id>/declare")
@requires(Permission.DECLARE_OUTCOME)
def declare(question_id: int) -> ResponseReturnValue:
    """Declare the outcome of a closed question."""
    kind = forms.choice(request.form, "kind", _("What was decided"), DecisionKind)
    details = _details(request.form)
    remark = forms.text(request.form, "remark", _("Remark"), most=LONGEST, required=False)
    chosen = forms.text(request.form, "chosen", _("What was chosen"), most=20, required=False)
    with transaction() as session:
        decision = service.declare(
            session, actor(), question_id, kind, details, kind_shown=kind_name(kind), remark=remark, chosen=chosen
        )
        address = _after(decision.item_id, question_id)
    return redirect(address)


@bp.get("/items/<int:item_id>/decision")
@requires(Permission.RECORD_DECISION)
def record_page(item_id: int) -> ResponseReturnValue:
    """Ask what became of an item on which no question was put."""
    with reading() as session:
        item = meetings.item_for(session, actor(), item_id, Permission.RECORD_DECISION)
    kinds = [kind for kind in DecisionKind if kind in rules.WITHOUT_A_VOTE]
    back = url_for("desk_meeting.page", meeting_id=item.meeting_id, item=item.id)
    return render_template("outcomes/record.html", item=item, kinds=_named(kinds), back=back)


@bp.post("/items/<int:item_id>/decision")
@requires(Permission.RECORD_DECISION)
def record(item_id: int) -> ResponseReturnValue:
    """Record what became of an item without a vote."""
    kind = forms.choice(request.form, "kind", _("What was decided"), DecisionKind)
    details = _details(request.form)
    with transaction() as session:
        decision = service.record(session, actor(), item_id, kind, details, kind_shown=kind_name(kind))
        meeting_id = decision.meeting_id
    return redirect(url_for("desk_meeting.page", meeting_id=meeting_id, item=item_id))


@bp.post("/meetings/<int:meeting_id>/close")
@requires(Permission.CLOSE_MEETING)
def close_meeting(meeting_id: int) -> ResponseReturnValue:
    """Close a meeting; its archive is written right after."""
    with transaction() as session:
        service.close_meeting(session, actor(), meeting_id)
    return redirect(url_for("desk_meeting.page", meeting_id=meeting_id))


@decisions_bp.get("")
@requires(Permission.READ_DECISION)
def index() -> ResponseReturnValue:
    """List the decisions one may read."""
    with reading() as session:
        lines = queries.decisions(session, actor())
    return render_template("outcomes/decisions.html", lines=lines, kind_name=kind_name)


@decisions_bp.get("/<int:decision_id>")
@requires(Permission.READ_DECISION)
def page(decision_id: int) -> ResponseReturnValue:
    """Show one decision."""
    with reading() as session:
        decision = service.decision_for(session, actor(), decision_id)
        sheet = queries.sheet(session, actor(), decision)
    return render_template("outcomes/decision.html", sheet=sheet, kind_name=kind_name)


@decisions_bp.get("/<int:decision_id>/correct")
@requires(Permission.RECORD_DECISION)
def correct_page(decision_id: int) -> ResponseReturnValue:
    """Ask for the new record that corrects a decision."""
    with reading() as session:
        decision = service.decision_for(session, actor(), decision_id, Permission.RECORD_DECISION)
        sheet = queries.sheet(session, actor(), decision)
    kinds = rules.AFTER_A_VOTE if sheet.question_id is not None else rules.WITHOUT_A_VOTE
    return render_template(
        "outcomes/correct.html", sheet=sheet, kinds=_named(kind for kind in DecisionKind if kind in kinds)
    )


@decisions_bp.post("/<int:decision_id>/correct")
@requires(Permission.RECORD_DECISION)
def correct(decision_id: int) -> ResponseReturnValue:
    """Correct a decision by a new record."""
    kind = forms.choice(request.form, "kind", _("What was decided"), DecisionKind)
    reason = forms.text(request.form, "reason", _("Reason of the correction"), most=LONGEST)
    details = _details(request.form)
    with transaction() as session:
        newer = service.correct(session, actor(), decision_id, kind, details, reason, kind_shown=kind_name(kind))
        newer_id = newer.id
    return redirect(url_for("decisions.page", decision_id=newer_id))


@archives_bp.get("")
@requires(Permission.READ_ARCHIVE)
def archive_index() -> ResponseReturnValue:
    """List the archive bags."""
    with reading() as session:
        lines = queries.archives(session, archives.archives_for(session, actor()))
    return render_template("outcomes/archives.html", lines=lines)


@archives_bp.get("/<int:archive_id>/download")
@requires(Permission.READ_ARCHIVE)
def download(archive_id: int) -> ResponseReturnValue:
    """Hand out a bag as a ZIP file; for those with a fresh second factor."""
    config: Config = current_app.extensions["config"]
    with transaction() as session:
        archive = archives.hand_out(session, actor(), archive_id)
        place = archives.zip_of(config, archive.folder or "")
        if not place.is_file():
            raise NotFound  # not there to be handed out, so that nothing is noted either
    return send_file(place, mimetype="application/zip", as_attachment=True, download_name=place.name)


def _details(typed: Mapping[str, str]) -> Details:
    return Details(
        text=forms.text(typed, "text", _("Wording"), most=LONGEST),
        finalised_by=forms.text(typed, "finalised_by", _("Who finalises the text"), most=200, required=False),
        finalised_until=forms.optional_day(typed, "finalised_until", _("Finalised by")),
        checked_by=forms.text(typed, "checked_by", _("Who checks it"), most=200, required=False),
        until=forms.optional_day(typed, "until", _("Resubmit by, or deferred to")),
    )


def _kinds_for(procedure: Procedure) -> list[DecisionKind]:
    without = procedure is Procedure.NO_OBJECTION
    skipped = DecisionKind.ADOPTED if without else DecisionKind.ADOPTED_WITHOUT_VOTE
    return [kind for kind in DecisionKind if kind in rules.AFTER_A_VOTE and kind is not skipped]


def _named(kinds: Iterable[DecisionKind]) -> list[tuple[str, str]]:
    return [(kind.value, kind_name(kind)) for kind in kinds]


def _after(item_id: int | None, question_id: int) -> str:
    """Where the chair goes on: the item in the meeting, or the page of the written question."""
    if item_id is None:
        return url_for("opinions.page", question_id=question_id)
    with reading() as session:
        item = session.get_one(AgendaItem, item_id)
    return url_for("desk_meeting.page", meeting_id=item.meeting_id, item=item_id)
