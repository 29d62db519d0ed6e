"""Telling one person something: the notice at once, the messages about it into the outbox, all in one transaction."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from ecabinet import clock, news
from ecabinet.access import Role
from ecabinet.notices import rules
from ecabinet.notices.models import Channel, Delivery, Notice
from ecabinet.notices.rules import Quiet
from ecabinet.notices.sentences import AT_ONCE, Sentence
from ecabinet.organisation.models import Body, Membership, Person, RoleAssignment
from ecabinet.organisation.queries import here_on, holds_on


def tell(
    session: Session,
    person_id: int,
    sentence: Sentence,
    *,
    key: str,
    address: str,
    body_id: int | None = None,
    urgent: bool = False,
    **values: str,
) -> None:
    """Leave a notice in this transaction, once for a key; with an e-mail where the person has an address.

    `address` is the page it leads to. `body_id` says by whose quiet hours the messages wait; without it, by those of the person's bodies.
    `urgent`: by SMS too, and never held back for the message of the day.
    """
    if session.scalar(select(Notice.id).where(Notice.person_id == person_id, Notice.key == key)) is not None:
        return
    now = clock.now()
    notice = Notice(person_id=person_id, key=key, sentence=sentence.name, values=values, address=address, at=now)
    session.add(notice)
    session.flush()
    news.announce(session, f"person:{person_id}", "notice")
    person = session.get_one(Person, person_id)
    if person.left_on is None or person.left_on > clock.today():
        bodies = [] if sentence in AT_ONCE else _bodies(session, person_id, body_id)
        collected = person.digest and not urgent and sentence not in AT_ONCE
        _put_into_the_outbox(session, notice, person, bodies, collected=collected, urgent=urgent)


def tell_office(
    session: Session,
    membership_id: int,
    sentence: Sentence,
    *,
    key: str,
    address: str,
    but: Collection[int] = (),
    urgent: bool = False,
    **values: str,
) -> list[int]:
    """Tell those who read for a member, except some; return whom."""
    body_id = session.get_one(Membership, membership_id).body_id
    told = [person_id for person_id in office_of(session, membership_id) if person_id not in but]
    for person_id in told:
        tell(session, person_id, sentence, key=key, address=address, body_id=body_id, urgent=urgent, **values)
    return told


def office_of(session: Session, membership_id: int) -> list[int]:
    """Return the people who read for a member today."""
    today = clock.today()
    return list(
        session.scalars(
            select(RoleAssignment.person_id)
            .join(Person, Person.id == RoleAssignment.person_id)
            .where(
                RoleAssignment.role == Role.OFFICE_READER,
                RoleAssignment.membership_id == membership_id,
                RoleAssignment.in_force.is_(True),
                *holds_on(RoleAssignment, today),
                here_on(today),
            )
            .distinct()
            .order_by(RoleAssignment.person_id)
        )
    )


def unread_count(session: Session, person_id: int) -> int:
    """Return how many notices the person has not read."""
    return (
        session.scalar(
            select(func.count()).select_from(Notice).where(Notice.person_id == person_id, Notice.read_at.is_(None))
        )
        or 0
    )


def latest(session: Session, person_id: int, at_most: int = 50) -> list[Notice]:
    """Return the person's notices, newest first."""
    return list(
        session.scalars(select(Notice).where(Notice.person_id == person_id).order_by(Notice.id.desc()).limit(at_most))
    )


def mark_read(session: Session, person_id: int) -> None:
    """Mark all notices of the person as read."""
    session.execute(
        update(Notice).where(Notice.person_id == person_id, Notice.read_at.is_(None)).values(read_at=clock.now())
    )


def _put_into_the_outbox(
    session: Session, notice: Notice, person: Person, bodies: list[Body], *, collected: bool, urgent: bool
) -> None:
    quiet = [Quiet(body.quiet_from, body.quiet_until, body.zone) for body in bodies]
    due = rules.after_quiet(notice.at, quiet)
    if person.email:
        zone = bodies[0].zone if bodies else clock.HOME_ZONE
        at = rules.day_message_at(notice.at, zone, quiet) if collected else due
        session.add(_delivery(notice, person, Channel.EMAIL, person.email, collected=collected, due_at=at))
    if urgent and person.phone:
        session.add(_delivery(notice, person, Channel.SMS, person.phone, collected=False, due_at=due))


def _delivery(
    notice: Notice, person: Person, channel: Channel, recipient: str, *, collected: bool, due_at: datetime
) -> Delivery:
    return Delivery(
        notice_id=notice.id,
        person_id=person.id,
        channel=channel,
        recipient=recipient,
        language=person.language,
        collected=collected,
        asked_at=notice.at,
        due_at=due_at,
        changed_at=notice.at,
    )


def _bodies(session: Session, person_id: int, body_id: int | None) -> list[Body]:
    """The body that tells, or those in which the person has a seat or a role today."""
    if body_id is not None:
        return [session.get_one(Body, body_id)]
    today = clock.today()
    seats = select(Membership.body_id).where(Membership.person_id == person_id, *holds_on(Membership, today))
    roles = select(RoleAssignment.body_id).where(
        RoleAssignment.person_id == person_id, RoleAssignment.in_force.is_(True), *holds_on(RoleAssignment, today)
    )
    return list(session.scalars(select(Body).where(Body.id.in_(seats.union(roles))).order_by(Body.id)))
