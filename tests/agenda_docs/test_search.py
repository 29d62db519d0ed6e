"""Search finds words without their marks, and never shows what one may not read."""

from collections.abc import Callable

import pytest

from agenda_docs import documents, reading, search
from agenda_docs.models import Because, DocumentVersion
from agenda_docs.search import Found
from ecabinet.access import SYSTEM
from ecabinet.config import Config
from ecabinet.database import reading as open_to_read
from ecabinet.database import transaction
from tests.agenda_docs.dossiers import add_paper, examined, lodge
from tests.persona import Persona
from tests.world import World

PAGES = ("Trang đầu.", "Báo cáo của NGHỊ ĐỊNH 199/2026/NĐ-CP về dữ liệu số.", "Phụ lục: mức hỗ trợ 18.400 tỷ đồng.")


def find(person: Persona, query: str) -> list[Found]:
    with open_to_read() as session:
        return search.find(session, person.actor(), query)


@pytest.fixture
def matter(government: World, officer: Persona) -> int:
    return lodge(government, officer)


@pytest.fixture
def paper(database: Config, officer: Persona, matter: int) -> int:
    return add_paper(database, officer, matter, "Tờ trình 412/TTr", texts=PAGES)


@pytest.mark.usefixtures("paper")
@pytest.mark.parametrize("query", ["de an", "Đề án", "ĐỀ ÁN", "de a", "cap nuoc sach", "sạch đề"])
def test_a_dossier_is_found_by_its_title_with_or_without_marks(matter: int, officer: Persona, query: str) -> None:
    found = find(officer, query)
    assert [(one.kind, one.matter_id) for one in found] == [("matter", matter)]
    assert any(piece.is_hit for piece in found[0].hits[0].pieces)


@pytest.mark.parametrize(
    ("query", "page"),
    [("nghi dinh 199", 2), ("ND-CP", 2), ("199/2026/NĐ-CP", 2), ("phu luc", 3), ("18.400", 3), ("to trinh", 0)],
)
def test_a_paper_is_found_on_the_page_where_the_words_stand(
    paper: int, officer: Persona, query: str, page: int
) -> None:
    found = find(officer, query)
    assert [(one.kind, one.subject_id) for one in found] == [("document", paper)]
    assert [hit.page for hit in found[0].hits] == [page]


def test_all_the_words_must_stand_there(paper: int, officer: Persona) -> None:  # noqa: ARG001 - what is searched
    assert find(officer, "phu luc khong co") == []


def test_the_snippet_is_the_original_text(paper: int, officer: Persona) -> None:  # noqa: ARG001 - what is searched
    (found,) = find(officer, "nghi dinh")
    assert "".join(piece.text for piece in found.hits[0].pieces) == PAGES[1]
    assert [piece.text for piece in found.hits[0].pieces if piece.is_hit] == ["NGHỊ", "ĐỊNH"]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "   ",
        "%",
        '"',
        "* OR 1",
        "a AND",
        "NEAR(",
        "' ; --",
        ":*",
        "!&|()",
        "\0",
        "\ud800",
        "x" * 5000,
        "folded:a",
        "-de",
    ],
)
def test_any_query_has_an_answer(paper: int, officer: Persona, query: str) -> None:  # noqa: ARG001 - what is searched
    assert find(officer, query) is not None


@pytest.mark.usefixtures("paper")
def test_nobody_finds_what_they_may_not_read(persona: Callable[[str], Persona]) -> None:
    for key in (
        "secretary",
        "prime_minister",
        "finance_minister",
        "finance_officer",
        "office_reader",
        "guest",
        "auditor",
        "outsider",
    ):
        for query in ("nghi dinh", "de an", "to trinh", "18.400"):
            assert find(persona(key), query) == []


def test_the_office_finds_the_open_paper_and_not_the_restricted_one(
    database: Config,
    government: World,
    matter: int,
    paper: int,
    officer: Persona,
    health_minister: Persona,
    office_reader: Persona,
) -> None:
    restricted = add_paper(
        database, officer, matter, "Phương án mật", texts=("Nghị định dự phòng",), restricted=True, mark="r"
    )
    with transaction() as session:
        reading.grant(
            session,
            SYSTEM,
            matter,
            because=Because.ITEM,
            because_id=1,
            membership_id=government.membership("health_minister"),
        )
    assert {one.subject_id for one in find(health_minister, "nghi dinh")} == {paper, restricted}
    assert {one.subject_id for one in find(office_reader, "nghi dinh")} == {paper}
    assert find(office_reader, "phuong an") == []


def test_a_guest_finds_their_document_and_nothing_after_the_grant_has_ended(
    database: Config, matter: int, paper: int, officer: Persona, guest: Persona
) -> None:
    add_paper(database, officer, matter, "Dự thảo", texts=("Nghị định khác",), mark="other")
    with open_to_read() as session:
        document_id = session.get_one(DocumentVersion, paper).document_id
    with transaction() as session:
        reading.grant(
            session,
            SYSTEM,
            matter,
            because=Because.GUEST,
            because_id=1,
            person_id=guest.person_id,
            document_id=document_id,
        )
    assert [one.subject_id for one in find(guest, "nghi dinh") if one.kind == "document"] == [paper]
    with transaction() as session:
        reading.end_grants(session, SYSTEM, because=Because.GUEST, because_id=1)
    assert find(guest, "nghi dinh") == []


def test_the_newest_version_is_what_is_found(database: Config, matter: int, paper: int, officer: Persona) -> None:
    with open_to_read() as session:
        document_id = session.get_one(DocumentVersion, paper).document_id
    with transaction() as session:
        newer = documents.submit_version(
            session, officer.actor(), matter, document_id, examined(database, ("Nghị quyết thay thế.",), mark="2")
        ).id
    assert [one.subject_id for one in find(officer, "nghi quyet")] == [newer]
    assert find(officer, "nghi dinh") == []


def test_a_removed_paper_is_found_no_more(matter: int, paper: int, officer: Persona) -> None:
    with open_to_read() as session:
        document_id = session.get_one(DocumentVersion, paper).document_id
    with transaction() as session:
        documents.remove(session, officer.actor(), matter, document_id)
    assert find(officer, "nghi dinh") == []


def test_a_long_paper_does_not_hide_the_others(database: Config, matter: int, paper: int, officer: Persona) -> None:
    add_paper(database, officer, matter, "Dài", texts=tuple(f"nghị định số {n}" for n in range(300)), mark="long")
    found = find(officer, "nghi dinh")
    assert paper in {one.subject_id for one in found}
    assert {one.pages_found for one in found} == {1, 300}
    assert all(len(one.hits) <= search.PAGES_SHOWN for one in found)
