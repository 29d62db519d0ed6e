"""Work that runs later: a row written in the transaction, claimed by the worker once it is due.

The row is the queue: what a crash left behind is still there, and no second system has to agree with it (docs/decisions/0003-jobs-are-rows.md).
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Index, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ecabinet import clock
from ecabinet.database import Base, one_of, reading, transaction

logger = logging.getLogger(__name__)

Work = Callable[..., None]
ATTEMPTS = 5
STALE = timedelta(minutes=10)  # a running job that was not heard of for so long is taken up again


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Base):
    """One piece of work; `key` keeps the same work from being asked for twice."""

    __tablename__ = "job"
    __table_args__ = (UniqueConstraint("key"), Index(None, "state", "due_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    key: Mapped[str | None] = mapped_column(String(120))
    values: Mapped[dict[str, Any]]
    due_at: Mapped[datetime]
    state: Mapped[JobState] = mapped_column(one_of(JobState, "state"), default=JobState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]
    error: Mapped[str | None] = mapped_column(Text)


def ask_for(
    session: Session, name: str, *, due_at: datetime | None = None, key: str | None = None, **values: object
) -> Job:
    """Ask for work at an instant (now by default). The same key again moves the job to the new instant instead of doubling it."""
    when = due_at or clock.now()
    known = session.scalar(select(Job).where(Job.key == key)) if key is not None else None
    job = known or Job(name=name, key=key)
    job.values, job.due_at, job.state, job.attempts, job.changed_at = values, when, JobState.WAITING, 0, clock.now()
    session.add(job)
    return job


def run_due(work: Mapping[str, Work]) -> int:
    """Run every job that is due now, one after the other, and return how many ran. `work` says what each name does."""
    ran = 0
    while _is_any_due() and (claimed := _claim()) is not None:
        _run(work, *claimed)
        ran += 1
    return ran


def run_for_ever(
    work: Mapping[str, Work], pause: Callable[[float], object], *also: Callable[[], object], every: float = 1.0
) -> None:
    """Run what is due, then each of what else there is to do, rest a second, and so on; never returns."""
    while True:
        for turn in (lambda: run_due(work), *also):
            try:
                turn()
            except Exception:
                logger.exception("what is due could not be looked for; trying again")
        pause(every)


def _due(now: datetime) -> ColumnElement[bool]:
    return ((Job.state == JobState.WAITING) & (Job.due_at <= now)) | (
        (Job.state == JobState.RUNNING) & (Job.changed_at < now - STALE)
    )


def _is_any_due() -> bool:
    """Look without a lock, so that an idle worker never stands in a writer's way."""
    with reading() as session:
        return session.scalar(select(Job.id).where(_due(clock.now())).limit(1)) is not None


def _claim() -> tuple[int, str, dict[str, Any]] | None:
    now = clock.now()
    with transaction() as session:
        job = session.scalar(
            select(Job).where(_due(now)).order_by(Job.due_at, Job.id).limit(1).with_for_update(skip_locked=True)
        )
        if job is None:
            return None
        job.state, job.attempts, job.changed_at = JobState.RUNNING, job.attempts + 1, now
        return job.id, job.name, dict(job.values)


def _run(work: Mapping[str, Work], job_id: int, name: str, values: dict[str, Any]) -> None:
    """Run one job; a job that raises is tried again later, longer each time, then kept as failed for the operator."""
    try:
        work[name](**values)
    except Exception as error:
        logger.exception("job %s (%s) failed", job_id, name)
        _finish(job_id, error=f"{type(error).__name__}: {error}")
    else:
        _finish(job_id, error=None)


def _finish(job_id: int, *, error: str | None) -> None:
    with transaction() as session:
        job = session.get_one(Job, job_id)
        if job.state is not JobState.RUNNING:
            return  # it asked for itself again while it ran
        job.changed_at, job.error = clock.now(), error
        if error is None:
            job.state = JobState.DONE
        elif job.attempts >= ATTEMPTS:
            job.state = JobState.FAILED
        else:
            job.state, job.due_at = JobState.WAITING, clock.now() + timedelta(seconds=5 * 4**job.attempts)
