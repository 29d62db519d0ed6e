"""Who may follow a meeting over the socket, on both databases."""

import pytest
from sqlalchemy import select

from agenda_docs import conflicts
from ecabinet.database import reading, transaction
from ecabinet.news import NewsItem
from ecabinet.refusals import NotFound
from ecabinet.sockets import Following
from meetings import live
from tests.meetings import preparing
from tests.persona import Persona
from tests.world import World

# Who may do what, and what is refused, does not depend on the database; what it must hold or lock is tried on both.
pytestmark = pytest.mark.any_database


def following(persona: Persona, meeting: int) -> Following:
    with reading() as session:
        return live.follow(session, persona.actor(), {}, meeting)


@pytest.mark.both_databases
def test_each_hears_of_the_items_whose_papers_they_may_read(
    government: World, secretary: Persona, chair: Persona, health_minister: Persona, guest: Persona
) -> None:
    meeting, matter = preparing.planned(government, secretary), preparing.accepted_matter(government)
    about = preparing.add(secretary, meeting, matter=matter)
    plain = preparing.add(secretary, meeting, "Khai mạc", guests=frozenset({guest.person_id}))
    preparing.publish(secretary, chair, meeting)
    assert following(health_minister, meeting) == Following(
        f"meeting:{meeting}", ("votes", f"item:{about}", f"item:{plain}")
    )
    assert following(guest, meeting).topics == (), "a guest hears of the meeting, not of its votes"
    with transaction() as session:
        conflicts.declare_conflict(session, health_minister.actor(), health_minister.person_id, matter, "Lợi ích")
    assert following(health_minister, meeting).topics == ("votes", f"item:{plain}")


def test_an_outsider_and_a_device_that_is_nobody_follow_nothing(
    government: World, secretary: Persona, chair: Persona, outsider: Persona, guest: Persona
) -> None:
    meeting = preparing.planned(government, secretary)
    preparing.add(secretary, meeting, "Khai mạc")
    preparing.publish(secretary, chair, meeting)
    for persona in (outsider, guest):
        with pytest.raises(NotFound):
            following(persona, meeting)
    with reading() as session, pytest.raises(NotFound):
        live.follow(session, None, {}, meeting)


def test_only_those_who_prepare_and_approve_an_agenda_follow_its_draft(
    government: World, secretary: Persona, chair: Persona, health_minister: Persona, outsider: Persona
) -> None:
    meeting = preparing.planned(government, secretary)
    for persona in (secretary, chair):
        with reading() as session:
            assert live.follow_draft(session, persona.actor(), {}, meeting) == Following(f"draft:{meeting}")
    for persona in (health_minister, outsider):
        with reading() as session, pytest.raises(NotFound):
            live.follow_draft(session, persona.actor(), {}, meeting)


def test_an_edit_is_told_to_those_who_prepare_and_to_no_member(government: World, secretary: Persona) -> None:
    meeting = preparing.planned(government, secretary)
    preparing.add(secretary, meeting, "Khai mạc")
    with reading() as session:
        told = session.scalars(
            select(NewsItem).where(NewsItem.stream.in_((f"draft:{meeting}", f"meeting:{meeting}")))
        ).all()
    assert [(one.stream, one.kind, one.state["agenda_state"]) for one in told] == [
        (f"draft:{meeting}", "draft", "draft")
    ]
