"""The statistics of written opinions as a document to be taken away."""

from collections.abc import Sequence

from flask_babel import get_locale
from flask_babel import gettext as _

from ecabinet.access import Actor
from ecabinet.exports.document import Bars, Cell, Column, Document, Facts, Grid
from ecabinet.pages import short_day
from outcomes.statistics.queries import Statistics
from outcomes.statistics.rules import Figures, MemberFigures, Month
from voting.opinions.collation.documents import stamp_of
from voting.words import choice_name, outcome_kind, outcome_name

TWO_DAYS = 48  # hours


def of_statistics(found: Statistics, actor: Actor) -> Document:
    """Return the figures, the months, the members and the questions."""
    figures = found.figures
    return Document(
        title=_("Statistics of written opinions"),
        subject=period_name(found),
        stamp=stamp_of(actor, found.zone),
        language=str(get_locale()),
        parts=(
            Facts(facts_of(figures)),
            Bars(_("By outcome"), outcomes_of(figures)),
            Bars(_("By answer"), answers_of(figures)),
            _months(figures.months),
            _members(figures.members),
            _questions(found),
        ),
        is_wide=True,
    )


def period_name(found: Statistics) -> str:
    """Name the period."""
    criteria = found.criteria
    return _("%(begins)s to %(ends)s", begins=short_day(criteria.begins), ends=short_day(criteria.ends))


def facts_of(figures: Figures) -> list[tuple[str, str]]:
    """Return the figures that stand for themselves."""
    return [
        (_("Procedures closed"), str(figures.procedures)),
        (_("Answers asked for"), str(figures.asked)),
        (_("Answered in time"), share(figures.share_in_time)),
        (_("Answered late"), str(figures.late)),
        (_("No answer"), str(figures.silent)),
        (_("Median time to answer"), duration(figures.median_hours)),
    ]


def outcomes_of(figures: Figures) -> list[tuple[str, int, str]]:
    """Return how many questions came to each outcome, with the colour of it."""
    colours = {"pass": "yes", "fail": "no", "tie": "other", "none": "abstain"}
    return [
        (outcome_name(outcome), number, colours.get(outcome_kind(outcome), ""))
        for outcome, number in figures.outcomes.items()
    ]


def answers_of(figures: Figures) -> list[tuple[str, int, str]]:
    """Return how many answers were of each kind; silence that counted as agreement is among those who approved."""
    return [(choice_name(answer), number, answer) for answer, number in figures.answers.items()]


def month_name(month: Month) -> str:
    """Name a month in few signs."""
    return f"{month.begins:%m/%Y}"


def share(part: float | None) -> str:
    """Write a share in per cent; a dash where there is nothing to share."""
    return f"{part:.0%}" if part is not None else "–"


def duration(hours: float | None) -> str:
    """Write a time in hours, from two days on in days; a dash where there is none."""
    if hours is None:
        return "–"
    if hours < 1:
        return _("%(minutes)s minutes", minutes=round(hours * 60))
    if hours < TWO_DAYS:
        return _("%(hours)s hours", hours=round(hours, 1))
    return _("%(days)s days", days=round(hours / 24, 1))


def _months(months: Sequence[Month]) -> Grid:
    columns = (
        Column(_("Month"), 14),
        Column(_("Procedures"), 12, is_number=True),
        Column(_("Adopted"), 12, is_number=True),
    )
    return Grid(_("By month"), columns, [(month_name(month), month.closed, month.adopted) for month in months])


def _members(members: Sequence[MemberFigures]) -> Grid:
    columns = (
        Column(_("Member"), 36),
        Column(_("Asked"), 12, is_number=True),
        Column(_("Answered in time"), 12, is_number=True),
        Column(_("Answered late"), 12, is_number=True),
        Column(_("No answer"), 12, is_number=True),
        Column(_("Recusals"), 12, is_number=True),
    )
    rows = [(each.name, each.asked, each.answered, each.late, each.silent, each.recused) for each in members]
    return Grid(_("By member"), columns, rows)


def _questions(found: Statistics) -> Grid:
    columns = (
        Column(_("Closed on"), 14),
        Column(_("Dossier"), 60),
        Column(_("Agency in charge"), 30),
        Column(_("Outcome"), 20),
        Column(_("Answered in time"), 12, is_number=True),
        Column(_("Answered late"), 12, is_number=True),
        Column(_("No answer"), 12, is_number=True),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            line.procedure.closed_on,
            line.title if line.may_read else _("A dossier that you may not read"),
            line.unit,
            outcome_name(line.procedure.outcome),
            line.procedure.answered,
            line.procedure.late,
            line.procedure.silent,
        )
        for line in found.lines
    ]
    return Grid(_("By question"), columns, rows)
