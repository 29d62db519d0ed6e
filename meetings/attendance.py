"""Attendance: who came, from where, when, and who left. Quorum is counted by the voting rule; here people are counted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet import audit, clock, news
from ecabinet.access import Actor, Permission
from ecabinet.audit import Tag
from ecabinet.organisation import queries as organisation
from ecabinet.organisation.models import Person
from ecabinet.refusals import NotFound, Refused
from ecabinet.sign_in import sessions
from meetings import delegation, hall, rules, service, visibility
from meetings.models import AgendaItem, Attendance, Capacity, ItemGuest, Meeting, Presence
from meetings.presence import present_people
from meetings.rules import Reason


@dataclass(frozen=True)
class Seat:
    """A member's seat at one meeting: who has it, whether they are there, and who sits in."""

    membership_id: int
    person_id: int
    name: str
    rank: int
    roles: tuple[str, ...]
    presence: Presence | None  # of the member; None while away
    deputy_id: int | None
    deputy_name: str | None
    deputy_presence: Presence | None

    @property
    def is_present(self) -> bool:
        """Whether the member themselves is there; a deputy does not count."""
        return self.presence is not None


@dataclass(frozen=True)
class Place:
    """As what a person attends, and whose seat it is."""

    capacity: Capacity
    membership_id: int | None


@dataclass(frozen=True)
class Guest:
    """A guest of a meeting and whether they are there."""

    person_id: int
    name: str
    presence: Presence | None


@dataclass(frozen=True)
class Stay:
    """One stay as a page or a file shows it."""

    person_id: int
    name: str
    capacity: Capacity
    presence: Presence
    came_at: datetime
    left_at: datetime | None


def seats(session: Session, meeting: Meeting) -> list[Seat]:
    """Return the seats of all members in force on the meeting's day, in order of precedence, as they are taken now."""
    return seats_taken(session, meeting, present_people(session, meeting.id))


def seats_taken(session: Session, meeting: Meeting, stays: Iterable[Attendance]) -> list[Seat]:
    """Return the same from the open stays, where they have been read already."""
    day = service.day_of(meeting)
    here = {row.person_id: row for row in stays}
    deputies = delegation.deputies_on(session, meeting.body_id, day)
    names = _names(session, deputies.values())
    return [
        _seat(member, here, deputies.get(member.membership_id), names)
        for member in organisation.memberships_in_force(session, meeting.body_id, day)
    ]


def present_membership_ids(session: Session, meeting_id: int) -> set[int]:
    """Return the memberships whose member is there; deputies sit, and do not count."""
    return {
        row.membership_id
        for row in present_people(session, meeting_id)
        if row.capacity is Capacity.MEMBER and row.membership_id is not None
    }


def place_of(session: Session, meeting: Meeting, person_id: int) -> Place | None:
    """Return as what a person may attend: a member in force, the deputy of one, a guest of an item; None for anybody else."""
    return place_among(session, meeting, seats_taken(session, meeting, ()), person_id)


def place_among(session: Session, meeting: Meeting, taken: Sequence[Seat], person_id: int) -> Place | None:
    """Return the same from the seats, where they have been read already."""
    for seat in taken:
        if seat.person_id == person_id:
            return Place(Capacity.MEMBER, seat.membership_id)
    for seat in taken:
        if seat.deputy_id == person_id:
            return Place(Capacity.DEPUTY, seat.membership_id)
    return Place(Capacity.GUEST, None) if person_id in guest_people(session, meeting.id) else None


def guest_people(session: Session, meeting_id: int) -> set[int]:
    """Return the people who are guests of an item of this meeting."""
    return set(
        session.scalars(
            select(ItemGuest.person_id)
            .join(AgendaItem, AgendaItem.id == ItemGuest.item_id)
            .where(AgendaItem.meeting_id == meeting_id)
        )
    )


def guests(session: Session, meeting_id: int) -> list[Guest]:
    """Return the guests of a meeting by name, and which of them are there."""
    here = {row.person_id: row.presence for row in present_people(session, meeting_id)}
    names = _names(session, guest_people(session, meeting_id))
    return [Guest(person, name, here.get(person)) for person, name in sorted(names.items(), key=lambda one: one[1])]


def check_in(session: Session, actor: Actor, meeting_id: int, presence: Presence) -> None:
    """Check the actor in, in the room or from afar; the first time counts as showing that it is they, so the lease for ballots begins anew.

    Coming again does not: whoever holds a tablet that was left lying could begin a new lease for ever by leaving and coming.
    """
    meeting = service.meeting_for(session, actor, meeting_id, Permission.CHECK_IN)
    if actor.person_id is None:
        raise NotFound
    is_first = not _was_here(session, meeting.id, actor.person_id)
    if _come(session, actor, meeting, actor.person_id, presence) and is_first and actor.session_id is not None:
        minutes = organisation.body(session, meeting.body_id).step_up_minutes
        sessions.step_up(session, actor, by=sessions.CHECK_IN, minutes=minutes)


def leave(session: Session, actor: Actor, meeting_id: int) -> None:
    """Record that the actor leaves the meeting."""
    meeting = service.meeting_for(session, actor, meeting_id, Permission.CHECK_IN)
    if actor.person_id is None:
        raise NotFound
    _go(session, actor, meeting, actor.person_id)


def record(session: Session, actor: Actor, meeting_id: int, person_id: int, presence: Presence | None) -> None:
    """Record for somebody else that they came, from where, or (None) that they left; by the secretary."""
    meeting = service.meeting_for(session, actor, meeting_id, Permission.RECORD_ATTENDANCE)
    if presence is None:
        _go(session, actor, meeting, person_id)
    else:
        _come(session, actor, meeting, person_id, presence)


