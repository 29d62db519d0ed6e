"""Which ballots stand, asked of the database: whose they are, that no ruling took them out, and that their member did not recall them."""

from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from voting.entries import BALLOTS, EntryKind
from voting.models import BoxEntry


def has_ballot(
    question_id: InstrumentedAttribute[int], membership_id: InstrumentedAttribute[int]
) -> ColumnElement[bool]:
    """Say whether a member has a ballot that stands, by the columns that name the question and the membership."""
    return exists().where(BoxEntry.question_id == question_id, BoxEntry.membership_id == membership_id, counts())


def counts() -> ColumnElement[bool]:
    """Say whether a row of `BoxEntry` is a ballot that was neither withdrawn nor recalled; of several of one member the last one counts."""
    return and_(BoxEntry.kind.in_(BALLOTS), ~is_withdrawn(), ~is_recalled())


def is_withdrawn() -> ColumnElement[bool]:
    """Say whether a ruling took the ballot of a row of `BoxEntry` out."""
    ruling = aliased(BoxEntry)
    return exists().where(ruling.question_id == BoxEntry.question_id, ruling.withdraws == BoxEntry.number)


def is_recalled() -> ColumnElement[bool]:
    """Say whether the member whose ballot a row of `BoxEntry` is recalled it later."""
    recall = aliased(BoxEntry)
    return exists().where(*_recalls(recall))


def recalled_by() -> ScalarSelect[int | None]:
    """Return the number of the entry by which the ballot of a row of `BoxEntry` was recalled; nothing where it was not."""
    recall = aliased(BoxEntry)
    return select(func.min(recall.number)).where(*_recalls(recall)).scalar_subquery()


def _recalls(recall: type[BoxEntry]) -> tuple[ColumnElement[bool], ...]:
    return (
        recall.question_id == BoxEntry.question_id,
        recall.membership_id == BoxEntry.membership_id,
        recall.kind == EntryKind.RECALLED,
        recall.number > BoxEntry.number,
    )
