"""The page of statistics, and the same figures to take away."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from ecabinet import audit, clock, forms
from ecabinet.access import Actor, Permission
from ecabinet.audit import Tag
from ecabinet.database import reading, transaction
from ecabinet.exports import sending
from ecabinet.gate import actor, requires
from ecabinet.organisation.models import Body
from outcomes.statistics import documents, queries, rules
from outcomes.statistics.rules import Criteria

bp = Blueprint("statistics", __name__, url_prefix="/statistics/opinions")

A_YEAR = timedelta(days=365)
ON_THE_PAGE = 200  # questions; all of them are in the file


@bp.get("")
@requires(Permission.READ_STATISTICS)
def page() -> ResponseReturnValue:
    """Show the figures of the chosen questions, drawn and in tables."""
    who = actor()
    criteria = _criteria()
    with reading() as session:
        found = queries.statistics(session, who, criteria)
        offered = queries.offered(session, who, str(get_locale()))
    return render_template(
        "outcomes/statistics.html",
        found=found,
        offered=offered,
        shown=found.lines[:ON_THE_PAGE],
        facts=documents.facts_of(found.figures),
        outcomes=documents.outcomes_of(found.figures),
        answers=documents.answers_of(found.figures),
        months=[(documents.month_name(month), month) for month in found.figures.months],
        period=documents.period_name(found),
        files=[(kind.upper(), url_for("statistics.export", kind=kind, **_asked(criteria))) for kind in ("xlsx", "csv")],
    )


@bp.get("/export.<kind>")
@requires(Permission.READ_STATISTICS)
def export(kind: str) -> ResponseReturnValue:
    """Hand out the figures as XLSX or CSV, which is noted; needs a fresh second factor."""
    form = sending.form_of(kind, "xlsx", "csv")
    who, criteria = actor(), _criteria()
    with transaction() as session:
        found = queries.statistics(session, who, criteria)
        who.must_have_stepped_up(clock.now())
        for body_id in sorted(_bodies(who, criteria)):
            audit.record(
                session, who, Tag.STATISTICS_EXPORTED, session.get_one(Body, body_id), body_id=body_id, kind=kind
            )
    name = f"opinions-{criteria.begins:%Y%m%d}-{criteria.ends:%Y%m%d}.{kind}"
    return sending.send(documents.of_statistics(found, who), form, name)


def _criteria() -> Criteria:
    """Read what is to be counted; the last year where no period is asked for."""
    typed = request.args
    ends = forms.optional_day(typed, "ends", _("To")) or clock.today()
    begins = forms.optional_day(typed, "begins", _("From")) or _a_year_before(ends)
    rules.check_period(begins, ends)
    return Criteria(
        begins=begins,
        ends=ends,
        body_id=forms.optional_number(typed, "body", _("Body")),
        unit_id=forms.optional_number(typed, "unit", _("Agency in charge")),
        rule=forms.text(typed, "rule", _("Rule"), most=80, required=False),
    )


def _a_year_before(ends: date) -> date:
    return ends - A_YEAR


def _asked(criteria: Criteria) -> dict[str, Any]:
    """Return the criteria as an address carries them."""
    asked = {
        "begins": criteria.begins.isoformat(),
        "ends": criteria.ends.isoformat(),
        "body": str(criteria.body_id or ""),
        "unit": str(criteria.unit_id or ""),
        "rule": criteria.rule,
    }
    return {name: value for name, value in asked.items() if value}


def _bodies(who: Actor, criteria: Criteria) -> frozenset[int]:
    """Return the bodies whose figures are handed out."""
    mine = who.bodies_where(Permission.READ_STATISTICS)
    return mine & {criteria.body_id} if criteria.body_id is not None else mine
