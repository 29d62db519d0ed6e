"""What runs later for papers: files that no row names are removed."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs.advice import jobs as advice
from agenda_docs.models import DocumentVersion
from ecabinet import clock, jobs
from ecabinet.blobs import Blobs
from ecabinet.config import from_environment
from ecabinet.database import reading

NAME = "agenda_docs.remove_orphans"
LATER = timedelta(hours=2)  # longer than any upload that is now on its way


def ask_for_sweep(session: Session) -> None:
    """Ask, with every upload, for the sweep that removes the files of those that come to nothing."""
    jobs.ask_for(session, NAME, due_at=clock.now() + LATER, key=NAME)


def remove_orphans() -> None:
    """Remove the files that no row names: of a refused command, of a server stopped in the middle."""
    config = from_environment()
    with reading() as session:
        originals, served = _known_hashes(session)
    Blobs(config.originals).remove_orphans(originals)
    Blobs(config.blobs).remove_orphans(served)


def _known_hashes(session: Session) -> tuple[set[str], set[str]]:
    originals: set[str] = set()
    served: set[str] = set()
    for original, readable, first_page in session.execute(
        select(DocumentVersion.original_sha256, DocumentVersion.served_sha256, DocumentVersion.first_page_sha256)
    ):
        originals.add(original)
        served |= {readable, first_page}
    return originals, served


WORK: dict[str, Callable[..., None]] = {NAME: remove_orphans, **advice.WORK}
