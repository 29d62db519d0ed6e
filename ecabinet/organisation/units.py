"""Units and the positions in them."""

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from ecabinet import audit, clock
from ecabinet.access import Actor, Permission
from ecabinet.audit import Tag
from ecabinet.organisation import rules
from ecabinet.organisation.models import Body, Person, Position, Post, RoleAssignment, Unit
from ecabinet.organisation.queries import here_on, holds_on
from ecabinet.organisation.rules import Reason
from ecabinet.refusals import Forbidden, NotFound, Refused


def unit_for(session: Session, actor: Actor, unit_id: int) -> Unit:
    """Return a unit that the actor may change."""
    if not actor.may(Permission.MANAGE_UNITS):
        raise Forbidden(Permission.MANAGE_UNITS)
    unit = session.get(Unit, unit_id)
    if unit is None:
        raise NotFound
    return unit


def add_unit(session: Session, actor: Actor, *, code: str, name: str, parent_id: int | None) -> Unit:
    """Add a unit below another one, or at the top."""
    if not actor.may(Permission.MANAGE_UNITS):
        raise Forbidden(Permission.MANAGE_UNITS)
    _check_code(session, code, but=None)
    if parent_id is not None:
        open_unit(session, parent_id)
    unit = Unit(code=code, name=name, parent_id=parent_id)
    session.add(unit)
    audit.record(session, actor, Tag.UNIT_CHANGED, unit, added=True, code=code, name=name, parent=parent_id)
    return unit


def change_unit(session: Session, actor: Actor, unit_id: int, *, code: str, name: str, parent_id: int | None) -> None:
    """Rename a unit or hang it elsewhere."""
    unit = unit_for(session, actor, unit_id)
    _check_code(session, code, but=unit_id)
    if parent_id is not None and parent_id != unit.parent_id:
        open_unit(session, parent_id)
    rules.check_may_be_placed(parents(session), unit_id, parent_id)
    before = {"code": unit.code, "name": unit.name, "parent": unit.parent_id}
    unit.code, unit.name, unit.parent_id = code, name, parent_id
    audit.record(session, actor, Tag.UNIT_CHANGED, unit, before=before, code=code, name=name, parent=parent_id)


def close_unit(session: Session, actor: Actor, unit_id: int) -> None:
    """Close a unit that nobody and nothing needs any more; it stays in the record."""
    unit = unit_for(session, actor, unit_id)
    today = clock.today()
    if unit.closed_on is not None:
        raise Refused(Reason.UNIT_CLOSED)
    holders = (
        select(Post.id)
        .join(Position, Position.id == Post.position_id)
        .join(Person, Person.id == Post.person_id)
        .where(here_on(today))
    )
    rules.check_may_close_unit(
        has_units=_any(session, select(Unit.id).where(Unit.parent_id == unit_id, Unit.closed_on.is_(None))),
        has_people=_any(
            session, holders.where(Position.unit_id == unit_id, Post.ends_on.is_(None) | (Post.ends_on >= today))
        ),
        serves_a_body=_any(session, select(Body.id).where(Body.unit_id == unit_id)),
    )
    unit.closed_on = today
    audit.record(session, actor, Tag.UNIT_CHANGED, unit, closed_on=today.isoformat())


def add_position(session: Session, actor: Actor, unit_id: int, title: str) -> Position:
    """Add a position to a unit; a unit administrator does so in the units they manage."""
    if unit_id not in managed_units(session, actor):
        raise NotFound
    unit = open_unit(session, unit_id)
    if _any(session, select(Position.id).where(Position.unit_id == unit_id, Position.title == title)):
        raise Refused(Reason.TITLE_TAKEN, title=title)
    position = Position(unit_id=unit.id, title=title)
    session.add(position)
    audit.record(session, actor, Tag.UNIT_CHANGED, unit, position=title)
    return position


def open_unit(session: Session, unit_id: int) -> Unit:
    """Return a unit that was chosen in a form; refuse one that is closed or none."""
    unit = session.get(Unit, unit_id)
    if unit is None:
        raise Refused(Reason.NO_SUCH_UNIT)
    if unit.closed_on is not None:
        raise Refused(Reason.UNIT_CLOSED)
    return unit


def parents(session: Session) -> dict[int, int | None]:
    """Return the unit above each unit."""
    return dict(session.execute(select(Unit.id, Unit.parent_id)).all())


def managed_units(session: Session, actor: Actor) -> frozenset[int]:
    """Return the units whose people the actor manages: all of them, or those at and below the ones they administer."""
    above = parents(session)
    if actor.may(Permission.MANAGE_UNITS):
        return frozenset(above)
    roots = session.scalars(
        select(RoleAssignment.unit_id).where(
            RoleAssignment.person_id == actor.person_id,
            RoleAssignment.unit_id.is_not(None),
            RoleAssignment.in_force.is_(True),
            RoleAssignment.body_id.in_(actor.bodies_where(Permission.MANAGE_PEOPLE)),
            *holds_on(RoleAssignment, clock.today()),
        )
    )
    return rules.below(above, [unit for unit in roots if unit is not None])


def _check_code(session: Session, code: str, *, but: int | None) -> None:
    taken = session.scalar(select(Unit.id).where(Unit.code == code))
    if taken is not None and taken != but:
        raise Refused(Reason.CODE_TAKEN, code=code)


def _any(session: Session, query: Select[int]) -> bool:
    return session.scalar(query.limit(1)) is not None
