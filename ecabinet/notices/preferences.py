"""How a person wants to be reached: the mobile number for text messages, one e-mail a day."""

from sqlalchemy.orm import Session

from ecabinet import audit
from ecabinet.access import Actor
from ecabinet.audit import Tag
from ecabinet.notices import rules
from ecabinet.organisation.models import Person


def prefer(session: Session, actor: Actor, *, phone: str, digest: bool) -> None:
    """Keep the actor's own mobile number, and whether e-mails are collected into one a day."""
    person = session.get_one(Person, actor.person_id)
    person.phone, person.digest = rules.mobile_number(phone), digest
    audit.record(session, actor, Tag.PERSON_CHANGED, person, phone=person.phone, digest=digest)
