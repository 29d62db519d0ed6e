"""Collation, reception, report and statistics over HTTP: who sees what, and what is taken away."""

import csv
import io
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import openpyxl
import pypdfium2
import pytest
from sqlalchemy import select, update

from ecabinet.audit import AuditEntry, Tag
from ecabinet.database import reading, transaction
from ecabinet.sign_in.models import DeviceSession
from tests.persona import Persona
from tests.voting import room as rooms
from tests.voting.answered import answers, closed_late, let_agency_read, played
from tests.voting.room import Room
from tests.world import World
from voting.opinions.reception.models import OpinionComment

People = Callable[[str], Persona]
HIDDEN = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
sqlite_alone = pytest.mark.any_database


@pytest.fixture
def room(government: World) -> Room:
    room = rooms.furnish(government)
    let_agency_read(room)
    return room


def exported(tag: Tag) -> list[dict[str, str]]:
    with reading() as session:
        return list(session.scalars(select(AuditEntry.details).where(AuditEntry.tag == tag.value)))


def workbook(content: bytes) -> dict[str, list[list[Any]]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


def text_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def comments(question_id: int) -> list[int]:
    with reading() as session:
        found = select(OpinionComment.id).where(OpinionComment.question_id == question_id)
        return list(session.scalars(found.order_by(OpinionComment.position)))


def asked_and_answered(room: Room, secretary: Persona, persona: People) -> int:
    """Ask in writing; one member agrees with a comment, one asks for a discussion."""
    question_id = rooms.circulated(room, secretary.actor())
    answers(persona("health_minister"), question_id, "yes", "Điều 5: sửa mức vốn.")
    answers(persona("finance_minister"), question_id, "other", "Đưa ra phiên họp.", discuss=True)
    return question_id


@sqlite_alone
def test_while_it_is_open_the_secretary_follows_who_answered_and_nobody_reads_what(
    room: Room, secretary: Persona, persona: People
) -> None:
    question_id = asked_and_answered(room, secretary, persona)
    address = f"/opinions/{question_id}"
    live = secretary.get(f"{address}/overview").text
    assert "Bộ trưởng Bộ Y tế" in live
    assert "sửa mức vốn" not in live
    page = secretary.get(address).text
    assert f'data-region="{address}/overview"' in page
    assert f'data-page="opinion" data-page-id="{question_id}"' in page
    members = persona("health_minister").get(address).text
    assert f"{address}/overview" not in members
    assert 'data-page="opinion"' not in members
    for part in ("collation", "report", "report.pdf", "reception", "export.xlsx"):
        secretary.get(f"{address}/{part}", status=HTTPStatus.NOT_FOUND)


def test_after_the_close_opinions_are_read_comments_answered_and_a_proposal_made(
    room: Room,
    secretary: Persona,
    officer: Persona,
    chair: Persona,
    persona: People,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    question_id = asked_and_answered(room, secretary, persona)
    address = f"/opinions/{question_id}"
    closed_late(question_id, monkeypatch)
    assert f"{address}/collation" in persona("health_minister").get(address).text
    page = persona("justice_minister").get(f"{address}/collation").text
    assert "⟦Agree with comments⟧" in page
    assert "⟦Request discussion in a meeting⟧" in page
    assert "Điều 5" in page
    _the_officer_answers(question_id, officer, secretary)
    report = chair.get(f"{address}/report").text
    assert "⟦Put it on the agenda of a meeting⟧" in report
    assert "Bộ trưởng Bộ Tài chính" in report
    assert f"/questions/{question_id}/declare" in report
    assert f"/questions/{question_id}/declare" not in secretary.get(f"{address}/report").text


def _the_officer_answers(question_id: int, officer: Persona, secretary: Persona) -> None:
    address, first = f"/opinions/{question_id}/reception", comments(question_id)[0]
    assert address in officer.get("/").text
    assert address in officer.get("/reception").text
    table = officer.get(address).text
    assert "sửa mức vốn" in table
    assert "⟦Agree" not in table  # the officer reads what was said, not how it was voted
    given = {"step": "accepted", "words": "Đã sửa theo ý kiến.", "place": "Điều 5 khoản 1", "seen": "0"}
    assert officer.refused(f"/comments/{first}/answers", {**given, "place": ""}).startswith("⟦")
    officer.post(f"/comments/{first}/answers", given)
    secretary.post(f"/comments/{first}/return", {"reason": "Nêu rõ câu chữ.", "seen": "1"})
    assert "Nêu rõ câu chữ." in officer.get(address).text
    assert officer.refused(f"/comments/{first}/answers", given).startswith("⟦")
    officer.post(f"/comments/{first}/answers", {**given, "words": "Sửa: “không quá”.", "seen": "2"})


def test_the_exports_say_everything_once_and_who_took_them(
    room: Room, secretary: Persona, chair: Persona, persona: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = played(room, secretary, persona, monkeypatch)
    address = f"/opinions/{question_id}"
    sheets = workbook(secretary.get(f"{address}/export.xlsx").data)
    assert len(sheets) == 3
    for rows in sheets.values():
        assert rows[1][0] == "Đề án cấp nước sạch"
        assert "Exported by" in str(rows[2][0])
    flat = [str(cell) for rows in sheets.values() for row in rows for cell in row if cell is not None]
    assert (
        "=Cần lấy thêm ý kiến địa phương." in flat
    )  # as text: what a workbook reads back as a formula would begin the same, so:
    book = openpyxl.load_workbook(io.BytesIO(secretary.get(f"{address}/export.xlsx").data))
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]

    content = secretary.get(f"{address}/export.csv").data
    assert content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert any("'=Cần lấy thêm ý kiến địa phương." in row for row in lines)
    assert not [cell for row in lines for cell in row if cell.startswith(("=", "+", "-", "@"))]

    pages = text_of(secretary.get(f"{address}/export.pdf").data)
    assert any("Bảo lưu về mức vốn" in page for page in pages)
    assert all("Exported by" in page and "Thư ký phiên họp" in page for page in pages)
    report = text_of(chair.get(f"{address}/report.pdf").data)
    assert "Đề án cấp nước sạch" in report[0]
    assert "Thủ tướng Chính phủ" in report[0]
    officers = workbook(secretary.get(f"{address}/reception.xlsx").data)
    assert any("Điều 5 khoản 2" in [str(cell) for cell in row] for rows in officers.values() for row in rows)
    assert text_of(secretary.get(f"{address}/reception.pdf").data)
    kinds = [(each["what"], each["kind"]) for each in exported(Tag.COLLATION_EXPORTED)]
    assert kinds.count(("opinions", "xlsx")) == 2
    assert {("opinions", "csv"), ("opinions", "pdf"), ("report", "pdf"), ("comments", "xlsx")} <= set(kinds)


@sqlite_alone
def test_who_may_not_read_gets_nothing(
    room: Room, secretary: Persona, persona: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = played(room, secretary, persona, monkeypatch)
    rooms.bar(room, "interior_minister")
    results = [f"/opinions/{question_id}/{part}" for part in ("collation", "export.xlsx", "export.csv", "export.pdf")]
    reports = [f"/opinions/{question_id}/{part}" for part in ("report", "report.pdf", "overview")]
    tables = [f"/opinions/{question_id}/{part}" for part in ("reception", "reception.xlsx", "reception.pdf")]
    closed_to = {
        "outsider": (*results, *reports, *tables, "/reception", "/statistics/opinions"),
        "guest": (*results, *reports, *tables, "/reception", "/statistics/opinions"),
        "administrator": (*results, *reports, *tables, "/reception", "/statistics/opinions"),
        "finance_officer": (*results, *reports, *tables, "/statistics/opinions"),
        "officer": (*results, *reports, "/statistics/opinions"),
        "interior_minister": (*results, *reports, *tables, "/statistics/opinions"),
        "justice_minister": (*reports, "/reception", "/statistics/opinions/export.csv"),
    }
    for key, addresses in closed_to.items():
        who = persona(key)
        for address in addresses:
            assert who.browser.get(address).status_code in HIDDEN, (key, address)
    comment = comments(question_id)[0]
    given = {"step": "explained", "words": "x", "seen": "0"}
    persona("finance_officer").post(f"/comments/{comment}/answers", given, status=HTTPStatus.NOT_FOUND)
    persona("interior_minister").post(f"/comments/{comment}/answers", given, status=HTTPStatus.FORBIDDEN)
    secretary.get(f"/opinions/{question_id}/export.docx", status=HTTPStatus.NOT_FOUND)
    assert exported(Tag.COLLATION_EXPORTED) == []


@sqlite_alone
def test_what_is_taken_away_needs_a_fresh_second_factor_and_nothing_is_noted_without_it(
    room: Room, secretary: Persona, chair: Persona, persona: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = played(room, secretary, persona, monkeypatch)
    with transaction() as session:
        session.execute(update(DeviceSession).values(stepped_up_until=None))
    files = ("export.xlsx", "export.csv", "export.pdf", "report.pdf", "reception.xlsx", "reception.pdf")
    for address in (*(f"/opinions/{question_id}/{file}" for file in files), "/statistics/opinions/export.csv"):
        answer = chair.browser.get(address)
        assert (answer.status_code, "/sign-in/confirm?next=" in answer.location) == (HTTPStatus.FOUND, True), address
    chair.get(f"/opinions/{question_id}/collation")
    assert exported(Tag.COLLATION_EXPORTED) == exported(Tag.STATISTICS_EXPORTED) == []


@sqlite_alone
def test_statistics_are_shown_narrowed_and_taken_away(
    room: Room, secretary: Persona, chair: Persona, persona: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = played(room, secretary, persona, monkeypatch)
    closed = rooms.question(question_id).closed_at
    assert closed is not None
    period = f"begins={closed:%Y}-01-01&ends={closed.year + 1}-12-31"
    page = chair.get(f"/statistics/opinions?{period}").text
    assert "⟦Median time to answer⟧" in page
    assert 'class="columns-chart" aria-hidden="true"' in page
    assert f'/opinions/{question_id}"' in page
    assert "/statistics/opinions" in persona("auditor").get("/").text
    empty = chair.get(f"/statistics/opinions?{period}&unit={room.world.unit('BTC')}").text
    assert "⟦No written opinions were closed in this period.⟧" in empty
    sheets = workbook(secretary.get(f"/statistics/opinions/export.xlsx?{period}").data)
    flat = [cell for rows in sheets.values() for row in rows for cell in row]
    assert "Bộ trưởng Bộ Y tế" in flat
    assert secretary.get(f"/statistics/opinions/export.csv?{period}").data.startswith(b"\xef\xbb\xbf")
    assert {each["kind"] for each in exported(Tag.STATISTICS_EXPORTED)} == {"xlsx", "csv"}
    secretary.get("/statistics/opinions?begins=2026-05-01&ends=2026-04-01", status=HTTPStatus.UNPROCESSABLE_ENTITY)
