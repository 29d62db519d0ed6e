"""What runs later: each reminder when it is due."""

from ecabinet.database import transaction
from ecabinet.jobs import Work
from voting.opinions.reminders import service


def remind(question_id: int, which: str, deadline: str, until: str, is_last: bool) -> None:  # noqa: FBT001 - as the job keeps it
    """Remind the members who have not answered a written question."""
    with transaction() as session:
        service.remind(session, question_id, which=which, deadline=deadline, until=until, is_last=is_last)


WORK: dict[str, Work] = {service.JOB: remind}
