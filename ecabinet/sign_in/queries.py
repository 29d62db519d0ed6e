"""What the pages of signing in show."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from ecabinet import clock
from ecabinet.access import PERMISSIONS, Actor, Permission
from ecabinet.organisation import queries as organisation
from ecabinet.organisation.models import Membership, Person, RoleAssignment
from ecabinet.sign_in import rules
from ecabinet.sign_in.models import PhoneReset, ResetState

OFFICIALS = tuple(role for role, permissions in PERMISSIONS.items() if Permission.RESET_PHONE in permissions)


# What browsers and systems call themselves, the more particular name first.
BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "iPad": "iPad",
    "iPhone": "iPhone",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "Mac",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


@dataclass(frozen=True)
class ShownReset:
    """A reset as the officials see it."""

    id: int
    person: str
    requested_by: str
    requested_by_id: int
    requested_at: datetime
    confirmed_by: str | None
    state: ResetState
    password_too: bool
    may_confirm: bool


def device_name(user_agent: str) -> str:
    """Return a short name of a device, such as `Firefox · Windows`, from what its browser calls itself."""
    names = [next((name for sign, name in signs.items() if sign in user_agent), None) for signs in (BROWSERS, SYSTEMS)]
    return " · ".join(name for name in names if name) or user_agent[:60] or "?"


def bodies_of(session: Session, person_id: int) -> frozenset[int]:
    """Return the bodies in which a person has a seat or a role that has not ended."""
    today = clock.today()
    seats = select(Membership.body_id).where(
        Membership.person_id == person_id, or_(Membership.ends_on.is_(None), Membership.ends_on >= today)
    )
    roles = select(RoleAssignment.body_id).where(
        RoleAssignment.person_id == person_id, or_(RoleAssignment.ends_on.is_(None), RoleAssignment.ends_on >= today)
    )
    return frozenset(session.scalars(seats.union(roles)))


def may_reset(session: Session, actor: Actor, person_id: int) -> bool:
    """Say whether the actor is an official of a body of this person, or the person is in no body yet."""
    theirs = bodies_of(session, person_id)
    return not theirs or bool(theirs & actor.bodies_where(Permission.RESET_PHONE))


def officials_beside(session: Session, person_id: int, *, but: Collection[int | None]) -> list[int]:
    """Return who else could confirm a reset of this person's phone."""
    bodies = bodies_of(session, person_id)
    query = select(RoleAssignment.person_id).where(
        RoleAssignment.role.in_(OFFICIALS),
        RoleAssignment.in_force.is_(True),
        *organisation.holds_on(RoleAssignment, clock.today()),
    )
    if bodies:
        query = query.where(RoleAssignment.body_id.in_(bodies))
    return sorted(set(session.scalars(query)) - set(but))


def waiting_reset_of(session: Session, person_id: int) -> PhoneReset | None:
    """Return a reset of this person that still waits for its second official."""
    return session.scalar(
        select(PhoneReset).where(
            PhoneReset.person_id == person_id,
            PhoneReset.state == ResetState.REQUESTED,
            PhoneReset.requested_at > clock.now() - rules.REQUEST_LASTS,
        )
    )


def confirmed_reset_of(session: Session, person_id: int) -> PhoneReset | None:
    """Return the person's latest reset whose code was not used yet and still may be."""
    return session.scalar(
        select(PhoneReset)
        .where(
            PhoneReset.person_id == person_id,
            PhoneReset.state == ResetState.CONFIRMED,
            PhoneReset.code_hash.is_not(None),
            PhoneReset.confirmed_at > clock.now() - rules.CODE_LASTS,
        )
        .order_by(PhoneReset.id.desc())
        .limit(1)
        .with_for_update()
    )


def opened_reset(session: Session, reset_id: int) -> PhoneReset | None:
    """Return a reset whose code was accepted and whose new phone has not shown its first code yet."""
    reset = session.get(PhoneReset, reset_id)
    if reset is None or reset.state is not ResetState.CONFIRMED or reset.new_secret is None:
        return None
    return reset if rules.code_is_good(reset.confirmed_at, clock.now()) else None


def resets(session: Session, actor: Actor, at_most: int = 50) -> list[ShownReset]:
    """Return the latest resets that concern the actor's bodies, newest first."""
    asker, confirmer = aliased(Person), aliased(Person)
    found = session.execute(
        select(PhoneReset, Person.name, asker.name, confirmer.name)
        .join(Person, Person.id == PhoneReset.person_id)
        .join(asker, asker.id == PhoneReset.requested_by_id)
        .outerjoin(confirmer, confirmer.id == PhoneReset.confirmed_by_id)
        .order_by(PhoneReset.id.desc())
        .limit(at_most)
    ).all()
    return [
        _shown(actor, reset, person, asked, confirmed)
        for reset, person, asked, confirmed in found
        if may_reset(session, actor, reset.person_id)
    ]


def _shown(actor: Actor, reset: PhoneReset, person: str, asked: str, confirmed: str | None) -> ShownReset:
    waits = reset.state is ResetState.REQUESTED and reset.requested_at + rules.REQUEST_LASTS > clock.now()
    return ShownReset(
        id=reset.id,
        person=person,
        requested_by=asked,
        requested_by_id=reset.requested_by_id,
        requested_at=reset.requested_at,
        confirmed_by=confirmed,
        state=reset.state,
        password_too=reset.password_too,
        may_confirm=waits and actor.person_id not in (reset.requested_by_id, reset.person_id),
    )


def resettable_people(session: Session, actor: Actor) -> list[Person]:
    """Return those whose phone the actor may ask to reset, by name."""
    people = organisation.people_here(session, clock.today())
    return [person for person in people if person.id != actor.person_id and may_reset(session, actor, person.id)]
