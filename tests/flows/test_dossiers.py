"""A dossier over HTTP: begun, filled with real PDFs, sent in, sent back, accepted; every refusal is a sentence."""

import io
from http import HTTPStatus
from pathlib import Path

import pikepdf
import pytest
from sqlalchemy import select

from agenda_docs.models import Document, DocumentVersion, Matter
from agenda_docs.rules import MatterState
from ecabinet.audit import AuditEntry, Tag
from ecabinet.config import PROJECT, Config
from ecabinet.database import reading
from tests.agenda_docs.dossiers import add_paper, lodge, send_in
from tests.persona import Persona
from tests.world import World

# What a page shows does not depend on the database; the reads and verbs behind it are tried on both where they are defined.
pytestmark = pytest.mark.any_database

REAL = PROJECT.parent / "shared" / "data" / "real"


def pdf(*, script: bool = False) -> bytes:
    """A PDF of one empty page, with a program in it where asked for."""
    made = pikepdf.new()
    made.add_blank_page()
    if script:
        made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def form(content: bytes, name: str = "to-trinh.pdf", **fields: str) -> dict[str, object]:
    typed = {"title": "Tờ trình", "kind": "submission", "secrecy": "none", **fields}
    return {**typed, "paper": (io.BytesIO(content), name)}


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def matter(government: World, officer: Persona) -> int:
    answer = officer.post(
        "/matters/new",
        {
            "title": "Đề án cấp nước sạch",
            "abstract": "Tóm tắt",
            "body": government.body_id,
            "unit": government.unit("BYT"),
        },
    )
    return int(answer.headers["Location"].rsplit("/", 1)[1])


@pytest.mark.both_databases
def test_a_dossier_goes_its_way_from_the_officer_to_the_agenda(
    matter: int, officer: Persona, secretary: Persona
) -> None:
    officer.get("/matters/new")
    officer.post(f"/matters/{matter}/documents", form(pdf()))
    page = officer.get(f"/matters/{matter}").text
    assert "Tờ trình" in page
    secretary.get(f"/matters/{matter}", HTTPStatus.NOT_FOUND)
    officer.post(f"/matters/{matter}/send-in")
    assert "Đề án cấp nước sạch" in secretary.get("/matters?state=lodged").text
    secretary.get(f"/matters/{matter}")
    secretary.post(f"/matters/{matter}/send-back", {"reason": "Thiếu báo cáo thẩm định"})
    assert "Thiếu báo cáo thẩm định" in officer.get(f"/matters/{matter}").text
    officer.post(f"/matters/{matter}/change", {"title": "Đề án cấp nước sạch (sửa)", "abstract": ""})
    officer.post(f"/matters/{matter}/send-in")
    secretary.post(f"/matters/{matter}/accept")
    with reading() as session:
        assert session.get_one(Matter, matter).state is MatterState.ACCEPTED
    assert "Đề án cấp nước sạch (sửa)" in secretary.get("/matters/list?state=accepted").text
    assert "Đề án" not in secretary.get("/matters/list?state=lodged").text


def test_a_file_that_is_no_pdf_is_refused_with_a_reason_and_nothing_of_it_stays(
    database: Config, matter: int, officer: Persona
) -> None:
    sentence = officer.refused(f"/matters/{matter}/documents", form(b"MZ not a paper", "virus.pdf"))
    assert "not a PDF" in sentence
    with reading() as session:
        assert session.scalars(select(Document.id)).all() == []
        entry = session.scalars(select(AuditEntry).where(AuditEntry.tag == Tag.DOCUMENT_REFUSED.value)).one()
        assert (entry.person_id, entry.details["reasons"]) == (officer.person_id, ["NOT_PDF"])
    assert files_in(database.originals) == []
    assert files_in(database.blobs) == []


def test_a_paper_marked_secret_by_law_never_reaches_the_disk(database: Config, matter: int, officer: Persona) -> None:
    sentence = officer.refused(f"/matters/{matter}/documents", form(pdf(), secrecy="secret"))
    assert "secret by law" in sentence
    assert files_in(database.originals) == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": ""}, "Fill in"),
        ({"kind": "nonsense"}, "offered"),
        ({"secrecy": ""}, "offered"),
        ({"title": "x" * 301}, "too long"),
    ],
)
def test_what_was_typed_wrong_is_named(matter: int, officer: Persona, fields: dict[str, str], words: str) -> None:
    assert words in officer.refused(f"/matters/{matter}/documents", form(pdf(), **fields))


def test_a_form_without_a_file_is_refused(matter: int, officer: Persona) -> None:
    typed = {"title": "Tờ trình", "kind": "submission", "secrecy": "none"}
    assert "Choose the PDF" in officer.refused(f"/matters/{matter}/documents", typed)


def test_a_cleaned_file_says_what_was_removed_and_waits_for_confirmation(matter: int, officer: Persona) -> None:
    officer.post(f"/matters/{matter}/documents", form(pdf(script=True)))
    page = officer.get(f"/matters/{matter}").text
    assert "Programs inside this PDF (JavaScript) were removed" in page
    assert "confirm them first" in officer.refused(f"/matters/{matter}/send-in")
    with reading() as session:
        version = session.scalars(select(DocumentVersion)).one()
        assert version.original_sha256 != version.served_sha256
    officer.post(f"/documents/{version.id}/confirm")
    officer.post(f"/matters/{matter}/send-in")


