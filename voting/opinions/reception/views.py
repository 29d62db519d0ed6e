"""The pages of the explanation-and-reception table: those that wait, one table, and the answers to its comments."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ecabinet import audit, clock, forms
from ecabinet.access import Permission
from ecabinet.audit import Tag
from ecabinet.database import reading, transaction
from ecabinet.exports import sending
from ecabinet.gate import actor, requires
from voting.models import Question
from voting.opinions.collation import documents
from voting.opinions.reception import queries, service
from voting.opinions.reception.rules import ANSWERS, LONGEST_ANSWER, LONGEST_PLACE, Step

bp = Blueprint("reception", __name__)

ON_A_PAGE = 50


@bp.get("/reception")
@requires(Permission.ANSWER_COMMENTS)
def index() -> ResponseReturnValue:
    """List the tables that the reader answers or follows."""
    with reading() as session:
        lines = queries.tables(session, actor())
    pages = max(1, -(-len(lines) // ON_A_PAGE))
    page = min(forms.optional_number(request.args, "page", _("Page")) or 1, pages)
    shown = lines[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
    return render_template("voting/collation/receptions.html", lines=shown, page=page, pages=pages)


@bp.get("/opinions/<int:question_id>/reception")
@requires(Permission.READ_COMMENTS)
def page(question_id: int) -> ResponseReturnValue:
    """Show the comments on a closed question and what was made of each."""
    with reading() as session:
        table = queries.table(session, actor(), question_id)
    answers = [step for step in Step if step in ANSWERS]
    return render_template("voting/collation/reception.html", table=table, answers=answers)


@bp.get("/opinions/<int:question_id>/reception.<kind>")
@requires(Permission.READ_COMMENTS)
def export(question_id: int, kind: str) -> ResponseReturnValue:
    """Hand out the table as XLSX or PDF, which is noted; needs a fresh second factor."""
    form = sending.form_of(kind, "xlsx", "pdf")
    with transaction() as session:
        table = queries.table(session, actor(), question_id)
        actor().must_have_stepped_up(clock.now())
        audit.record(
            session, actor(), Tag.COLLATION_EXPORTED, session.get_one(Question, question_id), what="comments", kind=kind
        )
    return sending.send(documents.of_reception(table, actor()), form, f"reception-{question_id}.{kind}")


@bp.post("/comments/<int:comment_id>/answers")
@requires(Permission.ANSWER_COMMENTS)
def answer(comment_id: int) -> ResponseReturnValue:
    """Answer a comment."""
    step = forms.choice(request.form, "step", _("Treatment"), Step)
    words = forms.text(request.form, "words", _("Explanation"), most=LONGEST_ANSWER, required=False)
    place = forms.text(request.form, "place", _("Where in the text"), most=LONGEST_PLACE, required=False)
    with transaction() as session:
        service.answer(session, actor(), comment_id, step, words=words, place=place, seen=_seen())
        return _back(service.comment_for(session, actor(), comment_id, Permission.READ_COMMENTS)[1].id, comment_id)


@bp.post("/comments/<int:comment_id>/return")
@requires(Permission.PREPARE_QUESTION)
def send_back(comment_id: int) -> ResponseReturnValue:
    """Send the answer to a comment back with a reason."""
    reason = forms.text(request.form, "reason", _("Reason"), most=LONGEST_ANSWER)
    with transaction() as session:
        service.send_back(session, actor(), comment_id, reason, seen=_seen())
        return _back(service.comment_for(session, actor(), comment_id, Permission.READ_COMMENTS)[1].id, comment_id)


def _seen() -> int:
    return forms.whole_number(request.form, "seen", _("Version of the answer"), least=0)


def _back(question_id: int, comment_id: int) -> ResponseReturnValue:
    return redirect(url_for("reception.page", question_id=question_id, _anchor=f"comment-{comment_id}"))
