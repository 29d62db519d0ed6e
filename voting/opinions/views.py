"""The pages of written opinions: their lists, one procedure with its form, its preparation, its way to the members."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from agenda_docs import receipts
from agenda_docs.advice import queries as advice
from agenda_docs.receipts import Opened
from ecabinet import clock, forms
from ecabinet.access import Permission
from ecabinet.database import reading, transaction
from ecabinet.gate import actor, requires
from ecabinet.organisation import calendar
from ecabinet.refusals import NotFound
from voting import choosing, conduct, preparing, queries, rule_shelf
from voting.conduct import Procedure, QuestionState
from voting.engine.rule import Form
from voting.models import Question
from voting.opinions import approval, classification, classification_views, list_views, steps
from voting.opinions import queries as written_queries
from voting.opinions import service as written
from voting.opinions.collation import overview as overviews
from voting.opinions.drafts import queries as drafts
from voting.opinions.rounds import queries as rounds
from voting.opinions.words import GLOBALS
from voting.proof import time_stamps
from voting.rulings import queries as ruling_queries

bp = Blueprint("opinions", __name__, url_prefix="/opinions")
LONGEST_OPTIONS = choosing.MOST * (choosing.LONGEST + 2)
LONGEST_REASON = 2000
HASH = 64

for name, words in GLOBALS.items():
    bp.add_app_template_global(words, name)
bp.add_url_rule("", "index", list_views.index)
bp.add_url_rule("/<int:question_id>/classification", "classification", classification_views.page)
bp.add_url_rule("/<int:question_id>/classification", "classify", classification_views.propose, methods=["POST"])


@bp.get("/new")
@requires(Permission.PREPARE_QUESTION)
def new() -> ResponseReturnValue:
    """Ask for the dossier, the question and the rule of a new written opinion."""
    with reading() as session:
        matters = written_queries.askable(session, actor())
        rules = _written_rules(session)
    chosen = forms.optional_number(request.args, "matter", _("Dossier"))
    return render_template("voting/opinion_new.html", matters=matters, rules=rules, chosen=chosen, draft=None)


@bp.post("")
@requires(Permission.PREPARE_QUESTION)
def prepare() -> ResponseReturnValue:
    """Prepare a written question."""
    matter_id = forms.whole_number(request.form, "matter", _("Dossier"))
    text, rule_name, procedure, options = _wording()
    with transaction() as session:
        question = preparing.prepare_written(
            session,
            actor(),
            matter_id=matter_id,
            text=text,
            rule_name=rule_name,
            procedure=procedure,
            options=options,
        )
    return _to(question.id)


@bp.get("/<int:question_id>")
@requires(Permission.READ_QUESTION)
def page(question_id: int) -> ResponseReturnValue:
    """Show a written question: what is asked, its papers, the form, and what the reader may do with it."""
    return _shown(question_id, None)


@bp.get("/<int:question_id>/papers/<int:version_id>")
@requires(Permission.READ_DOCUMENT)
def beside(question_id: int, version_id: int) -> ResponseReturnValue:
    """Show the same with one of its papers open beside the form; the receipt that it was opened is written with it."""
    with transaction() as session:
        written_queries.check_paper(session, actor(), question_id, version_id)
        opened = receipts.open_version(session, actor(), version_id)
    g.needs_wasm = True
    return _shown(question_id, opened)


def _shown(question_id: int, opened: Opened | None) -> ResponseReturnValue:
    who = actor()
    with reading() as session:
        panel = queries.panel(session, who, question_id)
        question = session.get_one(Question, question_id)
        if panel.form is not Form.WRITTEN:
            raise NotFound
        sees_life = written_queries.sees_life(who, question)
        parts = {
            "title": written_queries.title_of(session, question),
            "papers": written_queries.papers(session, who, question),
            "zone": written_queries.zone_of(session, question),
            "periods": written_queries.periods(session, question),
            "overview": overviews.of_panel(session, who, panel),
            "result": queries.result(session, who, question_id),
            "rulings": ruling_queries.section(session, who, question_id),
            "stamp": time_stamps.of_question(session, question_id),
            "approval": approval.standing(session, who, question),
            "moved": written_queries.moved_to(session, who, question),
            "readiness": advice.readiness(session, who, question.matter_id)
            if panel.state is QuestionState.DRAFT
            else None,
            "ending_soon": calendar.ending_soon(session, [question.body_id]) if panel.may_conduct else [],
            "all_drafts": drafts.of_question(session, who, question),
            "classification": classification.of_question(session, who, question),
            "before": rounds.before(session, who, question),
            "after": rounds.after(session, who, question),
            "life": steps.of_question(session, question_id) if sees_life else [],
        }
    return render_template("voting/opinion.html", panel=panel, opened=opened, **parts)


@bp.get("/<int:question_id>/edit")
@requires(Permission.PREPARE_QUESTION)
def edit(question_id: int) -> ResponseReturnValue:
    """Show a draft in the form it was made with."""
    with reading() as session:
        draft = written_queries.draft_for(session, actor(), question_id)
        title = written_queries.title_of(session, draft)
        rules = _written_rules(session)
    return render_template("voting/opinion_new.html", draft=draft, title=title, rules=rules)


@bp.post("/<int:question_id>/edit")
@requires(Permission.PREPARE_QUESTION)
def change(question_id: int) -> ResponseReturnValue:
    """Change the wording, the rule or the options of a draft."""
    text, rule_name, procedure, options = _wording()
    with transaction() as session:
        preparing.rewrite_written(
            session, actor(), question_id, text=text, rule_name=rule_name, procedure=procedure, options=options
        )
    return _to(question_id)


@bp.post("/<int:question_id>/copy")
@requires(Permission.PREPARE_QUESTION)
def copy(question_id: int) -> ResponseReturnValue:
    """Prepare a new draft with the words of this question."""
    with transaction() as session:
        draft = preparing.copy_written(session, actor(), question_id)
    return _to(draft.id)


@bp.post("/<int:question_id>/propose")
@requires(Permission.PREPARE_QUESTION)
def propose(question_id: int) -> ResponseReturnValue:
    """Ask the chair to approve a draft."""
    remark = forms.text(request.form, "remark", _("Remark"), most=LONGEST_REASON, required=False)
    with transaction() as session:
        approval.propose(session, actor(), question_id, remark)
    return _to(question_id)


@bp.post("/<int:question_id>/approve")
@requires(Permission.APPROVE_CIRCULATION)
def approve(question_id: int) -> ResponseReturnValue:
    """Approve a draft for circulation."""
    with transaction() as session:
        approval.approve(session, actor(), question_id, seen=_seen())
    return _to(question_id)


@bp.post("/<int:question_id>/return")
@requires(Permission.APPROVE_CIRCULATION)
def send_back(question_id: int) -> ResponseReturnValue:
    """Return a draft to the secretariat."""
    reason = forms.text(request.form, "reason", _("Reason"), most=LONGEST_REASON)
    with transaction() as session:
        approval.send_back(session, actor(), question_id, seen=_seen(), reason=reason)
    return _to(question_id)


@bp.post("/<int:question_id>/circulate")
@requires(Permission.CONDUCT_QUESTION)
def circulate(question_id: int) -> ResponseReturnValue:
    """Send a prepared question to the members."""
    days = forms.whole_number(request.form, "days", _("Working days"), most=400)
    with transaction() as session:
        written.circulate(session, actor(), question_id, days)
    return _to(question_id)


def _written_rules(session: Session) -> list[tuple[str, str]]:
    named = rule_shelf.named_rules(session, clock.today())
    return [(rule.name, rule.title(str(get_locale()))) for rule in named if rule.rule.is_written]


def _wording() -> tuple[str, str | None, Procedure, str]:
    """Read what is asked: the wording, the rule where it is not the body's own, how it is put, the options."""
    text = forms.text(request.form, "text", _("Question"), most=conduct.LONGEST_TEXT)
    rule_name = forms.text(request.form, "rule", _("Voting rule"), most=80, required=False)
    named = "procedure" in request.form
    procedure = forms.choice(request.form, "procedure", _("How it is put"), Procedure) if named else Procedure.VOTE
    options = forms.text(request.form, "options", _("Options"), most=LONGEST_OPTIONS, required=False)
    return text, rule_name or None, procedure, options


def _seen() -> str:
    return forms.text(request.form, "seen", _("What you approve"), most=HASH)


def _to(question_id: int) -> ResponseReturnValue:
    return redirect(url_for("opinions.page", question_id=question_id))
