"""The first page of the organisation."""

from flask import render_template
from flask.typing import ResponseReturnValue

from ecabinet.access import Permission
from ecabinet.database import reading
from ecabinet.gate import SIGNED_IN, actor, requires
from ecabinet.organisation import (
    body_views,
    calendar_views,
    options,
    people_views,
    queries,
    role_views,
    seat_views,
    unit_views,
)
from ecabinet.organisation.blueprint import bp
from ecabinet.refusals import Forbidden

BLUEPRINTS = (bp,)
SHARING = (unit_views, people_views, body_views, seat_views, role_views, calendar_views)  # routes of the same blueprint
NEEDED = (Permission.MANAGE_PEOPLE, Permission.CONFIRM_ROLE, Permission.MANAGE_CALENDAR)


@bp.get("/")
@requires(SIGNED_IN)
def index() -> ResponseReturnValue:
    """Show what of the organisation the reader looks after."""
    who = actor()
    if not any(who.may(permission) for permission in NEEDED):
        raise Forbidden
    with reading() as session:
        bodies = queries.bodies(session, who.bodies_where(Permission.CONFIRM_ROLE))
        calendars = options.calendars(session) if who.may(Permission.MANAGE_CALENDAR) else []
    return render_template(
        "organisation/index.html",
        bodies=bodies,
        calendars=calendars,
        may_manage_units=who.may(Permission.MANAGE_UNITS),
        may_manage_people=who.may(Permission.MANAGE_PEOPLE),
        may_read_rules=who.may(Permission.READ_RULES),
        may_read_audit=who.may(Permission.READ_AUDIT),
        may_reset=who.may(Permission.RESET_PHONE),
    )
