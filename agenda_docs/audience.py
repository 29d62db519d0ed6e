"""The people behind a grant or a bar, and telling their open pages that what they may read has changed."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs.models import Grant
from ecabinet import clock, news
from ecabinet.organisation.models import Membership, Position, Post, RoleAssignment
from ecabinet.organisation.queries import holds_on


def of_grants(session: Session, grants: Sequence[Grant]) -> set[int]:
    """Return everybody who reads by one of these grants: the holder, the member's office, those with a post in the agency."""
    people = {given.person_id for given in grants if given.person_id is not None}
    memberships = {given.membership_id for given in grants if given.membership_id is not None}
    units = {given.unit_id for given in grants if given.unit_id is not None}
    return people | of_memberships(session, memberships) | _of_units(session, units)


def of_memberships(session: Session, membership_ids: Iterable[int]) -> set[int]:
    """Return the members in these seats and those who read for them."""
    wanted = list(membership_ids)
    if not wanted:
        return set()
    members = session.scalars(select(Membership.person_id).where(Membership.id.in_(wanted)))
    offices = session.scalars(select(RoleAssignment.person_id).where(RoleAssignment.membership_id.in_(wanted)))
    return set(members) | set(offices)


def of_member(session: Session, person_id: int, body_id: int) -> set[int]:
    """Return this person and those who read for them in a body."""
    seats = session.scalars(
        select(Membership.id).where(Membership.person_id == person_id, Membership.body_id == body_id)
    )
    return {person_id} | of_memberships(session, seats)


def _of_units(session: Session, unit_ids: set[int]) -> set[int]:
    if not unit_ids:
        return set()
    today = clock.today()
    return set(
        session.scalars(
            select(Post.person_id)
            .join(Position, Position.id == Post.position_id)
            .where(Position.unit_id.in_(unit_ids), *holds_on(Post, today))
        )
    )


def is_member(session: Session, person_id: int, body_id: int) -> bool:
    """Say whether the person holds a seat in the body today."""
    today = clock.today()
    seat = select(Membership.id).where(
        Membership.person_id == person_id,
        Membership.body_id == body_id,
        *holds_on(Membership, today),
    )
    return session.scalar(seat) is not None


def announce_access(session: Session, person_ids: Iterable[int]) -> None:
    """Tell these people's pages, once in a transaction, that what they may read has changed."""
    told: set[int] = session.info.setdefault("told_of_access", set())
    for person_id in sorted(set(person_ids) - told):
        told.add(person_id)
        news.announce(session, f"person:{person_id}", "access")
