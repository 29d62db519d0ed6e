"""A running meeting with one item, its dossier and its question, for the tests of voting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from agenda_docs.models import Bar, Because, Document, DocumentKind, DocumentVersion, Grant, Matter
from agenda_docs.rules import MatterState
from ecabinet import clock
from ecabinet.access import Actor, Role
from ecabinet.database import reading, transaction
from meetings.models import (
    AgendaItem,
    AgendaVersion,
    Attendance,
    Capacity,
    Delegation,
    ItemKind,
    Meeting,
    MeetingKind,
    Presence,
    VersionItem,
)
from meetings.rules import AgendaState, ItemState, MeetingState
from tests.persona import Persona
from tests.world import MEMBERS, ZONE, World
from voting import box, casting, preparing, service
from voting.ballots import Ballot, Receipt
from voting.conduct import Procedure, QuestionState
from voting.models import BoxEntry, Question, RollEntry
from voting.opinions import approval, lists
from voting.opinions import service as written
from voting.opinions.lines import MINE, Line, Wanted

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
TEXT = "Thông qua Đề án với mức vốn 18.400 tỷ đồng?"


@dataclass
class Room:
    """The ids of a running meeting."""

    world: World
    matter_id: int
    meeting_id: int
    item_id: int
    version_id: int


def furnish(world: World, *, present: Sequence[str] = MEMBERS) -> Room:
    """Begin a meeting of the government with one item whose dossier every member may read."""
    with transaction() as session:
        matter = accepted_matter(session, world)
        meeting = _meeting(session, world)
        item = _published_item(session, world, meeting, matter)
        for key in present:
            session.add(stay(world, meeting, key))
        version_id = session.scalars(select(DocumentVersion.id)).one()
        return Room(world, matter.id, meeting.id, item.id, version_id)


def accepted_matter(session: Session, world: World) -> Matter:
    """Put an accepted dossier with one paper before the government; the members and the secretariat may read it."""
    matter = Matter(
        body_id=world.body_id,
        unit_id=world.unit("BYT"),
        title="Đề án cấp nước sạch",
        state=MatterState.ACCEPTED,
        created_by_id=world.person("officer"),
        created_at=SINCE,
    )
    session.add(matter)
    session.flush()
    _paper(session, world, matter)
    holders: list[dict[str, Any]] = [
        {"membership_id": seat, "because": Because.ITEM} for seat in world.memberships.values()
    ]
    holders.append({"unit_id": world.unit("VPCP"), "because": Because.SECRETARIAT})
    session.add_all(Grant(matter_id=matter.id, because_id=matter.id, starts_at=SINCE, **holder) for holder in holders)
    return matter


def _paper(session: Session, world: World, matter: Matter) -> None:
    document = Document(matter_id=matter.id, title="Tờ trình", kind=DocumentKind.SUBMISSION)
    session.add(document)
    session.flush()
    session.add(
        DocumentVersion(
            document_id=document.id,
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
            uploaded_by_id=world.person("officer"),
            uploaded_at=SINCE,
            confirmed_at=SINCE,
        )
    )
    session.flush()


def _meeting(session: Session, world: World) -> Meeting:
    meeting = Meeting(
        body_id=world.body_id,
        kind=MeetingKind.REGULAR,
        title="Phiên họp thường kỳ",
        starts_local=clock.in_zone(clock.now(), ZONE).replace(tzinfo=None),
        zone=ZONE,
        state=MeetingState.RUNNING,
        chair_membership_id=world.membership("prime_minister"),
        agenda_state=AgendaState.PUBLISHED,
        published_version=1,
        created_by_id=world.person("secretary"),
        started_at=clock.now(),
    )
    session.add(meeting)
    session.flush()
    return meeting


def _published_item(session: Session, world: World, meeting: Meeting, matter: Matter) -> AgendaItem:
    item = AgendaItem(
        meeting_id=meeting.id,
        matter_id=matter.id,
        kind=ItemKind.DECISION,
        title=matter.title,
        position=1,
        state=ItemState.CURRENT,
    )
    secretary, chair = world.person("secretary"), world.person("prime_minister")
    version = AgendaVersion(
        meeting_id=meeting.id, number=1, published_at=SINCE, published_by_id=secretary, approved_by_id=chair
    )
    session.add_all((item, version))
    session.flush()
    session.add(
        VersionItem(
            version_id=version.id,
            item_id=item.id,
            matter_id=matter.id,
            place=1,
            label="1",
            depth=0,
            kind=item.kind,
            title=item.title,
            presenter="",
            minutes=10,
            papers=[],
        )
    )
    return item


def stay(world: World, meeting: Meeting, key: str) -> Attendance:
    """Return a stay of a member in the room, from now on."""
    return Attendance(
        meeting_id=meeting.id,
        person_id=world.person(key),
        membership_id=world.membership(key),
        capacity=Capacity.MEMBER,
        presence=Presence.IN_ROOM,
        came_at=clock.now(),
        recorded_by_id=world.person("secretary"),
    )


def prepared(
    room: Room, secretary: Actor, *, procedure: Procedure = Procedure.VOTE, rule_name: str | None = None
) -> int:
    """Prepare a question on the item and return its id."""
    with transaction() as session:
        question = preparing.prepare(
            session, secretary, item_id=room.item_id, text=TEXT, procedure=procedure, rule_name=rule_name
        )
        return question.id


def opened(
    room: Room,
    secretary: Actor,
    *,
    procedure: Procedure = Procedure.VOTE,
    rule_name: str | None = None,
    closes_in: timedelta | None = None,
) -> int:
    """Prepare, arm and open a question on the item and return its id."""
    return put(prepared(room, secretary, procedure=procedure, rule_name=rule_name), secretary, closes_in=closes_in)


def put(question_id: int, secretary: Actor, *, closes_in: timedelta | None = None) -> int:
    """Arm and open a prepared question and return its id."""
    with transaction() as session:
        service.arm(session, secretary, question_id)
    with transaction() as session:
        service.open_question(session, secretary, question_id, closes_in=closes_in)
    return question_id


def circulated(
    room: Room,
    secretary: Actor,
    *,
    days: int = 3,
    rule_name: str | None = None,
    procedure: Procedure = Procedure.VOTE,
    options: str = "",
    is_approved: bool = True,
) -> int:
    """Prepare a written question on the dossier, have the chair approve it, send it and return its id."""
    with transaction() as session:
        question = preparing.prepare_written(
            session,
            secretary,
            matter_id=room.matter_id,
            text=TEXT,
            rule_name=rule_name,
            procedure=procedure,
            options=options,
        )
        question_id = question.id
    if is_approved:
        approved(room, secretary, question_id)
    with transaction() as session:
        written.circulate(session, secretary, question_id, days)
    return question_id


def approved(room: Room, secretary: Actor, question_id: int) -> None:
    """Have a written draft proposed to the chair, and approved as it stands."""
    with transaction() as session:
        seen = approval.propose(session, secretary, question_id).approved_hash
    with transaction() as session:
        approval.approve(session, chair(room), question_id, seen=seen or "")


def chair(room: Room) -> Actor:
    """Return the Prime Minister, who presides over the government, as an actor with a fresh second factor."""
    body, seat = room.world.body_id, room.world.membership("prime_minister")
    return Actor(
        person_id=room.world.person("prime_minister"),
        name="Thủ tướng Chính phủ",
        language="vi",
        roles={body: frozenset({Role.CHAIR, Role.MEMBER})},
        memberships={body: seat},
        stepped_up_until=datetime(2100, 1, 1, tzinfo=UTC),
        stepped_up_by="link",
    )


def asked_of(session: Session, actor: Actor) -> list[Line]:
    """Return the written questions that were put to this person, whatever became of them."""
    return [line for view in MINE for line in lists.listed(session, actor, Wanted(view)).lines]


def mark() -> str:
    """Return what a tablet makes before it first sends a ballot."""
    return uuid4().hex


def casts(
    member: Persona | Actor,
    question_id: int,
    choice: str,
    *,
    text: str = "",
    cast_id: str | None = None,
    discuss: bool = False,
    reserved: str = "",
) -> Receipt:
    """Cast a member's ballot."""
    actor = member if isinstance(member, Actor) else member.actor()
    return casting.cast(actor, question_id, Ballot(cast_id or mark(), choice, text, discuss=discuss, reserved=reserved))


