"""Finding papers by their words, among what the actor may read and nothing else: the filter is in the same statement as the search."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, column, delete, func, literal_column, or_, select, table
from sqlalchemy.orm import Session

from agenda_docs import conditions
from agenda_docs.folding import Piece, snippet, wanted_words, words_of
from agenda_docs.models import Document, DocumentVersion, Matter, SearchText
from ecabinet import clock
from ecabinet.access import Actor, Permission

MATTER, DOCUMENT = "matter", "document"
PAGE_AT_MOST = 200_000  # signs of one page that are indexed
PAGES_SHOWN = 3
ROWS_AT_MOST = 120
INDEX = table("search_index", column("rowid"), column("search_index"))


@dataclass(frozen=True)
class PageHit:
    """A page on which the words stand; page 0 is the title."""

    page: int
    pieces: Sequence[Piece]


@dataclass
class Found:
    """A dossier or a document in which the words stand."""

    kind: str
    subject_id: int
    matter_id: int
    matter_title: str
    document_id: int | None
    title: str
    pages_found: int
    hits: list[PageHit] = field(default_factory=list)


def index(
    session: Session,
    kind: str,
    subject_id: int,
    *,
    matter_id: int,
    title: str,
    pages: Iterable[tuple[int, str]],
    document_id: int | None = None,
) -> None:
    """Make text findable for those who may read the matter (or the document), in place of what was indexed for this subject before."""
    session.execute(delete(SearchText).where(SearchText.kind == kind, SearchText.subject_id == subject_id))
    for page, text in pages:
        kept = keepable(text)
        session.add(
            SearchText(
                kind=kind,
                subject_id=subject_id,
                matter_id=matter_id,
                document_id=document_id,
                page=page,
                title=title,
                text=kept,
                folded=" ".join(words_of(kept)),
                on=clock.today(),
            )
        )
    session.flush()


def keepable(text: str) -> str:
    """Return the text of a page without what no database keeps: NUL and lone surrogates."""
    return text[:PAGE_AT_MOST].replace("\0", " ").encode("utf-8", "ignore").decode()


def index_matter(session: Session, matter: Matter) -> None:
    """Make a dossier's title and abstract findable."""
    text = f"{matter.title}. {matter.abstract}" if matter.abstract else matter.title
    index(session, MATTER, matter.id, matter_id=matter.id, title=matter.title, pages=[(0, text)])


def index_version(session: Session, document: Document, version: DocumentVersion, texts: Sequence[str]) -> None:
    """Make a version's title and pages findable, in place of the versions before it."""
    forget_document(session, document.id)
    pages = [(0, document.title), *((number, text) for number, text in enumerate(texts, start=1) if text.strip())]
    index(
        session,
        DOCUMENT,
        version.id,
        matter_id=document.matter_id,
        title=document.title,
        pages=pages,
        document_id=document.id,
    )


def forget_document(session: Session, document_id: int) -> None:
    """Let nobody find a document any more."""
    session.execute(delete(SearchText).where(SearchText.document_id == document_id))


def find(session: Session, actor: Actor, query: str) -> list[Found]:
    """Return what the actor may read in which every word of the query stands on one page (the last as a beginning), best first."""
    wanted = wanted_words(query)
    if not wanted:
        return []
    return _grouped(session.execute(_statement(session, actor, wanted)).all(), wanted)


def _statement(session: Session, actor: Actor, wanted: Sequence[str]) -> Any:  # noqa: ANN401 - SQLAlchemy's many-columned Select
    place = (SearchText.kind, SearchText.subject_id)
    now = clock.now()
    readable = or_(
        and_(SearchText.document_id.is_(None), conditions.reads_matter(actor, now)),
        and_(SearchText.document_id.is_not(None), conditions.reads_document(actor, now), _is_confirmed(actor)),
    )
    hits = (
        select(
            SearchText.id,
            func.row_number().over(partition_by=place, order_by=(SearchText.page, SearchText.id)).label("nth"),
            func.count().over(partition_by=place).label("pages_found"),
            func.min(SearchText.page).over(partition_by=place).label("first_page"),
        )
        .join(Matter, Matter.id == SearchText.matter_id)
        .outerjoin(Document, Document.id == SearchText.document_id)
        .where(_matches(session, wanted), readable)
        .subquery()
    )
    return (
        select(SearchText, Matter.title, hits.c.pages_found)
        .join(hits, hits.c.id == SearchText.id)
        .join(Matter, Matter.id == SearchText.matter_id)
        .where(hits.c.nth <= PAGES_SHOWN + 1)
        .order_by(hits.c.first_page > 0, SearchText.on.desc(), *place, SearchText.page, SearchText.id)
        .limit(ROWS_AT_MOST)
    )


def _is_confirmed(actor: Actor) -> ColumnElement[bool]:
    """A version that intake changed is found, until somebody has looked at it, only by those who submit papers."""
    confirmed = select(DocumentVersion.id).where(
        DocumentVersion.id == SearchText.subject_id, DocumentVersion.confirmed_at.is_not(None)
    )
    submits = Matter.body_id.in_(actor.bodies_where(Permission.SUBMIT_DOCUMENT))
    return or_(submits, confirmed.correlate(SearchText).exists())


def _matches(session: Session, wanted: Sequence[str]) -> ColumnElement[bool]:
    """All words on one page. They hold letters and digits alone, so they need no further quoting in either language."""
    if session.get_bind().dialect.name == "sqlite":
        words = " ".join(f'"{word}"' for word in wanted) + "*"
        return SearchText.id.in_(select(INDEX.c.rowid).where(INDEX.c.search_index.op("MATCH")(words)))
    words = " & ".join(wanted) + ":*"
    simple: ColumnElement[str] = literal_column("'simple'")
    return func.to_tsvector(simple, SearchText.folded).bool_op("@@")(func.to_tsquery(simple, words))


def _grouped(rows: Iterable[Any], wanted: Sequence[str]) -> list[Found]:
    found: dict[tuple[str, int], Found] = {}
    for row, matter_title, pages_found in rows:
        one = found.setdefault(
            (row.kind, row.subject_id),
            Found(row.kind, row.subject_id, row.matter_id, matter_title, row.document_id, row.title, pages_found),
        )
        if len(one.hits) < PAGES_SHOWN or row.page == 0:
            one.hits.append(PageHit(row.page, snippet(row.text, wanted)))
    return list(found.values())
