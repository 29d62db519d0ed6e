"""The papers of a dossier: submitted, confirmed, held, removed; every version stays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from agenda_docs import keeping, reading, rules, search
from agenda_docs.models import Document, DocumentKind, DocumentVersion, Hold, Matter, PageText
from agenda_docs.rules import MatterState
from agenda_docs.upload import Examined
from ecabinet import audit, clock, news
from ecabinet.access import Actor, Permission
from ecabinet.audit import Tag
from ecabinet.blobs import Blob
from ecabinet.refusals import NotFound, Refused


@dataclass(frozen=True)
class Paper:
    """The newest version of a document that may be read, as an agenda or a question freezes it."""

    document_id: int
    version_id: int
    number: int
    title: str
    kind: DocumentKind
    pages: int
    restricted: bool
    served_sha256: str


def submit(
    session: Session,
    actor: Actor,
    matter_id: int,
    title: str,
    kind: DocumentKind,
    restricted: bool,  # noqa: FBT001 - the words of the form, in its order
    examined: Examined,
) -> DocumentVersion:
    """Add a document with its first version to a dossier. `examined` comes from `upload.take_in`, called before the transaction."""
    _kept(examined)
    matter = _editable(session, actor, matter_id)
    last = session.scalar(select(func.max(Document.position)).where(Document.matter_id == matter.id)) or 0
    document = Document(matter_id=matter.id, title=title, kind=kind, restricted=restricted, position=last + 1)
    session.add(document)
    session.flush()
    return _append(session, actor, matter, document, examined)


def submit_version(
    session: Session, actor: Actor, matter_id: int, document_id: int, examined: Examined
) -> DocumentVersion:
    """Add the next version of a document; the ones before stay as they are."""
    matter = _editable(session, actor, matter_id)
    return _append(session, actor, matter, _document_of(session, matter, document_id), examined)


def _append(session: Session, actor: Actor, matter: Matter, document: Document, examined: Examined) -> DocumentVersion:
    served, first_page = _kept(examined)
    last = session.scalar(select(func.max(DocumentVersion.number)).where(DocumentVersion.document_id == document.id))
    verdict = examined.verdict
    version = DocumentVersion(
        document_id=document.id,
        number=(last or 0) + 1,
        file_name=examined.file_name,
        original_sha256=examined.original.sha256,
        served_sha256=served.sha256,
        first_page_sha256=first_page.sha256,
        size=served.size,
        pages=verdict.pages,
        verdict=verdict.outcome.value,
        reasons=[remark.as_json() for remark in verdict.remarks],
        signatures=[signature.as_json() for signature in verdict.signatures],
        uploaded_by_id=actor.person_id,
        uploaded_at=clock.now(),
        confirmed_at=None if verdict.needs_confirmation else clock.now(),
    )
    session.add(version)
    session.flush()
    search.index_version(session, document, version, verdict.texts)
    _keep_texts(session, version, verdict.texts)
    audit.record(
        session,
        actor,
        Tag.DOCUMENT_SUBMITTED,
        version,
        body_id=matter.body_id,
        matter_id=matter.id,
        number=version.number,
        original_sha256=version.original_sha256,
        served_sha256=version.served_sha256,
    )
    _announce(session, matter)
    return version


def _keep_texts(session: Session, version: DocumentVersion, texts: Sequence[str]) -> None:
    """Keep the text of each page: the search forgets a version once there is a newer one, and the two are to be compared."""
    pages = ((number, search.keepable(text)) for number, text in enumerate(texts, start=1))
    session.add_all(PageText(version_id=version.id, page=number, text=text) for number, text in pages if text.strip())


def _kept(examined: Examined) -> tuple[Blob, Blob]:
    """The files that passed: what is served, and the picture of its first page. Raises the refusal of one that did not."""
    if examined.served is None or examined.first_page is None:
        raise examined.verdict.refusal()
    return examined.served, examined.first_page


def record_refusal(session: Session, actor: Actor, matter_id: int, examined: Examined) -> None:
    """Leave a row that a file was refused and why; nothing else of it is kept."""
    matter = keeping.editable_matter(session, actor, matter_id, Permission.SUBMIT_DOCUMENT)
    reasons = [remark.reason.name for remark in examined.verdict.remarks]
    audit.record(
        session, actor, Tag.DOCUMENT_REFUSED, matter, original_sha256=examined.original.sha256, reasons=reasons
    )


def confirm(session: Session, actor: Actor, version_id: int) -> DocumentVersion:
    """Say that somebody has looked at the pages of a file that intake changed, and that they are right."""
    version, _document, matter = reading.version_for(session, actor, version_id)
    _editable(session, actor, matter.id)
    if version.confirmed_at is None:
        version.confirmed_at = clock.now()
        audit.record(
            session, actor, Tag.DOCUMENT_SUBMITTED, version, body_id=matter.body_id, matter_id=matter.id, confirmed=True
        )
        _announce(session, matter)
    return version


def check_confirmed(session: Session, matter_id: int) -> None:
    """Refuse while a file that intake changed waits for somebody to look at its pages."""
    title = session.scalar(
        select(Document.title)
        .join(DocumentVersion, DocumentVersion.document_id == Document.id)
        .where(Document.matter_id == matter_id, Document.removed_at.is_(None), DocumentVersion.confirmed_at.is_(None))
        .order_by(Document.position)
    )
    if title is not None:
        raise Refused(rules.Reason.NOT_CONFIRMED, title=title)


def remove(session: Session, actor: Actor, matter_id: int, document_id: int) -> None:
    """Take a document out of its dossier, with all its versions; refuse while a question refers to one."""
    matter = _editable(session, actor, matter_id)
    document = _document_of(session, matter, document_id)
    held = select(Hold.id).join(DocumentVersion, DocumentVersion.id == Hold.version_id)
    if session.scalar(held.where(DocumentVersion.document_id == document.id)) is not None:
        raise Refused(rules.Reason.HELD)
    document.removed_at = clock.now()
    search.forget_document(session, document.id)
    audit.record(session, actor, Tag.DOCUMENT_REMOVED, document, body_id=matter.body_id, matter_id=matter.id)
    _announce(session, matter)


def hold(session: Session, version_id: int, why: str) -> None:
    """Keep a version from being removed, for as long as this reason lasts; the same reason again changes nothing."""
    known = select(Hold.id).where(Hold.version_id == version_id, Hold.why == why)
    if session.scalar(known) is None:
        session.add(Hold(version_id=version_id, why=why, since=clock.now()))
        session.flush()


def release(session: Session, version_id: int, why: str) -> None:
    """End one reason for which a version was held."""
    held = session.scalar(select(Hold).where(Hold.version_id == version_id, Hold.why == why))
    if held is not None:
        session.delete(held)


def is_held(session: Session, matter_id: int) -> bool:
    """Say whether any version of the matter's documents is held."""
    held = (
        select(Hold.id)
        .join(DocumentVersion, DocumentVersion.id == Hold.version_id)
        .join(Document, Document.id == DocumentVersion.document_id)
        .where(Document.matter_id == matter_id)
    )
    return session.scalar(held.limit(1)) is not None


