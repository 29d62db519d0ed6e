"""Who is there now: the open stays of a meeting."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from meetings.models import Attendance


def present_people(session: Session, meeting_id: int) -> list[Attendance]:
    """Return the open stays of everyone who is there: members, deputies and guests."""
    return list(
        session.scalars(
            select(Attendance)
            .where(Attendance.meeting_id == meeting_id, Attendance.left_at.is_(None))
            .order_by(Attendance.id)
        )
    )
