"""The verbs of the organisation on both databases: who may, what ends with what, what needs two people."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from ecabinet import clock
from ecabinet.access import Actor, Permission, Role
from ecabinet.audit import AuditEntry
from ecabinet.database import reading, transaction
from ecabinet.organisation import bodies, people, queries, roles, seats, units
from ecabinet.organisation.models import Body, Designation, Membership, Person, Position, Post, RoleAssignment
from ecabinet.organisation.roles import Grant
from ecabinet.organisation.rules import Reason
from ecabinet.refusals import Forbidden, NotFound, Refused, StepUpNeeded
from tests.persona import Persona
from tests.world import World

# Who may do what, and what is refused, does not depend on the database; what it must hold or lock is tried on both.
pytestmark = pytest.mark.any_database

PersonaOf = Callable[[str], Persona]


def today() -> date:
    return clock.today()


def do(verb: Callable[..., Any], persona: Persona, *given: Any, **named: Any) -> Any:
    """Do a verb in a transaction of its own."""
    with transaction() as session:
        return verb(session, persona.actor(), *given, **named)


def refused(verb: Callable[..., Any], persona: Persona, *given: Any, **named: Any) -> Reason:
    with pytest.raises(Refused) as refusal:
        do(verb, persona, *given, **named)
    assert isinstance(refusal.value.reason, Reason)
    return refusal.value.reason


def grant(persona: Persona, role: Role, **more: Any) -> Grant:
    return Grant(person_id=persona.person_id, role=role, period=(today(), None), **more)


def members(body_id: int, on: date | None = None) -> list[queries.Member]:
    with reading() as session:
        return queries.memberships_in_force(session, body_id, on or today())


@pytest.mark.both_databases
def test_the_members_of_a_body_stand_in_their_order_with_their_roles(government: World) -> None:
    with transaction() as session:
        session.add(
            Designation(
                membership_id=government.membership("health_minister"),
                role="chair",
                starts_on=date(2026, 1, 1),
                ends_on=date(2026, 6, 30),
            )
        )
    now = members(government.body_id)
    assert [member.rank for member in now] == [1, 2, 3, 4, 5, 6]
    assert (now[0].name, now[0].roles) == ("Thủ tướng Chính phủ", ("prime_minister",))
    assert now[2].roles == ()
    assert members(government.body_id, date(2026, 6, 30))[2].roles == ("chair",)
    assert members(government.body_id, date(2025, 12, 31)) == []


@pytest.mark.both_databases
def test_a_role_that_reads_papers_holds_only_when_a_second_person_confirmed_it(
    government: World, administrator: Persona, second_administrator: Persona, outsider: Persona
) -> None:
    assignment = do(roles.give, administrator, government.body_id, grant(outsider, Role.OFFICER))
    assert not outsider.actor().may(Permission.READ_DOCUMENT)
    assert refused(roles.confirm, administrator, assignment.id) is Reason.CONFIRMED_BY_ANOTHER
    do(roles.confirm, second_administrator, assignment.id)
    assert outsider.actor().has_role(Role.OFFICER, government.body_id)
    assert refused(roles.confirm, second_administrator, assignment.id) is Reason.NOTHING_TO_CONFIRM


def test_the_secretary_may_be_the_second_person_but_gives_no_roles(
    government: World, administrator: Persona, secretary: Persona, outsider: Persona
) -> None:
    assignment = do(roles.give, administrator, government.body_id, grant(outsider, Role.AUDITOR))
    do(roles.confirm, secretary, assignment.id)
    assert outsider.actor().may(Permission.READ_ARCHIVE)
    with pytest.raises(Forbidden):
        do(roles.give, secretary, government.body_id, grant(outsider, Role.OFFICER))


def test_a_role_that_reads_no_papers_holds_at_once(
    government: World, administrator: Persona, outsider: Persona
) -> None:
    do(roles.give, administrator, government.body_id, grant(outsider, Role.ADMINISTRATOR))
    assert outsider.actor().may(Permission.GRANT_ROLES, government.body_id)


def test_nobody_gives_themselves_a_role_a_seat_or_a_post(government: World, administrator: Persona) -> None:
    me = administrator.person_id
    with reading() as session:
        position = session.query(Position).filter_by(unit_id=government.unit("BYT")).first()
        assert position is not None
    post = {"position_id": position.id, "acting": False, "starts_on": today(), "ends_on": None}
    seat = {"person_id": me, "rank": 1, "starts_on": today(), "ends_on": None}
    assert [
        refused(roles.give, administrator, government.body_id, grant(administrator, Role.SECRETARY)),
        refused(seats.add_member, administrator, government.body_id, **seat),
        refused(people.add_post, administrator, me, **post),
    ] == [Reason.NOT_TO_ONESELF] * 3


def test_an_administrator_of_one_body_gives_no_roles_in_another(
    government: World, administrator: Persona, outsider: Persona
) -> None:
    with pytest.raises(Forbidden):
        do(roles.give, administrator, government.committee_id, grant(outsider, Role.GUEST))
    with pytest.raises(Forbidden):
        do(seats.end_membership, administrator, government.committee["health_minister"], today())


def test_giving_confirming_and_ending_roles_needs_a_step_up(
    government: World, administrator: Persona, outsider: Persona
) -> None:
    lapsed = replace(administrator.actor(), stepped_up_until=clock.now() - timedelta(seconds=1))
    attempts: list[Callable[[Any, Actor], object]] = [
        lambda session, actor: roles.give(session, actor, government.body_id, grant(outsider, Role.GUEST)),
        lambda session, actor: roles.confirm(session, actor, 1),
        lambda session, actor: roles.end(session, actor, 1, None),
        lambda session, actor: seats.end_membership(session, actor, government.membership("health_minister"), today()),
    ]
    for attempt in attempts:
        with pytest.raises(StepUpNeeded), transaction() as session:
            attempt(session, lapsed)


@pytest.mark.both_databases
def test_a_role_ended_at_once_is_gone_at_the_next_request_and_can_be_given_again(
    government: World, administrator: Persona, second_administrator: Persona, outsider: Persona
) -> None:
    assignment = do(roles.give, administrator, government.body_id, grant(outsider, Role.GUEST))
    do(roles.confirm, second_administrator, assignment.id)
    assert (
        refused(roles.give, administrator, government.body_id, grant(outsider, Role.GUEST)) is Reason.HOLDS_ROLE_ALREADY
    )
    do(roles.end, administrator, assignment.id, None)
    assert not outsider.actor().roles
    do(roles.give, administrator, government.body_id, grant(outsider, Role.GUEST))
    with reading() as session:
        assert session.query(RoleAssignment).filter_by(person_id=outsider.person_id).count() == 2  # nothing vanished


def test_a_body_keeps_its_last_administrator(administrator: Persona, second_administrator: Persona) -> None:
    with reading() as session:
        given = {
            row.person_id: row.id for row in session.query(RoleAssignment).filter_by(role=Role.ADMINISTRATOR).all()
        }
    do(roles.end, administrator, given[second_administrator.person_id], None)
    assert refused(roles.end, administrator, given[administrator.person_id], None) is Reason.LAST_ADMINISTRATOR


def test_a_reader_of_an_office_needs_a_member_of_that_body(
    government: World, administrator: Persona, outsider: Persona
) -> None:
    elsewhere = government.committee["health_minister"]
    wanted = (grant(outsider, Role.OFFICE_READER), grant(outsider, Role.OFFICE_READER, membership_id=elsewhere))
    assert [refused(roles.give, administrator, government.body_id, one) for one in wanted] == [
        Reason.ROLE_NEEDS_MEMBER,
        Reason.NO_SUCH_MEMBER,
    ]


def test_a_new_member_sits_at_once_and_reads_when_a_second_person_confirmed_it(
    government: World, administrator: Persona, second_administrator: Persona, outsider: Persona
) -> None:
    seat = do(
        seats.add_member,
        administrator,
        government.body_id,
        person_id=outsider.person_id,
        rank=7,
        starts_on=today(),
        ends_on=None,
    )
    assert members(government.body_id)[-1].membership_id == seat.id
    assert not outsider.actor().may(Permission.CAST_BALLOT)
    with reading() as session:
        given = session.query(RoleAssignment).filter_by(person_id=outsider.person_id).one()
    do(roles.confirm, second_administrator, given.id)
    assert outsider.actor().may(Permission.CAST_BALLOT, government.body_id)


@pytest.mark.both_databases
def test_a_person_has_one_seat_in_a_body_at_a_time(
    government: World, administrator: Persona, health_minister: Persona
) -> None:
    seat = {"person_id": health_minister.person_id, "rank": 9, "ends_on": None}
    again = {**seat, "starts_on": today() + timedelta(days=500)}
    assert refused(seats.add_member, administrator, government.body_id, **again) is Reason.IS_MEMBER_ALREADY
    do(seats.end_membership, administrator, government.membership("health_minister"), today())
    tomorrow = {**seat, "starts_on": today() + timedelta(days=1)}
    do(seats.add_member, administrator, government.body_id, **tomorrow)


@pytest.mark.both_databases
def test_with_a_seat_end_the_roles_that_hang_on_it(
    government: World, administrator: Persona, chair: Persona, health_minister: Persona, office_reader: Persona
) -> None:
    assert office_reader.actor().offices == {government.membership("health_minister")}
    for key in ("health_minister", "prime_minister"):
        do(seats.end_membership, administrator, government.membership(key), today())
    assert health_minister.actor().may(Permission.CAST_BALLOT, government.body_id)  # today is the last day
    with time_machine.travel(clock.now() + timedelta(days=1), tick=False):
        assert len(members(government.body_id)) == 4
        with reading() as session:
            held = queries.designations_in_force(session, government.body_id, today())
        assert held == {}
    for persona in (chair, health_minister, office_reader):
        with reading() as session:
            ends = {
                row.ends_on
                for row in session.query(RoleAssignment).filter_by(
                    person_id=persona.person_id, body_id=government.body_id
                )
                if row.role is not Role.CHAIR
            }
        assert ends <= {today()}
    with reading() as session:
        assert session.get_one(Membership, government.committee["health_minister"]).ends_on is None


def test_an_office_reads_nothing_when_its_member_has_no_seat_any_more(
    government: World, office_reader: Persona
) -> None:
    with transaction() as session:
        seat = session.get_one(Membership, government.membership("health_minister"))
        seat.ends_on = today() - timedelta(days=1)
    assert office_reader.actor().offices == frozenset()
    assert not office_reader.actor().may(Permission.READ_DOCUMENT)


@pytest.mark.both_databases
def test_a_role_of_the_roll_has_one_holder_at_a_time(government: World, administrator: Persona) -> None:
    deputy = government.membership("deputy_prime_minister")
    named = {"role": "prime_minister", "starts_on": today() + timedelta(days=1), "ends_on": None}
    assert refused(seats.designate, administrator, deputy, **named) is Reason.HOLDS_DESIGNATION_ALREADY
    with reading() as session:
        held = session.query(Designation).filter_by(membership_id=government.membership("prime_minister")).one()
    do(seats.end_designation, administrator, held.id, today())
    do(seats.designate, administrator, deputy, **named)
    with reading() as session:
        tomorrow = queries.designations_in_force(session, government.body_id, today() + timedelta(days=1))
    assert tomorrow == {deputy: ["prime_minister"]}


@pytest.mark.both_databases
def test_a_departure_ends_everything_signs_out_every_device_and_keeps_the_record(
    government: World, administrator: Persona, health_minister: Persona
) -> None:
    do(people.depart, administrator, health_minister.person_id, today())
    with reading() as session:
        posts = session.query(Post).filter_by(person_id=health_minister.person_id).all()
        entries = session.query(AuditEntry).filter_by(subject_kind="person", subject_id=health_minister.person_id)
        assert [post.ends_on for post in posts] == [today() - timedelta(days=1)]
        assert entries.one().details == {"left_on": today().isoformat()}
    assert health_minister.person_id not in {member.person_id for member in members(government.body_id)}
    assert health_minister.browser.get("/sign-in/devices").status_code == 302
    assert refused(people.depart, administrator, health_minister.person_id, today()) is Reason.HAS_LEFT


def test_who_leaves_next_month_works_until_then(
    government: World, administrator: Persona, health_minister: Persona
) -> None:
    last = today() + timedelta(days=30)
    do(people.depart, administrator, health_minister.person_id, last + timedelta(days=1))
    assert health_minister.actor().may(Permission.CAST_BALLOT)
    assert len(members(government.body_id, last)) == 6
    assert len(members(government.body_id, last + timedelta(days=1))) == 5


@pytest.fixture
def unit_administrator(government: World, administrator: Persona, outsider: Persona) -> Persona:
    """The outsider, as administrator of the Ministry of Health and whatever is below it."""
    wanted = grant(outsider, Role.UNIT_ADMINISTRATOR, unit_id=government.unit("BYT"))
    do(roles.give, administrator, government.body_id, wanted)
    return outsider


def test_a_unit_administrator_manages_the_people_of_their_own_units_and_nobody_else(
    government: World, unit_administrator: Persona, officer: Persona, finance_officer: Persona, office_reader: Persona
) -> None:
    named = {"account": "officer.byt", "name": "Chuyên viên chính", "email": None}
    do(people.change_person, unit_administrator, officer.person_id, **named)
    with pytest.raises(NotFound):
        do(people.change_person, unit_administrator, finance_officer.person_id, **named)
    with pytest.raises(NotFound):
        do(people.depart, unit_administrator, finance_officer.person_id, today())
    with reading() as session:
        assert session.get_one(Person, officer.person_id).name == "Chuyên viên chính"
        assert units.managed_units(session, unit_administrator.actor()) == {government.unit("BYT")}
    do(people.depart, unit_administrator, office_reader.person_id, today())


@pytest.mark.both_databases
def test_a_unit_administrator_reaches_units_below_and_not_those_who_also_serve_elsewhere(
    government: World, administrator: Persona, unit_administrator: Persona, officer: Persona
) -> None:
    below = do(units.add_unit, administrator, code="BYT-1", name="Cục Y tế dự phòng", parent_id=government.unit("BYT"))
    inside = do(units.add_position, unit_administrator, below.id, "Cục trưởng")
    person = do(
        people.add_person,
        unit_administrator,
        account="cuc.truong",
        name="Cục trưởng",
        email=None,
        language="vi",
        position_id=inside.id,
    )
    do(people.change_person, unit_administrator, person.id, account="cuc.truong", name="Cục trưởng mới", email=None)
    outside = do(units.add_position, administrator, government.unit("BTC"), "Tổ viên")
    post = {"acting": False, "starts_on": today(), "ends_on": None}
    assert (
        refused(people.add_post, unit_administrator, person.id, position_id=outside.id, **post)
        is Reason.NO_SUCH_POSITION
    )
    with pytest.raises(NotFound):
        do(units.add_position, unit_administrator, government.unit("BTC"), "x")
    do(people.add_post, administrator, officer.person_id, position_id=outside.id, **post)
    with pytest.raises(NotFound):
        do(people.change_person, unit_administrator, officer.person_id, account="o", name="o", email=None)


def test_a_unit_administrator_does_not_remove_a_member_of_a_body(
    unit_administrator: Persona, health_minister: Persona
) -> None:
    assert refused(people.depart, unit_administrator, health_minister.person_id, today()) is Reason.HAS_SEAT
    assert health_minister.actor().may(Permission.CAST_BALLOT)


def test_a_unit_closes_only_when_nothing_hangs_on_it(government: World, administrator: Persona) -> None:
    assert refused(units.close_unit, administrator, government.unit("CP")) is Reason.UNIT_HAS_UNITS
    assert refused(units.close_unit, administrator, government.unit("BYT")) is Reason.UNIT_HAS_PEOPLE
    empty = do(units.add_unit, administrator, code="X", name="Vụ thử", parent_id=None)
    do(units.close_unit, administrator, empty.id)
    assert refused(units.close_unit, administrator, empty.id) is Reason.UNIT_CLOSED
    assert refused(units.add_position, administrator, empty.id, "Vụ trưởng") is Reason.UNIT_CLOSED
    assert refused(units.add_unit, administrator, code="X", name="again", parent_id=None) is Reason.CODE_TAKEN


@pytest.mark.both_databases
def test_an_account_is_one_persons_capitals_or_not(administrator: Persona, officer: Persona) -> None:
    named = {"account": "Health_Minister", "name": "x", "email": None}
    assert refused(people.change_person, administrator, officer.person_id, **named) is Reason.ACCOUNT_TAKEN


SETTINGS = bodies.Settings(
    name="Chính phủ",
    unit_id=0,
    calendar_id=0,
    zone="Asia/Ho_Chi_Minh",
    office_closes=clock.now().time().replace(hour=16, minute=30, second=0, microsecond=0),
    meeting_rule="viet_nam/meeting",
    written_rule="viet_nam/opinion_form",
    written_days_least=3,
    written_days_most=7,
    step_up_minutes=10,
)


def test_the_settings_of_a_body_are_checked_and_changed_as_one(government: World, administrator: Persona) -> None:
    good = replace(SETTINGS, unit_id=government.unit("VPCP"), calendar_id=government.calendar_id)
    bad = {
        Reason.NO_SUCH_UNIT: replace(good, unit_id=999),
        Reason.NO_SUCH_CALENDAR: replace(good, calendar_id=999),
        Reason.NO_SUCH_ZONE: replace(good, zone="Asia/Nowhere"),
        Reason.NO_SUCH_RULE: replace(good, written_rule="?"),
        Reason.MOST_BELOW_LEAST: replace(good, written_days_most=2),
    }
    for reason, settings in bad.items():
        assert refused(bodies.change_settings, administrator, government.body_id, settings) is reason
    do(bodies.change_settings, administrator, government.body_id, good)
    with reading() as session:
        body = session.get_one(Body, government.body_id)
        assert (body.step_up_minutes, body.written_days_most, body.office_closes.hour) == (10, 7, 16)
    with pytest.raises(Forbidden):
        do(bodies.change_settings, administrator, government.committee_id, good)


def test_who_founds_a_body_administers_it_and_reads_none_of_its_papers(
    government: World, administrator: Persona
) -> None:
    good = replace(SETTINGS, name="Ủy ban mới", unit_id=government.unit("VPCP"), calendar_id=government.calendar_id)
    body = do(bodies.add_body, administrator, "UBM", good)
    assert administrator.actor().may(Permission.GRANT_ROLES, body.id)
    assert not administrator.actor().may(Permission.READ_DOCUMENT)
    assert refused(bodies.add_body, administrator, "UBM", good) is Reason.CODE_TAKEN
