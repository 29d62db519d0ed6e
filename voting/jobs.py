"""What runs later: the reminders of written opinions. Their close is in `outcomes.jobs`."""

from ecabinet.database import transaction
from ecabinet.jobs import Work
from voting import written


def remind(question_id: int, which: str) -> None:
    """Remind the members who have not answered a written question."""
    with transaction() as session:
        written.remind(session, question_id, which)


WORK: dict[str, Work] = {"voting.remind": remind}
