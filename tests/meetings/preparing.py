"""Meetings for tests: planned, with items, published, running."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from agenda_docs.models import Because, Grant, Matter
from agenda_docs.rules import MatterState
from ecabinet import clock
from ecabinet.database import reading, transaction
from meetings import agenda, publishing, service, sitting
from meetings.agenda import ItemForm
from meetings.models import AgendaItem, ItemKind, Meeting, MeetingKind
from meetings.rules import ItemState
from meetings.service import Plan
from tests.persona import Persona
from tests.world import ZONE, World

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
TITLE = "Phiên họp thường kỳ tháng 11"


def plan(government: World, *, days: int = 0, title: str = TITLE, kind: MeetingKind = MeetingKind.REGULAR) -> Plan:
    """What the secretary writes about a meeting some days from today."""
    return Plan(
        kind=kind,
        title=title,
        starts_local=(clock.in_zone(clock.now(), ZONE) + timedelta(days=days)).replace(tzinfo=None, microsecond=0),
        minutes=180,
        place="Phòng họp số 1",
        chair_membership_id=government.membership("prime_minister"),
    )


def planned(government: World, secretary: Persona, *, days: int = 0) -> int:
    """A meeting some days from today, without items."""
    with transaction() as session:
        return service.create(session, secretary.actor(), government.body_id, plan(government, days=days)).id


def accepted_matter(
    government: World, title: str = "Đề án cấp nước sạch", *, state: MatterState = MatterState.ACCEPTED
) -> int:
    """A dossier before the government that the secretariat reads."""
    with transaction() as session:
        matter = Matter(
            body_id=government.body_id,
            unit_id=government.unit("BYT"),
            title=title,
            state=state,
            created_by_id=government.person("officer"),
            created_at=SINCE,
        )
        session.add(matter)
        session.flush()
        session.add(
            Grant(
                matter_id=matter.id,
                unit_id=government.unit("VPCP"),
                because=Because.SECRETARIAT,
                because_id=matter.id,
                starts_at=SINCE,
            )
        )
        return matter.id


def meeting_of(meeting_id: int) -> Meeting:
    """The meeting as it is in the database now."""
    with reading() as session:
        return session.get_one(Meeting, meeting_id)


def item_of(item_id: int) -> AgendaItem:
    """The item as it is in the database now."""
    with reading() as session:
        return session.get_one(AgendaItem, item_id)


def add(
    secretary: Persona,
    meeting_id: int,
    title: str = "",
    *,
    parent: int | None = None,
    matter: int | None = None,
    kind: ItemKind = ItemKind.DISCUSSION,
    guests: frozenset[int] = frozenset(),
) -> int:
    """Add an item on the newest revision."""
    form = ItemForm(kind, title, "Bộ trưởng", 15, matter, guests)
    revision = meeting_of(meeting_id).revision
    with transaction() as session:
        return agenda.add_item(session, secretary.actor(), meeting_id, form, revision=revision, parent_id=parent).id


def titles(meeting_id: int) -> list[str]:
    """The titles of the agenda being worked on, in reading order."""
    with reading() as session:
        return [item.title for item in agenda.items_of(session, meeting_id)]


def approve(secretary: Persona, chair: Persona, meeting_id: int) -> None:
    """Propose the agenda and approve it."""
    with transaction() as session:
        revision = publishing.propose(session, secretary.actor(), meeting_id).revision
    with transaction() as session:
        publishing.approve(session, chair.actor(), meeting_id, revision=revision)


def publish(secretary: Persona, chair: Persona, meeting_id: int) -> int:
    """Propose, approve and publish the agenda; return the version's number."""
    approve(secretary, chair, meeting_id)
    with transaction() as session:
        return publishing.publish(session, secretary.actor(), meeting_id).number


def start(secretary: Persona, meeting_id: int) -> None:
    """Start the meeting."""
    with transaction() as session:
        sitting.start(session, secretary.actor(), meeting_id)


def states(meeting_id: int) -> dict[str, ItemState]:
    """The state of each item by its title."""
    with reading() as session:
        items = session.scalars(select(AgendaItem).where(AgendaItem.meeting_id == meeting_id))
        return {item.title: item.state for item in items}
