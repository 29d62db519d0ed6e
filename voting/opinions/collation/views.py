"""The pages of the collation: who stands where while a question is open, every opinion after the close, the report to the chair, and all of it to take away."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from ecabinet import audit, clock
from ecabinet.access import Permission
from ecabinet.audit import Tag
from ecabinet.database import reading, transaction
from ecabinet.exports import sending
from ecabinet.gate import actor, requires
from voting.models import Question
from voting.opinions.collation import documents, overview, queries, report
from voting.opinions.collation.words import GLOBALS
from voting.opinions.queries import zone_of

bp = Blueprint("collation", __name__, url_prefix="/opinions/<int:question_id>")

for name, words in GLOBALS.items():
    bp.add_app_template_global(words, name)


@bp.get("/overview")
@requires(Permission.PREPARE_QUESTION)
def live(question_id: int) -> ResponseReturnValue:
    """Return who stands where, for the live page."""
    with reading() as session:
        shown = overview.overview(session, actor(), question_id)
        zone = zone_of(session, session.get_one(Question, question_id))
    return render_template("voting/_overview.html", overview=shown, zone=zone)


@bp.get("/collation")
@requires(Permission.READ_QUESTION)
def page(question_id: int) -> ResponseReturnValue:
    """Show every opinion on a closed question, by member and by point."""
    with reading() as session:
        collation = queries.collated(session, actor(), question_id)
    return render_template(
        "voting/collation/collation.html", collation=collation, bars=documents.bars_of(collation.result)
    )


@bp.get("/export.<kind>")
@requires(Permission.READ_QUESTION)
def export(question_id: int, kind: str) -> ResponseReturnValue:
    """Hand out the collation as XLSX, CSV or PDF, which is noted; needs a fresh second factor."""
    form = sending.form_of(kind, "xlsx", "csv", "pdf")
    with transaction() as session:
        collation = queries.collated(session, actor(), question_id)
        actor().must_have_stepped_up(clock.now())
        audit.record(
            session, actor(), Tag.COLLATION_EXPORTED, session.get_one(Question, question_id), what="opinions", kind=kind
        )
    return sending.send(documents.of_collation(collation, actor()), form, f"opinions-{question_id}.{kind}")


@bp.get("/report")
@requires(Permission.READ_REPORT)
def report_page(question_id: int) -> ResponseReturnValue:
    """Show the report to the chair."""
    with reading() as session:
        shown = report.report(session, actor(), question_id)
    return render_template(
        "voting/collation/report.html",
        report=shown,
        bars=documents.bars_of(shown.collation.result),
        steps=documents.steps_of(shown.table),
    )


@bp.get("/report.<kind>")
@requires(Permission.READ_REPORT)
def export_report(question_id: int, kind: str) -> ResponseReturnValue:
    """Hand out the report as PDF, which is noted; needs a fresh second factor."""
    form = sending.form_of(kind, "pdf")
    with transaction() as session:
        shown = report.report(session, actor(), question_id)
        actor().must_have_stepped_up(clock.now())
        audit.record(
            session, actor(), Tag.COLLATION_EXPORTED, session.get_one(Question, question_id), what="report", kind=kind
        )
    return sending.send(documents.of_report(shown, actor()), form, f"report-{question_id}.{kind}")
