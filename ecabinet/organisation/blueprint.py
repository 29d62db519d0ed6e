"""The blueprint that the views of the organisation share, and what they all read from forms."""

from collections.abc import Mapping
from datetime import date

from flask import Blueprint
from flask_babel import gettext as _

from ecabinet import clock, forms
from ecabinet.access import Role
from ecabinet.refusals import N_

bp = Blueprint("organisation", __name__, url_prefix="/organisation")

ROLE_NAMES = {
    Role.ADMINISTRATOR: N_("Administrator"),
    Role.UNIT_ADMINISTRATOR: N_("Administrator of a unit"),
    Role.SECRETARY: N_("Secretary"),
    Role.CHAIR: N_("Chair"),
    Role.MEMBER: N_("Member"),
    Role.OFFICE_READER: N_("Reader of a member's office"),
    Role.OFFICER: N_("Officer"),
    Role.GUEST: N_("Guest"),
    Role.AUDITOR: N_("Auditor"),
}


def role_name(role: Role) -> str:
    """Return what a role is called in the reader's language."""
    name: str = _(ROLE_NAMES[role])
    return name


def period(typed: Mapping[str, str]) -> tuple[date, date | None]:
    """Read the first and the last day of a dated row; without a first day it begins today."""
    first = forms.optional_day(typed, "starts_on", _("First day")) or clock.today()
    return first, forms.optional_day(typed, "ends_on", _("Last day"))


def last_day(typed: Mapping[str, str]) -> date:
    """Read the last day of a row that is to end."""
    return forms.day(typed, "last_day", _("Last day"))
