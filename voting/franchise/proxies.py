"""Proxies: dated records that one member casts for another in one meeting, frozen into the roll of each question at its opening."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet import audit, clock, notices
from ecabinet.access import Actor, Permission
from ecabinet.audit import Tag
from ecabinet.notices import Sentence
from ecabinet.organisation import queries as organisation
from ecabinet.organisation.models import Membership
from ecabinet.organisation.queries import Member
from ecabinet.refusals import NotFound, Refused
from meetings import attendance
from meetings import service as meetings
from meetings.models import Meeting
from meetings.rules import MeetingState
from voting.franchise import proxy_rules
from voting.franchise.proxy_rules import Reason
from voting.models import Proxy, RollEntry


@dataclass(frozen=True)
class Given:
    """A proxy as a page shows it."""

    id: int
    member: str
    holder: str
    reason: str
    evidence: str
    given_by: str
    given_at: datetime
    ended_at: datetime | None
    may_end: bool


@dataclass(frozen=True)
class Proxies:
    """The proxies of a meeting, as one reader may see them: all for those who record them, a member those that concern them."""

    meeting: Meeting
    members: Sequence[Member]  # who may hold one
    givers: Sequence[Member]  # for whom the reader may give one
    rows: Sequence[Given]
    own: int | None  # the reader's own seat
    is_over: bool


def standing(session: Session, meeting_id: int) -> dict[int, int]:
    """Return the proxies of a meeting that were not ended: the holder's membership by the member's."""
    rows = session.execute(
        select(Proxy.membership_id, Proxy.holder_membership_id).where(
            Proxy.meeting_id == meeting_id, Proxy.ended_at.is_(None)
        )
    )
    return dict(rows.all())


def for_roll(session: Session, meeting: Meeting, roll: Iterable[RollEntry]) -> dict[int, int]:
    """Return who casts for whom on this roll, as it stands at this moment."""
    lines = list(roll)
    return proxy_rules.holding(
        standing(session, meeting.id),
        entitled={line.membership_id for line in lines},
        recused={line.membership_id for line in lines if line.recused},
        present=attendance.present_membership_ids(session, meeting.id),
    )


def give(
    session: Session,
    actor: Actor,
    meeting_id: int,
    *,
    membership_id: int,
    holder_id: int,
    reason: str = "",
    evidence: str = "",
) -> Proxy:
    """Let a member cast for another in this meeting: by that member, or by the secretary who says what it rests on. Needs a fresh second factor."""
    meeting = _meeting_for(session, actor, meeting_id)
    now = clock.now()
    actor.must_have_stepped_up(now)
    people = {member.membership_id: member for member in _members(session, meeting)}
    if membership_id not in {each.membership_id for each in _givers(actor, meeting, people.values())}:
        raise NotFound
    if holder_id not in people or actor.person_id is None:
        raise NotFound
    meetings.lock(session, meeting)
    proxy_rules.check_evidence(evidence, is_own=membership_id == _own(actor, meeting))
    proxy_rules.check_may_give(
        membership_id,
        holder_id,
        given=standing(session, meeting.id),
        names={seat: member.name for seat, member in people.items()},
        is_over=meeting.state is MeetingState.CLOSED,
    )
    proxy = Proxy(
        meeting_id=meeting.id,
        membership_id=membership_id,
        holder_membership_id=holder_id,
        reason=reason,
        evidence=evidence,
        given_by_id=actor.person_id,
        given_at=now,
    )
    session.add(proxy)
    audit.record(
        session, actor, Tag.PROXY_GIVEN, proxy, body_id=meeting.body_id, member=membership_id, holder=holder_id
    )
    _tell(session, actor, meeting, proxy, Sentence.PROXY_GIVEN)
    return proxy


def end(session: Session, actor: Actor, meeting_id: int, proxy_id: int) -> None:
    """End a proxy, by either member or the secretary; a question that is open keeps the one it was opened with."""
    meeting = _meeting_for(session, actor, meeting_id)
    actor.must_have_stepped_up(clock.now())
    meetings.lock(session, meeting)
    proxy = session.get(Proxy, proxy_id, with_for_update=True, populate_existing=True)
    if proxy is None or proxy.meeting_id != meeting.id or not _concerns(actor, meeting, proxy):
        raise NotFound
    if proxy.ended_at is not None:
        raise Refused(Reason.OVER_BEFORE)
    proxy.ended_at = clock.now()
    audit.record(session, actor, Tag.PROXY_ENDED, proxy, body_id=meeting.body_id)
    _tell(session, actor, meeting, proxy, Sentence.PROXY_ENDED)


def page_of(session: Session, actor: Actor, meeting_id: int) -> Proxies:
    """Return the proxies of a meeting for this reader."""
    meeting = _meeting_for(session, actor, meeting_id)
    members = _members(session, meeting)
    rows = session.scalars(select(Proxy).where(Proxy.meeting_id == meeting.id).order_by(Proxy.id.desc()))
    names = organisation.person_names(session)
    given = standing(session, meeting.id)
    return Proxies(
        meeting=meeting,
        members=members,
        givers=[member for member in _givers(actor, meeting, members) if member.membership_id not in given],
        rows=[_row(session, actor, meeting, row, names) for row in rows if _concerns(actor, meeting, row)],
        own=_own(actor, meeting),
        is_over=meeting.state is MeetingState.CLOSED,
    )


def _meeting_for(session: Session, actor: Actor, meeting_id: int) -> Meeting:
    return meetings.meeting_for(session, actor, meeting_id, Permission.GIVE_PROXY)


def _members(session: Session, meeting: Meeting) -> list[Member]:
    return organisation.memberships_in_force(session, meeting.body_id, meetings.day_of(meeting))


def _own(actor: Actor, meeting: Meeting) -> int | None:
    return actor.memberships.get(meeting.body_id)


def _records(actor: Actor, meeting: Meeting) -> bool:
    """Whether the actor records what the members say, as with attendance."""
    return actor.may(Permission.RECORD_ATTENDANCE, meeting.body_id)


def _givers(actor: Actor, meeting: Meeting, members: Iterable[Member]) -> list[Member]:
    own, records = _own(actor, meeting), _records(actor, meeting)
    return [member for member in members if records or member.membership_id == own]


def _concerns(actor: Actor, meeting: Meeting, proxy: Proxy) -> bool:
    own = _own(actor, meeting)
    is_theirs = own is not None and own in (proxy.membership_id, proxy.holder_membership_id)
    return is_theirs or _records(actor, meeting)


def _person_of(session: Session, membership_id: int) -> int:
    return session.get_one(Membership, membership_id).person_id


def _row(session: Session, actor: Actor, meeting: Meeting, row: Proxy, names: Mapping[int, str]) -> Given:
    return Given(
        id=row.id,
        member=names[_person_of(session, row.membership_id)],
        holder=names[_person_of(session, row.holder_membership_id)],
        reason=row.reason,
        evidence=row.evidence,
        given_by=names[row.given_by_id],
        given_at=row.given_at,
        ended_at=row.ended_at,
        may_end=row.ended_at is None and _concerns(actor, meeting, row),
    )


def _tell(session: Session, actor: Actor, meeting: Meeting, proxy: Proxy, sentence: Sentence) -> None:
    """Tell the two members; who did it knows."""
    session.flush()
    people = [_person_of(session, seat) for seat in (proxy.membership_id, proxy.holder_membership_id)]
    names = organisation.person_names(session)
    for person in people:
        if person != actor.person_id:
            notices.tell(
                session,
                person,
                sentence,
                key=f"proxy:{proxy.id}:{sentence.name.lower()}",
                address=f"/meetings/{meeting.id}/proxies",
                member=names[people[0]],
                holder=names[people[1]],
                title=meeting.title,
            )
