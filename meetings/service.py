"""Meetings: the finders that every command goes through, holds on items, planning a meeting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ecabinet import audit, clock, news
from ecabinet.access import Actor, Permission, Role
from ecabinet.audit import Tag
from ecabinet.organisation import queries as organisation
from ecabinet.refusals import Forbidden, NotFound, Refused
from meetings import rules
from meetings.models import (
    AgendaItem,
    AgendaSeen,
    AgendaVersion,
    Delegation,
    ItemGuest,
    ItemHold,
    Meeting,
    MeetingKind,
    VersionItem,
)
from meetings.rules import Reason

# What a deputy may do at the meetings their delegation covers. It gives a seat: no vote, and no papers by itself.
DEPUTY_PERMISSIONS = frozenset({Permission.READ_MEETING, Permission.CHECK_IN})

VOTES = "votes"  # the topic of what concerns several items at once; only those who may read questions follow it


@dataclass(frozen=True)
class Plan:
    """What the secretary says about a meeting; the start is wall time in the body's zone."""

    kind: MeetingKind
    title: str
    starts_local: datetime
    minutes: int
    place: str
    chair_membership_id: int


def stream_of(meeting_id: int) -> str:
    """Return the stream of a meeting's news."""
    return f"meeting:{meeting_id}"


def topic_of(item_id: int | None) -> str:
    """Return the topic of an item in its meeting's stream: only those who may read the item follow it."""
    return f"item:{item_id}"


def draft_stream_of(meeting_id: int) -> str:
    """Return the stream of what happens to an agenda before its publication; only those who prepare and approve it follow it."""
    return f"draft:{meeting_id}"


def meeting_for(session: Session, actor: Actor, meeting_id: int, permission: Permission) -> Meeting:
    """Return a meeting for what the actor wants to do with it.

    Raise `NotFound` where the actor may not know of it, `Forbidden` where they know of it but lack the permission in its body.
    """
    meeting = session.get(Meeting, meeting_id)
    if meeting is None:
        raise NotFound
    if knows_body(actor, meeting.body_id):
        actor.must(permission, meeting.body_id)
        return meeting
    if deputises(session, actor, meeting):
        if permission not in DEPUTY_PERMISSIONS:
            raise Forbidden(permission)
        return meeting
    if not guest_items(session, actor, meeting.id):
        raise NotFound
    actor.must(permission, meeting.body_id)
    return meeting


def item_for(session: Session, actor: Actor, item_id: int, permission: Permission) -> AgendaItem:
    """Return an agenda item for what the actor wants to do with it; drafts are known only to those who prepare and approve."""
    item = session.get(AgendaItem, item_id)
    if item is None:
        raise NotFound
    meeting = meeting_for(session, actor, item.meeting_id, permission)
    if item.id not in known_items(session, actor, meeting):
        raise NotFound
    return item


def knows_body(actor: Actor, body_id: int) -> bool:
    """Say whether the actor's roles let them know every meeting of a body; a guest's alone do not."""
    guest_only = actor.roles.get(body_id, frozenset()) <= {Role.GUEST}
    return actor.is_system or (not guest_only and actor.may(Permission.READ_MEETING, body_id))


def sees_drafts(actor: Actor, body_id: int) -> bool:
    """Say whether the actor sees an agenda before it is published."""
    return actor.may(Permission.PREPARE_MEETING, body_id) or actor.may(Permission.APPROVE_AGENDA, body_id)


def known_items(session: Session, actor: Actor, meeting: Meeting) -> set[int]:
    """Return the items of a meeting that the actor may know of: all, those once published, or a guest's own."""
    if sees_drafts(actor, meeting.body_id):
        return set(session.scalars(select(AgendaItem.id).where(AgendaItem.meeting_id == meeting.id)))
    published = _once_published(session, meeting.id)
    if knows_body(actor, meeting.body_id) or deputises(session, actor, meeting):
        return published
    return published & guest_items(session, actor, meeting.id)


def guest_items(session: Session, actor: Actor, meeting_id: int) -> set[int]:
    """Return the items of the published agenda that the actor attends as a guest."""
    return set(
        session.scalars(
            select(ItemGuest.item_id)
            .join(VersionItem, VersionItem.item_id == ItemGuest.item_id)
            .join(AgendaVersion, AgendaVersion.id == VersionItem.version_id)
            .join(
                Meeting, (Meeting.id == AgendaVersion.meeting_id) & (Meeting.published_version == AgendaVersion.number)
            )
            .where(Meeting.id == meeting_id, ItemGuest.person_id == actor.person_id)
        )
    )


def deputises(session: Session, actor: Actor, meeting: Meeting) -> bool:
    """Say whether a delegation that is not over gives the actor a seat at this meeting."""
    found = session.scalars(
        select(Delegation).where(
            Delegation.deputy_id == actor.person_id,
            Delegation.ended_at.is_(None),
            Delegation.membership_id.in_(_seats_of(session, meeting)),
        )
    )
    today = clock.today(meeting.zone)
    return any(
        rules.covers(starts_on=row.starts_on, ends_on=row.ends_on, meeting_day=day_of(meeting), today=today)
        for row in found
    )


