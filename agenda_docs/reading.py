"""Who may read: the finders that check it, the grants that give it, and the bars that beat every grant."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs import audience, conditions
from agenda_docs.models import Bar, Because, Document, DocumentVersion, Grant, Matter
from ecabinet import audit, clock
from ecabinet.access import Actor, Permission
from ecabinet.audit import Tag
from ecabinet.refusals import NotFound


def readable_matter_ids(session: Session, actor: Actor) -> set[int]:
    """Return every matter whose dossier the actor may read now."""
    return set(session.scalars(select(Matter.id).where(conditions.reads_matter(actor, clock.now()))))


def readable_among(session: Session, actor: Actor, matter_ids: Collection[int]) -> set[int]:
    """Return those of these matters whose dossier the actor may read now."""
    if not matter_ids:
        return set()
    readable = conditions.reads_matter(actor, clock.now())
    return set(session.scalars(select(Matter.id).where(Matter.id.in_(matter_ids), readable)))


def may_read(session: Session, actor: Actor, matter_id: int) -> bool:
    """Say whether the actor may read this matter's dossier now."""
    readable = conditions.reads_matter(actor, clock.now())
    return session.scalar(select(Matter.id).where(Matter.id == matter_id, readable)) is not None


def matter_for(session: Session, actor: Actor, matter_id: int, permission: Permission) -> Matter:
    """Return a matter the actor may read and act on; raise `NotFound` when they may not read it, `Forbidden` when the role lacks the permission."""
    readable = conditions.reads_matter(actor, clock.now())
    return _permitted(session.scalar(select(Matter).where(Matter.id == matter_id, readable)), actor, permission)


def known_matter_for(session: Session, actor: Actor, matter_id: int, permission: Permission) -> Matter:
    """Return a matter of which the actor may know the title, even where a conflict of interest bars its papers; raise as `matter_for`."""
    known = conditions.knows_matter(actor, clock.now())
    return _permitted(session.scalar(select(Matter).where(Matter.id == matter_id, known)), actor, permission)


def _permitted(matter: Matter | None, actor: Actor, permission: Permission) -> Matter:
    if matter is None:
        raise NotFound
    actor.must(permission, matter.body_id)
    return matter


def version_for(session: Session, actor: Actor, version_id: int) -> tuple[DocumentVersion, Document, Matter]:
    """Return a version the actor may read, old or new, with its document and matter; raise `NotFound` otherwise. The only way to a paper's bytes."""
    found = session.execute(
        select(DocumentVersion, Document, Matter)
        .join(Document, Document.id == DocumentVersion.document_id)
        .join(Matter, Matter.id == Document.matter_id)
        .where(DocumentVersion.id == version_id, conditions.reads_document(actor, clock.now()))
    ).first()
    if found is None:
        raise NotFound
    version, document, matter = found
    actor.must(Permission.READ_DOCUMENT, matter.body_id)
    if version.confirmed_at is None and not actor.may(Permission.SUBMIT_DOCUMENT, matter.body_id):
        raise NotFound  # nobody has looked at what intake changed in it
    return version, document, matter


