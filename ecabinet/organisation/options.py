"""What forms of the organisation offer to choose from: ids with names."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet import clock
from ecabinet.organisation import shown
from ecabinet.organisation.models import Body, Person, Position, Unit, WorkingCalendar
from ecabinet.organisation.queries import here_on

Option = tuple[int, str]


def units(session: Session) -> list[Option]:
    """Return the open units to choose from, by name."""
    found = session.execute(select(Unit.id, Unit.name).where(Unit.closed_on.is_(None)).order_by(Unit.name, Unit.id))
    return list(found)


def positions(session: Session, unit_ids: frozenset[int]) -> list[Option]:
    """Return the positions of these units to choose from, each with its unit's name."""
    found = session.execute(
        select(Position.id, Position.title, Unit.name)
        .join(Unit, Unit.id == Position.unit_id)
        .where(Unit.id.in_(unit_ids), Unit.closed_on.is_(None))
        .order_by(Unit.name, Position.title)
    )
    return [(ident, f"{title} · {unit}") for ident, title, unit in found]


def people(session: Session) -> list[Option]:
    """Return those who have not left to choose from, by name."""
    found = session.execute(
        select(Person.id, Person.name).where(here_on(clock.today())).order_by(Person.name, Person.id)
    )
    return list(found)


def calendars(session: Session) -> list[Option]:
    """Return the working calendars to choose from."""
    return list(session.execute(select(WorkingCalendar.id, WorkingCalendar.name).order_by(WorkingCalendar.name)).all())


def seats(session: Session, body: Body) -> list[Option]:
    """Return the seats in force or still to begin, to choose a member from."""
    return [(seat.id, seat.person) for seat in shown.seats(session, body) if not seat.is_over]
