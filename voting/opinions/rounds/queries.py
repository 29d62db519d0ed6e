"""What the page of a round shows of the one before and the one after: what changed, what is carried over, and one's own earlier answer."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs import conditions
from agenda_docs.comparison import queries as comparison
from agenda_docs.comparison import rules as pages
from agenda_docs.models import Document, DocumentVersion, Matter
from ecabinet import clock
from ecabinet.access import Actor, Permission
from voting import mine, opening, service
from voting.conduct import OPENED, QuestionState
from voting.engine.rule import Form
from voting.mine import Mine
from voting.models import Question
from voting.opinions.rounds import service as rounds


@dataclass(frozen=True)
class ChangedPaper:
    """A paper that is asked about anew, as the reader may see it; `pages` are those of the newer version that differ."""

    title: str
    old_version: int | None
    old_number: int | None
    new_version: int
    new_number: int
    pages: tuple[int, ...]


@dataclass(frozen=True)
class Before:
    """The round before, as the page of the next one shows it."""

    question_id: int
    round: int
    changed: tuple[ChangedPaper, ...]
    carried_over: tuple[str, ...]  # titles of the papers that are not asked about again
    mine: Mine | None  # the reader's own answer in that round


@dataclass(frozen=True)
class After:
    """The round that follows, or could follow."""

    question_id: int | None
    round: int
    may_open: bool
    changed: int


def before(session: Session, actor: Actor, question: Question) -> Before | None:
    """Return the round before a question; None for a first one."""
    if question.follows_id is None:
        return None
    earlier = session.get_one(Question, question.follows_id)
    papers = question.papers if question.rule is not None else opening.papers_of(session, question.matter_id)
    changed = rounds.changed_between(earlier.papers, papers)
    readable = _readable(session, actor, [paper["version"] for paper in papers])
    new = {each.new_version for each in changed}
    return Before(
        question_id=earlier.id,
        round=earlier.round,
        changed=tuple(_paper(session, each) for each in changed if each.new_version in readable),
        carried_over=tuple(
            paper["title"] for paper in papers if paper["version"] not in new and paper["version"] in readable
        ),
        mine=mine.ballot_of(session, earlier.id, mine.member(session, actor, earlier)),
    )


def after(session: Session, actor: Actor, question: Question) -> After | None:
    """Return the round that follows a question, or that the reader may open now; None where there is nothing to show."""
    if question.form is not Form.WRITTEN or question.state not in OPENED:
        return None
    prepares = actor.may(Permission.PREPARE_QUESTION, question.body_id)
    following = rounds.next_of(session, question.id)
    if following is not None:
        is_known = prepares or following.state not in service.NOT_PUT
        return After(following.id, following.round, may_open=False, changed=0) if is_known else None
    changed = len(rounds.changed_since(session, question)) if prepares else 0
    is_over = question.state is not QuestionState.OPEN and question.declared is None
    may_open = prepares and is_over and question.moved_to_item_id is None and changed > 0
    return After(None, question.round + 1, may_open=may_open, changed=changed) if changed else None


def _readable(session: Session, actor: Actor, versions: list[int]) -> set[int]:
    found = (
        select(DocumentVersion.id)
        .join(Document, Document.id == DocumentVersion.document_id)
        .join(Matter, Matter.id == Document.matter_id)
        .where(DocumentVersion.id.in_(versions), conditions.reads_document(actor, clock.now()))
    )
    return set(session.scalars(found))


def _paper(session: Session, changed: rounds.Changed) -> ChangedPaper:
    return ChangedPaper(
        title=changed.title,
        old_version=changed.old_version,
        old_number=changed.old_number,
        new_version=changed.new_version,
        new_number=changed.new_number,
        pages=_pages(session, changed),
    )


def _pages(session: Session, changed: rounds.Changed) -> tuple[int, ...]:
    """The pages of the newer version that differ; nothing where the paper is new or a picture."""
    if changed.old_version is None:
        return ()
    old = session.get_one(DocumentVersion, changed.old_version)
    new = session.get_one(DocumentVersion, changed.new_version)
    texts = [comparison.texts_of(session, each.id, each.pages) for each in (old, new)]
    return tuple(pages.changed_pages_of(*texts)) if any(text.strip() for side in texts for text in side) else ()
