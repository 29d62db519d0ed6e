"""Documents that leave the application: what people typed is never a formula and never markup, and every page says who took it."""

import csv
import io
from datetime import UTC, date, datetime

import openpyxl
import pypdfium2
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from ecabinet.exports.document import Bars, Cell, Column, Document, Facts, Grid, Heading, Words
from ecabinet.exports.papers import as_pdf
from ecabinet.exports.spreadsheets import as_csv, as_xlsx, guarded

STAMP = "Exported by Thư ký on 22/11/2026"


def document(*cells: Cell, title: str = "Bảng", rows: int = 1) -> Document:
    columns = [Column(f"Cột {number}", 20) for number, _cell in enumerate(cells, start=1)]
    parts = (
        Heading("Đầu đề"),
        Facts([("Quy tắc", "Nghị định & luật")]),
        Words(["Một đoạn\nhai dòng"]),
        Bars("Kết quả", [("Tán thành", 14, "yes"), ("Không tán thành", 0, "no")]),
        Grid(title, columns, [cells] * rows),
        Grid(title, columns, [cells]),
    )
    return Document("Tổng hợp", "Đề án cấp nước sạch", STAMP, "vi", parts, is_wide=True)


@pytest.mark.parametrize("text", ["=1+1", "+84 912", "-2", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_what_begins_like_a_formula_is_text_in_both_kinds_of_spreadsheet(text: str) -> None:
    assert str(guarded(text)).startswith("'")
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(document(text))))
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    rows = list(csv.reader(io.StringIO(as_csv(document(text)).decode("utf-8-sig"), newline="")))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_numbers_days_and_instants_stay_what_they_are() -> None:
    at = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(document(-3, 2.5, date(2026, 11, 22), at, None))))
    last = [cell.value for cell in list(book.worksheets[1].iter_rows())[-1]]
    assert last == [-3, 2.5, datetime(2026, 11, 22), datetime(2026, 11, 22, 9, 30), None]  # noqa: DTZ001 - a sheet knows no zones
    assert guarded(-3) == -3
    assert guarded(at) == "2026-11-22 09:30"


def test_signs_that_no_file_can_hold_are_left_out() -> None:
    wrong = document("a\x00b\x0bc\ud800d", title="Tên/có:dấu*[lạ]?")
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(wrong)))
    # Two tables of the same name have sheets of their own.
    assert len({sheet.title for sheet in book.worksheets}) == 3
    assert "abcd" in as_csv(wrong).decode("utf-8-sig")
    assert as_pdf(wrong).startswith(b"%PDF")


def test_every_sheet_and_every_page_says_what_it_is_and_who_took_it() -> None:
    whole = document("Bộ trưởng Bộ Y tế", "Ý kiến " * 60, rows=60)
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(whole)))
    assert [sheet["A3"].value for sheet in book.worksheets] == [STAMP] * 3
    assert [foot_of(sheet) for sheet in book.worksheets] == [STAMP] * 3
    pages = texts(as_pdf(whole))
    assert len(pages) > 2
    assert all(STAMP in page for page in pages)


def test_words_are_shown_as_they_are_and_never_read_as_markup() -> None:
    (page,) = texts(as_pdf(document('#read("/etc/passwd") *đậm* $x$ = Đầu đề')))
    assert '#read("/etc/passwd") *đậm* $x$ = Đầu đề' in " ".join(page.split())


def foot_of(sheet: Worksheet) -> str | None:
    assert sheet.oddFooter is not None
    assert sheet.oddFooter.left is not None
    return sheet.oddFooter.left.text


def texts(pdf: bytes) -> list[str]:
    opened = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_range() for page in opened]
    finally:
        opened.close()
