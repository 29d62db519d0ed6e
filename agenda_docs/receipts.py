"""The receipt that a person opened a paper, and the page they were on."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs import reading
from agenda_docs.models import Document, DocumentVersion, Matter, Reading
from ecabinet import audit, clock, pulse
from ecabinet.access import Actor
from ecabinet.audit import Tag
from ecabinet.database import after_commit


@dataclass(frozen=True)
class Opened:
    """A paper as its reader has it open."""

    version_id: int
    number: int
    title: str
    pages: int
    restricted: bool
    signed: bool
    matter_id: int
    body_id: int
    matter_title: str
    place: int
    at: datetime


def open_version(session: Session, actor: Actor, version_id: int) -> Opened:
    """Note that the actor opens a version they may read, and return it with the page they were on last."""
    version, document, matter = reading.version_for(session, actor, version_id)
    receipt = _receipt(session, actor, version.id)
    now = clock.now()
    if receipt is None:
        receipt = Reading(
            person_id=actor.person_id, version_id=version.id, first_opened_at=now, last_opened_at=now, times=0, page=1
        )
        session.add(receipt)
        stream, matter_id = f"matter:{matter.id}", matter.id
        after_commit(session, lambda: pulse.beat(stream, None, "opened", matter=matter_id))
    receipt.last_opened_at, receipt.times = now, receipt.times + 1
    audit.record(
        session, actor, Tag.DOCUMENT_OPENED, version, body_id=matter.body_id, matter_id=matter.id, number=version.number
    )
    return _as_opened(version, document, matter, receipt)


def was_opened(session: Session, actor: Actor, version_id: int) -> bool:
    """Say whether the actor has a receipt for a version."""
    return _receipt(session, actor, version_id) is not None


def keep_place(session: Session, actor: Actor, version_id: int, page: int) -> None:
    """Remember the page of an opened paper; a page it does not have is brought within it."""
    version, _document, _matter = reading.version_for(session, actor, version_id)
    receipt = _receipt(session, actor, version.id)
    if receipt is not None:
        receipt.page = min(max(page, 1), version.pages)


def _receipt(session: Session, actor: Actor, version_id: int) -> Reading | None:
    return session.scalar(select(Reading).where(Reading.person_id == actor.person_id, Reading.version_id == version_id))


def _as_opened(version: DocumentVersion, document: Document, matter: Matter, receipt: Reading) -> Opened:
    return Opened(
        version_id=version.id,
        number=version.number,
        title=document.title,
        pages=version.pages,
        restricted=document.restricted,
        signed=bool(version.signatures),
        matter_id=matter.id,
        body_id=matter.body_id,
        matter_title=matter.title,
        place=min(receipt.page, version.pages),
        at=receipt.last_opened_at,
    )
