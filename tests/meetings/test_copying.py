"""The next meeting from the last one, on both databases."""

from ecabinet.database import reading, transaction
from meetings import agenda, copying, sitting
from meetings.models import AgendaItem, ItemKind
from meetings.rules import ItemState
from tests.meetings import preparing
from tests.persona import Persona
from tests.world import World


def copied(government: World, secretary: Persona, meeting: int) -> int:
    with transaction() as session:
        return copying.copy(session, secretary.actor(), meeting, preparing.plan(government, days=7)).id


def kept(meeting: int) -> list[tuple[str, int | None]]:
    with reading() as session:
        return [(item.title, item.deferred_from_id) for item in agenda.items_of(session, meeting)]


def held(government: World, secretary: Persona, chair: Persona) -> tuple[int, dict[str, int]]:
    """A closed meeting: one item decided, one deferred, one not reached, two of every meeting."""
    meeting = preparing.planned(government, secretary)
    items = {"Khai mạc": preparing.add(secretary, meeting, "Khai mạc", kind=ItemKind.INFORMATION)}
    for title in ("Đã quyết", "Hoãn", "Chưa tới"):
        matter = preparing.accepted_matter(government, title)
        items[title] = preparing.add(secretary, meeting, matter=matter, kind=ItemKind.DECISION)
    items["Tình hình"] = preparing.add(secretary, meeting, "Tình hình", parent=items["Khai mạc"])
    preparing.publish(secretary, chair, meeting)
    preparing.start(secretary, meeting)
    with transaction() as session:
        sitting.call_item(session, chair.actor(), items["Đã quyết"])
        sitting.item_done(session, chair.actor(), items["Đã quyết"])
        sitting.settle(session, session.get_one(AgendaItem, items["Hoãn"]), ItemState.DEFERRED)
        sitting.close(session, secretary.actor(), meeting)
    return meeting, items


def test_the_next_meeting_takes_what_comes_back_and_what_was_left(
    government: World, secretary: Persona, chair: Persona
) -> None:
    meeting, items = held(government, secretary, chair)
    following = copied(government, secretary, meeting)
    assert kept(following) == [
        ("Khai mạc", None),
        ("Tình hình", None),
        ("Hoãn", items["Hoãn"]),
        ("Chưa tới", items["Chưa tới"]),
    ]
    with reading() as session:
        copies = {item.title: item for item in agenda.items_of(session, following)}
    assert copies["Tình hình"].parent_id == copies["Khai mạc"].id
    assert copies["Hoãn"].matter_id == preparing.item_of(items["Hoãn"]).matter_id
    assert {item.state for item in copies.values()} == {ItemState.PLANNED}
    assert preparing.meeting_of(following).copied_from_id == meeting


def test_what_a_later_meeting_took_over_is_not_taken_twice(
    government: World, secretary: Persona, chair: Persona
) -> None:
    meeting, _items = held(government, secretary, chair)
    copied(government, secretary, meeting)
    assert kept(copied(government, secretary, meeting)) == [("Khai mạc", None), ("Tình hình", None)]


def test_a_meeting_still_to_come_gives_only_what_every_meeting_has(government: World, secretary: Persona) -> None:
    meeting, matter = preparing.planned(government, secretary), preparing.accepted_matter(government)
    preparing.add(secretary, meeting, matter=matter, kind=ItemKind.DECISION)
    preparing.add(secretary, meeting, "Khai mạc", kind=ItemKind.INFORMATION)
    assert kept(copied(government, secretary, meeting)) == [("Khai mạc", None)]
