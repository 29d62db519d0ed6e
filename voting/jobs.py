"""What runs later: the reminders of written opinions, the time-stamps of closed boxes. Their close is in `outcomes.jobs`."""

from ecabinet.database import transaction
from ecabinet.jobs import Work
from voting.opinions import service as written
from voting.proof import time_stamps


def remind(question_id: int, which: str) -> None:
    """Remind the members who have not answered a written question."""
    with transaction() as session:
        written.remind(session, question_id, which)


WORK: dict[str, Work] = {"voting.remind": remind, time_stamps.JOB: time_stamps.stamp}
