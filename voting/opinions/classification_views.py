"""The page on which officials say how other opinions count."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ecabinet import forms
from ecabinet.access import Permission
from ecabinet.database import reading, transaction
from ecabinet.gate import actor, requires
from voting.engine.rule import Choice
from voting.opinions import classification
from voting.opinions.classification import LONGEST_REASON, Said

COUNTS = "counts-"  # how the fields of a member are named, by the membership
WHY = "why-"


@requires(Permission.CONDUCT_QUESTION)
def page(question_id: int) -> ResponseReturnValue:
    """Show every other opinion with its words, nothing chosen; or what waits for a second official."""
    with reading() as session:
        offered = classification.for_officials(session, actor(), question_id)
    return render_template("voting/classification.html", offered=offered)


@requires(Permission.CONDUCT_QUESTION)
def propose(question_id: int) -> ResponseReturnValue:
    """Ask another official to confirm how the opinions count."""
    said = {
        name.removeprefix(COUNTS): Said(
            forms.choice(request.form, name, _("How it counts"), Choice), _why(name.removeprefix(COUNTS))
        )
        for name in request.form
        if name.startswith(COUNTS)
    }
    with transaction() as session:
        classification.propose(session, actor(), question_id, said)
    return redirect(url_for("opinions.classification", question_id=question_id))


def _why(member: str) -> str:
    return forms.text(request.form, f"{WHY}{member}", _("Reason"), most=LONGEST_REASON, required=False)
