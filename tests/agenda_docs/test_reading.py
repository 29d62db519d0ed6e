"""Who may read: every holder of a grant, everybody else, and the end of each reason."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from agenda_docs import reading
from agenda_docs.models import Because, DocumentVersion, Grant
from ecabinet import clock
from ecabinet.access import SYSTEM, Permission, Role
from ecabinet.audit import AuditEntry, Tag
from ecabinet.config import Config
from ecabinet.database import reading as open_to_read
from ecabinet.database import transaction
from ecabinet.news import NewsItem
from ecabinet.organisation.models import Membership, RoleAssignment
from ecabinet.refusals import Forbidden, NotFound
from tests.agenda_docs.dossiers import accept, add_paper, lodge
from tests.persona import Persona
from tests.world import SINCE, World


def can_read(person: Persona, version_id: int) -> bool:
    """Whether the one way to bytes lets this person through."""
    with open_to_read() as session:
        try:
            reading.version_for(session, person.actor(), version_id)
        except NotFound:
            return False
        return True


def give(matter_id: int, **grant: object) -> None:
    with transaction() as session:
        reading.grant(session, SYSTEM, matter_id, because_id=1, **{"because": Because.ITEM, **grant})  # type: ignore[arg-type]


@pytest.fixture
def matter(government: World, officer: Persona) -> int:
    return lodge(government, officer)


@pytest.fixture
def paper(database: Config, officer: Persona, matter: int) -> int:
    return add_paper(database, officer, matter)


def test_a_draft_is_read_by_its_agency_alone(paper: int, persona: Callable[[str], Persona]) -> None:
    for key in ("officer", "health_minister"):
        assert can_read(persona(key), paper)
    # A post in the agency alone is no role in the body; an office reader reads for the member, not for the agency.
    for key in (
        "deputy_health_minister",
        "office_reader",
        "finance_officer",
        "secretary",
        "prime_minister",
        "guest",
        "auditor",
        "administrator",
        "outsider",
    ):
        assert not can_read(persona(key), paper)


def test_what_was_lodged_is_read_by_the_secretariat_and_not_by_others_of_its_office(
    matter: int,
    paper: int,
    officer: Persona,
    secretary: Persona,
    second_secretary: Persona,
    auditor: Persona,
    administrator: Persona,
) -> None:
    accept(officer, secretary, matter)
    assert can_read(secretary, paper)
    assert can_read(second_secretary, paper)
    assert not can_read(auditor, paper)
    assert not can_read(administrator, paper)


def test_a_member_reads_what_is_given_to_their_seat_and_so_does_their_office(
    government: World,
    matter: int,
    paper: int,
    finance_minister: Persona,
    health_minister: Persona,
    office_reader: Persona,
) -> None:
    give(matter, membership_id=government.membership("health_minister"))
    assert can_read(health_minister, paper)
    assert can_read(office_reader, paper)
    assert not can_read(finance_minister, paper)


def test_the_office_does_not_read_a_restricted_paper_that_the_member_reads(
    database: Config,
    government: World,
    matter: int,
    paper: int,
    officer: Persona,
    health_minister: Persona,
    office_reader: Persona,
) -> None:
    restricted = add_paper(database, officer, matter, "Phụ lục", restricted=True, mark="r")
    give(matter, membership_id=government.membership("health_minister"))
    assert can_read(health_minister, restricted)
    assert not can_read(office_reader, restricted)
    assert can_read(office_reader, paper)


def test_the_office_reads_no_longer_when_the_seat_has_ended(
    government: World, matter: int, paper: int, office_reader: Persona
) -> None:
    give(matter, membership_id=government.membership("health_minister"))
    with transaction() as session:
        session.get_one(Membership, government.membership("health_minister")).ends_on = clock.now().date() - timedelta(
            days=2
        )
    assert not can_read(office_reader, paper)


def test_a_grant_of_one_document_opens_that_document_alone(
    database: Config, matter: int, paper: int, officer: Persona, guest: Persona
) -> None:
    other = add_paper(database, officer, matter, "Dự thảo", mark="other")
    with open_to_read() as session:
        document_id = session.get_one(DocumentVersion, paper).document_id
    give(matter, because=Because.GUEST, person_id=guest.person_id, document_id=document_id)
    assert can_read(guest, paper)
    assert not can_read(guest, other)


def test_a_grant_opens_nothing_to_someone_without_a_role_that_reads(
    matter: int, paper: int, outsider: Persona, administrator: Persona
) -> None:
    for person in (outsider, administrator):
        give(matter, person_id=person.person_id)
        assert not can_read(person, paper)


def test_a_role_in_another_body_opens_nothing_here(
    government: World, matter: int, paper: int, outsider: Persona
) -> None:
    with transaction() as session:
        session.add(
            RoleAssignment(
                person_id=outsider.person_id,
                body_id=government.committee_id,
                role=Role.GUEST,
                starts_on=SINCE,
                granted_at=clock.now(),
            )
        )
    give(matter, person_id=outsider.person_id)
    assert not can_read(outsider, paper)


def test_a_grant_holds_from_its_beginning_to_its_end(matter: int, paper: int, guest: Persona) -> None:
    now = clock.now()
    give(matter, person_id=guest.person_id, starts_at=now + timedelta(hours=1))
    assert not can_read(guest, paper)
    give(
        matter,
        because=Because.GUEST,
        person_id=guest.person_id,
        ends_at=now + timedelta(seconds=-1),
        starts_at=now - timedelta(days=1),
    )
    assert not can_read(guest, paper)


def test_each_reason_ends_alone(matter: int, paper: int, guest: Persona) -> None:
    give(matter, person_id=guest.person_id)
    give(matter, because=Because.GUEST, person_id=guest.person_id)
    with transaction() as session:
        assert reading.end_grants(session, SYSTEM, because=Because.GUEST, because_id=1) == 1
    assert can_read(guest, paper)
    with transaction() as session:
        assert reading.end_grants(session, SYSTEM, because=Because.ITEM, because_id=1, matter_id=matter) == 1
    assert not can_read(guest, paper)


def test_the_same_grant_twice_is_one_row_one_audit_entry_and_one_piece_of_news(matter: int, guest: Persona) -> None:
    for _again in range(2):
        give(matter, person_id=guest.person_id)
    with open_to_read() as session:
        given = session.scalars(select(Grant).where(Grant.person_id == guest.person_id)).all()
        assert len(given) == 1
        entries = session.scalars(
            select(AuditEntry).where(
                AuditEntry.tag == Tag.GRANT_GIVEN.value,
                AuditEntry.subject_id == given[0].id,
                AuditEntry.subject_kind == "reading_grant",
            )
        ).all()
        assert len(entries) == 1
        told = session.scalars(
            select(NewsItem).where(NewsItem.stream == f"person:{guest.person_id}", NewsItem.kind == "access")
        ).all()
        assert len(told) == 1


def test_many_members_at_once_are_given_what_each_would_be(
    government: World, matter: int, paper: int, chair: Persona, finance_minister: Persona, office_reader: Persona
) -> None:
    seats = list(government.memberships.values())
    for _again in range(2):
        with transaction() as session:
            reading.grant_to_members(session, SYSTEM, matter, seats, because=Because.ITEM, because_id=7)
    assert can_read(chair, paper)
    assert can_read(finance_minister, paper)
    assert can_read(office_reader, paper)
    with open_to_read() as session:
        assert len(
            session.scalars(select(Grant.id).where(Grant.because_id == 7, Grant.because == Because.ITEM)).all()
        ) == len(seats)


def test_a_grant_has_exactly_one_holder(matter: int, government: World, guest: Persona) -> None:
    with pytest.raises(IntegrityError):
        give(matter, person_id=guest.person_id, unit_id=government.unit("BYT"))


def test_the_finder_says_not_found_before_it_says_forbidden(matter: int, officer: Persona, outsider: Persona) -> None:
    with open_to_read() as session:
        with pytest.raises(NotFound):
            reading.matter_for(session, outsider.actor(), matter, Permission.ACCEPT_MATTER)
        with pytest.raises(Forbidden):
            reading.matter_for(session, officer.actor(), matter, Permission.ACCEPT_MATTER)


def test_what_one_may_read_is_a_set_of_matters(
    government: World, matter: int, officer: Persona, finance_officer: Persona
) -> None:
    other = lodge(government, finance_officer, "Dự toán bổ sung", unit="BTC")
    with open_to_read() as session:
        assert reading.readable_matter_ids(session, officer.actor()) == {matter}
        assert reading.readable_matter_ids(session, finance_officer.actor()) == {other}
        assert reading.readable_matter_ids(session, SYSTEM) == {matter, other}
        assert not reading.may_read(session, officer.actor(), other)
