"""Time in the demonstration's content: what happened last month is entered as of last month, by the verbs people use."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from unittest import mock

from sqlalchemy import func, select

from demonstration.organisation import ZONE
from ecabinet import clock, jobs
from ecabinet.database import reading
from ecabinet.jobs import Job, JobState, Work
from ecabinet.notices import deliveries

WEEKEND = (5, 6)
MOMENT = timedelta(seconds=1)
HALF_AN_HOUR = timedelta(minutes=30)

_now = clock.now


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Let it be this instant in the block, with time going on from there; only the process that fills a demonstration does this."""
    began = _now()

    def now() -> datetime:
        return instant + (_now() - began)

    with mock.patch.object(clock, "now", now):
        yield


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    """Return an instant by the clocks of the demonstration's bodies."""
    return clock.instant_of(datetime.combine(day, time(hour, minute)), ZONE)


def weekday_from(day: date) -> date:
    """Return this day, or the Monday after it."""
    while day.weekday() in WEEKEND:
        day += timedelta(days=1)
    return day


def weekday_until(day: date) -> date:
    """Return this day, or the Friday before it."""
    while day.weekday() in WEEKEND:
        day -= timedelta(days=1)
    return day


def next_half_hour(later: int = 0) -> datetime:
    """Return the wall time of the next full or half hour (or as many half hours later), within today."""
    here = clock.in_zone(clock.now(), ZONE).replace(tzinfo=None)
    start = here.replace(minute=0, second=0, microsecond=0)
    while start <= here:
        start += HALF_AN_HOUR
    return min(start + later * HALF_AN_HOUR, datetime.combine(here.date(), time(23, 30)))


def let_time_pass(work: Mapping[str, Work], until: datetime) -> None:
    """Run the jobs and send the messages that fall due until an instant, each when it is due."""
    while (due := _next_due()) is not None and due <= until:
        with at(due + MOMENT):
            jobs.run_due(work)
            work[deliveries.NAME]()


def _next_due() -> datetime | None:
    with reading() as session:
        job = session.scalar(select(func.min(Job.due_at)).where(Job.state == JobState.WAITING))
        message = deliveries.next_due(session)
    return min((due for due in (job, message) if due is not None), default=None)
