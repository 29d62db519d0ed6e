"""A meeting with several items, each with its dossier and one paper, for the tests of positions and of block votes."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs.models import Document, DocumentVersion, Reading
from ecabinet import clock
from ecabinet.database import transaction
from meetings.models import AgendaItem, AgendaVersion, ItemKind, Meeting, MeetingKind, VersionItem
from meetings.rules import AgendaState, ItemState, MeetingState
from tests.voting import room as rooms
from tests.voting.room import SINCE
from tests.world import MEMBERS, ZONE, World

MINUTES = 15


@dataclass
class Agenda:
    """The ids of a meeting with its items in order; each has a matter and a paper of the same place."""

    world: World
    meeting_id: int
    items: list[int]
    matters: list[int]
    papers: list[int]


def lay(
    world: World,
    count: int = 3,
    *,
    state: MeetingState = MeetingState.PLANNED,
    present: Sequence[str] = MEMBERS,
) -> Agenda:
    """Publish a meeting of the government with so many items, each planned at fifteen minutes."""
    with transaction() as session:
        meeting = _meeting(session, world, state)
        agenda = Agenda(world, meeting.id, [], [], [])
        version = AgendaVersion(
            meeting_id=meeting.id,
            number=1,
            published_at=SINCE,
            published_by_id=world.person("secretary"),
            approved_by_id=world.person("prime_minister"),
        )
        session.add(version)
        session.flush()
        for place in range(1, count + 1):
            _item(session, agenda, version.id, place)
        if state is MeetingState.RUNNING:
            session.add_all(rooms.stay(world, meeting, key) for key in present)
        return agenda


def publish_anew(agenda: Agenda, place: int) -> int:
    """Publish a second agenda in which the paper of one item has another version; return that version."""
    with transaction() as session:
        old = session.get_one(DocumentVersion, agenda.papers[place])
        columns = {column.key: getattr(old, column.key) for column in DocumentVersion.__table__.columns}
        newer = DocumentVersion(**{**columns, "id": None, "number": 2, "served_sha256": "9" * 64})
        session.add(newer)
        meeting = session.get_one(Meeting, agenda.meeting_id)
        first = session.scalars(select(AgendaVersion).where(AgendaVersion.meeting_id == meeting.id)).one()
        second = AgendaVersion(
            meeting_id=meeting.id,
            number=2,
            published_at=clock.now(),
            published_by_id=first.published_by_id,
            approved_by_id=first.approved_by_id,
        )
        session.add(second)
        session.flush()
        for line in session.scalars(select(VersionItem).where(VersionItem.version_id == first.id)).all():
            columns = {column.key: getattr(line, column.key) for column in VersionItem.__table__.columns}
            changed = line.item_id == agenda.items[place]
            papers = [{"document": newer.document_id, "version": newer.id}] if changed else line.papers
            session.add(VersionItem(**{**columns, "id": None, "version_id": second.id, "papers": papers}))
        meeting.published_version = 2
        return newer.id


def read(agenda: Agenda, key: str, *places: int) -> None:
    """Have a person open the papers of these items."""
    with transaction() as session:
        session.add_all(
            Reading(
                person_id=agenda.world.person(key),
                version_id=agenda.papers[place],
                first_opened_at=clock.now(),
                last_opened_at=clock.now(),
                times=1,
                page=1,
            )
            for place in places
        )


def _meeting(session: Session, world: World, state: MeetingState) -> Meeting:
    meeting = Meeting(
        body_id=world.body_id,
        kind=MeetingKind.REGULAR,
        title="Phiên họp thường kỳ",
        starts_local=clock.in_zone(clock.now(), ZONE).replace(tzinfo=None),
        zone=ZONE,
        state=state,
        chair_membership_id=world.membership("prime_minister"),
        agenda_state=AgendaState.PUBLISHED,
        published_version=1,
        created_by_id=world.person("secretary"),
        started_at=clock.now() if state is MeetingState.RUNNING else None,
    )
    session.add(meeting)
    session.flush()
    return meeting


def _item(session: Session, agenda: Agenda, version_id: int, place: int) -> None:
    matter = rooms.accepted_matter(session, agenda.world)
    matter.title = f"Đề án số {place}"
    document = session.scalars(select(Document).where(Document.matter_id == matter.id)).one()
    paper = session.scalars(select(DocumentVersion).where(DocumentVersion.document_id == document.id)).one()
    item = AgendaItem(
        meeting_id=agenda.meeting_id,
        matter_id=matter.id,
        kind=ItemKind.DECISION,
        title=matter.title,
        minutes=MINUTES,
        position=place,
        state=ItemState.PLANNED,
    )
    session.add(item)
    session.flush()
    session.add(
        VersionItem(
            version_id=version_id,
            item_id=item.id,
            matter_id=matter.id,
            place=place,
            label=str(place),
            depth=0,
            kind=item.kind,
            title=item.title,
            presenter="",
            minutes=MINUTES,
            papers=[{"document": document.id, "version": paper.id}],
        )
    )
    agenda.items.append(item.id)
    agenda.matters.append(matter.id)
    agenda.papers.append(paper.id)
