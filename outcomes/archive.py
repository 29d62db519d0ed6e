"""Writing the bag of a closed meeting or written procedure, and handing it out."""

import io
import zipfile
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet import audit, clock
from ecabinet.access import SYSTEM, Actor, Permission
from ecabinet.audit import Tag
from ecabinet.config import Config
from ecabinet.database import reading, transaction
from ecabinet.refusals import NotFound
from meetings.models import Meeting
from outcomes import contents
from outcomes.bag import write_bag
from outcomes.models import Archive, ArchiveState
from voting.models import Question


def write(config: Config, archive_id: int) -> None:
    """Write the bag of one archive row; again is harmless, and what a crash left half-done is begun anew."""
    with reading() as session:
        archive = session.get_one(Archive, archive_id)
        if archive.state is ArchiveState.WRITTEN:
            return
        folder = folder_of(archive)
        payload = _payload(session, config, archive)
        information = contents.information_of(session, archive)
    bag = write_bag(config.archives / folder, payload, information)
    with transaction() as session:
        archive = session.get_one(Archive, archive_id)
        archive.state, archive.folder = ArchiveState.WRITTEN, folder
        archive.manifest_sha512, archive.written_at = bag.digest, clock.now()
        audit.record(session, SYSTEM, Tag.ARCHIVE_WRITTEN, archive, digest=bag.digest)


def folder_of(archive: Archive) -> str:
    """Return the name of an archive's bag."""
    return f"meeting-{archive.meeting_id}" if archive.meeting_id is not None else f"written-{archive.question_id}"


def _payload(session: Session, config: Config, archive: Archive) -> contents.Payload:
    if archive.meeting_id is not None:
        return contents.of_meeting(session, config, session.get_one(Meeting, archive.meeting_id))
    return contents.of_written(session, config, session.get_one(Question, archive.question_id))


def archive_for(session: Session, actor: Actor, archive_id: int) -> Archive:
    """Return an archive; `NotFound` where the actor keeps no archives of its body."""
    archive = session.get(Archive, archive_id)
    if archive is None or not actor.may(Permission.READ_ARCHIVE, archive.body_id):
        raise NotFound
    return archive


def hand_out(session: Session, actor: Actor, archive_id: int) -> Archive:
    """Return a written archive for taking a copy of it, which is noted; needs a fresh second factor."""
    archive = archive_for(session, actor, archive_id)
    actor.must_have_stepped_up(clock.now())
    if archive.state is not ArchiveState.WRITTEN:
        raise NotFound
    audit.record(session, actor, Tag.ARCHIVE_HANDED_OUT, archive)
    return archive


def archives_for(session: Session, actor: Actor) -> list[Archive]:
    """Return the archives of the bodies whose archives the actor keeps, newest first."""
    bodies = actor.bodies_where(Permission.READ_ARCHIVE)
    return list(session.scalars(select(Archive).where(Archive.body_id.in_(bodies)).order_by(Archive.id.desc())))


def zipped(bag: Path) -> io.BytesIO:
    """Return a bag as a ZIP file, whose first folder is the bag; `verify.py` reads it as it is."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for path in sorted(bag.rglob("*")):
            if path.is_file():
                package.write(path, Path(bag.name) / path.relative_to(bag))
    buffer.seek(0)
    return buffer
