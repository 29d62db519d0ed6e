"""Importing agendas, on both databases: whole or not at all."""

import csv
import io
import json
from pathlib import Path

import pytest
from sqlalchemy import func, select

from ecabinet.config import PROJECT
from ecabinet.database import reading, transaction
from ecabinet.refusals import NotFound, Refused
from meetings import agenda, imports, outline, spreadsheets
from meetings.import_rules import Reason as RowReason
from meetings.models import AgendaImport, ItemKind
from meetings.rules import Reason
from tests.meetings import preparing
from tests.persona import Persona
from tests.world import World

# Who may do what, and what is refused, does not depend on the database; what it must hold or lock is tried on both.
pytestmark = pytest.mark.any_database

REAL = PROJECT.parent / "shared" / "data" / "real" / "nyc-council-2026-01-29-828-items.json"


def read(persona: Persona, meeting: int, content: bytes) -> None:
    rows = spreadsheets.rows_of(content)
    with transaction() as session:
        imports.keep(session, persona.actor(), meeting, "chuong-trinh.csv", rows)


def apply(persona: Persona, meeting: int) -> None:
    revision = preparing.meeting_of(meeting).revision
    with transaction() as session:
        imports.apply(session, persona.actor(), meeting, revision=revision)


def waiting() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(AgendaImport)) or 0


@pytest.mark.both_databases
def test_a_file_becomes_items_and_sub_items_after_a_look(government: World, secretary: Persona) -> None:
    meeting = preparing.planned(government, secretary)
    matter = preparing.accepted_matter(government)
    preparing.add(secretary, meeting, "Khai mạc")
    read(
        secretary,
        meeting,
        "\ufeffSTT;Nội dung;Loại;Người trình bày;Số phút;Hồ sơ\r\n1;;;Bộ trưởng;20;De an cap nuoc sach\r\n1.1;Phụ lục;thảo luận;;5;\r\n".encode(),
    )
    assert preparing.titles(meeting) == ["Khai mạc"]
    apply(secretary, meeting)
    with reading() as session:
        items = agenda.items_of(session, meeting)
        numbers = outline.labels(agenda.nodes_of(items))
    assert [(numbers[item.id], item.title, item.kind, item.minutes, item.matter_id) for item in items] == [
        ("1", "Khai mạc", ItemKind.DISCUSSION, 15, None),
        ("2", "Đề án cấp nước sạch", ItemKind.DECISION, 20, matter),
        ("2.1", "Phụ lục", ItemKind.DISCUSSION, 5, None),
    ]
    assert waiting() == 0


def test_one_row_with_an_error_and_nothing_is_imported(government: World, secretary: Persona) -> None:
    meeting = preparing.planned(government, secretary)
    read(secretary, meeting, b"title,minutes\nGood,5\nBad,never\n")
    with pytest.raises(Refused) as refusal:
        apply(secretary, meeting)
    assert refusal.value.reason is RowReason.HAS_ERRORS
    assert preparing.titles(meeting) == []


def test_an_import_on_an_older_revision_is_refused(
    government: World, secretary: Persona, second_secretary: Persona
) -> None:
    meeting = preparing.planned(government, secretary)
    read(secretary, meeting, b"title\nOne\n")
    seen = preparing.meeting_of(meeting).revision
    preparing.add(second_secretary, meeting, "Khai mạc")
    with pytest.raises(Refused) as refusal, transaction() as session:
        imports.apply(session, secretary.actor(), meeting, revision=seen)
    assert refusal.value.reason is Reason.AGENDA_CHANGED_BY_ANOTHER
    assert preparing.titles(meeting) == ["Khai mạc"]


@pytest.mark.both_databases
def test_what_waits_is_ones_own_and_the_next_file_takes_its_place(
    government: World, secretary: Persona, second_secretary: Persona
) -> None:
    meeting = preparing.planned(government, secretary)
    read(secretary, meeting, b"title\nOne\n")
    read(secretary, meeting, b"title\nTwo\n")
    with pytest.raises(NotFound):
        apply(second_secretary, meeting)
    apply(secretary, meeting)
    assert preparing.titles(meeting) == ["Two"]
    with pytest.raises(NotFound):
        apply(secretary, meeting)


def test_a_file_that_was_looked_at_and_not_wanted_leaves_nothing(government: World, secretary: Persona) -> None:
    meeting = preparing.planned(government, secretary)
    read(secretary, meeting, b"title\nOne\n")
    with transaction() as session:
        imports.give_up(session, secretary.actor(), meeting)
    assert waiting() == 0


def as_csv(path: Path) -> bytes:
    """The real agenda of a council as our columns."""
    items = json.loads(path.read_text(encoding="utf-8"))["Items"]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["number", "title", "kind", "presenter", "minutes"])
    for place, item in enumerate(items, start=1):
        title = (item.get("Title") or item.get("MatterName") or item.get("ActionText") or f"Item {place}")[:500]
        kind = "decision" if item.get("MatterType") else "information"
        writer.writerow([place, title, kind, (item.get("AgendaNote") or "")[:200], ""])
    return text.getvalue().encode()


@pytest.mark.skipif(not REAL.exists(), reason="the real agenda is not beside the project")
def test_an_agenda_of_828_real_items_is_imported_and_published(
    government: World, secretary: Persona, chair: Persona
) -> None:
    meeting = preparing.planned(government, secretary)
    read(secretary, meeting, as_csv(REAL))
    apply(secretary, meeting)
    assert len(preparing.titles(meeting)) == 828
    assert preparing.publish(secretary, chair, meeting) == 1
