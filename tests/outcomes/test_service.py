"""What a decision makes of its agenda item, on both databases."""

from ecabinet.database import reading, transaction
from meetings import agenda, copying, sitting
from meetings.models import ItemKind
from outcomes import service
from outcomes.rules import DecisionKind, Details
from tests.meetings import preparing
from tests.persona import Persona
from tests.world import World


def test_what_was_decided_and_never_marked_as_done_is_not_taken_into_the_next_meeting(
    government: World, secretary: Persona, chair: Persona
) -> None:
    meeting = preparing.planned(government, secretary)
    decided, left = (
        preparing.add(
            secretary, meeting, matter=preparing.accepted_matter(government, title), kind=ItemKind.INFORMATION
        )
        for title in ("Đã ghi nhận", "Chưa tới")
    )
    preparing.publish(secretary, chair, meeting)
    preparing.start(secretary, meeting)
    with transaction() as session:
        sitting.call_item(session, chair.actor(), decided)
        service.record(
            session, secretary.actor(), decided, DecisionKind.NOTED, Details(text="Đã ghi nhận."), kind_shown="Noted"
        )
        sitting.close(session, secretary.actor(), meeting)
    with transaction() as session:
        following = copying.copy(session, secretary.actor(), meeting, preparing.plan(government, days=7)).id
    with reading() as session:
        assert [item.deferred_from_id for item in agenda.items_of(session, following)] == [left]
