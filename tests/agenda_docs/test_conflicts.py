"""A conflict of interest closes the papers everywhere at once, and leaves the title."""

import pytest
from sqlalchemy import select

from agenda_docs import conflicts, queries, reading, search
from agenda_docs.models import Because
from agenda_docs.rules import Reason
from ecabinet.access import SYSTEM, Permission
from ecabinet.config import Config
from ecabinet.database import reading as open_to_read
from ecabinet.database import transaction
from ecabinet.news import NewsItem
from ecabinet.refusals import Forbidden, NotFound, Refused
from tests.agenda_docs.dossiers import accept, add_paper, lodge
from tests.persona import Persona
from tests.world import World

# Who may do what, and what is refused, does not depend on the database; what it must hold or lock is tried on both.
pytestmark = pytest.mark.any_database


@pytest.fixture
def circulated(database: Config, government: World, officer: Persona, secretary: Persona) -> tuple[int, int]:
    """A dossier that every member reads; the matter's id and its paper's version."""
    matter = lodge(government, officer)
    version = add_paper(database, officer, matter)
    accept(officer, secretary, matter)
    with transaction() as session:
        reading.grant_to_members(
            session, SYSTEM, matter, list(government.memberships.values()), because=Because.ITEM, because_id=1
        )
    return matter, version


def declare(actor: Persona, person: Persona, matter: int) -> int:
    with transaction() as session:
        return conflicts.declare_conflict(session, actor.actor(), person.person_id, matter, "Cổ phần của vợ").id


def closed_to(person: Persona, circulated: tuple[int, int]) -> bool:
    """Whether finder, list, shelf and search all show nothing; all must agree."""
    matter, version = circulated
    actor = person.actor()
    with open_to_read() as session:
        try:
            reading.version_for(session, actor, version)
            opened = True
        except NotFound:
            opened = False
        ways = {
            opened,
            reading.may_read(session, actor, matter),
            matter in reading.readable_matter_ids(session, actor),
            bool(queries.dossier(session, actor, matter)),
            bool(queries.papers(session, actor, [matter])),
            bool(queries.papers_of_versions(session, actor, [version])),
            bool(search.find(session, actor, "dong bang")),
        }
    assert len(ways) == 1, "one way shows what another hides"
    return ways == {False}


@pytest.mark.both_databases
def test_a_member_who_declares_a_conflict_loses_every_way_to_the_papers_and_so_does_their_office(
    circulated: tuple[int, int], health_minister: Persona, office_reader: Persona, finance_minister: Persona
) -> None:
    assert not closed_to(health_minister, circulated)
    assert not closed_to(office_reader, circulated)
    declare(health_minister, health_minister, circulated[0])
    assert closed_to(health_minister, circulated)
    assert closed_to(office_reader, circulated)
    assert not closed_to(finance_minister, circulated)


@pytest.mark.both_databases
def test_a_bar_beats_a_grant_given_later(
    circulated: tuple[int, int], finance_minister: Persona, secretary: Persona
) -> None:
    declare(secretary, finance_minister, circulated[0])
    with transaction() as session:
        reading.grant(
            session, SYSTEM, circulated[0], because=Because.OPINION, because_id=9, person_id=finance_minister.person_id
        )
    assert closed_to(finance_minister, circulated)


def test_the_barred_member_keeps_the_title(circulated: tuple[int, int], health_minister: Persona) -> None:
    declare(health_minister, health_minister, circulated[0])
    with open_to_read() as session:
        known = reading.known_matter_for(session, health_minister.actor(), circulated[0], Permission.READ_MATTER)
        assert known.title == "Đề án cấp nước sạch"
        line = queries.matters(session, health_minister.actor()).lines[0]
        assert line.barred
        assert line.papers == 0


def test_open_pages_of_the_member_and_the_office_are_told(
    circulated: tuple[int, int], health_minister: Persona, office_reader: Persona
) -> None:
    def told(person: Persona) -> int:
        with open_to_read() as session:
            wanted = select(NewsItem.id).where(
                NewsItem.stream == f"person:{person.person_id}", NewsItem.kind == "access"
            )
            return len(session.scalars(wanted).all())

    before = told(health_minister), told(office_reader)
    declare(health_minister, health_minister, circulated[0])
    assert (told(health_minister), told(office_reader)) == (before[0] + 1, before[1] + 1)


def test_who_is_barred_is_known_to_what_freezes_a_roll(circulated: tuple[int, int], health_minister: Persona) -> None:
    declare(health_minister, health_minister, circulated[0])
    with open_to_read() as session:
        assert reading.barred_people(session, circulated[0]) == {health_minister.person_id}


@pytest.mark.both_databases
def test_the_same_conflict_twice_is_one(
    circulated: tuple[int, int], health_minister: Persona, secretary: Persona
) -> None:
    assert declare(health_minister, health_minister, circulated[0]) == declare(
        secretary, health_minister, circulated[0]
    )


def test_the_secretariat_ends_it_with_a_reason_and_the_papers_open_again(
    circulated: tuple[int, int], health_minister: Persona, secretary: Persona
) -> None:
    bar = declare(health_minister, health_minister, circulated[0])
    with transaction() as session:
        conflicts.end_conflict(session, secretary.actor(), bar, "Cổ phần đã bán")
    assert not closed_to(health_minister, circulated)
    with transaction() as session, pytest.raises(Refused) as refusal:
        conflicts.end_conflict(session, secretary.actor(), bar, "Một lần nữa")
    assert refusal.value.reason is Reason.NO_CONFLICT_STANDS


def test_the_barred_member_cannot_end_it(circulated: tuple[int, int], health_minister: Persona) -> None:
    bar = declare(health_minister, health_minister, circulated[0])
    with transaction() as session, pytest.raises((NotFound, Forbidden)):
        conflicts.end_conflict(session, health_minister.actor(), bar, "Hết rồi")


def test_nobody_declares_a_conflict_for_another_member(
    circulated: tuple[int, int], health_minister: Persona, finance_minister: Persona
) -> None:
    with pytest.raises(Refused) as refusal:
        declare(health_minister, finance_minister, circulated[0])
    assert refusal.value.reason is Reason.ONLY_SECRETARIAT_RECORDS


def test_only_a_member_can_have_one(circulated: tuple[int, int], secretary: Persona, guest: Persona) -> None:
    with pytest.raises(Refused) as refusal:
        declare(secretary, guest, circulated[0])
    assert refusal.value.reason is Reason.NOT_A_MEMBER


def test_a_matter_one_does_not_know_of_is_not_found(
    government: World, officer: Persona, finance_minister: Persona
) -> None:
    draft = lodge(government, officer)
    with pytest.raises(NotFound):
        declare(finance_minister, finance_minister, draft)
