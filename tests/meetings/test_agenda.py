"""Editing an agenda, on both databases."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from agenda_docs.rules import MatterState
from ecabinet.access import Permission
from ecabinet.audit import AuditEntry, Tag
from ecabinet.database import reading, transaction
from ecabinet.refusals import Forbidden, NotFound, Refused
from meetings import agenda, outline, service
from meetings.agenda import ItemForm
from meetings.models import ItemKind
from meetings.rules import AgendaState, ItemState, Reason
from tests.meetings import preparing
from tests.persona import Persona
from tests.world import World

# Who may do what, and what is refused, does not depend on the database; what it must hold or lock is tried on both.
pytestmark = pytest.mark.any_database

FORM = ItemForm(ItemKind.DISCUSSION, "Nội dung của người khác")


def change(persona: Persona, item: int, *, revision: int, title: str = "Tên mới") -> None:
    with transaction() as session:
        agenda.change_item(
            session, persona.actor(), item, ItemForm(ItemKind.DISCUSSION, title, minutes=20), revision=revision
        )


def reason_of(call: Callable[[], object]) -> object:
    with pytest.raises(Refused) as refusal:
        call()
    return refusal.value.reason


def test_an_edit_on_an_older_revision_is_refused_and_overwrites_nothing(
    government: World, secretary: Persona, second_secretary: Persona
) -> None:
    meeting = preparing.planned(government, secretary)
    item = preparing.add(secretary, meeting, "Khai mạc")
    both_opened = preparing.meeting_of(meeting).revision
    change(second_secretary, item, revision=both_opened, title="Của người thứ hai")
    reason = reason_of(lambda: change(secretary, item, revision=both_opened, title="Của người thứ nhất"))
    assert reason is Reason.AGENDA_CHANGED_BY_ANOTHER
    assert preparing.titles(meeting) == ["Của người thứ hai"]


@pytest.mark.both_databases
def test_of_two_secretaries_at_the_same_moment_one_is_kept_and_the_other_told(
    government: World, secretary: Persona, second_secretary: Persona
) -> None:
    meeting = preparing.planned(government, secretary)
    revision = preparing.meeting_of(meeting).revision
    together, outcomes = Barrier(8), []
    actors = [secretary.actor(), second_secretary.actor()]

    def edit(number: int) -> None:
        together.wait()
        try:
            with transaction() as session:
                form = ItemForm(ItemKind.DISCUSSION, f"Nội dung {number}")
                agenda.add_item(session, actors[number % 2], meeting, form, revision=revision)
            outcomes.append("kept")
        except Refused as refusal:
            outcomes.append(refusal.reason.name)

    threads = [Thread(target=edit, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["AGENDA_CHANGED_BY_ANOTHER"] * 7 + ["kept"]
    assert len(preparing.titles(meeting)) == 1
    assert preparing.meeting_of(meeting).revision == revision + 1


@pytest.mark.both_databases
def test_each_edit_makes_a_revision_and_leaves_an_audit_row(government: World, secretary: Persona) -> None:
    meeting = preparing.planned(government, secretary)
    before = preparing.meeting_of(meeting).revision
    item = preparing.add(secretary, meeting, "Khai mạc")
    change(secretary, item, revision=before + 1)
    with transaction() as session:
        agenda.withdraw(session, secretary.actor(), item, revision=before + 2)
    with reading() as session:
        told = session.scalars(
            select(AuditEntry.details).where(AuditEntry.tag == Tag.AGENDA_CHANGED.value).order_by(AuditEntry.id)
        ).all()
    assert [(row["what"], row["revision"]) for row in told] == [
        ("added", before + 1),
        ("changed", before + 2),
        ("withdrawn", before + 3),
    ]


@pytest.mark.both_databases
def test_items_are_moved_with_their_sub_items(government: World, secretary: Persona) -> None:
    meeting = preparing.planned(government, secretary)
    first, second = preparing.add(secretary, meeting, "Một"), preparing.add(secretary, meeting, "Hai")
    preparing.add(secretary, meeting, "Hai một", parent=second)
    revision = preparing.meeting_of(meeting).revision
    with transaction() as session:
        agenda.move(session, secretary.actor(), second, parent_id=None, position=0, revision=revision)
    assert preparing.titles(meeting) == ["Hai", "Hai một", "Một"]
    with transaction() as session:
        agenda.step(session, secretary.actor(), first, outline.Step.INDENT, revision=revision + 1)
    assert preparing.item_of(first).parent_id == second


def test_an_item_does_not_move_under_one_of_another_meeting(government: World, secretary: Persona) -> None:
    meeting, other = preparing.planned(government, secretary), preparing.planned(government, secretary)
    item, foreign = preparing.add(secretary, meeting, "Một"), preparing.add(secretary, other, "Nơi khác")
    revision = preparing.meeting_of(meeting).revision

    def move() -> None:
        with transaction() as session:
            agenda.move(session, secretary.actor(), item, parent_id=foreign, position=0, revision=revision)

    assert reason_of(move) is Reason.ITEM_NOT_HERE


@pytest.mark.parametrize("verb", ["change", "move", "withdraw"])
def test_a_held_item_is_not_edited_moved_or_withdrawn_until_it_is_released(
    government: World, secretary: Persona, verb: str
) -> None:
    meeting = preparing.planned(government, secretary)
    preparing.add(secretary, meeting, "Một")
    item = preparing.add(secretary, meeting, "Hai")
    revision = preparing.meeting_of(meeting).revision

    def act() -> None:
        with transaction() as session:
            if verb == "change":
                agenda.change_item(session, secretary.actor(), item, FORM, revision=revision)
            elif verb == "move":
                agenda.move(session, secretary.actor(), item, parent_id=None, position=0, revision=revision)
            else:
                agenda.withdraw(session, secretary.actor(), item, revision=revision)

    with transaction() as session:
        service.hold(session, item, "question 1")
        service.hold(session, item, "question 1")
        service.hold(session, item, "decision 1")
    assert reason_of(act) is Reason.ITEM_HELD
    with transaction() as session:
        service.release(session, item, "question 1")
    assert reason_of(act) is Reason.ITEM_HELD
    assert preparing.titles(meeting) == ["Một", "Hai"]
    with transaction() as session:
        service.release(session, item, "decision 1")
    act()
    assert preparing.titles(meeting) != ["Một", "Hai"]


def test_an_item_whose_sub_item_is_held_is_not_withdrawn(government: World, secretary: Persona) -> None:
    meeting = preparing.planned(government, secretary)
    item = preparing.add(secretary, meeting, "Một")
    below = preparing.add(secretary, meeting, "Một một", parent=item)
    with transaction() as session:
        service.hold(session, below, "question 1")
    revision = preparing.meeting_of(meeting).revision

    def withdraw() -> None:
        with transaction() as session:
            agenda.withdraw(session, secretary.actor(), item, revision=revision)

    assert reason_of(withdraw) is Reason.ITEM_HELD
    assert preparing.titles(meeting) == ["Một", "Một một"]


def test_withdrawing_takes_the_sub_items_along_and_keeps_the_rows(government: World, secretary: Persona) -> None:
    meeting = preparing.planned(government, secretary)
    item = preparing.add(secretary, meeting, "Một")
    below = preparing.add(secretary, meeting, "Một một", parent=item)
    revision = preparing.meeting_of(meeting).revision
    with transaction() as session:
        agenda.withdraw(session, secretary.actor(), item, revision=revision)
    assert preparing.titles(meeting) == []
    assert {preparing.item_of(one).state for one in (item, below)} == {ItemState.WITHDRAWN}


def test_an_item_about_a_dossier_takes_its_title(government: World, secretary: Persona) -> None:
    meeting, matter = preparing.planned(government, secretary), preparing.accepted_matter(government)
    item = preparing.add(secretary, meeting, matter=matter, kind=ItemKind.DECISION)
    assert preparing.item_of(item).title == "Đề án cấp nước sạch"


@pytest.mark.both_databases
def test_a_dossier_goes_on_an_agenda_once_and_only_when_it_was_accepted(government: World, secretary: Persona) -> None:
    meeting = preparing.planned(government, secretary)
    matter = preparing.accepted_matter(government)
    lodged = preparing.accepted_matter(government, "Chưa tiếp nhận", state=MatterState.LODGED)
    preparing.add(secretary, meeting, matter=matter)
    assert reason_of(lambda: preparing.add(secretary, meeting, matter=matter)) is Reason.MATTER_TWICE
    assert reason_of(lambda: preparing.add(secretary, meeting, matter=lodged)) is Reason.MATTER_NOT_ACCEPTED
    with pytest.raises(NotFound):
        preparing.add(secretary, meeting, matter=99999)
    with reading() as session:
        found = service.meeting_for(session, secretary.actor(), meeting, Permission.PREPARE_MEETING)
        offered = agenda.matters_to_choose(session, secretary.actor(), found)
    assert offered == []


def test_an_item_needs_a_title_of_its_own_or_a_dossiers(government: World, secretary: Persona) -> None:
    meeting = preparing.planned(government, secretary)
    assert reason_of(lambda: preparing.add(secretary, meeting, "")) is Reason.ITEM_TITLE_MISSING


def test_only_guests_of_the_body_are_invited(government: World, secretary: Persona) -> None:
    meeting = preparing.planned(government, secretary)
    guest, outsider = government.person("guest"), government.person("outsider")
    item = preparing.add(secretary, meeting, "Một", guests=frozenset({guest}))
    with reading() as session:
        assert [person.id for person in agenda.guests_of(session, [item])[item]] == [guest]
    invite = lambda: preparing.add(secretary, meeting, "Hai", guests=frozenset({outsider}))  # noqa: E731
    assert reason_of(invite) is Reason.GUEST_UNKNOWN


def test_editing_what_the_chair_has_or_approved_makes_it_a_draft_again(
    government: World, secretary: Persona, chair: Persona
) -> None:
    meeting = preparing.planned(government, secretary)
    preparing.add(secretary, meeting, "Một")
    preparing.approve(secretary, chair, meeting)
    assert preparing.meeting_of(meeting).approved_by_id == chair.person_id
    preparing.add(secretary, meeting, "Hai")
    found = preparing.meeting_of(meeting)
    assert (found.agenda_state, found.approved_by_id) == (AgendaState.DRAFT, None)


def test_only_the_secretary_edits(
    government: World, secretary: Persona, chair: Persona, health_minister: Persona, outsider: Persona
) -> None:
    meeting = preparing.planned(government, secretary)
    item = preparing.add(secretary, meeting, "Một")
    revision = preparing.meeting_of(meeting).revision
    for persona in (chair, health_minister):
        with pytest.raises((Forbidden, NotFound)):
            change(persona, item, revision=revision)
    with pytest.raises(NotFound):
        change(outsider, item, revision=revision)
    assert preparing.titles(meeting) == ["Một"]
