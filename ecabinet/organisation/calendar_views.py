"""The page of a working calendar."""

from babel import Locale
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from ecabinet import forms
from ecabinet.access import Permission
from ecabinet.database import reading, transaction
from ecabinet.gate import actor, requires
from ecabinet.organisation import calendar, rules, shown
from ecabinet.organisation.blueprint import bp
from ecabinet.organisation.models import DayKind

SUNDAY = 6


@bp.get("/calendars/<int:calendar_id>", endpoint="calendar")
@requires(Permission.MANAGE_CALENDAR)
def show(calendar_id: int) -> ResponseReturnValue:
    """Show the week, the holidays and the make-up days."""
    with reading() as session:
        found = calendar.calendar_for(session, actor(), calendar_id)
        years = shown.days_by_year(calendar.days_of(session, calendar_id))
        ending_soon = calendar.ending_soon(session, calendar.bodies_of(session, calendar_id))
    names = (get_locale() or Locale("vi")).days["stand-alone"]["wide"]
    return render_template(
        "organisation/calendar.html",
        calendar=found,
        years=years,
        ending_soon=ending_soon,
        weekend=sorted(rules.weekend_of(found.weekend)),
        week=[(day, names[day]) for day in range(SUNDAY + 1)],
    )


@bp.post("/calendars/<int:calendar_id>/week")
@requires(Permission.MANAGE_CALENDAR)
def change_week(calendar_id: int) -> ResponseReturnValue:
    """Change the free days of the week and until when the holidays are known."""
    weekend = [
        forms.whole_number({"day": day}, "day", _("Free days"), least=0, most=SUNDAY)
        for day in request.form.getlist("weekend")
    ]
    covers_until = forms.day(request.form, "covers_until", _("Holidays are known until"))
    with transaction() as session:
        calendar.change_week(session, actor(), calendar_id, weekend=weekend, covers_until=covers_until)
    return redirect(url_for("organisation.calendar", calendar_id=calendar_id))


@bp.post("/calendars/<int:calendar_id>/days")
@requires(Permission.MANAGE_CALENDAR)
def add_day(calendar_id: int) -> ResponseReturnValue:
    """Enter a holiday or a make-up day."""
    day = forms.day(request.form, "day", _("Day"))
    kind = forms.choice(request.form, "kind", _("Kind"), DayKind)
    name = forms.text(request.form, "name", _("Name"), most=120)
    with transaction() as session:
        calendar.add_day(session, actor(), calendar_id, day=day, kind=kind, name=name)
    return redirect(url_for("organisation.calendar", calendar_id=calendar_id))


@bp.post("/calendars/<int:calendar_id>/days/<int:day_id>/remove")
@requires(Permission.MANAGE_CALENDAR)
def remove_day(calendar_id: int, day_id: int) -> ResponseReturnValue:
    """Take a day out of the calendar."""
    with transaction() as session:
        calendar.remove_day(session, actor(), calendar_id, day_id)
    return redirect(url_for("organisation.calendar", calendar_id=calendar_id))
