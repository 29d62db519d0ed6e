"""Search over HTTP, on a real paper that has been through intake."""

import io
from datetime import date
from html.parser import HTMLParser

import pytest

from agenda_docs import conflicts, reading
from agenda_docs.models import Because
from demonstration.papers import paper
from ecabinet.access import SYSTEM
from ecabinet.database import transaction
from tests.agenda_docs.dossiers import accept, lodge
from tests.persona import Persona
from tests.world import World

# What a page shows does not depend on the database; the reads and verbs behind it are tried on both where they are defined.
pytestmark = pytest.mark.any_database

WORDS = "Bộ Y tế kính trình Chính phủ xem xét việc bố trí kinh phí tiêm chủng mở rộng cho vùng cao."


class Marked(HTMLParser):
    """What stands in <mark>."""

    def __init__(self, page: str) -> None:
        """Read the page."""
        super().__init__()
        self.inside, self.words = False, list[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the interface's
        self.inside = tag == "mark"

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "mark"

    def handle_data(self, data: str) -> None:
        self.words += [data] if self.inside else []


@pytest.fixture
def matter(government: World, officer: Persona, secretary: Persona) -> int:
    """An accepted dossier with a real paper of three pages."""
    matter_id = lodge(government, officer, "Đề án tiêm chủng mở rộng")
    content = paper("Tờ trình về tiêm chủng", "412/TTr-BYT", "Bộ Y tế", [WORDS], 3, date(2026, 11, 2))
    fields = {
        "title": "Tờ trình 412",
        "kind": "submission",
        "secrecy": "none",
        "paper": (io.BytesIO(content), "412.pdf"),
    }
    officer.post(f"/matters/{matter_id}/documents", fields)
    accept(officer, secretary, matter_id)
    return matter_id


def test_a_paper_is_found_without_marks_and_leads_to_its_page(matter: int, officer: Persona) -> None:
    assert f"/matters/{matter}" in officer.get("/search?q=de+an").text
    page = officer.get("/search?q=bo+tri+kinh+phi").text
    assert "bố trí kinh phí" in " ".join(Marked(page).words)
    assert "/documents/1?page=1" in page


def test_the_page_shows_no_word_of_what_one_may_not_read(
    matter: int, government: World, officer: Persona, health_minister: Persona, office_reader: Persona, guest: Persona
) -> None:
    def hits(person: Persona) -> int:
        page = person.get("/search?q=kinh+phi").text
        return len(Marked(page).words)

    assert hits(officer) > 0
    assert hits(office_reader) == hits(guest) == 0
    with transaction() as session:
        seat = government.membership("health_minister")
        reading.grant(session, SYSTEM, matter, because=Because.ITEM, because_id=1, membership_id=seat)
    assert hits(office_reader) > 0
    with transaction() as session:
        conflicts.declare_conflict(session, health_minister.actor(), health_minister.person_id, matter, "Cổ phần")
    assert hits(health_minister) == hits(office_reader) == 0


def test_what_is_looked_for_is_shown_as_text_and_never_as_markup(officer: Persona) -> None:
    page = officer.get("/search?q=%3Cscript%3Ealert(1)%3C/script%3E%22").text
    assert "<script>alert" not in page


@pytest.mark.parametrize("query", ["", "%00", "%22", "*", "%ED%A0%80", "a" * 3000, "AND OR NOT", "!%26%7C()"])
def test_any_query_has_a_page(officer: Persona, query: str) -> None:
    officer.get(f"/search?q={query}")