def end_all(session: Session, meeting: Meeting) -> None:
    """End every open stay when the meeting closes."""
    for stay in present_people(session, meeting.id):
        stay.left_at = clock.now()


def stays(session: Session, actor: Actor, meeting_id: int) -> list[Stay]:
    """Return every stay at the meeting, in order of coming."""
    service.meeting_for(session, actor, meeting_id, Permission.RECORD_ATTENDANCE)
    rows = session.execute(
        select(Attendance, Person.name)
        .join(Person, Person.id == Attendance.person_id)
        .where(Attendance.meeting_id == meeting_id)
        .order_by(Attendance.came_at, Attendance.id)
    )
    return [
        Stay(row.person_id, name, row.capacity, row.presence, came_at=row.came_at, left_at=row.left_at)
        for row, name in rows
    ]


def _was_here(session: Session, meeting_id: int, person_id: int) -> bool:
    stays = select(Attendance.id).where(Attendance.meeting_id == meeting_id, Attendance.person_id == person_id)
    return session.scalar(stays.limit(1)) is not None


def _come(session: Session, actor: Actor, meeting: Meeting, person_id: int, presence: Presence) -> bool:
    """Begin a stay and say whether it is new; one in the other presence ends, the same again changes nothing."""
    service.lock(session, meeting)
    rules.check_may_check_in(state=meeting.state, meeting_day=service.day_of(meeting), today=clock.today(meeting.zone))
    place = place_of(session, meeting, person_id)
    if place is None:
        raise Refused(Reason.NOT_A_PARTICIPANT)
    shown = _shown(session, meeting)
    here = {row.person_id: row for row in present_people(session, meeting.id)}
    if person_id in here and here[person_id].presence is presence:
        return False
    _make_room(session, here, place, person_id)
    stay = Attendance(
        meeting_id=meeting.id,
        person_id=person_id,
        membership_id=place.membership_id,
        capacity=place.capacity,
        presence=presence,
        came_at=clock.now(),
        recorded_by_id=actor.person_id,
    )
    session.add(stay)
    _note(session, actor, Tag.CHECKED_IN, meeting, stay)
    _tell_screens(session, meeting, shown)
    return True


def _make_room(session: Session, here: dict[int, Attendance], place: Place, person_id: int) -> None:
    """End the person's own earlier stay; a member who comes takes their seat back from the deputy, never the other way round."""
    for row in here.values():
        is_own = row.person_id == person_id
        shares_seat = place.membership_id is not None and row.membership_id == place.membership_id
        if shares_seat and not is_own and row.capacity is Capacity.MEMBER:
            raise Refused(Reason.SEAT_TAKEN_BY_MEMBER, name=session.get_one(Person, row.person_id).name)
        if is_own or shares_seat:
            row.left_at = clock.now()
    session.flush()


def _go(session: Session, actor: Actor, meeting: Meeting, person_id: int) -> None:
    service.lock(session, meeting)
    rules.check_not_closed(meeting.state)
    shown = _shown(session, meeting)
    for row in present_people(session, meeting.id):
        if row.person_id == person_id:
            row.left_at = clock.now()
            _note(session, actor, Tag.LEFT, meeting, row)
            _tell_screens(session, meeting, shown)
            return
    person = session.get(Person, person_id)
    if person is None or place_of(session, meeting, person_id) is None:
        raise Refused(Reason.NOT_A_PARTICIPANT)
    raise Refused(Reason.NOT_PRESENT, name=person.name)


def _note(session: Session, actor: Actor, tag: Tag, meeting: Meeting, stay: Attendance) -> None:
    audit.record(
        session,
        actor,
        tag,
        stay,
        body_id=meeting.body_id,
        meeting=meeting.id,
        person=stay.person_id,
        capacity=stay.capacity.value,
        presence=stay.presence.value,
    )
    members = organisation.memberships_in_force(session, meeting.body_id, service.day_of(meeting))
    present = len(present_membership_ids(session, meeting.id))
    news.announce(session, service.stream_of(meeting.id), "presence", present=present, members=len(members))


def _shown(session: Session, meeting: Meeting) -> set[int] | None:
    """Return what the screens in the room show; None where there are none."""
    return visibility.visible_to_all_present(session, meeting) if hall.paired(session, meeting.id) else None


def _tell_screens(session: Session, meeting: Meeting, shown: set[int] | None) -> None:
    """Somebody who may not see an item came or left: the screens show and hear something else now."""
    if shown is not None and visibility.visible_to_all_present(session, meeting) != shown:
        for screen in hall.paired(session, meeting.id):
            hall.tell_screen(session, screen)


def _seat(
    member: organisation.Member, here: dict[int, Attendance], deputy_id: int | None, names: dict[int, str]
) -> Seat:
    own = here.get(member.person_id)
    sitting_in = here.get(deputy_id) if deputy_id is not None else None
    return Seat(
        membership_id=member.membership_id,
        person_id=member.person_id,
        name=member.name,
        rank=member.rank,
        roles=member.roles,
        presence=own.presence if own is not None else None,
        deputy_id=deputy_id,
        deputy_name=names[deputy_id] if deputy_id is not None else None,
        deputy_presence=sitting_in.presence if sitting_in is not None else None,
    )


def _names(session: Session, people: Iterable[int]) -> dict[int, str]:
    return dict(session.execute(select(Person.id, Person.name).where(Person.id.in_(list(people)))).all())
