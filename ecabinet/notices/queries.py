"""What became of the messages, for those who look after the people they were for: never more than the kind of each."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from ecabinet import clock
from ecabinet.access import Actor, Permission
from ecabinet.notices.models import Channel, Delivery, DeliveryState, Notice
from ecabinet.notices.sentences import Kind, kind_of
from ecabinet.organisation.models import Membership, Person, RoleAssignment
from ecabinet.refusals import Forbidden

TROUBLED = (DeliveryState.FAILED, DeliveryState.UNCERTAIN)
RECENT = timedelta(days=14)  # what failed longer ago is in the list, and calls nobody any more
A_PAGE = 50


@dataclass(frozen=True)
class Row:
    """One message in the list."""

    id: int
    person: str
    kind: Kind
    sentence: str
    notice_key: str
    channel: Channel
    collected: bool
    state: DeliveryState
    due_at: datetime
    changed_at: datetime
    attempts: int
    trouble: str | None

    @property
    def may_be_sent_again(self) -> bool:
        """Whether a person may have it sent again."""
        return self.state in TROUBLED


@dataclass(frozen=True)
class Page:
    """A page of the list, the newest first."""

    rows: list[Row]
    number: int
    pages: int


def may_see(actor: Actor) -> ColumnElement[bool]:
    """Return, over `Delivery`, that it was for somebody of a body in which the actor looks after deliveries."""
    bodies = actor.bodies_where(Permission.READ_DELIVERIES)
    seats = select(Membership.person_id).where(Membership.body_id.in_(bodies))
    roles = select(RoleAssignment.person_id).where(RoleAssignment.body_id.in_(bodies))
    return or_(Delivery.person_id.in_(seats), Delivery.person_id.in_(roles))


def listed(session: Session, actor: Actor, *, states: Collection[DeliveryState] = (), page: int = 1) -> Page:
    """Return a page of the deliveries that the actor looks after, in these states or in any."""
    if not actor.bodies_where(Permission.READ_DELIVERIES):
        raise Forbidden(Permission.READ_DELIVERIES)
    which = [may_see(actor), *([Delivery.state.in_(states)] if states else [])]
    count = session.scalar(select(func.count()).select_from(Delivery).where(*which)) or 0
    pages = max(1, -(-count // A_PAGE))
    number = min(max(1, page), pages)
    found = _rows().where(*which).order_by(Delivery.id.desc()).limit(A_PAGE).offset((number - 1) * A_PAGE)
    return Page(_read(session, found), number, pages)


def about(session: Session, actor: Actor, prefix: str) -> list[Row]:
    """Return the deliveries that the actor looks after of notices whose key begins so, the newest first."""
    found = _rows().where(may_see(actor), Notice.key.startswith(prefix, autoescape=True))
    return _read(session, found.order_by(Delivery.id.desc()))


def troubled_count(session: Session, actor: Actor) -> int:
    """Return how many messages failed, or may have, in the last fortnight, of those that the actor looks after."""
    if not actor.bodies_where(Permission.READ_DELIVERIES):
        return 0
    return (
        session.scalar(
            select(func.count())
            .select_from(Delivery)
            .where(Delivery.state.in_(TROUBLED), Delivery.changed_at > clock.now() - RECENT, may_see(actor))
        )
        or 0
    )


def _rows() -> Select[Delivery, str, str, str]:
    return (
        select(Delivery, Person.name, Notice.sentence, Notice.key)
        .join(Notice, Notice.id == Delivery.notice_id)
        .join(Person, Person.id == Delivery.person_id)
    )


def _read(session: Session, found: Select[Delivery, str, str, str]) -> list[Row]:
    return [
        Row(
            id=delivery.id,
            person=name,
            kind=kind_of(sentence),
            sentence=sentence,
            notice_key=key,
            channel=delivery.channel,
            collected=delivery.collected,
            state=delivery.state,
            due_at=delivery.due_at,
            changed_at=delivery.changed_at,
            attempts=delivery.attempts,
            trouble=delivery.trouble,
        )
        for delivery, name, sentence, key in session.execute(found)
    ]
