"""A meeting that is running on a published agenda, each item with a dossier and a paper that every member may read."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from agenda_docs.models import Because, Document, DocumentKind, DocumentVersion, Grant, Matter
from agenda_docs.rules import MatterState
from ecabinet import clock
from ecabinet.database import Base
from ecabinet.organisation.models import Body, Membership
from meetings.models import AgendaItem, AgendaVersion, ItemKind, Meeting, MeetingKind, VersionItem
from meetings.rules import AgendaState, ItemState, MeetingState

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
ZONE = "Asia/Ho_Chi_Minh"


def add(session: Session, row: Base) -> int:
    """Write a row and return its number."""
    session.add(row)
    session.flush()
    number: int = row.id  # type: ignore[attr-defined]  # each of these tables has one
    return number


def running_meeting(session: Session, body_id: int, chair: int, secretary: int) -> int:
    """Begin a meeting under the member who presides, and return its number."""
    meeting = Meeting(
        body_id=body_id,
        kind=MeetingKind.REGULAR,
        title="Phiên họp thường kỳ",
        starts_local=clock.in_zone(clock.now(), ZONE).replace(tzinfo=None),
        zone=ZONE,
        state=MeetingState.RUNNING,
        chair_membership_id=chair,
        agenda_state=AgendaState.PUBLISHED,
        published_version=1,
        created_by_id=secretary,
        started_at=clock.now(),
    )
    return add(session, meeting)


def published_agenda(
    session: Session, body_id: int, meeting_id: int, titles: tuple[str, ...], seats: list[int], secretary: int
) -> list[int]:
    """Publish an agenda of these items for the members with these seats, and return the items' numbers."""
    chair_id = session.get_one(Membership, seats[0]).person_id
    version_id = add(
        session,
        AgendaVersion(
            meeting_id=meeting_id, number=1, published_at=LONG_AGO, published_by_id=secretary, approved_by_id=chair_id
        ),
    )
    items: list[int] = []
    for place, title in enumerate(titles, start=1):
        matter_id, paper = _dossier(session, body_id, title, seats, secretary)
        items.append(_item(session, meeting_id, version_id, place, title, matter_id, paper))
    session.get_one(Meeting, meeting_id).current_item_id = items[0]
    return items


def _item(
    session: Session, meeting_id: int, version_id: int, place: int, title: str, matter_id: int, paper: dict[str, int]
) -> int:
    state = ItemState.CURRENT if place == 1 else ItemState.PLANNED
    common: dict[str, Any] = {"matter_id": matter_id, "kind": ItemKind.DECISION, "title": title}
    item_id = add(session, AgendaItem(meeting_id=meeting_id, position=place, state=state, **common))
    published = VersionItem(
        version_id=version_id,
        item_id=item_id,
        place=place,
        label=str(place),
        depth=0,
        presenter="Bộ trưởng Bộ Y tế",
        minutes=10,
        papers=[paper],
        **common,
    )
    session.add(published)
    return item_id


def _dossier(
    session: Session, body_id: int, title: str, seats: list[int], secretary: int
) -> tuple[int, dict[str, int]]:
    """An accepted matter with one paper, which every member and the secretariat may read."""
    unit_id = session.get_one(Body, body_id).unit_id
    matter = Matter(
        body_id=body_id,
        unit_id=unit_id,
        title=title,
        state=MatterState.ACCEPTED,
        created_by_id=secretary,
        created_at=LONG_AGO,
    )
    matter_id = add(session, matter)
    document = add(session, Document(matter_id=matter_id, title="Tờ trình", kind=DocumentKind.SUBMISSION))
    version = add(session, _paper(document, secretary))
    grant = {"matter_id": matter_id, "because_id": matter_id, "starts_at": LONG_AGO}
    session.execute(insert(Grant), [{**grant, "membership_id": seat, "because": Because.ITEM} for seat in seats])
    session.execute(insert(Grant), [{**grant, "unit_id": unit_id, "because": Because.SECRETARIAT}])
    return matter_id, {"document": document, "version": version}


def _paper(document_id: int, secretary: int) -> DocumentVersion:
    return DocumentVersion(
        document_id=document_id,
        number=1,
        file_name="to-trinh.pdf",
        original_sha256="0" * 64,
        served_sha256="1" * 64,
        first_page_sha256="2" * 64,
        size=1000,
        pages=18,
        verdict="accepted",
        reasons=[],
        signatures=[],
        uploaded_by_id=secretary,
        uploaded_at=LONG_AGO,
        confirmed_at=LONG_AGO,
    )
