"""When members are reminded of a written question: instants out of a schedule, a deadline and a working calendar."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ecabinet.notices.rules import Schedule, Step
from ecabinet.organisation.rules import WorkingDays, working_days_before


@dataclass(frozen=True)
class Planned:
    """One reminder: its name in the schedule, when it is due, when the next one or the deadline takes its place, whether it is the last."""

    which: str
    at: datetime
    until: datetime
    is_last: bool


def planned(
    schedule: Schedule, deadline: datetime, zone: str, working: WorkingDays, now: datetime
) -> tuple[Planned, ...]:
    """Return the reminders that are still to come before this deadline, in their order; of two at one instant the nearer one stays.

    Days are working days, each at the wall time of the deadline in the body's zone; hours are counted back from the deadline.
    """
    at = {_instant(step, deadline, zone, working): step.name for step in schedule.steps}
    coming = sorted(instant for instant in at if instant > now)
    ends = [*coming[1:], deadline][: len(coming)]
    return tuple(Planned(at[instant], instant, end, end == deadline) for instant, end in zip(coming, ends, strict=True))


def _instant(step: Step, deadline: datetime, zone: str, working: WorkingDays) -> datetime:
    if step.unit == "h":
        return deadline - timedelta(hours=step.number)
    return working_days_before(deadline, step.number, zone, working)
