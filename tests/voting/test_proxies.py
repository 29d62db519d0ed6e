"""Proxies in a meeting: who gives one, who records one, what of it is on the roll, and what the rule of a question makes of it."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ecabinet import clock
from ecabinet.access import Actor
from ecabinet.audit import AuditEntry, Tag
from ecabinet.database import reading, transaction
from ecabinet.notices import Notice
from ecabinet.refusals import Forbidden, NotFound, Refused, StepUpNeeded
from meetings.models import Meeting
from meetings.rules import MeetingState
from tests.persona import Persona
from tests.voting import council
from tests.voting import room as rooms
from tests.voting.council import BOOK, WEIGHTED, represent, weigh, write_book
from tests.voting.room import Room, bodies, casts, mark, opened
from tests.world import MEMBERS, World
from voting import casting, queries
from voting.ballots import Ballot
from voting.conduct import Procedure
from voting.engine.refusals import Reason as RollReason
from voting.franchise import proxies
from voting.franchise.proxy_rules import Reason
from voting.models import Proxy

# Who may do what, and what is refused, does not depend on the database; what it must hold or lock is tried on both.
pytestmark = pytest.mark.any_database

People = Callable[[str], Persona]
AWAY = "finance_minister"


@pytest.fixture
def room(government: World) -> Room:
    room = rooms.furnish(government, present=[key for key in MEMBERS if key != AWAY])
    write_book(room)
    weigh(room)
    return room


def gives(room: Room, who: Persona | Actor, member: str, holder: str, **named: Any) -> int:
    with transaction() as session:
        return proxies.give(
            session,
            who if isinstance(who, Actor) else who.actor(),
            room.meeting_id,
            **{"membership_id": room.world.membership(member), "holder_id": room.world.membership(holder), **named},
        ).id


def frozen(question_id: int, room: Room) -> dict[str, str]:
    """Who casts for whom by the first entry, by the keys of the tests."""
    keys = {str(seat): key for key, seat in room.world.memberships.items()}
    roll = json.loads(bodies(question_id)[0])["roll"]
    return {keys[line["member"]]: keys[line["proxy"]] for line in roll if line["proxy"]}


@pytest.mark.both_databases
def test_a_member_gives_their_proxy_and_the_roll_of_the_next_question_names_the_holder(
    room: Room, secretary: Persona, finance_minister: Persona
) -> None:
    gives(room, finance_minister, AWAY, "health_minister", reason="Công tác nước ngoài")
    assert frozen(opened(room, secretary.actor(), rule_name=WEIGHTED), room) == {AWAY: "health_minister"}
    with reading() as session:
        assert session.query(AuditEntry).where(AuditEntry.tag == Tag.PROXY_GIVEN).count() == 1
        told = {notice.person_id: notice.sentence for notice in session.query(Notice)}
    assert told == {room.world.person("health_minister"): "PROXY_GIVEN"}


def test_the_secretary_records_a_proxy_with_its_evidence_and_both_members_are_told(
    room: Room, secretary: Persona
) -> None:
    with pytest.raises(Refused) as refused:
        gives(room, secretary, AWAY, "health_minister")
    assert refused.value.reason is Reason.EVIDENCE_MISSING
    gives(room, secretary, AWAY, "health_minister", evidence="Công văn số 12")
    with reading() as session:
        told = {notice.person_id for notice in session.query(Notice).where(Notice.sentence == "PROXY_GIVEN")}
        assert session.query(Proxy).one().evidence == "Công văn số 12"
    assert told == {room.world.person(AWAY), room.world.person("health_minister")}


def test_nobody_gives_the_proxy_of_another_or_to_somebody_outside(
    room: Room, health_minister: Persona, finance_minister: Persona, auditor: Persona, outsider: Persona
) -> None:
    with pytest.raises(NotFound):
        gives(room, health_minister, AWAY, "health_minister")
    with pytest.raises(Forbidden):
        gives(room, auditor, AWAY, "health_minister", evidence="x")
    with pytest.raises(NotFound):
        gives(room, outsider, AWAY, "health_minister", evidence="x")
    with pytest.raises(NotFound):
        gives(room, finance_minister, AWAY, AWAY, holder_id=room.world.committee["health_minister"])
    with pytest.raises(StepUpNeeded):
        gives(room, replace(finance_minister.actor(), stepped_up_until=None), AWAY, "health_minister")
    with reading() as session:
        assert proxies.standing(session, room.meeting_id) == {}


@pytest.mark.both_databases
def test_one_proxy_stands_at_a_time_and_either_member_or_the_secretary_ends_it(
    room: Room, finance_minister: Persona, health_minister: Persona, secretary: Persona, chair: Persona
) -> None:
    for who in (finance_minister, health_minister, secretary):
        proxy_id = gives(room, finance_minister, AWAY, "health_minister")
        with pytest.raises(Refused) as refused:
            gives(room, finance_minister, AWAY, "prime_minister")
        assert refused.value.reason is Reason.GIVEN_BEFORE
        with pytest.raises(NotFound):
            ends(room, chair, proxy_id)
        ends(room, who, proxy_id)
    with pytest.raises(Refused) as again:
        ends(room, finance_minister, proxy_id)
    assert again.value.reason is Reason.OVER_BEFORE


def ends(room: Room, who: Persona, proxy_id: int) -> None:
    with transaction() as session:
        proxies.end(session, who.actor(), room.meeting_id, proxy_id)


def test_after_the_meeting_no_proxy_is_given(room: Room, finance_minister: Persona) -> None:
    with transaction() as session:
        session.get_one(Meeting, room.meeting_id).state = MeetingState.CLOSED
    with pytest.raises(Refused) as refused:
        gives(room, finance_minister, AWAY, "health_minister")
    assert refused.value.reason is Reason.MEETING_OVER


@pytest.mark.parametrize("why", ["member recused", "holder recused", "member there", "rule without proxies"])
def test_who_cannot_be_represented_is_not_and_the_question_opens(room: Room, secretary: Persona, why: str) -> None:
    represent(room, AWAY, "health_minister")
    if why.endswith("recused"):
        rooms.bar(room, AWAY if why.startswith("member") else "health_minister")
    if why == "member there":
        with transaction() as session:
            session.add(rooms.stay(room.world, session.get_one(Meeting, room.meeting_id), AWAY))
    rule = None if why == "rule without proxies" else WEIGHTED
    assert frozen(opened(room, secretary.actor(), rule_name=rule), room) == {}


def test_a_holder_with_more_proxies_than_the_rule_allows_is_named_and_the_question_stays_shut(
    room: Room, secretary: Persona
) -> None:
    for key in (AWAY, "justice_minister"):
        represent(room, key, "health_minister")
    council.leave(room, "justice_minister")
    with pytest.raises(Refused) as refused:
        opened(room, secretary.actor(), rule_name=WEIGHTED)
    assert refused.value.reason is RollReason.PROXIES_TOO_MANY
    assert refused.value.values == {"name": "Bộ trưởng Bộ Y tế", "most": 1}
    write_book(room, BOOK.replace("proxies_per_member = 1", "proxies_per_member = 2"))
    assert len(frozen(opened(room, secretary.actor(), rule_name=WEIGHTED), room)) == 2


def test_a_proxy_may_object_where_the_chair_asks_for_objections(
    room: Room, secretary: Persona, health_minister: Persona
) -> None:
    represent(room, AWAY, "health_minister")
    question_id = opened(room, secretary.actor(), rule_name=WEIGHTED, procedure=Procedure.NO_OBJECTION)
    assert frozen(question_id, room) == {AWAY: "health_minister"}
    away = str(room.world.membership(AWAY))
    casting.cast(health_minister.actor(), question_id, Ballot(mark(), "no", member=away))
    assert rooms.closed(question_id, secretary.actor()).outcome == "fail"


def test_the_holder_is_not_shown_what_the_member_cast_themself(
    room: Room, secretary: Persona, health_minister: Persona, finance_minister: Persona
) -> None:
    represent(room, AWAY, "health_minister")
    question_id = opened(room, secretary.actor(), rule_name=WEIGHTED)
    casts(finance_minister, question_id, "no")
    with reading() as session:
        held = queries.panel(session, health_minister.actor(), question_id)
        own = queries.panel(session, finance_minister.actor(), question_id)
    assert [(each.name, each.mine) for each in held.represents] == [("Bộ trưởng Bộ Tài chính", None)]
    assert (held.represented_by, own.represented_by) == ("", "Bộ trưởng Bộ Y tế")
    assert own.mine is not None


@pytest.mark.both_databases
def test_an_ended_proxy_keeps_who_and_when(room: Room, finance_minister: Persona) -> None:
    proxy_id = gives(room, finance_minister, AWAY, "health_minister")
    before = clock.now()
    ends(room, finance_minister, proxy_id)
    with reading() as session:
        row = proxies.page_of(session, finance_minister.actor(), room.meeting_id).rows[0]
    assert row.ended_at is not None
    assert row.ended_at >= before
    assert not row.may_end
