"""The pages of questions: the panel with its ballot, the result, and the commands of those who conduct it."""

from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from ecabinet import forms
from ecabinet.access import Permission
from ecabinet.database import reading, transaction
from ecabinet.gate import actor, requires
from ecabinet.refusals import Refused
from voting import casting, choosing, conduct, my_ballot_views, preparing, queries, recall, rulebook_views, service
from voting.ballots import Ballot
from voting.blocks import views as block_views
from voting.conduct import Procedure, Reason
from voting.franchise import proxy_views, weight_views
from voting.models import Question
from voting.opinions import views as written_views
from voting.opinions.collation import views as collation_views
from voting.opinions.drafts import views as draft_views
from voting.opinions.reception import views as reception_views
from voting.opinions.reminders import views as reminder_views
from voting.opinions.rounds import views as round_views
from voting.positions import views as position_views
from voting.proof import receipt_views, time_stamps
from voting.rule_shelf import QuestionKind
from voting.rulings import queries as ruling_queries
from voting.rulings import views as ruling_views
from voting.words import GLOBALS

bp = Blueprint("voting", __name__, url_prefix="/questions")
BLUEPRINTS: tuple[Blueprint, ...] = (
    bp,
    written_views.bp,
    collation_views.bp,
    reception_views.bp,
    draft_views.bp,
    round_views.bp,
    reminder_views.bp,
    ruling_views.bp,
    my_ballot_views.bp,
    receipt_views.bp,
    rulebook_views.bp,
    weight_views.bp,
    proxy_views.bp,
    position_views.bp,
    block_views.bp,
)

# Put into words only where one of them is refused: a thousand ballots at once need none of them.
MARK, ANSWER, OPINION = lazy_gettext("Mark"), lazy_gettext("Answer"), lazy_gettext("Your opinion")
MEMBER, SHOWN, RESERVED = lazy_gettext("Member"), lazy_gettext("What was shown"), lazy_gettext("Reserved opinion")
TEXTS_OF_A_BALLOT = ("cast_id", "choice", "text", "reserved", "member", "seen")
LONGEST_OPTIONS = choosing.MOST * (choosing.LONGEST + 2)

for name, words in GLOBALS.items():
    bp.add_app_template_global(words, name)


@bp.post("/<int:question_id>/ballots")
@requires(Permission.CAST_BALLOT)
def cast(question_id: int) -> ResponseReturnValue:
    """Cast the signed-in member's ballot; answered only after its commit."""
    return casting.cast(actor(), question_id, _ballot()).as_json(), 201


@bp.post("/<int:question_id>/recall")
@requires(Permission.CAST_BALLOT)
def recall_answer(question_id: int) -> ResponseReturnValue:
    """Recall the signed-in member's answer in writing; the receipt of that is answered only after its commit."""
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict) or any(not isinstance(sent.get(name), str | None) for name in ("cast_id", "member")):
        raise Refused(Reason.NO_MARK)
    cast_id = forms.text(sent, "cast_id", _("Mark"), most=64, required=False)
    member = forms.text(sent, "member", _("Member"), most=20, required=False)
    return recall.recall(actor(), question_id, cast_id, member or None).as_json(), 201


@bp.get("/<int:question_id>")
@requires(Permission.READ_QUESTION)
def page(question_id: int) -> ResponseReturnValue:
    """Show a question: where it stands, its result, who voted how once it is closed."""
    with reading() as session:
        panel = queries.panel(session, actor(), question_id)
        result = queries.result(session, actor(), question_id)
        rulings = ruling_queries.section(session, actor(), question_id)
        stamp = time_stamps.of_question(session, question_id)
    return render_template("voting/question.html", panel=panel, result=result, rulings=rulings, stamp=stamp)


@bp.get("/<int:question_id>/panel")
@requires(Permission.READ_QUESTION)
def panel(question_id: int) -> ResponseReturnValue:
    """Return the panel of a question for the live page."""
    with reading() as session:
        shown = queries.panel(session, actor(), question_id)
    return render_template("voting/_question.html", panel=shown)


