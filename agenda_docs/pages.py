"""What the templates of dossiers are given, gathered from queries and rules."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs import conflicts, keeping, queries, readers, rules
from agenda_docs import reading as readable
from agenda_docs.advice import queries as advice
from agenda_docs.advice import rules as advice_rules
from agenda_docs.models import DocumentKind, Matter
from agenda_docs.rules import Verb
from ecabinet import clock, news
from ecabinet.access import Actor, Permission, Role
from ecabinet.organisation.models import Body, Unit
from ecabinet.organisation.queries import memberships_in_force


def following(session: Session, actor: Actor, body_id: int | None = None) -> dict[str, int]:
    """Return which body's stream a page follows and the last number it has seen; the first body of several."""
    bodies = sorted(actor.bodies_where(Permission.READ_MATTER))
    followed = body_id if body_id is not None else next(iter(bodies), 0)
    return {"followed_body": followed, "live_number": news.last_number(session, f"body:{followed}")}


def choices_for_lodging(session: Session, actor: Actor) -> dict[str, Any]:
    """Return the bodies and agencies that the actor may choose for a new dossier: their own agencies, all for the secretariat."""
    bodies = session.scalars(
        select(Body).where(Body.id.in_(actor.bodies_where(Permission.LODGE_MATTER))).order_by(Body.name, Body.id)
    ).all()
    units = select(Unit).where(Unit.closed_on.is_(None)).order_by(Unit.name, Unit.id)
    if not any(Role.SECRETARY in roles for roles in actor.roles.values()):
        units = units.where(Unit.id.in_(actor.units))
    return {
        "bodies": [(body.id, body.name) for body in bodies],
        "units": [(unit.id, unit.name) for unit in session.scalars(units)],
    }


def dossier_page(session: Session, actor: Actor, matter: Matter) -> dict[str, Any]:
    """Return all of a dossier that the actor may see now; to one who is barred, nothing but its title."""
    bar = conflicts.standing_bar(session, actor.person_id, matter.id)
    if bar is not None:
        return {"matter": matter, "facts": queries.facts(session, matter), "bar": bar}
    is_keeper = keeping.is_keeper(actor, matter)
    return {
        "matter": matter,
        "bar": None,
        "facts": queries.facts(session, matter),
        "dossier": queries.dossier(session, actor, matter.id, with_unconfirmed=is_keeper),
        "steps": queries.steps(session, matter.id) if is_keeper else [],
        "kinds": list(DocumentKind),
        "may": _offered(actor, matter),
        "with_lodger": matter.state in rules.WITH_LODGER,
        **_advice(session, actor, matter),
        **_conflicts(session, actor, matter),
    }


def _advice(session: Session, actor: Actor, matter: Matter) -> dict[str, Any]:
    """What is missing before the dossier can be put to the members, the advice on it, and whom one may still ask."""
    may_ask = advice.may_manage(session, actor, matter.id)
    return {
        "readiness": advice.readiness(session, actor, matter.id),
        "units_to_ask": advice.units_to_ask(session, matter) if may_ask else [],
        "days_to_advise": advice_rules.MOST_DAYS,
    }


def _offered(actor: Actor, matter: Matter) -> dict[str, bool]:
    """Which buttons the page offers; each verb asks again."""
    state = matter.state
    is_keeper = keeping.is_keeper(actor, matter)
    accepts = actor.may(Permission.ACCEPT_MATTER, matter.body_id)
    edits = keeping.may_edit(actor, matter)
    return {
        "edit": edits,
        "send_in": edits and rules.may(Verb.SEND_IN, state),
        "accept": accepts and rules.may(Verb.ACCEPT, state),
        "send_back": accepts and rules.may(Verb.SEND_BACK, state),
        "withdraw": is_keeper and rules.may(Verb.WITHDRAW, state),
        "see_readers": accepts,
    }


def _conflicts(session: Session, actor: Actor, matter: Matter) -> dict[str, Any]:
    """The members for whom the secretariat may record a conflict, the conflicts it sees, and whether one may declare one's own."""
    is_secretary = actor.has_role(Role.SECRETARY, matter.body_id)
    barred = readable.barred_people(session, matter.id)
    members = memberships_in_force(session, matter.body_id, clock.today()) if is_secretary else []
    return {
        "may_declare": matter.body_id in actor.memberships and actor.may(Permission.DECLARE_CONFLICT, matter.body_id),
        "members": [(member.person_id, member.name) for member in members if member.person_id not in barred],
        "bars": [bar for bar in readers.bars_of(session, matter.id) if bar.until is None] if is_secretary else [],
    }
