"""The page of a written question's reminders: what is planned, who was reminded how, and what became of it."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ecabinet.access import Permission
from ecabinet.database import reading
from ecabinet.gate import actor, requires
from ecabinet.notices.queries import Row
from ecabinet.refusals import N_
from voting.opinions.reminders import queries

bp = Blueprint("reminders", __name__, url_prefix="/opinions")

NAMES = {
    "circulated": N_("Asked"),
    "extended": N_("More time"),
    "overdue": N_("After the deadline"),
    "closed": N_("Closed"),
    "reminder": N_("Reminder"),
    "office": N_("Reminder to the office"),
}


@bp.get("/<int:question_id>/reminders")
@requires(Permission.READ_DELIVERIES)
def page(question_id: int) -> ResponseReturnValue:
    """Show the reminders of a written question."""
    with reading() as session:
        found = queries.of_question(session, actor(), question_id)
    return render_template("voting/reminders.html", reminders=found, question_id=question_id)


@bp.app_template_global()
def occasion_name(row: Row) -> tuple[str, str]:
    """Return on what occasion a message about a written question was sent, in the reader's language, and which reminder of the schedule."""
    parts = row.notice_key.split(":")
    occasion, which = parts[2], parts[4] if len(parts) > 4 else ""
    name: str = _(NAMES.get("office" if "office" in parts else occasion, row.kind.value))
    return name, which
