"""Who could read a dossier, since when and why, and who opened what: for the secretariat."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs import reading
from agenda_docs.conditions import READS_FOR_A_UNIT
from agenda_docs.models import Bar, Because, Document, DocumentVersion, Grant, Matter, Reading
from ecabinet.access import Role
from ecabinet.organisation.models import Membership, Person, Position, Post, RoleAssignment, Unit


@dataclass(frozen=True)
class Reader:
    """One person's way to a dossier: `since` to `until` by one grant, through a member they read for or an agency."""

    person_id: int
    name: str
    because: Because
    document: str | None
    member: str | None
    unit: str | None
    since: datetime
    until: datetime | None
    is_barred: bool

    def stands(self, now: datetime) -> bool:
        """Say whether the way is open at this instant."""
        return not self.is_barred and self.since <= now and (self.until is None or self.until > now)


@dataclass(frozen=True)
class OpenedLine:
    """One person has opened one version."""

    person_id: int
    name: str
    title: str
    number: int
    first: datetime
    last: datetime
    times: int


@dataclass(frozen=True)
class BarLine:
    """One conflict of interest, standing or ended."""

    id: int
    person_id: int
    name: str
    why: str
    declared_by: str
    since: datetime
    until: datetime | None
    ended_by: str | None
    end_reason: str


@dataclass(frozen=True)
class _Holder:
    """A person behind a grant and the days on which they are: a seat, a post, a role."""

    person_id: int
    starts_on: date
    ends_on: date | None
    served_id: int | None = None  # the member they read for
    unit: str | None = None


def readers_of(session: Session, matter: Matter) -> list[Reader]:
    """Return everybody who can or could read the dossier, in order of time. Who held a post or a role is read from their own dates."""
    names = dict(session.execute(select(Person.id, Person.name)).all())
    barred = reading.barred_people(session, matter.id)
    titles = dict(session.execute(select(Document.id, Document.title).where(Document.matter_id == matter.id)).all())
    found = [
        _reader(given, holder, names, titles, barred)
        for given in session.scalars(select(Grant).where(Grant.matter_id == matter.id).order_by(Grant.id))
        for holder in _holders(session, matter, given)
    ]
    in_time = {reader for reader in found if reader.until is None or reader.until > reader.since}
    return sorted(in_time, key=lambda reader: (reader.since, reader.name, reader.person_id))


def _reader(
    given: Grant, holder: _Holder, names: Mapping[int, str], titles: Mapping[int, str], barred: set[int]
) -> Reader:
    return Reader(
        person_id=holder.person_id,
        name=names[holder.person_id],
        because=given.because,
        document=titles.get(given.document_id or 0),
        member=names[holder.served_id] if holder.served_id is not None else None,
        unit=holder.unit,
        since=max(given.starts_at, _begins(holder.starts_on)),
        until=_earlier(given.ends_at, _after(holder.ends_on)),
        is_barred=holder.person_id in barred or holder.served_id in barred,
    )


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _after(day: date | None) -> datetime | None:
    return None if day is None else _begins(day + timedelta(days=1))


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one or other
    return min(one, other)


def _holders(session: Session, matter: Matter, given: Grant) -> Iterator[_Holder]:
    if given.person_id is not None:
        yield _Holder(given.person_id, given.starts_at.date(), None)
    elif given.membership_id is not None:
        yield from _of_membership(session, given.membership_id)
    elif given.unit_id is not None:
        yield from _of_unit(session, matter, given)


def _of_membership(session: Session, membership_id: int) -> Iterator[_Holder]:
    seat = session.get_one(Membership, membership_id)
    yield _Holder(seat.person_id, seat.starts_on, seat.ends_on)
    offices = select(RoleAssignment).where(
        RoleAssignment.membership_id == membership_id,
        RoleAssignment.role == Role.OFFICE_READER,
        RoleAssignment.in_force.is_(True),
    )
    for office in session.scalars(offices.order_by(RoleAssignment.id)):
        yield _Holder(office.person_id, office.starts_on, office.ends_on, served_id=seat.person_id)


def _of_unit(session: Session, matter: Matter, given: Grant) -> Iterator[_Holder]:
    """Those with a post in the agency and a role in the body that reads for it; each for as long as both last."""
    roles = {Role.SECRETARY} if given.because is Because.SECRETARIAT else READS_FOR_A_UNIT
    rows = session.execute(
        select(Post, RoleAssignment, Unit.name)
        .join(Position, Position.id == Post.position_id)
        .join(Unit, Unit.id == Position.unit_id)
        .join(RoleAssignment, RoleAssignment.person_id == Post.person_id)
        .where(
            Position.unit_id == given.unit_id,
            RoleAssignment.body_id == matter.body_id,
            RoleAssignment.role.in_(roles),
            RoleAssignment.in_force.is_(True),
        )
        .order_by(Post.id, RoleAssignment.id)
    )
    for post, assignment, unit in rows:
        ends = [day for day in (post.ends_on, assignment.ends_on) if day is not None]
        yield _Holder(post.person_id, max(post.starts_on, assignment.starts_on), min(ends) if ends else None, unit=unit)


def opened_by(session: Session, matter_id: int) -> list[OpenedLine]:
    """Return who has opened which version of the dossier's documents, the latest first."""
    rows = session.execute(
        select(Reading, Person.name, Document.title, DocumentVersion.number)
        .join(Person, Person.id == Reading.person_id)
        .join(DocumentVersion, DocumentVersion.id == Reading.version_id)
        .join(Document, Document.id == DocumentVersion.document_id)
        .where(Document.matter_id == matter_id)
        .order_by(Reading.last_opened_at.desc(), Reading.id)
    )
    return [
        OpenedLine(
            receipt.person_id, name, title, number, receipt.first_opened_at, receipt.last_opened_at, receipt.times
        )
        for receipt, name, title, number in rows
    ]


def bars_of(session: Session, matter_id: int) -> list[BarLine]:
    """Return every conflict of interest of the dossier, ended ones too, in order of time."""
    names = dict(session.execute(select(Person.id, Person.name)).all())
    bars = session.scalars(select(Bar).where(Bar.matter_id == matter_id).order_by(Bar.starts_at, Bar.id))
    return [
        BarLine(
            id=bar.id,
            person_id=bar.person_id,
            name=names[bar.person_id],
            why=bar.why,
            declared_by=names.get(bar.declared_by_id, ""),
            since=bar.starts_at,
            until=bar.ends_at,
            ended_by=names.get(bar.ended_by_id or 0),
            end_reason=bar.end_reason,
        )
        for bar in bars
    ]
