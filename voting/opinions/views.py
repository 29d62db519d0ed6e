"""The pages of written opinions: what I am asked, and for the secretary what was sent and who has answered."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from ecabinet import clock, forms
from ecabinet.access import Permission
from ecabinet.database import reading, transaction
from ecabinet.gate import actor, requires
from ecabinet.refusals import NotFound
from voting import conduct, preparing, queries, rule_shelf
from voting.engine.rule import Form
from voting.models import Question
from voting.opinions import queries as written_queries
from voting.opinions import service as written
from voting.proof import time_stamps
from voting.rulings import queries as ruling_queries

bp = Blueprint("opinions", __name__, url_prefix="/opinions")


@bp.get("")
@requires(Permission.READ_QUESTION)
def index() -> ResponseReturnValue:
    """List the written questions put to the reader, and for the secretary all that were sent."""
    who = actor()
    with reading() as session:
        asked = queries.inbox(session, who)
        sent = written_queries.sent(session, who)
    return render_template(
        "voting/opinions.html", asked=asked, sent=sent, may_prepare=who.may(Permission.PREPARE_QUESTION)
    )


@bp.get("/new")
@requires(Permission.PREPARE_QUESTION)
def new() -> ResponseReturnValue:
    """Ask for the dossier, the question and the rule of a new written opinion."""
    with reading() as session:
        matters = written_queries.askable(session, actor())
        named = rule_shelf.named_rules(session, clock.today())
    rules = [(rule.name, rule.title(str(get_locale()))) for rule in named if rule.rule.is_written]
    chosen = forms.optional_number(request.args, "matter", _("Dossier"))
    return render_template("voting/opinion_new.html", matters=matters, rules=rules, chosen=chosen)


@bp.post("")
@requires(Permission.PREPARE_QUESTION)
def prepare() -> ResponseReturnValue:
    """Prepare a written question."""
    matter_id = forms.whole_number(request.form, "matter", _("Dossier"))
    text = forms.text(request.form, "text", _("Question"), most=conduct.LONGEST_TEXT)
    rule_name = forms.text(request.form, "rule", _("Voting rule"), most=80, required=False)
    with transaction() as session:
        question = preparing.prepare_written(
            session, actor(), matter_id=matter_id, text=text, rule_name=rule_name or None
        )
    return redirect(url_for("opinions.page", question_id=question.id))


@bp.get("/<int:question_id>")
@requires(Permission.READ_QUESTION)
def page(question_id: int) -> ResponseReturnValue:
    """Show a written question: the papers beside the form, and what the reader may do with it."""
    who = actor()
    with reading() as session:
        panel = queries.panel(session, who, question_id)
        question = session.get_one(Question, question_id)
        if panel.form is not Form.WRITTEN:
            raise NotFound
        parts = {
            "title": written_queries.title_of(session, question),
            "papers": written_queries.papers(session, who, question),
            "zone": written_queries.zone_of(session, question),
            "deadlines": written_queries.deadlines(session, question) if panel.may_conduct else [],
            "overview": written_queries.overview(session, who, question_id) if panel.may_prepare else None,
            "result": queries.result(session, who, question_id),
            "rulings": ruling_queries.section(session, who, question_id),
            "stamp": time_stamps.of_question(session, question_id),
        }
    return render_template("voting/opinion.html", panel=panel, **parts)


@bp.post("/<int:question_id>/circulate")
@requires(Permission.CONDUCT_QUESTION)
def circulate(question_id: int) -> ResponseReturnValue:
    """Send a prepared question to the members."""
    days = forms.whole_number(request.form, "days", _("Working days"), most=400)
    with transaction() as session:
        written.circulate(session, actor(), question_id, days)
    return redirect(url_for("opinions.page", question_id=question_id))
