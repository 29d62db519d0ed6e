"""The texts of two versions of one paper, for those who may read both."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs import reading
from agenda_docs.comparison import rules
from agenda_docs.comparison.rules import PagePair, PageState
from agenda_docs.models import PageText
from ecabinet.access import Actor
from ecabinet.refusals import NotFound


@dataclass(frozen=True)
class Comparison:
    """Two versions of one paper side by side."""

    title: str
    matter_id: int
    matter_title: str
    old: int
    new: int
    old_number: int
    new_number: int
    pairs: Sequence[PagePair]
    has_text: bool  # a scanned paper has none, and nothing can be compared

    @property
    def changed(self) -> int:
        """How many pages differ."""
        return sum(pair.state is not PageState.SAME for pair in self.pairs)


def compare(session: Session, actor: Actor, old_id: int, new_id: int) -> Comparison:
    """Compare two versions of one document; raise `NotFound` where the actor may not read both, or they are of different ones."""
    older, document, matter = reading.version_for(session, actor, old_id)
    newer, other, _matter = reading.version_for(session, actor, new_id)
    if document.id != other.id or older.number >= newer.number:
        raise NotFound
    before, after = texts_of(session, older.id, older.pages), texts_of(session, newer.id, newer.pages)
    return Comparison(
        title=document.title,
        matter_id=matter.id,
        matter_title=matter.title,
        old=older.id,
        new=newer.id,
        old_number=older.number,
        new_number=newer.number,
        pairs=rules.compare(before, after),
        has_text=any(page.strip() for page in (*before, *after)),
    )


def texts_of(session: Session, version_id: int, pages: int) -> list[str]:
    """Return the text of each page of a version, nothing for a page without; it asks nobody's leave."""
    kept = dict(session.execute(select(PageText.page, PageText.text).where(PageText.version_id == version_id)).all())
    return [kept.get(page, "") for page in range(1, pages + 1)]