def current_papers(session: Session, matter_ids: Iterable[int]) -> dict[int, list[Paper]]:
    """Return the newest confirmed version of each document, by matter, in the order of the dossier. It asks nobody's leave: what a page shows comes from `queries`."""
    newest = (
        select(DocumentVersion.document_id, func.max(DocumentVersion.number).label("number"))
        .where(DocumentVersion.confirmed_at.is_not(None))
        .group_by(DocumentVersion.document_id)
        .subquery()
    )
    rows = session.execute(
        select(Document, DocumentVersion)
        .join(DocumentVersion, DocumentVersion.document_id == Document.id)
        .join(newest, (newest.c.document_id == Document.id) & (newest.c.number == DocumentVersion.number))
        .where(Document.matter_id.in_(list(matter_ids)), Document.removed_at.is_(None))
        .order_by(Document.matter_id, Document.position, Document.id)
    ).all()
    papers: dict[int, list[Paper]] = {}
    for document, version in rows:
        papers.setdefault(document.matter_id, []).append(_as_paper(document, version))
    return papers


def _as_paper(document: Document, version: DocumentVersion) -> Paper:
    return Paper(
        document_id=document.id,
        version_id=version.id,
        number=version.number,
        title=document.title,
        kind=document.kind,
        pages=version.pages,
        restricted=document.restricted,
        served_sha256=version.served_sha256,
    )


def _editable(session: Session, actor: Actor, matter_id: int) -> Matter:
    keeping.lock(session, matter_id)
    return keeping.editable_matter(session, actor, matter_id, Permission.SUBMIT_DOCUMENT)


def _document_of(session: Session, matter: Matter, document_id: int) -> Document:
    document = session.get(Document, document_id)
    if document is None or document.removed_at is not None or document.matter_id != matter.id:
        raise NotFound
    return document


def _announce(session: Session, matter: Matter) -> None:
    """A draft concerns only its agency; from then on the body's pages are told that something changed."""
    if matter.state is not MatterState.DRAFT:
        news.announce(session, f"body:{matter.body_id}", "matter", matter=matter.id, state=matter.state.value)
