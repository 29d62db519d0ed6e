"""What failed or is uncertain, sent again by a person who looks after those it was for."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet import audit, clock
from ecabinet.access import Actor
from ecabinet.audit import Tag
from ecabinet.notices import queries
from ecabinet.notices.models import Channel, Delivery, DeliveryState
from ecabinet.notices.rules import Reason
from ecabinet.organisation.models import Person
from ecabinet.refusals import NotFound, Refused

SENT_AGAIN = (DeliveryState.FAILED, DeliveryState.UNCERTAIN)


def send_again(session: Session, actor: Actor, delivery_id: int) -> Delivery:
    """Have a message sent again, with all that goes out with it, to the address that the person has now.

    What surely failed goes out as a new message; what is uncertain keeps its mark, so that whoever has it already can tell.
    """
    known = session.scalar(select(Delivery).where(Delivery.id == delivery_id, queries.may_see(actor)).with_for_update())
    if known is None:
        raise NotFound
    if known.state not in SENT_AGAIN:
        raise Refused(Reason.NOTHING_TO_SEND)
    recipient = _address(session.get_one(Person, known.person_id), known.channel)
    now = clock.now()
    surely_failed = known.state is DeliveryState.FAILED
    for row in _same_message(session, known):
        row.renewed += surely_failed
        row.recipient, row.state, row.due_at, row.changed_at = recipient, DeliveryState.WAITING, now, now
        row.attempts, row.trouble = 0, None
    audit.record(session, actor, Tag.DELIVERY_SENT_AGAIN, known, person_id=known.person_id, channel=known.channel.value)
    return known


def _same_message(session: Session, known: Delivery) -> list[Delivery]:
    if known.parcel_id is None:
        return [known]
    return list(session.scalars(select(Delivery).where(Delivery.parcel_id == known.parcel_id).order_by(Delivery.id)))


def _address(person: Person, channel: Channel) -> str:
    recipient = person.email if channel is Channel.EMAIL else person.phone
    if not recipient:
        raise Refused(Reason.NO_ADDRESS)
    return recipient