def grant(  # noqa: PLR0913 - one holder of three kinds, a reason and a time
    session: Session,
    actor: Actor,
    matter_id: int,
    *,
    because: Because,
    because_id: int,
    membership_id: int | None = None,
    unit_id: int | None = None,
    person_id: int | None = None,
    document_id: int | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Grant:
    """Let exactly one holder read a matter, or one of its documents, for one reason; the same grant again changes only its end."""
    now = clock.now()
    holder = {"membership_id": membership_id, "unit_id": unit_id, "person_id": person_id, "document_id": document_id}
    known = session.scalar(
        select(Grant).where(
            Grant.matter_id == matter_id,
            Grant.because == because,
            Grant.because_id == because_id,
            Grant.ends_at.is_(None) | (Grant.ends_at > now),
            *(
                getattr(Grant, name).is_(value) if value is None else getattr(Grant, name) == value
                for name, value in holder.items()
            ),
        )
    )
    if known is not None and known.ends_at == ends_at:
        return known
    given = known or Grant(
        matter_id=matter_id, because=because, because_id=because_id, starts_at=starts_at or now, **holder
    )
    given.ends_at = ends_at
    session.add(given)
    audit.record(session, actor, Tag.GRANT_GIVEN, given, body_id=_body_of(session, matter_id), **_details(given))
    audience.announce_access(session, audience.of_grants(session, [given]))
    return given


def grant_to_members(
    session: Session,
    actor: Actor,
    matter_id: int,
    membership_ids: Collection[int],
    *,
    because: Because,
    because_id: int,
) -> None:
    """Let many members read a matter for one reason: as `grant` for each, in a few statements and one audit row."""
    now = clock.now()
    known = set(
        session.scalars(
            select(Grant.membership_id).where(
                Grant.matter_id == matter_id,
                Grant.document_id.is_(None),
                Grant.because == because,
                Grant.because_id == because_id,
                Grant.ends_at.is_(None) | (Grant.ends_at > now),
            )
        )
    )
    given = [
        Grant(matter_id=matter_id, because=because, because_id=because_id, starts_at=now, membership_id=membership_id)
        for membership_id in membership_ids
        if membership_id not in known
    ]
    if not given:
        return
    session.add_all(given)
    matter = session.get_one(Matter, matter_id)
    holders = [one.membership_id for one in given]
    audit.record(
        session, actor, Tag.GRANT_GIVEN, matter, because=because.value, because_id=because_id, membership_ids=holders
    )
    audience.announce_access(session, audience.of_grants(session, given))


def end_grants(
    session: Session,
    actor: Actor,
    *,
    because: Because,
    because_id: int,
    matter_id: int | None = None,
    person_id: int | None = None,
    membership_id: int | None = None,
) -> int:
    """End now every standing grant of this reason (and, where named, of this matter or holder); return how many. Other reasons stay."""
    now = clock.now()
    narrowed = {Grant.matter_id: matter_id, Grant.person_id: person_id, Grant.membership_id: membership_id}
    ended = session.scalars(
        select(Grant).where(
            Grant.because == because,
            Grant.because_id == because_id,
            Grant.ends_at.is_(None) | (Grant.ends_at > now),
            *(column == value for column, value in narrowed.items() if value is not None),
        )
    ).all()
    for one in ended:
        one.ends_at = now
        audit.record(session, actor, Tag.GRANT_ENDED, one, body_id=_body_of(session, one.matter_id), **_details(one))
    audience.announce_access(session, audience.of_grants(session, ended))
    return len(ended)


def _details(given: Grant) -> dict[str, object]:
    return {
        "matter_id": given.matter_id,
        "because": given.because.value,
        "because_id": given.because_id,
        "membership_id": given.membership_id,
        "unit_id": given.unit_id,
        "person_id": given.person_id,
        "document_id": given.document_id,
    }


def _body_of(session: Session, matter_id: int) -> int:
    return session.get_one(Matter, matter_id).body_id


def barred_people(session: Session, matter_id: int) -> set[int]:
    """Return who is kept out of this matter by a conflict of interest now."""
    return barred_from(session, [matter_id]).get(matter_id, set())


def barred_from(session: Session, matter_ids: Iterable[int]) -> dict[int, set[int]]:
    """Return, for many matters at once, who is kept out of each by a conflict of interest now."""
    barred: dict[int, set[int]] = {}
    standing = conditions.stands(Bar, clock.now())
    rows = session.execute(select(Bar.matter_id, Bar.person_id).where(Bar.matter_id.in_(list(matter_ids)), standing))
    for matter_id, person_id in rows:
        barred.setdefault(matter_id, set()).add(person_id)
    return barred
