"""What the top of every page offers: the places this reader may go, and what waits for them."""

from dataclasses import dataclass
from typing import Any

from flask import current_app, g, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from ecabinet.access import Actor, Permission
from ecabinet.config import Config, Mode

ORGANISATION = (Permission.MANAGE_PEOPLE, Permission.CONFIRM_ROLE, Permission.MANAGE_CALENDAR)

FIT_INTO_THE_BAR = 8
DAILY = frozenset(
    {
        "desk.home",
        "meetings.meetings",
        "agenda_docs.index",
        "opinions.index",
        "my_ballots.index",
        "decisions.index",
        "search.page",
    }
)


@dataclass(frozen=True)
class Place:
    """One entry of the navigation."""

    label: str
    url: str
    current: bool
    in_bar: bool  # beside the brand on a wide screen; the others are in the menu


def for_pages() -> dict[str, Any]:
    """Return what every template knows: the language, the reader, the navigation."""
    signed = g.get("signed")
    actor = signed.actor if signed is not None else None
    config: Config = current_app.extensions["config"]
    return {
        "language": str(get_locale() or "en"),
        "reader": actor,
        "is_demonstration": config.mode is Mode.DEMONSTRATION,
        "body_name": None,
        "navigation": _places(actor) if actor is not None and not signed.is_locked else [],
    }


def _places(actor: Actor) -> list[Place]:
    offered = (
        (_("Home"), "desk.home", "desk.home", ()),
        (_("Meetings"), "meetings.meetings", "meetings.", (Permission.READ_MEETING,)),
        (_("Dossiers"), "agenda_docs.index", "agenda_docs.", (Permission.READ_MATTER,)),
        (_("Advice"), "advice.index", "advice.", (Permission.GIVE_ADVICE,)),
        (_("Opinions"), "opinions.index", "opinions.", (Permission.READ_QUESTION,)),
        (_("My ballots"), "my_ballots.index", "my_ballots.", (Permission.CAST_BALLOT,)),
        (_("Decisions"), "decisions.index", "decisions.", (Permission.READ_DECISION,)),
        (_("Comments"), "reception.index", "reception.", (Permission.ANSWER_COMMENTS,)),
        (_("Statistics"), "statistics.page", "statistics.", (Permission.READ_STATISTICS,)),
        (_("Archive"), "archives.archive_index", "archives.", (Permission.READ_ARCHIVE,)),
        (_("Search"), "search.page", "search.", (Permission.READ_MATTER,)),
        (_("Deputies"), "meetings.delegations", "meetings.delegations", (Permission.DELEGATE,)),
        (_("Organisation"), "organisation.index", "organisation.", ORGANISATION),
        (_("Log"), "audit.index", "audit.", (Permission.READ_AUDIT,)),
    )
    shown = [
        (label, endpoint, prefix)
        for label, endpoint, prefix, needed in offered
        if not needed or any(actor.may(permission) for permission in needed)
    ]
    return [
        Place(
            label,
            url_for(endpoint),
            (request.endpoint or "").startswith(prefix),
            in_bar=len(shown) <= FIT_INTO_THE_BAR or endpoint in DAILY,
        )
        for label, endpoint, prefix in shown
    ]
