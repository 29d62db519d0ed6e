"""What runs later: archives are written, written opinions close at their deadline."""

from contextlib import suppress
from datetime import datetime

from sqlalchemy import select

from ecabinet import clock
from ecabinet.access import SYSTEM
from ecabinet.config import from_environment
from ecabinet.database import reading, transaction
from ecabinet.jobs import Work
from ecabinet.refusals import Refused
from outcomes import archive as archives
from outcomes import service
from voting import conduct
from voting.conduct import QuestionState
from voting.engine.rule import Form
from voting.models import Question


def write_archive(*, archive: int) -> None:
    """Write one archive bag."""
    archives.write(from_environment(), archive)


def close_written(*, question_id: int) -> None:
    """Close a question whose time is over or which all have answered; one that is closed, extended or not settled is left alone."""
    with reading() as session:
        row = session.execute(
            select(Question.state, Question.form, Question.closes_at).where(Question.id == question_id)
        ).first()
    if row is None or row.state is not QuestionState.OPEN or not _is_over(row.form, row.closes_at):
        return
    with suppress(Refused), transaction() as session:
        service.close_question(session, SYSTEM, question_id)


def _is_over(form: Form, closes_at: datetime | None) -> bool:
    """In the room the clock alone says so; in writing the rule does, which may need no deadline."""
    last = conduct.last_moment(form, closes_at)
    return form is Form.WRITTEN or (last is not None and last <= clock.now())


WORK: dict[str, Work] = {"outcomes.write_archive": write_archive, "outcomes.close_written": close_written}
