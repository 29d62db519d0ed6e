"""Weights over time: entered for a day, kept with what was before, frozen into the roll, counted in the result."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DatabaseError

from ecabinet import clock
from ecabinet.access import Actor
from ecabinet.audit import AuditEntry, Tag
from ecabinet.database import reading, transaction
from ecabinet.refusals import Forbidden, NotFound, Refused, StepUpNeeded
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.council import WEIGHTED, WEIGHTS, weigh, write_book
from tests.voting.room import Room, bodies, opened
from tests.world import World
from voting.engine.refusals import Reason as RollReason
from voting.franchise import weights
from voting.franchise.weights import Reads
from voting.models import MemberWeight

TODAY = clock.today("Asia/Ho_Chi_Minh")
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def room(government: World) -> Room:
    return rooms.furnish(government)


def enters(room: Room, who: Persona | Actor, reads: Reads, **named: Any) -> None:
    with transaction() as session:
        given = {"measure": "population", "starts_on": TODAY, **named}
        actor = who if isinstance(who, Actor) else who.actor()
        weights.enter(session, actor, room.world.body_id, reads=reads, **given)


def one(room: Room, key: str, value: str) -> Reads:
    return weights.of_one(room.world.membership(key), value)


def on(room: Room, day: Any) -> dict[int, dict[str, str]]:
    with reading() as session:
        return weights.on_day(session, room.world.body_id, day)


def test_a_weight_holds_from_its_day_until_the_next_one_begins_and_none_is_lost(
    room: Room, administrator: Persona
) -> None:
    seat = room.world.membership("health_minister")
    enters(room, administrator, one(room, "health_minister", "12.50"))
    enters(room, administrator, one(room, "health_minister", "13"), starts_on=TOMORROW)
    enters(room, administrator, one(room, "health_minister", ""), starts_on=TOMORROW + timedelta(days=1))
    yesterday = TODAY - timedelta(days=1)
    assert [on(room, TODAY + timedelta(days=days)).get(seat) for days in (-1, 0, 1, 2)] == [
        None,
        {"population": "12.5"},
        {"population": "13"},
        None,
    ]
    enters(room, administrator, one(room, "health_minister", "14"))
    assert on(room, TODAY)[seat] == {"population": "14"}
    assert on(room, yesterday) == {}
    with reading() as session:
        assert len(weights.page_of(session, administrator.actor(), room.world.body_id, None).kept) == 4


def test_a_list_writes_only_what_changes_and_the_audit_log_says_what(room: Room, administrator: Persona) -> None:
    text = "Bộ trưởng Bộ Y tế; 12.5\nBộ trưởng Bộ Tài chính; 10"
    enters(room, administrator, weights.of_list(text))
    enters(room, administrator, weights.of_list(text))
    enters(room, administrator, weights.of_list(text.replace("10", "11")))
    with reading() as session:
        rows = session.query(AuditEntry).where(AuditEntry.tag == Tag.WEIGHTS_ENTERED).order_by(AuditEntry.id).all()
        health, finance = (str(room.world.membership(f"{key}_minister")) for key in ("health", "finance"))
        assert [row.details["weights"] for row in rows] == [{health: "12.5", finance: "10"}, {finance: "11"}]
        assert session.query(MemberWeight).count() == 3


def test_who_may_not_enter_a_weight_changes_nothing(
    room: Room, administrator: Persona, secretary: Persona, government: World
) -> None:
    reads = one(room, "health_minister", "12")
    with pytest.raises(Forbidden):
        enters(room, secretary, reads)
    with pytest.raises(StepUpNeeded):
        enters(room, replace(administrator.actor(), stepped_up_until=None), reads)
    with pytest.raises(NotFound):
        enters(room, administrator, weights.of_one(government.committee["health_minister"], "12"))
    for named in ({"measure": "heads"}, {"starts_on": TODAY - timedelta(days=1)}):
        with pytest.raises(Refused):
            enters(room, administrator, reads, **named)
    assert on(room, TODAY) == {}


def test_the_database_refuses_to_change_a_weight_that_was_entered(room: Room) -> None:
    weigh(room)
    with pytest.raises(DatabaseError), transaction() as session:
        session.execute(update(MemberWeight).values(value="1"))


def test_the_roll_has_the_weights_of_the_day_that_the_rule_counts_and_no_others(room: Room, secretary: Persona) -> None:
    write_book(room)
    weigh(room)
    weigh(room, {"health_minister": "99"}, on=TOMORROW + timedelta(days=1))
    weigh(room, {"health_minister": "7"}, measure="area")
    roll = json.loads(bodies(opened(room, secretary.actor(), rule_name=WEIGHTED))[0])["roll"]
    by_seat = {line["member"]: line["weights"] for line in roll}
    assert by_seat == {str(room.world.membership(key)): {"population": value} for key, value in WEIGHTS.items()}
    rooms.closed(1, secretary.actor())
    plain = json.loads(bodies(opened(room, secretary.actor()))[0])["roll"]
    assert {str(line["weights"]) for line in plain} == {"{}"}


def test_a_question_does_not_open_while_a_member_lacks_a_weight_that_the_rule_counts(
    room: Room, secretary: Persona
) -> None:
    write_book(room)
    weigh(room, {key: value for key, value in WEIGHTS.items() if key != "justice_minister"})
    with pytest.raises(Refused) as refused:
        opened(room, secretary.actor(), rule_name=WEIGHTED)
    assert refused.value.reason is RollReason.WEIGHT_MISSING
    assert refused.value.values == {"name": "Bộ trưởng Bộ Tư pháp", "measure": "population"}
