"""Writing the bag of a closed meeting or written procedure, and handing it out."""

import os
import zipfile
from pathlib import Path
from tempfile import NamedTemporaryFile

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
from outcomes.bag import digest_of, write_bag
from outcomes.models import Archive, ArchiveState
from voting.models import Question


def write(config: Config, archive_id: int) -> None:
    """Write the bag of one archive row; again is harmless, and what a crash left half-done is begun anew."""
    with reading() as session:
        archive = session.get_one(Archive, archive_id)
        if archive.state is ArchiveState.WRITTEN:
            return
        folder = folder_of(archive)
        digest = _bag(session, config, archive, config.archives / folder)
    _zip(config.archives / folder, zip_of(config, folder))
    with transaction() as session:
        archive = session.get_one(Archive, archive_id)
        archive.state, archive.folder = ArchiveState.WRITTEN, folder
        archive.manifest_sha512, archive.written_at = digest, clock.now()
        audit.record(session, SYSTEM, Tag.ARCHIVE_WRITTEN, archive, digest=digest)


def _bag(session: Session, config: Config, archive: Archive, place: Path) -> str:
    """Write the bag and return its digest; one that stands there whole was written just before a crash, and is kept."""
    if place.exists():
        return digest_of(place)
    return write_bag(place, _payload(session, config, archive), contents.information_of(session, archive)).digest


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


def zip_of(config: Config, folder: str) -> Path:
    """Return where the ZIP file of a bag is, ready to be handed out."""
    return config.archives / f"{folder}.zip"


def _zip(bag: Path, place: Path) -> None:
    """Write a bag as a ZIP file whose first folder is the bag; `verify.py` reads it as it is. The worker does it, not the server."""
    with NamedTemporaryFile(dir=place.parent, delete=False) as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
            for path in sorted(each for each in bag.rglob("*") if each.is_file()):
                package.write(path, Path(bag.name) / path.relative_to(bag))
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(place)
