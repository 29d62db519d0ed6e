"""What runs later: archives are written, written opinions close at their deadline."""

from datetime import datetime

from sqlalchemy import select

import voting.service
from ecabinet import clock
from ecabinet.access import SYSTEM
from ecabinet.config import from_environment
from ecabinet.database import reading, transaction
from ecabinet.jobs import Work
from ecabinet.refusals import Refused
from outcomes import archive as archives
from outcomes import archiving, service
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
    try:
        with transaction() as session:
            service.close_question(session, SYSTEM, question_id)
    except Refused:
        _wait_for_the_deadline(question_id)


def _wait_for_the_deadline(question_id: int) -> None:
    """What seemed settled is open again, since a member changed their answer or it was withdrawn: the clock closes it when its time is over."""
    with transaction() as session:
        question = session.get_one(Question, question_id)
        last = conduct.last_moment(question.form, question.closes_at)
        if question.state is QuestionState.OPEN and last is not None and last > clock.now():
            voting.service.ask_to_close(session, question_id, last)


def _is_over(form: Form, closes_at: datetime | None) -> bool:
    """In the room the clock alone says so; in writing the rule does, which may need no deadline."""
    last = conduct.last_moment(form, closes_at)
    return form is Form.WRITTEN or (last is not None and last <= clock.now())


def archive_written(*, question_id: int) -> None:
    """Write the bag of a written procedure whose vote was annulled."""
    with transaction() as session:
        archiving.ask_for_procedure(session, question_id)


WORK: dict[str, Work] = {
    "outcomes.write_archive": write_archive,
    "outcomes.archive_written": archive_written,
    "outcomes.close_written": close_written,
}