@bp.get("/<int:question_id>/earlier")
@requires(Permission.READ_QUESTION)
def earlier(question_id: int) -> ResponseReturnValue:
    """Return the reader's own earlier answers to a written question, for the form that has just sent or recalled one."""
    with reading() as session:
        shown = queries.panel(session, actor(), question_id)
    return render_template("voting/_earlier.html", panel=shown)


@bp.post("")
@requires(Permission.PREPARE_QUESTION)
def prepare() -> ResponseReturnValue:
    """Prepare a question on an agenda item."""
    item_id = forms.whole_number(request.form, "item", _("Agenda item"))
    procedure = forms.choice(request.form, "procedure", _("How it is put"), Procedure)
    text = forms.text(request.form, "text", _("Question"), most=conduct.LONGEST_TEXT)
    rule_name = forms.text(request.form, "rule", _("Voting rule"), most=80, required=False)
    kind = forms.choice({"kind": QuestionKind.DECISION, **request.form}, "kind", _("Kind of question"), QuestionKind)
    options = forms.text(request.form, "options", _("Options"), most=LONGEST_OPTIONS, required=False)
    with transaction() as session:
        prepared = preparing.prepare(
            session,
            actor(),
            item_id=item_id,
            text=text,
            rule_name=rule_name or None,
            kind=kind,
            procedure=procedure,
            options=options,
        )
    return _back(prepared)


@bp.post("/<int:question_id>/amend")
@requires(Permission.PREPARE_QUESTION)
def amend(question_id: int) -> ResponseReturnValue:
    """Change the wording before the question is opened."""
    text = forms.text(request.form, "text", _("Question"), most=conduct.LONGEST_TEXT)
    with transaction() as session:
        amended = preparing.amend(session, actor(), question_id, text)
    return _back(amended)


@bp.post("/<int:question_id>/arm")
@requires(Permission.CONDUCT_QUESTION)
def arm(question_id: int) -> ResponseReturnValue:
    """Show the question on the tablets."""
    with transaction() as session:
        armed = service.arm(session, actor(), question_id)
    return _back(armed)


@bp.post("/<int:question_id>/open")
@requires(Permission.CONDUCT_QUESTION)
def open_question(question_id: int) -> ResponseReturnValue:
    """Open the question, with an end by the clock where one is given."""
    minutes = forms.optional_number(request.form, "minutes", _("Minutes"))
    closes_in = timedelta(minutes=min(minutes, conduct.LONGEST_MINUTES)) if minutes is not None else None
    with transaction() as session:
        opened = service.open_question(session, actor(), question_id, closes_in=closes_in)
    return _back(opened)


@bp.post("/<int:question_id>/withdraw")
@requires(Permission.PREPARE_QUESTION)
def withdraw(question_id: int) -> ResponseReturnValue:
    """Take back a question that was not opened."""
    with transaction() as session:
        withdrawn = service.withdraw(session, actor(), question_id)
    return _back(withdrawn)


def _ballot() -> Ballot:
    """Read what the tablet sent; nonsense is refused like any other ballot that cannot be told from another."""
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        raise Refused(Reason.NO_MARK)
    if any(not isinstance(sent.get(name), str | None) for name in TEXTS_OF_A_BALLOT):
        raise Refused(Reason.NOT_READABLE)  # a member or a hash that was passed over would make it another ballot
    assertion = sent.get("assertion")
    discuss = sent.get("discuss", False)
    if not isinstance(assertion, dict | None) or not isinstance(discuss, bool):
        raise Refused(Reason.NOT_READABLE)
    return Ballot(
        cast_id=forms.text(sent, "cast_id", MARK, most=64, required=False),
        choice=forms.text(sent, "choice", ANSWER, most=40, required=False),
        text=forms.text(sent, "text", OPINION, most=conduct.LONGEST_OPINION, required=False),
        member=forms.text(sent, "member", MEMBER, most=20, required=False) or None,
        seen=forms.text(sent, "seen", SHOWN, most=64, required=False),
        assertion=assertion,
        discuss=discuss,
        reserved=forms.text(sent, "reserved", RESERVED, most=conduct.LONGEST_OPINION, required=False),
    )


def _back(changed: Question) -> ResponseReturnValue:
    address = "voting.page" if changed.item_id is not None else "opinions.page"
    return redirect(url_for(address, question_id=changed.id))
