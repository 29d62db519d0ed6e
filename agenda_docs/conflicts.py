"""Conflicts of interest: a bar that hides a dossier's papers from a member everywhere at once, and leaves its title."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs import audience, conditions, reading, rules
from agenda_docs.models import Bar
from ecabinet import audit, clock
from ecabinet.access import Actor, Permission, Role
from ecabinet.audit import Tag
from ecabinet.refusals import NotFound


def declare_conflict(session: Session, actor: Actor, person_id: int, matter_id: int, why: str) -> Bar:
    """Bar a member from a matter: one's own declaration, or recorded by the secretariat. The same again returns the bar that stands."""
    matter = reading.known_matter_for(session, actor, matter_id, Permission.DECLARE_CONFLICT)
    rules.check_may_record_conflict(
        for_oneself=person_id == actor.person_id,
        is_secretary=actor.has_role(Role.SECRETARY, matter.body_id),
        is_member=audience.is_member(session, person_id, matter.body_id),
    )
    standing = standing_bar(session, person_id, matter_id)
    if standing is not None:
        return standing
    bar = Bar(
        person_id=person_id,
        matter_id=matter_id,
        why=why,
        declared_by_id=actor.person_id,
        starts_at=clock.now(),
    )
    session.add(bar)
    audit.record(
        session, actor, Tag.CONFLICT_DECLARED, bar, body_id=matter.body_id, person_id=person_id, matter_id=matter_id
    )
    audience.announce_access(session, audience.of_member(session, person_id, matter.body_id))
    return bar


def end_conflict(session: Session, actor: Actor, bar_id: int, why: str) -> Bar:
    """End a bar with a reason; the secretariat does, never the person it concerns."""
    bar = session.get(Bar, bar_id)
    if bar is None:
        raise NotFound
    matter = reading.matter_for(session, actor, bar.matter_id, Permission.ACCEPT_MATTER)
    stands = bar.ends_at is None or bar.ends_at > clock.now()
    rules.check_may_end_conflict(for_oneself=bar.person_id == actor.person_id, stands=stands)
    bar.ends_at, bar.ended_by_id, bar.end_reason = clock.now(), actor.person_id, why
    audit.record(
        session,
        actor,
        Tag.CONFLICT_ENDED,
        bar,
        body_id=matter.body_id,
        person_id=bar.person_id,
        matter_id=bar.matter_id,
    )
    audience.announce_access(session, audience.of_member(session, bar.person_id, matter.body_id))
    return bar


def standing_bar(session: Session, person_id: int | None, matter_id: int) -> Bar | None:
    """Return the bar that keeps this person out of the matter now."""
    return session.scalar(
        select(Bar).where(Bar.person_id == person_id, Bar.matter_id == matter_id, conditions.stands(Bar, clock.now()))
    )
