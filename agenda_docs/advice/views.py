"""The pages of advice: asking for it on a dossier, what an agency is asked, and giving it."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from agenda_docs.advice import queries, rules, service
from agenda_docs.advice.rules import AdviceKind
from ecabinet import forms
from ecabinet.access import Permission
from ecabinet.database import reading, transaction
from ecabinet.gate import actor, requires

bp = Blueprint("advice", __name__)


@bp.get("/advice")
@requires(Permission.GIVE_ADVICE)
def index() -> ResponseReturnValue:
    """List what the reader's agencies are asked."""
    search = forms.text(request.args, "search", _("Search"), most=200, required=False)
    waiting_only = forms.ticked(request.args, "waiting")
    page = forms.optional_number(request.args, "page", _("Page")) or 1
    with reading() as session:
        listed = queries.asked_of(session, actor(), search=search, waiting_only=waiting_only, page=page)
    return render_template("agenda_docs/advice_list.html", listed=listed, search=search, waiting_only=waiting_only)


@bp.get("/advice/<int:request_id>")
@requires(Permission.READ_MATTER)
def page(request_id: int) -> ResponseReturnValue:
    """Show one request, what was answered, and to the agency asked the form to answer."""
    with reading() as session:
        found = queries.request_for(session, actor(), request_id)
        papers = queries.papers_of(session, actor(), found.matter_id)
        may_manage = queries.may_manage(session, actor(), found.matter_id)
    return render_template(
        "agenda_docs/advice.html",
        asked=found,
        papers=papers,
        kinds=list(AdviceKind),
        may_give=queries.may_give(actor(), found),
        may_manage=may_manage,
        most=rules.MOST_DAYS,
    )


@bp.post("/matters/<int:matter_id>/advice")
@requires(Permission.ASK_ADVICE)
def ask(matter_id: int) -> ResponseReturnValue:
    """Ask an agency for advice on a dossier."""
    unit_id = forms.whole_number(request.form, "unit", _("Agency"))
    days = forms.whole_number(request.form, "days", _("Working days"), most=400)
    what = forms.text(
        request.form, "what", _("What it is asked to look at"), most=rules.LONGEST_REQUEST, required=False
    )
    with transaction() as session:
        service.ask(session, actor(), matter_id, unit_id, days=days, what=what)
    return redirect(url_for("agenda_docs.matter", matter_id=matter_id))


@bp.post("/advice/<int:request_id>")
@requires(Permission.GIVE_ADVICE)
def give(request_id: int) -> ResponseReturnValue:
    """Give an agency's advice, or replace it before its deadline."""
    kind = forms.choice(request.form, "kind", _("Advice"), AdviceKind)
    text = forms.text(request.form, "text", _("Remarks or reasons"), most=rules.LONGEST_TEXT, required=False)
    with transaction() as session:
        service.give(session, actor(), request_id, kind, text)
    return redirect(url_for("advice.page", request_id=request_id))


@bp.post("/advice/<int:request_id>/extend")
@requires(Permission.ASK_ADVICE)
def extend(request_id: int) -> ResponseReturnValue:
    """Give an agency more time."""
    days = forms.whole_number(request.form, "days", _("Working days"), most=400)
    reason = forms.text(request.form, "reason", _("Reason"), most=rules.LONGEST_REQUEST)
    with transaction() as session:
        service.extend(session, actor(), request_id, days=days, reason=reason)
    return redirect(url_for("advice.page", request_id=request_id))


@bp.post("/advice/<int:request_id>/take-back")
@requires(Permission.ASK_ADVICE)
def take_back(request_id: int) -> ResponseReturnValue:
    """Take a request back."""
    reason = forms.text(request.form, "reason", _("Reason"), most=rules.LONGEST_REQUEST)
    with transaction() as session:
        service.take_back(session, actor(), request_id, reason)
    return redirect(url_for("advice.page", request_id=request_id))
