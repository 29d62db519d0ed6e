"""What the pages about dossiers show: only what the actor may read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from agenda_docs import conditions
from agenda_docs.intake import Remark, Signature
from agenda_docs.models import Document, DocumentKind, DocumentVersion, Matter, MatterStep, Reading
from agenda_docs.rules import MatterState
from ecabinet import clock
from ecabinet.access import Actor
from ecabinet.organisation.models import Body, Person, Unit

ON_A_PAGE = 50


@dataclass(frozen=True)
class MatterLine:
    """A dossier in a list; `barred` where a conflict of interest leaves only its title."""

    id: int
    title: str
    state: MatterState
    unit: str
    body: str
    at: datetime
    zone: str
    barred: bool
    papers: int


@dataclass(frozen=True)
class MatterList:
    """One page of a list of dossiers."""

    lines: Sequence[MatterLine]
    page: int
    pages: int


@dataclass(frozen=True)
class ShelfPaper:
    """A version on the shelf of a page, with how far this reader is; `place` is None where they have not opened it."""

    document_id: int
    version_id: int
    number: int
    title: str
    kind: DocumentKind
    pages: int
    size: int
    restricted: bool
    confirmed: bool
    place: int | None
    uploaded_at: datetime
    remarks: Sequence[Remark]
    signatures: Sequence[Signature]


@dataclass(frozen=True)
class ShelfDocument:
    """A document of a dossier: what is read now, and the versions before it, newest first."""

    current: ShelfPaper
    earlier: Sequence[ShelfPaper]


@dataclass(frozen=True)
class StepLine:
    """One step of a submission and who took it."""

    state: MatterState
    remark: str
    person: str
    at: datetime


@dataclass(frozen=True)
class Facts:
    """Where a dossier belongs."""

    body: str
    zone: str
    unit: str
    lodger: str


def matters(session: Session, actor: Actor, *, state: MatterState | None = None, page: int = 1) -> MatterList:
    """Return the dossiers whose titles the actor may know, the newest first."""
    now = clock.now()
    wanted: list[ColumnElement[bool]] = [conditions.knows_matter(actor, now)]
    if state is not None:
        wanted.append(Matter.state == state)
    number = session.scalar(select(func.count()).select_from(Matter).where(*wanted)) or 0
    pages = max(1, -(-number // ON_A_PAGE))
    shown = min(max(page, 1), pages)
    rows = session.execute(
        select(Matter, Unit.name, Body.name, Body.zone, conditions.not_barred(actor, now), _papers(actor, now))
        .join(Unit, Unit.id == Matter.unit_id)
        .join(Body, Body.id == Matter.body_id)
        .where(*wanted)
        .order_by(Matter.created_at.desc(), Matter.id.desc())
        .limit(ON_A_PAGE)
        .offset((shown - 1) * ON_A_PAGE)
    ).all()
    lines = [
        MatterLine(
            id=matter.id,
            title=matter.title,
            state=matter.state,
            unit=unit,
            body=body,
            at=matter.created_at,
            zone=zone,
            barred=not is_open,
            papers=papers,
        )
        for matter, unit, body, zone, is_open, papers in rows
    ]
    return MatterList(lines, shown, pages)


def _papers(actor: Actor, now: datetime) -> ColumnElement[int]:
    """How many documents of the dossier the actor may read."""
    counted = (
        select(func.count(Document.id))
        .where(Document.matter_id == Matter.id, conditions.reads_document(actor, now))
        .correlate(Matter)
    )
    return counted.scalar_subquery()


def facts(session: Session, matter: Matter) -> Facts:
    """Return the names of the body and the people a dossier belongs to."""
    body = session.get_one(Body, matter.body_id)
    unit = session.get_one(Unit, matter.unit_id)
    lodger = session.get_one(Person, matter.created_by_id)
    return Facts(body.name, body.zone, unit.name, lodger.name)


def steps(session: Session, matter_id: int) -> list[StepLine]:
    """Return the steps of a submission in order; for those who keep the dossier."""
    rows = session.execute(
        select(MatterStep, Person.name)
        .join(Person, Person.id == MatterStep.person_id)
        .where(MatterStep.matter_id == matter_id)
        .order_by(MatterStep.id)
    )
    return [StepLine(step.state, step.remark, name, step.at) for step, name in rows]


def dossier(session: Session, actor: Actor, matter_id: int, *, with_unconfirmed: bool = False) -> list[ShelfDocument]:
    """Return the documents of a dossier that the actor may read; versions nobody has confirmed yet only for those who keep it."""
    wanted = [Document.matter_id == matter_id]
    if not with_unconfirmed:
        wanted.append(DocumentVersion.confirmed_at.is_not(None))
    versions: dict[int, list[ShelfPaper]] = {}
    for _matter_id, paper in _shelf(session, actor, wanted):
        versions.setdefault(paper.document_id, []).append(paper)
    return [ShelfDocument(newest_first[0], newest_first[1:]) for newest_first in versions.values()]


def papers(session: Session, actor: Actor, matter_ids: Iterable[int]) -> dict[int, list[ShelfPaper]]:
    """Return, by matter, the newest version of each document the actor may read, with how far they are."""
    wanted = [Document.matter_id.in_(list(matter_ids)), DocumentVersion.confirmed_at.is_not(None)]
    newest: dict[int, dict[int, ShelfPaper]] = {}
    for matter_id, paper in _shelf(session, actor, wanted):
        newest.setdefault(matter_id, {}).setdefault(paper.document_id, paper)
    return {matter_id: list(by_document.values()) for matter_id, by_document in newest.items()}


def papers_of_versions(session: Session, actor: Actor, version_ids: Iterable[int]) -> dict[int, ShelfPaper]:
    """Return those of these versions (frozen with an agenda or a question) that the actor may read, by version."""
    wanted = list(version_ids)
    found = _shelf(session, actor, [DocumentVersion.id.in_(wanted)]) if wanted else []
    return {paper.version_id: paper for _matter_id, paper in found}


def _shelf(session: Session, actor: Actor, wanted: Sequence[ColumnElement[bool]]) -> Iterable[tuple[int, ShelfPaper]]:
    rows = session.execute(
        select(Document, DocumentVersion, Reading.page)
        .join(Matter, Matter.id == Document.matter_id)
        .join(DocumentVersion, DocumentVersion.document_id == Document.id)
        .outerjoin(Reading, (Reading.version_id == DocumentVersion.id) & (Reading.person_id == actor.person_id))
        .where(conditions.reads_document(actor, clock.now()), *wanted)
        .order_by(Document.matter_id, Document.position, Document.id, DocumentVersion.number.desc())
    )
    return [(document.matter_id, _shelf_paper(document, version, place)) for document, version, place in rows]


def _shelf_paper(document: Document, version: DocumentVersion, place: int | None) -> ShelfPaper:
    return ShelfPaper(
        document_id=document.id,
        version_id=version.id,
        number=version.number,
        title=document.title,
        kind=document.kind,
        pages=version.pages,
        size=version.size,
        restricted=document.restricted,
        confirmed=version.confirmed_at is not None,
        place=place,
        uploaded_at=version.uploaded_at,
        remarks=[Remark.from_json(stored) for stored in version.reasons],
        signatures=[Signature.from_json(stored) for stored in version.signatures],
    )
