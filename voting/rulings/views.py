"""The pages and commands of officials: ballots on paper and by telephone, rulings, annulments, corrections."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ecabinet import forms
from ecabinet.access import Permission
from ecabinet.database import reading, transaction
from ecabinet.gate import actor, requires
from voting import conduct
from voting.engine.rule import Choice
from voting.models import Question
from voting.rulings import annulment, correction, paper_ballots, two_officials
from voting.rulings import queries as ruling_queries
from voting.rulings import service as rulings
from voting.rulings.paper_ballots import Given, Read
from voting.rulings.rules import Channel

bp = Blueprint("rulings", __name__, url_prefix="/questions/<int:question_id>")

LONGEST_REASON = 2000
LONGEST_EVIDENCE = 500
MOST_DAYS = 400
CLASSIFIED = "classified-"


@bp.get("/rulings")
@requires(Permission.CONDUCT_QUESTION)
def section(question_id: int) -> ResponseReturnValue:
    """Return the rulings of a question for the live page; nothing where there is nothing to rule on."""
    with reading() as session:
        shown = ruling_queries.section(session, actor(), question_id)
    return render_template("voting/_rulings.html", rulings=shown)


@bp.post("/paper-ballots")
@requires(Permission.ENTER_PAPER_BALLOT)
def enter_paper(question_id: int) -> ResponseReturnValue:
    """Enter a ballot given on paper or by telephone, as the first official."""
    given = Given(
        channel=forms.choice(request.form, "channel", _("How it came in"), Channel),
        evidence=forms.text(request.form, "evidence", _("Where the proof is kept"), most=LONGEST_EVIDENCE),
    )
    with transaction() as session:
        paper_ballots.enter(session, actor(), question_id, _read(), given)
    return _back(question_id)


@bp.post("/paper-ballots/<int:paper_id>/confirm")
@requires(Permission.ENTER_PAPER_BALLOT)
def confirm_paper(question_id: int, paper_id: int) -> ResponseReturnValue:
    """Put a ballot into the box as the second official, who has read it anew."""
    with transaction() as session:
        paper_ballots.confirm(session, actor(), question_id, paper_id, _read())
    return _back(question_id)


@bp.post("/paper-ballots/<int:paper_id>/discard")
@requires(Permission.ENTER_PAPER_BALLOT)
def discard_paper(question_id: int, paper_id: int) -> ResponseReturnValue:
    """Drop a ballot that was entered wrongly."""
    with transaction() as session:
        paper_ballots.discard(session, actor(), question_id, paper_id)
    return _back(question_id)


@bp.post("/withdrawn-ballots")
@requires(Permission.RULE_ON_BALLOT)
def withdraw_ballot(question_id: int) -> ResponseReturnValue:
    """Withdraw one ballot by a ruling."""
    number = forms.whole_number(request.form, "number", _("Number of the ballot"))
    with transaction() as session:
        rulings.withdraw_ballot(session, actor(), question_id, number, _reason())
    return _back(question_id)


@bp.post("/extension")
@requires(Permission.CONDUCT_QUESTION)
def extend(question_id: int) -> ResponseReturnValue:
    """Move the scheduled end to later."""
    by = forms.whole_number(request.form, "by", _("How much more time"), most=conduct.LONGEST_MINUTES)
    seen = forms.text(request.form, "ends", _("The end as you saw it"), most=40, required=False)
    with transaction() as session:
        rulings.extend(session, actor(), question_id, by=by, reason=_reason(), seen=seen or None)
    return _back(question_id)


@bp.post("/annulment")
@requires(Permission.ANNUL_QUESTION)
def ask_annulment(question_id: int) -> ResponseReturnValue:
    """Ask to annul the vote."""
    with transaction() as session:
        annulment.ask(session, actor(), question_id, _reason())
    return _back(question_id)


@bp.post("/annulment/<int:ruling_id>/confirm")
@requires(Permission.ANNUL_QUESTION)
def confirm_annulment(question_id: int, ruling_id: int) -> ResponseReturnValue:
    """Annul the vote as the second official."""
    with transaction() as session:
        annulment.confirm(session, actor(), question_id, ruling_id)
    return _back(question_id)


@bp.get("/correction")
@requires(Permission.CONDUCT_QUESTION)
def correction_page(question_id: int) -> ResponseReturnValue:
    """Ask how the circumstances of a closed result really were."""
    with reading() as session:
        offered = ruling_queries.correction_form(session, actor(), question_id)
    return render_template("voting/correction.html", offered=offered)


@bp.post("/correction")
@requires(Permission.CONDUCT_QUESTION)
def ask_correction(question_id: int) -> ResponseReturnValue:
    """Ask to correct a closed result."""
    with transaction() as session:
        correction.ask(
            session,
            actor(),
            question_id,
            present=request.form.getlist("present"),
            classified=_classified(),
            reason=_reason(),
        )
    return _back(question_id)


@bp.post("/correction/<int:ruling_id>/confirm")
@requires(Permission.CONDUCT_QUESTION)
def confirm_correction(question_id: int, ruling_id: int) -> ResponseReturnValue:
    """Correct a closed result as the second official."""
    with transaction() as session:
        correction.confirm(session, actor(), question_id, ruling_id)
    return _back(question_id)


@bp.post("/rulings/<int:ruling_id>/discard")
@requires(Permission.CONDUCT_QUESTION)
def discard(question_id: int, ruling_id: int) -> ResponseReturnValue:
    """Drop what waits for a second official."""
    with transaction() as session:
        two_officials.discard(session, actor(), question_id, ruling_id)
    return _back(question_id)


def _read() -> Read:
    return Read(
        membership_id=forms.whole_number(request.form, "member", _("Member")),
        choice=forms.text(request.form, "choice", _("Answer"), most=40),
        text=forms.text(request.form, "text", _("Words"), most=conduct.LONGEST_OPINION, required=False),
        discuss=forms.ticked(request.form, "discuss"),
        reserved=forms.text(
            request.form, "reserved", _("Reserved opinion"), most=conduct.LONGEST_OPINION, required=False
        ),
    )


def _reason() -> str:
    return forms.text(request.form, "reason", _("Reason"), most=LONGEST_REASON)


def _classified() -> dict[str, Choice]:
    """Read how each other opinion counts; the field of a member is named by the membership."""
    return {
        name.removeprefix(CLASSIFIED): forms.choice(request.form, name, _("How it counts"), Choice)
        for name in request.form
        if name.startswith(CLASSIFIED)
    }


def _back(question_id: int) -> ResponseReturnValue:
    with reading() as session:
        in_the_room = session.get_one(Question, question_id).item_id is not None
    return redirect(url_for("voting.page" if in_the_room else "opinions.page", question_id=question_id))