def figures_at_close(question_id: int, actor: Actor) -> dict[str, int]:
    """Close a question and return what was counted."""
    figures: dict[str, int] = (closed(question_id, actor).result or {})["figures"]
    return figures


def closed(question_id: int, actor: Actor) -> Question:
    """Close a question."""
    with transaction() as session:
        return service.close(session, actor, question_id)


def bodies(question_id: int) -> list[bytes]:
    """Return the entries of a box."""
    with reading() as session:
        return box.bodies(session, question_id)


def entries_of(question_id: int) -> int:
    """Count the entries of a box."""
    return len(bodies(question_id))


def question(question_id: int) -> Question:
    """Return a question as it stands."""
    with reading() as session:
        return session.get_one(Question, question_id)


def state_of(question_id: int) -> QuestionState:
    """Return where a question stands."""
    return question(question_id).state


def entry_people(question_id: int) -> list[int | None]:
    """Return whose each entry of a box is."""
    with reading() as session:
        return list(
            session.scalars(
                select(BoxEntry.person_id).where(BoxEntry.question_id == question_id).order_by(BoxEntry.number)
            )
        )


def bar(room: Room, key: str) -> None:
    """Record that a member has a conflict of interest in the matter."""
    with transaction() as session:
        session.add(
            Bar(
                person_id=room.world.person(key),
                matter_id=room.matter_id,
                why="Có lợi ích liên quan",
                declared_by_id=room.world.person(key),
                starts_at=clock.now(),
            )
        )


def delegate(room: Room, key: str) -> None:
    """Record that a deputy sits in for a member today."""
    with transaction() as session:
        session.add(
            Delegation(
                membership_id=room.world.membership(key),
                deputy_id=room.world.person("deputy_health_minister"),
                starts_on=clock.today(),
                ends_on=clock.today(),
                recorded_by_id=room.world.person("secretary"),
                recorded_at=clock.now(),
            )
        )


def give_proxy(room: Room, question_id: int, member: str, holder: str) -> None:
    """Have it frozen in the roll of an opened question that one member casts for another."""
    with transaction() as session:
        session.execute(
            update(RollEntry)
            .where(RollEntry.question_id == question_id, RollEntry.membership_id == room.world.membership(member))
            .values(proxy=str(room.world.membership(holder)))
        )


def passed(question_id: int) -> None:
    """Move the scheduled end of a question into the past, with its grace; nobody has closed it yet."""
    with transaction() as session:
        session.get_one(Question, question_id).closes_at = clock.now() - timedelta(minutes=5)