def day_of(meeting: Meeting) -> date:
    """Return the day of a meeting in its own zone."""
    return meeting.starts_local.date()


def published_matters(session: Session, meeting: Meeting) -> dict[int, int | None]:
    """Return the items of the agenda as it is published now, each with its matter."""
    rows = session.execute(
        select(VersionItem.item_id, VersionItem.matter_id)
        .join(AgendaVersion, AgendaVersion.id == VersionItem.version_id)
        .where(AgendaVersion.meeting_id == meeting.id, AgendaVersion.number == meeting.published_version)
    )
    return dict(rows.all())


def lock(session: Session, meeting: Meeting) -> Meeting:
    """Lock the meeting's row, so that its edits happen one after the other, and read it as it is now."""
    return session.get_one(Meeting, meeting.id, with_for_update=True, populate_existing=True)


def hold(session: Session, item_id: int, why: str) -> None:
    """Keep an item from being edited, moved or withdrawn; the same reason twice is one hold. It waits for an edit under way."""
    lock(session, session.get_one(Meeting, session.get_one(AgendaItem, item_id).meeting_id))
    if session.scalar(select(ItemHold.id).where(ItemHold.item_id == item_id, ItemHold.why == why)) is None:
        session.add(ItemHold(item_id=item_id, why=why, since=clock.now()))
        session.flush()


def release(session: Session, item_id: int, why: str) -> None:
    """End one hold; the others stand."""
    session.execute(delete(ItemHold).where(ItemHold.item_id == item_id, ItemHold.why == why))


def held_items(session: Session, item_ids: Sequence[int]) -> set[int]:
    """Return those of these items that are held."""
    return set(session.scalars(select(ItemHold.item_id).where(ItemHold.item_id.in_(item_ids))))


def create(session: Session, actor: Actor, body_id: int, plan: Plan) -> Meeting:
    """Plan a meeting of a body, with an empty agenda."""
    actor.must(Permission.PREPARE_MEETING, body_id)
    meeting = Meeting(
        body_id=body_id, zone=organisation.body(session, body_id).zone, created_by_id=actor.person_id, revision=1
    )
    _apply(session, meeting, plan)
    session.add(meeting)
    audit.record(session, actor, Tag.MEETING_CREATED, meeting)
    news.announce(session, f"body:{body_id}", "meeting", meeting=meeting.id, state=meeting.state.value)
    return meeting


def change(session: Session, actor: Actor, meeting_id: int, plan: Plan) -> Meeting:
    """Change what a meeting that is not closed is called, when and where it is, and who presides."""
    meeting = lock(session, meeting_for(session, actor, meeting_id, Permission.PREPARE_MEETING))
    rules.check_not_closed(meeting.state)
    _apply(session, meeting, plan)
    audit.record(session, actor, Tag.MEETING_CHANGED, meeting)
    announce_state(session, meeting)
    return meeting


def mark_seen(session: Session, actor: Actor, meeting_id: int, number: int) -> None:
    """Note which published version of the agenda the actor has on screen."""
    meeting = meeting_for(session, actor, meeting_id, Permission.READ_MEETING)
    if not 1 <= number <= meeting.published_version:
        raise NotFound
    lock(session, meeting)  # the same reader on two tablets adds one row
    seen = session.scalar(
        select(AgendaSeen).where(AgendaSeen.meeting_id == meeting.id, AgendaSeen.person_id == actor.person_id)
    )
    if seen is None:
        session.add(AgendaSeen(person_id=actor.person_id, meeting_id=meeting.id, number=number))
    else:
        seen.number = max(seen.number, number)


def announce_state(session: Session, meeting: Meeting) -> None:
    """Tell everyone who follows the meeting where it stands."""
    news.announce(
        session,
        stream_of(meeting.id),
        "meeting",
        state=meeting.state.value,
        current_item=meeting.current_item_id,
    )


def announce_draft(session: Session, meeting: Meeting) -> None:
    """Tell those who prepare and approve the agenda that it changed, or where it stands."""
    news.announce(
        session,
        draft_stream_of(meeting.id),
        "draft",
        revision=meeting.revision,
        agenda_state=meeting.agenda_state.value,
    )


def _apply(session: Session, meeting: Meeting, plan: Plan) -> None:
    rules.check_start(plan.starts_local)
    members = organisation.memberships_in_force(session, meeting.body_id, plan.starts_local.date())
    if plan.chair_membership_id not in {member.membership_id for member in members}:
        raise Refused(Reason.CHAIR_NO_MEMBER)
    meeting.kind, meeting.title, meeting.starts_local = plan.kind, plan.title, plan.starts_local
    meeting.minutes, meeting.place, meeting.chair_membership_id = plan.minutes, plan.place, plan.chair_membership_id


def _seats_of(session: Session, meeting: Meeting) -> list[int]:
    members = organisation.memberships_in_force(session, meeting.body_id, day_of(meeting))
    return [member.membership_id for member in members]


def _once_published(session: Session, meeting_id: int) -> set[int]:
    return set(
        session.scalars(
            select(VersionItem.item_id)
            .join(AgendaVersion, AgendaVersion.id == VersionItem.version_id)
            .where(AgendaVersion.meeting_id == meeting_id)
        )
    )
