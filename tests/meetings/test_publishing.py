"""Proposing, approving, publishing; who may read what afterwards, on both databases."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from agenda_docs import reading as papers
from agenda_docs.models import Matter
from agenda_docs.rules import MatterState
from ecabinet.access import Permission
from ecabinet.database import reading, transaction
from ecabinet.news import NewsItem
from ecabinet.notices import Notice
from ecabinet.refusals import Forbidden, NotFound, Refused, StepUpNeeded
from meetings import agenda, publishing, queries, service
from meetings.agenda import ItemForm
from meetings.models import ItemKind
from meetings.rules import AgendaState, Reason
from tests.agenda_docs import dossiers
from tests.meetings import preparing
from tests.persona import Persona
from tests.world import World

# Who may do what, and what is refused, does not depend on the database; what it must hold or lock is tried on both.
pytestmark = pytest.mark.any_database


def may_read(persona: Persona, matter: int) -> bool:
    with reading() as session:
        return papers.may_read(session, persona.actor(), matter)


def lines(persona: Persona, meeting: int, number: int | None = None) -> list[tuple[str, str]]:
    with reading() as session:
        found = service.meeting_for(session, persona.actor(), meeting, Permission.READ_MEETING)
        return [(line.label, line.title) for line in queries.agenda_of(session, persona.actor(), found, number)]


@pytest.mark.both_databases
def test_the_agenda_goes_from_the_secretary_to_the_chair_and_to_the_members(
    government: World, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    meeting, matter = preparing.planned(government, secretary), preparing.accepted_matter(government)
    preparing.add(secretary, meeting, "Khai mạc")
    item = preparing.add(secretary, meeting, matter=matter, kind=ItemKind.DECISION)
    preparing.add(secretary, meeting, "Phụ lục", parent=item)
    assert lines(health_minister, meeting) == []
    assert not may_read(health_minister, matter)
    assert preparing.publish(secretary, chair, meeting) == 1
    assert lines(health_minister, meeting) == [("1", "Khai mạc"), ("2", "Đề án cấp nước sạch"), ("2.1", "Phụ lục")]
    assert may_read(health_minister, matter)
    with reading() as session:
        told = session.scalars(select(Notice.sentence).where(Notice.person_id == health_minister.person_id)).all()
        news = session.scalars(select(NewsItem).where(NewsItem.kind == "agenda")).all()
    assert told == ["AGENDA_PUBLISHED"]
    assert [(one.stream, one.state) for one in news] == [(f"meeting:{meeting}", {"version": 1})]


@pytest.mark.both_databases
def test_a_published_version_never_changes_and_the_next_counts_on(
    government: World, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    meeting = preparing.planned(government, secretary)
    item = preparing.add(secretary, meeting, "Khai mạc")
    preparing.publish(secretary, chair, meeting)
    revision = preparing.meeting_of(meeting).revision
    with transaction() as session:
        form = ItemForm(ItemKind.DISCUSSION, "Khai mạc và phát biểu")
        agenda.change_item(session, secretary.actor(), item, form, revision=revision)
    assert lines(health_minister, meeting) == [("1", "Khai mạc")]
    assert preparing.publish(secretary, chair, meeting) == 2
    assert lines(health_minister, meeting) == [("1", "Khai mạc và phát biểu")]
    assert lines(health_minister, meeting, 1) == [("1", "Khai mạc")]
    with pytest.raises(NotFound):
        lines(health_minister, meeting, 3)


@pytest.mark.both_databases
def test_what_changed_is_told_between_two_versions_with_new_papers_among_it(
    database: object, government: World, secretary: Persona, chair: Persona, officer: Persona, health_minister: Persona
) -> None:
    matter = dossiers.lodge(government, officer)
    dossiers.accept(officer, secretary, matter)
    meeting = preparing.planned(government, secretary)
    preparing.add(secretary, meeting, "Khai mạc")
    item = preparing.add(secretary, meeting, matter=matter)
    preparing.publish(secretary, chair, meeting)
    dossiers.add_paper(database, secretary, matter, "Tờ trình bổ sung")  # type: ignore[arg-type]
    added = preparing.add(secretary, meeting, "Bế mạc")
    preparing.publish(secretary, chair, meeting)
    with reading() as session:
        found = preparing.meeting_of(meeting)
        changes = queries.changes_between(session, health_minister.actor(), found, 1, 2)
    assert [one.item for one in changes.added] == [added]
    assert [(one.after.item, one.papers) for one in changes.changed] == [(item, True)]


def test_the_chair_answers_only_what_they_have_on_screen(government: World, secretary: Persona, chair: Persona) -> None:
    meeting = preparing.planned(government, secretary)
    preparing.add(secretary, meeting, "Khai mạc")
    with transaction() as session:
        seen = publishing.propose(session, secretary.actor(), meeting).revision
    preparing.add(secretary, meeting, "Thêm sau")
    with transaction() as session:
        publishing.propose(session, secretary.actor(), meeting)
    with pytest.raises(Refused) as refusal, transaction() as session:
        publishing.approve(session, chair.actor(), meeting, revision=seen)
    assert refusal.value.reason is Reason.AGENDA_CHANGED_BY_ANOTHER


def test_the_chair_returns_an_agenda_with_a_remark_and_never_without(
    government: World, secretary: Persona, chair: Persona
) -> None:
    meeting = preparing.planned(government, secretary)
    preparing.add(secretary, meeting, "Khai mạc")
    with transaction() as session:
        revision = publishing.propose(session, secretary.actor(), meeting).revision
    with pytest.raises(Refused) as refusal, transaction() as session:
        publishing.send_back(session, chair.actor(), meeting, revision=revision, remark=" ")
    assert refusal.value.reason is Reason.REMARK_MISSING
    with transaction() as session:
        publishing.send_back(session, chair.actor(), meeting, revision=revision, remark="Bỏ mục 1")
    found = preparing.meeting_of(meeting)
    assert (found.agenda_state, found.agenda_remark) == (AgendaState.RETURNED, "Bỏ mục 1")


def test_publishing_needs_the_chairs_approval_and_a_second_factor(
    government: World, secretary: Persona, chair: Persona
) -> None:
    meeting = preparing.planned(government, secretary)
    preparing.add(secretary, meeting, "Khai mạc")
    with pytest.raises(Refused) as refusal, transaction() as session:
        publishing.publish(session, secretary.actor(), meeting)
    assert refusal.value.reason is Reason.AGENDA_NOT_APPROVED
    preparing.approve(secretary, chair, meeting)
    with pytest.raises(StepUpNeeded), transaction() as session:
        publishing.publish(session, replace(secretary.actor(), stepped_up_until=None), meeting)


def test_the_secretary_does_not_approve_and_the_chair_does_not_publish(
    government: World, secretary: Persona, chair: Persona
) -> None:
    meeting = preparing.planned(government, secretary)
    preparing.add(secretary, meeting, "Khai mạc")
    with transaction() as session:
        revision = publishing.propose(session, secretary.actor(), meeting).revision
    with pytest.raises(Forbidden), transaction() as session:
        publishing.approve(session, secretary.actor(), meeting, revision=revision)
    with transaction() as session:
        publishing.approve(session, chair.actor(), meeting, revision=revision)
    with pytest.raises(Forbidden), transaction() as session:
        publishing.publish(session, chair.actor(), meeting)


def test_a_dossier_that_is_no_longer_accepted_stops_the_publication_by_its_name(
    government: World, secretary: Persona, chair: Persona
) -> None:
    meeting, matter = preparing.planned(government, secretary), preparing.accepted_matter(government)
    preparing.add(secretary, meeting, matter=matter)
    preparing.approve(secretary, chair, meeting)
    with transaction() as session:
        session.get_one(Matter, matter).state = MatterState.SENT_BACK
    with pytest.raises(Refused) as refusal, transaction() as session:
        publishing.publish(session, secretary.actor(), meeting)
    assert refusal.value.values == {"titles": "Đề án cấp nước sạch"}
    assert preparing.meeting_of(meeting).published_version == 0


def test_an_empty_agenda_is_not_proposed(government: World, secretary: Persona) -> None:
    meeting = preparing.planned(government, secretary)
    with pytest.raises(Refused) as refusal, transaction() as session:
        publishing.propose(session, secretary.actor(), meeting)
    assert refusal.value.reason is Reason.AGENDA_EMPTY


@pytest.mark.both_databases
def test_members_lose_the_papers_of_a_withdrawn_item_with_the_next_version(
    government: World, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    meeting, matter = preparing.planned(government, secretary), preparing.accepted_matter(government)
    preparing.add(secretary, meeting, "Khai mạc")
    item = preparing.add(secretary, meeting, matter=matter)
    preparing.publish(secretary, chair, meeting)
    revision = preparing.meeting_of(meeting).revision
    with transaction() as session:
        agenda.withdraw(session, secretary.actor(), item, revision=revision)
    assert may_read(health_minister, matter)
    preparing.publish(secretary, chair, meeting)
    assert not may_read(health_minister, matter)
    assert may_read(secretary, matter)


def test_a_guest_sees_their_item_and_its_papers_and_nothing_else(
    government: World, secretary: Persona, chair: Persona, guest: Persona
) -> None:
    meeting = preparing.planned(government, secretary)
    own, other = preparing.accepted_matter(government), preparing.accepted_matter(government, "Hồ sơ khác")
    item = preparing.add(secretary, meeting, matter=own, guests=frozenset({guest.person_id}))
    foreign = preparing.add(secretary, meeting, matter=other)
    with reading() as session, pytest.raises(NotFound):
        service.meeting_for(session, guest.actor(), meeting, Permission.READ_MEETING)
    preparing.publish(secretary, chair, meeting)
    assert lines(guest, meeting) == [("1", "Đề án cấp nước sạch")]
    assert may_read(guest, own)
    assert not may_read(guest, other)
    with reading() as session:
        assert service.item_for(session, guest.actor(), item, Permission.READ_MEETING).id == item
        with pytest.raises(NotFound):
            service.item_for(session, guest.actor(), foreign, Permission.READ_MEETING)


def test_a_guest_who_is_no_longer_invited_loses_the_papers_with_the_next_version(
    government: World, secretary: Persona, chair: Persona, guest: Persona, health_minister: Persona
) -> None:
    meeting, matter = preparing.planned(government, secretary), preparing.accepted_matter(government)
    item = preparing.add(secretary, meeting, matter=matter, guests=frozenset({guest.person_id}))
    preparing.publish(secretary, chair, meeting)
    revision = preparing.meeting_of(meeting).revision
    with transaction() as session:
        form = ItemForm(ItemKind.DECISION, matter_id=matter)
        agenda.change_item(session, secretary.actor(), item, form, revision=revision)
    preparing.publish(secretary, chair, meeting)
    assert not may_read(guest, matter)
    assert may_read(health_minister, matter)


def test_who_has_nothing_to_do_with_the_body_does_not_know_the_meeting(
    government: World, secretary: Persona, chair: Persona, outsider: Persona, officer: Persona, administrator: Persona
) -> None:
    meeting = preparing.planned(government, secretary)
    item = preparing.add(secretary, meeting, "Khai mạc")
    preparing.publish(secretary, chair, meeting)
    for persona in (outsider, officer, administrator):
        with reading() as session:
            with pytest.raises(NotFound):
                service.meeting_for(session, persona.actor(), meeting, Permission.READ_MEETING)
            with pytest.raises(NotFound):
                service.item_for(session, persona.actor(), item, Permission.READ_MEETING)
            with pytest.raises(Forbidden):
                queries.meetings_for(session, persona.actor())


def test_members_do_not_know_an_item_before_it_is_published(
    government: World, secretary: Persona, chair: Persona, health_minister: Persona, auditor: Persona
) -> None:
    meeting = preparing.planned(government, secretary)
    preparing.add(secretary, meeting, "Khai mạc")
    preparing.publish(secretary, chair, meeting)
    draft = preparing.add(secretary, meeting, "Còn bàn")
    for persona in (health_minister, auditor):
        with reading() as session:
            with pytest.raises(NotFound):
                service.item_for(session, persona.actor(), draft, Permission.READ_MEETING)
            with pytest.raises(Forbidden):
                queries.draft_of(session, persona.actor(), preparing.meeting_of(meeting))


@pytest.mark.both_databases
def test_the_version_on_screen_is_remembered_and_never_goes_back(
    government: World, secretary: Persona, chair: Persona, health_minister: Persona
) -> None:
    meeting = preparing.planned(government, secretary)
    preparing.add(secretary, meeting, "Khai mạc")
    for _ in range(2):
        preparing.add(secretary, meeting, "Thêm")
        preparing.publish(secretary, chair, meeting)
    for number in (1, 2, 1):
        with transaction() as session:
            service.mark_seen(session, health_minister.actor(), meeting, number)
    with reading() as session:
        assert queries.seen_version(session, health_minister.actor(), meeting) == 2
    with pytest.raises(NotFound), transaction() as session:
        service.mark_seen(session, health_minister.actor(), meeting, 3)
