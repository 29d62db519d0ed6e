"""Checking in, leaving, deputies, the running meeting; on both databases."""

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from ecabinet import clock
from ecabinet.access import Permission
from ecabinet.database import reading, transaction
from ecabinet.news import NewsItem
from ecabinet.refusals import Forbidden, NotFound, Refused
from ecabinet.sign_in.models import DeviceSession
from meetings import agenda, attendance, delegation, service, sitting
from meetings.models import Attendance, Capacity, Meeting, Presence
from meetings.rules import ItemState, MeetingState, Reason
from tests.meetings import preparing
from tests.persona import Persona
from tests.world import ZONE, World

# Who may do what, and what is refused, does not depend on the database; what it must hold or lock is tried on both.
pytestmark = pytest.mark.any_database


def running(government: World, secretary: Persona, chair: Persona) -> int:
    meeting = preparing.planned(government, secretary)
    preparing.add(secretary, meeting, "Khai mạc")
    preparing.add(secretary, meeting, "Bế mạc")
    preparing.publish(secretary, chair, meeting)
    preparing.start(secretary, meeting)
    return meeting


def check_in(persona: Persona, meeting: int, presence: Presence = Presence.IN_ROOM) -> None:
    with transaction() as session:
        attendance.check_in(session, persona.actor(), meeting, presence)


def delegate(persona: Persona, membership: int, deputy: int, *, first: int = 0, last: int = 0) -> int:
    today = clock.in_zone(clock.now(), ZONE).date()
    with transaction() as session:
        return delegation.record(
            session,
            persona.actor(),
            membership,
            deputy,
            starts_on=today + timedelta(days=first),
            ends_on=today + timedelta(days=last),
        ).id


def present(meeting: int) -> set[int]:
    with reading() as session:
        return attendance.present_membership_ids(session, meeting)


def stays(meeting: int) -> list[tuple[Capacity, Presence, bool]]:
    with reading() as session:
        rows = session.scalars(select(Attendance).where(Attendance.meeting_id == meeting).order_by(Attendance.id))
        return [(row.capacity, row.presence, row.left_at is None) for row in rows]


