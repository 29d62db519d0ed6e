"""People and the posts they hold. A unit administrator manages those of their own units, and nobody else."""

from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ecabinet import audit, clock, news
from ecabinet.access import Actor, Permission
from ecabinet.audit import Tag
from ecabinet.organisation import dates, rules, units
from ecabinet.organisation.models import Designation, Membership, Person, Position, Post, RoleAssignment
from ecabinet.organisation.rules import Reason
from ecabinet.refusals import NotFound, Refused
from ecabinet.sign_in import sessions

ONE_DAY = timedelta(days=1)


def person_for(session: Session, actor: Actor, person_id: int) -> Person:
    """Return a person whom the actor manages; raise `NotFound` for all others."""
    person = session.get(Person, person_id)
    if person is None or not is_managed(session, actor, person_id):
        raise NotFound
    return person


def is_managed(session: Session, actor: Actor, person_id: int) -> bool:
    """Say whether every post of the person is in a unit that the actor manages."""
    if actor.may(Permission.MANAGE_UNITS):
        return True
    theirs = set(
        session.scalars(
            select(Position.unit_id)
            .join(Post, Post.position_id == Position.id)
            .where(Post.person_id == person_id, dates.not_over(Post, clock.today() - ONE_DAY))
        )
    )
    return bool(theirs) and theirs <= units.managed_units(session, actor)


def add_person(
    session: Session, actor: Actor, *, account: str, name: str, email: str | None, language: str, position_id: int
) -> Person:
    """Add a person with a first post; they get in by the reset code of two officials."""
    _check_account(session, account, but=None)
    position = _position_for(session, actor, position_id)
    person = Person(account=account.lower(), name=name, email=email, language=language)
    session.add(person)
    session.flush()
    session.add(Post(person_id=person.id, position_id=position.id, starts_on=clock.today()))
    audit.record(session, actor, Tag.PERSON_CHANGED, person, added=True, account=person.account, position=position.id)
    return person


def change_person(
    session: Session,
    actor: Actor,
    person_id: int,
    *,
    account: str,
    name: str,
    email: str | None,
    phone: str | None = None,
) -> None:
    """Change what a person is called, and where e-mails and text messages go."""
    person = person_for(session, actor, person_id)
    _check_account(session, account, but=person_id)
    before = _reached_as(person)
    person.account, person.name, person.email, person.phone = account.lower(), name, email, phone
    audit.record(session, actor, Tag.PERSON_CHANGED, person, before=before, after=_reached_as(person))


def depart(session: Session, actor: Actor, person_id: int, left_on: date) -> None:
    """Record the first day a person is gone: seats, posts and roles end the day before, and on that day every device is out."""
    person = person_for(session, actor, person_id)
    if person.left_on is not None and person.left_on <= clock.today():
        raise Refused(Reason.HAS_LEFT)
    if not actor.may(Permission.MANAGE_UNITS) and _has_seat(session, person_id):
        raise Refused(Reason.HAS_SEAT)
    rules.check_departure(left_on, clock.today())
    person.left_on = left_on
    _end_everything(session, person_id, left_on - ONE_DAY)
    if left_on <= clock.today():
        sessions.revoke_all(session, person_id)
    audit.record(session, actor, Tag.PERSON_CHANGED, person, left_on=left_on.isoformat())
    news.announce(session, f"person:{person_id}", "access")


def add_post(
    session: Session,
    actor: Actor,
    person_id: int,
    *,
    position_id: int,
    acting: bool,
    starts_on: date,
    ends_on: date | None,
) -> Post:
    """Give a person a post; nobody gives one to themselves, because papers are read through it."""
    rules.check_dates(starts_on, ends_on)
    rules.check_may_grant(granter_id=actor.person_id, person_id=person_id)
    person = person_for(session, actor, person_id)
    _check_here(person)
    position = _position_for(session, actor, position_id)
    same = (Post.person_id == person_id, Post.position_id == position_id)
    if dates.overlap(session, Post, (starts_on, ends_on), *same):
        raise Refused(Reason.HOLDS_POST_ALREADY)
    post = Post(person_id=person.id, position_id=position.id, acting=acting, starts_on=starts_on, ends_on=ends_on)
    session.add(post)
    audit.record(session, actor, Tag.POST_CHANGED, post, person=person.id, position=position.id, acting=acting)
    news.announce(session, f"person:{person_id}", "access")
    return post


def end_post(session: Session, actor: Actor, post_id: int, last_day: date) -> None:
    """End a post."""
    post = session.get(Post, post_id)
    if post is None:
        raise NotFound
    person_for(session, actor, post.person_id)
    dates.end(post, last_day)
    audit.record(session, actor, Tag.POST_CHANGED, post, person=post.person_id, ends_on=last_day.isoformat())
    news.announce(session, f"person:{post.person_id}", "access")


def present_person(session: Session, person_id: int) -> Person:
    """Return a person who was chosen in a form; refuse one who has left, or nobody."""
    person = session.get(Person, person_id)
    if person is None:
        raise Refused(Reason.NO_SUCH_PERSON)
    _check_here(person)
    return person


def _check_here(person: Person) -> None:
    if person.left_on is not None and person.left_on <= clock.today():
        raise Refused(Reason.HAS_LEFT)


def _check_account(session: Session, account: str, *, but: int | None) -> None:
    taken = session.scalar(select(Person.id).where(func.lower(Person.account) == account.lower()))
    if taken is not None and taken != but:
        raise Refused(Reason.ACCOUNT_TAKEN, account=account)


def _position_for(session: Session, actor: Actor, position_id: int) -> Position:
    position = session.get(Position, position_id)
    if position is None or position.unit_id not in units.managed_units(session, actor):
        raise Refused(Reason.NO_SUCH_POSITION)
    units.open_unit(session, position.unit_id)
    return position


def _reached_as(person: Person) -> dict[str, str | None]:
    return {"account": person.account, "name": person.name, "email": person.email, "phone": person.phone}


def _has_seat(session: Session, person_id: int) -> bool:
    seats = select(Membership.id).where(
        Membership.person_id == person_id, dates.not_over(Membership, clock.today() - ONE_DAY)
    )
    return session.scalar(seats.limit(1)) is not None


def _end_everything(session: Session, person_id: int, last_day: date) -> None:
    """End what the person holds; whoever left is on no list of members from then on, whatever its rows say."""
    designations = select(Designation).join(Membership, Membership.id == Designation.membership_id)
    rows: list[dates.Dated] = [
        *session.scalars(select(Post).where(Post.person_id == person_id, dates.not_over(Post, last_day))),
        *session.scalars(
            select(RoleAssignment).where(
                RoleAssignment.person_id == person_id, dates.not_over(RoleAssignment, last_day)
            )
        ),
        *session.scalars(designations.where(Membership.person_id == person_id, dates.not_over(Designation, last_day))),
        *session.scalars(
            select(Membership).where(Membership.person_id == person_id, dates.not_over(Membership, last_day))
        ),
    ]
    for row in rows:
        dates.cut(row, last_day)
