"""What pages ask about advice: what was said on a dossier, what is missing of it, and what an agency is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from agenda_docs import conditions, documents, folding, keeping, queries, reading
from agenda_docs.advice.models import Advice, AdviceRequest
from agenda_docs.advice.rules import AdviceKind, RequestState
from agenda_docs.models import Document, DocumentVersion, Matter
from agenda_docs.queries import ShelfPaper
from agenda_docs.rules import MatterState
from ecabinet import clock
from ecabinet.access import Actor, Permission
from ecabinet.organisation.models import Body, Person, Unit
from ecabinet.refusals import NotFound

ON_A_PAGE = 50


@dataclass(frozen=True)
class Given:
    """One version of an advice."""

    number: int
    kind: AdviceKind
    text: str
    by: str
    at: datetime
    outdated: tuple[
        tuple[str, int], ...
    ] = ()  # papers with a newer version since: title, and the number it was given on


@dataclass(frozen=True)
class Request:
    """A request for advice as those who read the dossier see it."""

    id: int
    matter_id: int
    title: str
    unit_id: int
    unit: str
    what: str
    state: RequestState
    asked_by: str
    asked_at: datetime
    due_at: datetime
    zone: str
    extension_reason: str
    end_reason: str
    versions: tuple[Given, ...]  # the newest first

    @property
    def stands(self) -> Given | None:
        """The advice that stands."""
        return self.versions[0] if self.versions else None


@dataclass(frozen=True)
class Readiness:
    """Whether a dossier is ready to be put to the members, and what it lacks."""

    state: MatterState
    papers: int
    unconfirmed: int
    requests: tuple[Request, ...]

    @property
    def waiting(self) -> tuple[Request, ...]:
        """The advice that may still come."""
        return tuple(each for each in self.requests if each.state is RequestState.ASKED)

    @property
    def is_ready(self) -> bool:
        """Whether nothing is missing."""
        return self.state is MatterState.ACCEPTED and self.papers > 0 and not self.unconfirmed and not self.waiting


@dataclass(frozen=True)
class AskedLine:
    """A request in the list of the agency that was asked."""

    id: int
    title: str
    unit: str
    in_charge: str
    state: RequestState
    due_at: datetime
    zone: str


@dataclass(frozen=True)
class AskedList:
    """One page of what was asked of the reader's agencies."""

    lines: Sequence[AskedLine]
    page: int
    pages: int
    waiting: int


def requests_of(session: Session, actor: Actor, matter_id: int) -> tuple[Request, ...]:
    """Return the requests on a dossier that the actor may read, in the order they were made."""
    readable = conditions.reads_matter(actor, clock.now())
    wanted = _requests().where(AdviceRequest.matter_id == matter_id, readable).order_by(AdviceRequest.id)
    return _with_versions(session, actor, session.execute(wanted).all())


def request_for(session: Session, actor: Actor, request_id: int) -> Request:
    """Return one request; raise `NotFound` where the actor may not read its dossier."""
    readable = conditions.reads_matter(actor, clock.now())
    found = session.execute(_requests().where(AdviceRequest.id == request_id, readable)).all()
    if not found:
        raise NotFound
    request = _with_versions(session, actor, found)[0]
    if request.state is RequestState.WITHDRAWN and not _keeps(session, actor, request.matter_id):
        raise NotFound  # why it was taken back is between those who keep the dossier
    return request


def readiness(session: Session, actor: Actor, matter_id: int) -> Readiness:
    """Return what a dossier the actor may read has and lacks; files nobody has confirmed only for those who keep it."""
    matter = reading.matter_for(session, actor, matter_id, Permission.READ_MATTER)
    current = documents.current_papers(session, [matter.id]).get(matter.id, [])
    return Readiness(
        state=matter.state,
        papers=len(current),
        unconfirmed=_unconfirmed(session, matter.id) if keeping.is_keeper(actor, matter) else 0,
        requests=tuple(
            each for each in requests_of(session, actor, matter.id) if each.state is not RequestState.WITHDRAWN
        ),
    )