@pytest.mark.skipif(not REAL.is_dir(), reason="the real papers are not on this machine")
def test_a_signed_scan_keeps_its_original_and_says_so(matter: int, officer: Persona) -> None:
    content = (REAL / "vn-199-2026-nd-cp-scan-signed.pdf").read_bytes()
    officer.post(f"/matters/{matter}/documents", form(content, "199.pdf"))
    assert "Signed; the original is kept" in officer.get(f"/matters/{matter}").text


def test_a_new_version_stands_beside_the_one_before(matter: int, officer: Persona) -> None:
    officer.post(f"/matters/{matter}/documents", form(pdf()))
    with reading() as session:
        first = session.scalars(select(DocumentVersion)).one()
    fields = {"secrecy": "none", "paper": (io.BytesIO(pdf()), "v2.pdf")}
    officer.post(f"/matters/{matter}/documents/{first.document_id}/versions", fields)
    page = officer.get(f"/matters/{matter}").text
    assert "Version 2" in page
    assert f"/documents/{first.id}" in page
    officer.get(f"/documents/{first.id}")
    officer.post(f"/matters/{matter}/documents/{first.document_id}/remove")
    officer.get(f"/documents/{first.id}", HTTPStatus.NOT_FOUND)


def test_what_passed_between_agency_and_secretariat_is_not_shown_to_members(
    government: World, officer: Persona, secretary: Persona, health_minister: Persona
) -> None:
    matter = lodge(government, officer)
    send_in(officer, matter)
    secretary.post(f"/matters/{matter}/send-back", {"reason": "Thiếu phụ lục"})
    assert "Thiếu phụ lục" not in health_minister.get(f"/matters/{matter}").text


@pytest.mark.both_databases
def test_a_conflict_is_declared_recorded_and_ended_on_the_page(
    database: Config, government: World, officer: Persona, secretary: Persona, health_minister: Persona
) -> None:
    matter = lodge(government, officer)
    version = add_paper(database, officer, matter)
    send_in(officer, matter)
    assert "Fill in" in health_minister.refused(f"/matters/{matter}/conflict", {"why": " "})
    health_minister.post(f"/matters/{matter}/conflict", {"why": "Cổ phần của vợ"})
    page = health_minister.get(f"/matters/{matter}").text
    assert "Đề án cấp nước sạch" in page
    assert "You have a conflict of interest" in page
    assert f"/documents/{version}" not in page
    assert "Tóm tắt" not in page
    health_minister.get(f"/documents/{version}", HTTPStatus.NOT_FOUND)
    assert "Cổ phần của vợ" in secretary.get(f"/matters/{matter}").text
    listed = secretary.get(f"/matters/{matter}/readers").text
    assert "Conflict of interest" in listed
    secretary.post(f"/matters/{matter}/conflict/1/end", {"why": "Đã bán"})
    health_minister.get(f"/documents/{version}")
    secretary.post(f"/matters/{matter}/conflict", {"person": government.person("finance_minister"), "why": "Ghi hộ"})
    assert "Ghi hộ" in secretary.get(f"/matters/{matter}").text


def test_the_list_of_readers_is_for_the_secretariat(government: World, officer: Persona, secretary: Persona) -> None:
    matter = lodge(government, officer)
    send_in(officer, matter)
    officer.get(f"/matters/{matter}/readers", HTTPStatus.FORBIDDEN)
    assert "Chuyên viên Bộ Y tế" in secretary.get(f"/matters/{matter}/readers").text


def test_an_outsider_comes_upon_nothing(
    government: World, officer: Persona, outsider: Persona, finance_officer: Persona
) -> None:
    matter = lodge(government, officer)
    for address in ("/matters", "/matters/new", f"/matters/{matter}", "/search?q=de+an", "/documents/1/file"):
        outsider.get(address, HTTPStatus.FORBIDDEN)
    finance_officer.get(f"/matters/{matter}", HTTPStatus.NOT_FOUND)
    finance_officer.get(f"/matters/{matter}/content", HTTPStatus.NOT_FOUND)
    for verb in ("send-in", "withdraw"):
        finance_officer.post(f"/matters/{matter}/{verb}", status=HTTPStatus.NOT_FOUND)
    finance_officer.post(f"/matters/{matter}/change", {"title": "Của tôi"}, status=HTTPStatus.NOT_FOUND)
    finance_officer.post(f"/matters/{matter}/documents", form(pdf()), status=HTTPStatus.NOT_FOUND)


@pytest.mark.parametrize(
    "address", ["/matters?page=x", "/matters?page=-1", "/matters?state=nonsense", "/matters/999999999999", "/matters/0"]
)
def test_no_address_however_wrong_is_an_error_of_the_server(officer: Persona, address: str) -> None:
    assert officer.browser.get(address).status_code < HTTPStatus.INTERNAL_SERVER_ERROR
