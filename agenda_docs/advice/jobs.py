"""What the clock does about advice: remind, and mark what did not come."""

from collections.abc import Callable

from agenda_docs.advice import service
from ecabinet.database import transaction


def end(request_id: int) -> None:
    """Mark advice that did not come by its deadline."""
    with transaction() as session:
        service.end(session, request_id)


def remind(request_id: int) -> None:
    """Remind an agency one working day before its deadline."""
    with transaction() as session:
        service.remind(session, request_id)


WORK: dict[str, Callable[..., None]] = {service.END_JOB: end, service.REMIND_JOB: remind}
