"""Which ballots stand, asked of the database: whose they are, and that no ruling took them out."""

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import InstrumentedAttribute, aliased

from voting.models import BoxEntry


def has_ballot(
    question_id: InstrumentedAttribute[int], membership_id: InstrumentedAttribute[int]
) -> ColumnElement[bool]:
    """Say whether a member has a ballot that stands, by the columns that name the question and the membership."""
    return exists().where(BoxEntry.question_id == question_id, BoxEntry.membership_id == membership_id, ~is_withdrawn())


def is_withdrawn() -> ColumnElement[bool]:
    """Say whether a ruling took the ballot of a row of `BoxEntry` out."""
    ruling = aliased(BoxEntry)
    return exists().where(ruling.question_id == BoxEntry.question_id, ruling.withdraws == BoxEntry.number)