def asked_of(
    session: Session, actor: Actor, *, search: str = "", waiting_only: bool = False, page: int = 1
) -> AskedList:
    """Return what the actor's agencies are asked, what waits first and of that the most urgent."""
    wanted = _asked_of(actor)
    if waiting_only:
        wanted.append(AdviceRequest.state == RequestState.ASKED)
    found = session.execute(
        select(AdviceRequest, Matter.title, Unit.name, Body.zone, _in_charge())
        .join(Matter, Matter.id == AdviceRequest.matter_id)
        .join(Unit, Unit.id == AdviceRequest.unit_id)
        .join(Body, Body.id == Matter.body_id)
        .where(*wanted)
        .order_by(AdviceRequest.state != RequestState.ASKED, AdviceRequest.due_at, AdviceRequest.id)
    ).all()
    folded = folding.fold(search)
    lines = [
        AskedLine(request.id, title, unit, in_charge, request.state, request.due_at, zone)
        for request, title, unit, zone, in_charge in found
        if folded in folding.fold(title)
    ]
    pages = max(1, -(-len(lines) // ON_A_PAGE))
    shown = min(max(page, 1), pages)
    return AskedList(
        lines[(shown - 1) * ON_A_PAGE : shown * ON_A_PAGE],
        shown,
        pages,
        sum(line.state is RequestState.ASKED for line in lines),
    )


def to_give(session: Session, actor: Actor) -> int:
    """Return how many advices wait for the actor's agencies."""
    if not actor.may(Permission.GIVE_ADVICE):
        return 0
    waiting = select(func.count()).select_from(AdviceRequest).join(Matter, Matter.id == AdviceRequest.matter_id)
    return session.scalar(waiting.where(*_asked_of(actor), AdviceRequest.state == RequestState.ASKED)) or 0


def units_to_ask(session: Session, matter: Matter) -> list[tuple[int, str]]:
    """Return the agencies that may still be asked about a dossier, by name."""
    asked = select(AdviceRequest.unit_id).where(
        AdviceRequest.matter_id == matter.id, AdviceRequest.state != RequestState.WITHDRAWN
    )
    found = session.execute(
        select(Unit.id, Unit.name)
        .where(Unit.closed_on.is_(None), Unit.id != matter.unit_id, Unit.id.not_in(asked))
        .order_by(Unit.name, Unit.id)
    )
    return list(found)


def papers_of(session: Session, actor: Actor, matter_id: int) -> Sequence[ShelfPaper]:
    """Return the papers of a dossier that the actor may read, as they stand now."""
    return queries.papers(session, actor, [matter_id]).get(matter_id, [])


def may_manage(session: Session, actor: Actor, matter_id: int) -> bool:
    """Say whether the actor may ask for advice on this dossier, give more time for it and take requests back."""
    is_withdrawn = session.get_one(Matter, matter_id).state is MatterState.WITHDRAWN
    return _keeps(session, actor, matter_id) and not is_withdrawn


def may_give(actor: Actor, request: Request) -> bool:
    """Say whether the actor is of the agency that was asked, and it may still answer."""
    answerable = request.state in (RequestState.ASKED, RequestState.GIVEN) and clock.now() <= request.due_at
    return answerable and request.unit_id in actor.units and actor.may(Permission.GIVE_ADVICE)


def _keeps(session: Session, actor: Actor, matter_id: int) -> bool:
    matter = session.get_one(Matter, matter_id)
    return actor.may(Permission.ASK_ADVICE, matter.body_id) and keeping.is_keeper(actor, matter)


def _asked_of(actor: Actor) -> list[ColumnElement[bool]]:
    """What the actor's agencies are asked in bodies where the actor may advise, on dossiers they may read."""
    return [
        AdviceRequest.unit_id.in_(actor.units),
        AdviceRequest.state != RequestState.WITHDRAWN,
        Matter.body_id.in_(actor.bodies_where(Permission.GIVE_ADVICE)),
        conditions.reads_matter(actor, clock.now()),
    ]


def _in_charge() -> ColumnElement[str]:
    return select(Unit.name).where(Unit.id == Matter.unit_id).correlate(Matter).scalar_subquery()


def _requests() -> Select[AdviceRequest, str, str, str, str]:
    return (
        select(AdviceRequest, Matter.title, Unit.name, Person.name, Body.zone)
        .join(Matter, Matter.id == AdviceRequest.matter_id)
        .join(Body, Body.id == Matter.body_id)
        .join(Unit, Unit.id == AdviceRequest.unit_id)
        .join(Person, Person.id == AdviceRequest.asked_by_id)
    )


def _with_versions(
    session: Session, actor: Actor, found: Sequence[Row[AdviceRequest, str, str, str, str]]
) -> tuple[Request, ...]:
    versions = _versions(session, actor, [row[0] for row in found])
    return tuple(
        Request(
            id=request.id,
            matter_id=request.matter_id,
            title=title,
            unit_id=request.unit_id,
            unit=unit,
            what=request.what,
            state=request.state,
            asked_by=asked_by,
            asked_at=request.asked_at,
            due_at=request.due_at,
            zone=zone,
            extension_reason=request.extension_reason,
            end_reason=request.end_reason,
            versions=tuple(versions.get(request.id, ())),
        )
        for request, title, unit, asked_by, zone in found
    )


def _versions(session: Session, actor: Actor, requests: Sequence[AdviceRequest]) -> dict[int, list[Given]]:
    """The versions of each advice, the newest first, with what has changed since in those of its papers that the actor may read."""
    rows = session.execute(
        select(Advice, Person.name)
        .join(Person, Person.id == Advice.person_id)
        .where(Advice.request_id.in_([request.id for request in requests]))
        .order_by(Advice.number.desc())
    ).all()
    shelves = queries.papers(session, actor, {request.matter_id for request in requests})
    newest = {paper.document_id: paper.number for shelf in shelves.values() for paper in shelf}
    found: dict[int, list[Given]] = {}
    for advice, by in rows:
        outdated = tuple(
            (paper["title"], paper["number"])
            for paper in advice.papers
            if newest.get(paper["document"], paper["number"]) > paper["number"]
        )
        given = Given(advice.number, advice.kind, advice.text, by, advice.at, outdated)
        found.setdefault(advice.request_id, []).append(given)
    return found


def _unconfirmed(session: Session, matter_id: int) -> int:
    counted = (
        select(func.count(DocumentVersion.id))
        .join(Document, Document.id == DocumentVersion.document_id)
        .where(Document.matter_id == matter_id, Document.removed_at.is_(None), DocumentVersion.confirmed_at.is_(None))
    )
    return session.scalar(counted) or 0
