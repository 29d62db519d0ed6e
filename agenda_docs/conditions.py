"""Who may read, as SQL conditions: standing grants minus bars. Every finder, list and search uses these and nothing else."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from agenda_docs.models import Bar, Because, Document, Grant, Matter
from ecabinet import clock
from ecabinet.access import Actor, Permission, Role
from ecabinet.organisation.models import Membership
from ecabinet.organisation.queries import holds_on

# Who reads for an agency in which they hold a post; a minister's office and guests read only what is given to the member or to them.
READS_FOR_A_UNIT = frozenset({Role.OFFICER, Role.SECRETARY, Role.MEMBER, Role.CHAIR})


def stands(table: type[Grant] | type[Bar], now: datetime) -> ColumnElement[bool]:
    """Return that a dated grant or bar is in force at this instant."""
    return and_(table.starts_at <= now, or_(table.ends_at.is_(None), table.ends_at > now))


def knows_matter(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """Return, over `Matter`, that the actor has a standing grant there, barred or not: they may know its title."""
    if actor.is_system:
        return true()
    granted = select(Grant.id).where(
        Grant.matter_id == Matter.id, stands(Grant, now), _held(actor, now, of_office=true())
    )
    return and_(_role_reads(actor), granted.correlate(Matter).exists())


def reads_matter(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """Return, over `Matter`, that the actor may read it."""
    return and_(knows_matter(actor, now), not_barred(actor, now))


def reads_document(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """Return, over `Document` joined to `Matter`, that the actor may read every byte of it."""
    here = Document.removed_at.is_(None)
    if actor.is_system:
        return here
    granted = select(Grant.id).where(
        Grant.matter_id == Document.matter_id,
        or_(Grant.document_id.is_(None), Grant.document_id == Document.id),
        stands(Grant, now),
        _held(actor, now, of_office=Document.restricted.is_(False)),
    )
    return and_(here, _role_reads(actor), granted.correlate(Matter, Document).exists(), not_barred(actor, now))


def not_barred(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """Return, over `Matter`, that no bar keeps the actor out."""
    bar = select(Bar.id).where(Bar.matter_id == Matter.id, Bar.person_id == actor.person_id, stands(Bar, now))
    return ~bar.correlate(Matter).exists()


def _role_reads(actor: Actor) -> ColumnElement[bool]:
    """A grant alone opens nothing: the person still needs a role that reads in the matter's body."""
    return Matter.body_id.in_(actor.bodies_where(Permission.READ_MATTER))


def _held(actor: Actor, now: datetime, *, of_office: ColumnElement[bool]) -> ColumnElement[bool]:
    """The grant is the actor's own, their agency's, or (where `of_office` holds) that of the member they read for."""
    return or_(
        Grant.person_id == actor.person_id,
        Grant.membership_id.in_(list(actor.memberships.values())),
        _held_by_unit(actor),
        and_(of_office, _held_by_member_served(actor, now)),
    )


def _held_by_unit(actor: Actor) -> ColumnElement[bool]:
    if not actor.units:
        return false()
    reading = [body for body, roles in actor.roles.items() if roles & READS_FOR_A_UNIT]
    serving = [body for body, roles in actor.roles.items() if Role.SECRETARY in roles]
    return and_(
        Grant.unit_id.in_(actor.units),
        or_(
            and_(Grant.because != Because.SECRETARIAT, Matter.body_id.in_(reading)),
            and_(Grant.because == Because.SECRETARIAT, Matter.body_id.in_(serving)),
        ),
    )


def _held_by_member_served(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """A member's office reads while the seat lasts and the member is not barred: a bar also stops those who read for them."""
    if not actor.offices:
        return false()
    today = clock.today()
    barred = select(Bar.id).where(
        Bar.matter_id == Grant.matter_id, Bar.person_id == Membership.person_id, stands(Bar, now)
    )
    seat = select(Membership.id).where(
        Membership.id == Grant.membership_id,
        *holds_on(Membership, today),
        ~barred.correlate(Grant, Membership).exists(),
    )
    return and_(Grant.membership_id.in_(actor.offices), seat.correlate(Grant).exists())