@pytest.mark.both_databases
def test_a_member_checks_in_from_afar_then_comes_and_then_leaves(
    government: World, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    meeting = running(government, secretary, chair)
    check_in(health_minister, meeting, Presence.REMOTE)
    check_in(health_minister, meeting, Presence.REMOTE)
    check_in(health_minister, meeting, Presence.IN_ROOM)
    assert present(meeting) == {government.membership("health_minister")}
    with transaction() as session:
        attendance.leave(session, health_minister.actor(), meeting)
    assert present(meeting) == set()
    assert stays(meeting) == [
        (Capacity.MEMBER, Presence.REMOTE, False),
        (Capacity.MEMBER, Presence.IN_ROOM, False),
    ]


def test_checking_in_renews_the_lease_for_ballots(
    government: World, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    meeting = running(government, secretary, chair)
    session_id = health_minister.actor().session_id
    with transaction() as session:
        session.get_one(DeviceSession, session_id).stepped_up_until = None
    check_in(health_minister, meeting)
    health_minister.actor().must_have_stepped_up(clock.now())


def test_everyone_is_told_how_many_are_there(
    government: World, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    meeting = running(government, secretary, chair)
    check_in(health_minister, meeting)
    check_in(chair, meeting)
    with reading() as session:
        news = session.scalars(select(NewsItem).where(NewsItem.kind == "presence").order_by(NewsItem.id)).all()
    assert [(one.stream, one.topic, one.state) for one in news] == [
        (f"meeting:{meeting}", None, {"present": 1, "members": 6}),
        (f"meeting:{meeting}", None, {"present": 2, "members": 6}),
    ]


@pytest.mark.both_databases
def test_one_who_taps_many_times_at_once_has_one_stay(
    government: World, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    meeting = running(government, secretary, chair)
    actor, together, failed = health_minister.actor(), Barrier(8), []

    def tap() -> None:
        together.wait()
        try:
            with transaction() as session:
                attendance.check_in(session, actor, meeting, Presence.IN_ROOM)
        except Exception as error:  # noqa: BLE001 - any failure fails the test
            failed.append(error)

    threads = [Thread(target=tap) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert stays(meeting) == [(Capacity.MEMBER, Presence.IN_ROOM, True)]


def test_the_secretary_records_others_and_a_member_only_themselves(
    government: World, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    meeting = running(government, secretary, chair)
    finance = government.person("finance_minister")
    with pytest.raises(Forbidden), transaction() as session:
        attendance.record(session, health_minister.actor(), meeting, finance, Presence.IN_ROOM)
    with transaction() as session:
        attendance.record(session, secretary.actor(), meeting, finance, Presence.IN_ROOM)
    assert present(meeting) == {government.membership("finance_minister")}
    with transaction() as session:
        attendance.record(session, secretary.actor(), meeting, finance, None)
    assert present(meeting) == set()
    with pytest.raises(Refused) as refusal, transaction() as session:
        attendance.record(session, secretary.actor(), meeting, finance, None)
    assert refusal.value.reason is Reason.NOT_PRESENT


def test_somebody_without_a_seat_is_not_recorded(
    government: World, secretary: Persona, chair: Persona, outsider: Persona
) -> None:
    meeting = running(government, secretary, chair)
    with pytest.raises(Refused) as refusal, transaction() as session:
        attendance.record(session, secretary.actor(), meeting, outsider.person_id, Presence.IN_ROOM)
    assert refusal.value.reason is Reason.NOT_A_PARTICIPANT
    with pytest.raises(NotFound):
        check_in(outsider, meeting)


def test_members_check_in_on_the_day_or_when_the_meeting_runs(
    government: World, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    meeting = preparing.planned(government, secretary, days=3)
    preparing.add(secretary, meeting, "Khai mạc")
    preparing.publish(secretary, chair, meeting)
    with pytest.raises(Refused) as refusal:
        check_in(health_minister, meeting)
    assert refusal.value.reason is Reason.NOT_THE_DAY
    preparing.start(secretary, meeting)
    check_in(health_minister, meeting)
    assert len(present(meeting)) == 1


def test_a_deputy_sits_in_the_seat_and_does_not_count(
    government: World, secretary: Persona, chair: Persona, health_minister: Persona, deputy_health_minister: Persona
) -> None:
    meeting = running(government, secretary, chair)
    seat = government.membership("health_minister")
    with pytest.raises(NotFound):
        check_in(deputy_health_minister, meeting)
    delegate(health_minister, seat, deputy_health_minister.person_id)
    check_in(deputy_health_minister, meeting)
    assert present(meeting) == set()
    with reading() as session:
        (taken,) = [
            one for one in attendance.seats(session, session.get_one(Meeting, meeting)) if one.membership_id == seat
        ]
    assert (taken.is_present, taken.deputy_name, taken.deputy_presence) == (
        False,
        "Thứ trưởng Bộ Y tế",
        Presence.IN_ROOM,
    )


@pytest.mark.both_databases
def test_a_member_who_comes_takes_the_seat_back_and_keeps_it(
    government: World, secretary: Persona, chair: Persona, health_minister: Persona, deputy_health_minister: Persona
) -> None:
    meeting = running(government, secretary, chair)
    delegate(health_minister, government.membership("health_minister"), deputy_health_minister.person_id)
    check_in(deputy_health_minister, meeting)
    check_in(health_minister, meeting)
    assert stays(meeting) == [(Capacity.DEPUTY, Presence.IN_ROOM, False), (Capacity.MEMBER, Presence.IN_ROOM, True)]
    with pytest.raises(Refused) as refusal:
        check_in(deputy_health_minister, meeting)
    assert refusal.value.reason is Reason.SEAT_TAKEN_BY_MEMBER


@pytest.mark.both_databases
def test_a_deputy_knows_the_meetings_of_their_days_only_and_may_not_vote(
    government: World, secretary: Persona, chair: Persona, health_minister: Persona, deputy_health_minister: Persona
) -> None:
    today, later = running(government, secretary, chair), preparing.planned(government, secretary, days=20)
    delegate(health_minister, government.membership("health_minister"), deputy_health_minister.person_id)
    actor = deputy_health_minister.actor()
    with reading() as session:
        assert service.meeting_for(session, actor, today, Permission.READ_MEETING).id == today
        with pytest.raises(NotFound):
            service.meeting_for(session, actor, later, Permission.READ_MEETING)
        with pytest.raises(Forbidden):
            service.meeting_for(session, actor, today, Permission.CAST_BALLOT)
        with pytest.raises(Forbidden):
            service.meeting_for(session, actor, today, Permission.PREPARE_MEETING)


def test_a_delegation_that_was_ended_gives_nothing_any_more(
    government: World, secretary: Persona, chair: Persona, health_minister: Persona, deputy_health_minister: Persona
) -> None:
    meeting = running(government, secretary, chair)
    seat = government.membership("health_minister")
    recorded = delegate(health_minister, seat, deputy_health_minister.person_id)
    with transaction() as session:
        delegation.end(session, secretary.actor(), recorded)
    with pytest.raises(NotFound):
        check_in(deputy_health_minister, meeting)
    with pytest.raises(Refused) as refusal, transaction() as session:
        delegation.end(session, health_minister.actor(), recorded)
    assert refusal.value.reason is Reason.DELEGATION_ENDED


@pytest.mark.both_databases
def test_the_deputies_to_choose_from_are_those_of_the_members_own_unit(government: World) -> None:
    with reading() as session:
        people = delegation.possible_deputies(session, government.membership("health_minister"))
    assert {person.id for person in people} == {
        government.person(key) for key in ("officer", "office_reader", "deputy_health_minister")
    }


@pytest.mark.parametrize("deputy", ["finance_officer", "outsider", "health_minister", "finance_minister"])
def test_nobody_of_another_unit_and_no_member_becomes_a_deputy(
    government: World, health_minister: Persona, deputy: str
) -> None:
    with pytest.raises(Refused) as refusal:
        delegate(health_minister, government.membership("health_minister"), government.person(deputy))
    assert refusal.value.reason is Reason.DEPUTY_OF_ANOTHER_UNIT


def test_a_member_delegates_their_own_seat_and_the_secretary_any_of_the_body(
    government: World, secretary: Persona, health_minister: Persona
) -> None:
    finance, deputy = government.membership("finance_minister"), government.person("finance_officer")
    with pytest.raises(NotFound):
        delegate(health_minister, finance, deputy)
    delegate(secretary, finance, deputy)
    with pytest.raises(NotFound):
        delegate(secretary, government.committee["finance_minister"], deputy)


@pytest.mark.both_databases
def test_a_seat_has_one_deputy_a_day_and_a_deputy_one_seat(government: World, health_minister: Persona) -> None:
    seat = government.membership("health_minister")
    deputy, other = government.person("deputy_health_minister"), government.person("officer")
    delegate(health_minister, seat, deputy, first=1, last=5)
    with pytest.raises(Refused) as refusal:
        delegate(health_minister, seat, other, first=5, last=9)
    assert refusal.value.reason is Reason.DELEGATED_ALREADY
    with pytest.raises(Refused) as refusal:
        delegate(health_minister, government.committee["health_minister"], deputy, first=3, last=3)
    assert refusal.value.reason is Reason.DEPUTY_BUSY
    delegate(health_minister, seat, other, first=6, last=9)


@pytest.mark.both_databases
def test_an_item_is_called_once_it_is_published_and_only_one_is_current(
    government: World, secretary: Persona, chair: Persona
) -> None:
    meeting = running(government, secretary, chair)
    late = preparing.add(secretary, meeting, "Việc phát sinh")
    with reading() as session:
        first, second = [item.id for item in agenda.items_of(session, meeting)][:2]
    with transaction() as session:
        sitting.call_item(session, chair.actor(), first)
    with transaction() as session:
        sitting.call_item(session, secretary.actor(), second)
    assert preparing.states(meeting) == {
        "Khai mạc": ItemState.PLANNED,
        "Bế mạc": ItemState.CURRENT,
        "Việc phát sinh": ItemState.PLANNED,
    }
    with pytest.raises(Refused) as refusal, transaction() as session:
        sitting.call_item(session, chair.actor(), late)
    assert refusal.value.reason is Reason.ITEM_NOT_PUBLISHED
    with transaction() as session:
        sitting.item_done(session, chair.actor(), second)
    with pytest.raises(Refused) as refusal, transaction() as session:
        sitting.item_done(session, chair.actor(), first)
    assert refusal.value.reason is Reason.ITEM_NOT_CURRENT
    assert preparing.meeting_of(meeting).current_item_id is None


def test_a_meeting_starts_once_and_with_a_published_agenda(
    government: World, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    meeting = preparing.planned(government, secretary)
    with pytest.raises(Refused) as refusal:
        preparing.start(secretary, meeting)
    assert refusal.value.reason is Reason.NOTHING_PUBLISHED
    preparing.add(secretary, meeting, "Khai mạc")
    preparing.publish(secretary, chair, meeting)
    with pytest.raises(Forbidden):
        preparing.start(health_minister, meeting)
    preparing.start(chair, meeting)
    with pytest.raises(Refused) as refusal:
        preparing.start(secretary, meeting)
    assert refusal.value.reason is Reason.MEETING_STARTED


def test_a_closed_meeting_has_nobody_in_it_and_nothing_about_it_changes(
    government: World, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    meeting = running(government, secretary, chair)
    check_in(health_minister, meeting)
    with transaction() as session:
        sitting.close(session, secretary.actor(), meeting)
    assert preparing.meeting_of(meeting).state is MeetingState.CLOSED
    assert present(meeting) == set()
    for act in (
        lambda: check_in(health_minister, meeting),
        lambda: preparing.add(secretary, meeting, "Thêm"),
        lambda: preparing.start(secretary, meeting),
    ):
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.reason is Reason.MEETING_CLOSED


def test_the_presiding_member_must_have_a_seat_on_the_day(government: World, secretary: Persona) -> None:
    plan = replace(preparing.plan(government), chair_membership_id=government.committee["health_minister"])
    with pytest.raises(Refused) as refusal, transaction() as session:
        service.create(session, secretary.actor(), government.body_id, plan)
    assert refusal.value.reason is Reason.CHAIR_NO_MEMBER
