"""Documents as XLSX and CSV. What people typed stays text there: no cell of theirs is ever a formula."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from ecabinet.exports.document import Bars, Cell, Column, Document, Facts, Grid, Heading, Words, clean, written

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
LONGEST_CELL = 32_767  # of a spreadsheet
NOT_IN_A_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")
LONGEST_SHEET_NAME = 31
_BOLD, _FAINT = Font(bold=True), Font(italic=True, color="666666")
_HEAD = PatternFill("solid", fgColor="EFE9DC")


def as_csv(document: Document) -> bytes:
    """Write what a document says one below the other, its figures and its tables, in UTF-8 with the mark by which spreadsheets know it."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([guarded(cell) for cell in row] for row in _lines(document))
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(document: Document) -> bytes:
    """Write a document as a workbook: its facts and figures on the first sheet, each table on one of its own."""
    book = Workbook()
    book.remove(book.worksheets[0])
    first = _Sheet(book, document, document.title)
    for part in document.parts:
        if not isinstance(part, Grid):
            first.add(part)
    first.fit([Column("", 36), Column("", 70)])
    for part in document.parts:
        if isinstance(part, Grid):
            _Sheet(book, document, part.title).add_grid(part)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def guarded(cell: Cell) -> str | int | float:
    """Return a cell as a CSV file holds it: text that a spreadsheet would take for a formula begins with an apostrophe."""
    if isinstance(cell, int | float):
        return cell
    text = written(cell)
    return f"'{text}" if text.startswith(FORMULA) else text


def _lines(document: Document) -> Iterator[Sequence[Cell]]:
    yield (document.title,)
    yield (document.subject,)
    yield (document.stamp,)
    for part in document.parts:
        yield ()
        if isinstance(part, Grid):
            yield (part.title,)
            yield [column.heading for column in part.columns]
            yield from part.rows
        else:
            yield from _titled(part)


class _Sheet:
    """A sheet that is written row by row. It says at its top, and at the foot of each printed page, what it is and who had it made."""

    def __init__(self, book: Workbook, document: Document, title: str) -> None:
        """Begin a sheet."""
        self.sheet = book.create_sheet(_sheet_name(title, [each.title for each in book.worksheets]))
        self.row = 0
        for text, font in ((document.title, _BOLD), (document.subject, None), (document.stamp, _FAINT), ("", None)):
            self.write((text,), font, wraps=False)
        self.sheet.oddFooter.left.text = document.stamp.replace("&", "&&")
        self.sheet.oddFooter.right.text = "&P / &N"
        self.sheet.page_setup.orientation = "landscape" if document.is_wide else "portrait"
        self.sheet.page_setup.paperSize = self.sheet.PAPERSIZE_A4
        self.sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        self.sheet.page_setup.fitToHeight = 0

    def write(
        self, cells: Sequence[Cell], font: Font | None = None, fill: PatternFill | None = None, *, wraps: bool = True
    ) -> None:
        """Add a row."""
        self.row += 1
        for column, value in enumerate(cells, start=1):
            cell = self.sheet.cell(self.row, column)
            assert isinstance(cell, SheetCell)  # noqa: S101 - nothing is merged here
            _put(cell, value)
            cell.alignment = Alignment(vertical="top", wrap_text=wraps)
            if font is not None:
                cell.font = font
            if fill is not None:
                cell.fill = fill

    def add(self, part: Heading | Words | Facts | Bars) -> None:
        """Add what is no table."""
        if isinstance(part, Heading | Bars):
            self.row += 1
            self.write((part.text if isinstance(part, Heading) else part.title,), _BOLD)
        for row in _rows_of(part):
            self.write(row)

    def add_grid(self, grid: Grid) -> None:
        """Add a table whose head stays in sight and is repeated on every printed page."""
        self.write([column.heading for column in grid.columns], _BOLD, _HEAD)
        top = self.row
        for row in grid.rows:
            self.write(row)
        self.sheet.freeze_panes = f"A{top + 1}"
        self.sheet.print_title_rows = f"{top}:{top}"
        if grid.rows:
            self.sheet.auto_filter.ref = f"A{top}:{get_column_letter(len(grid.columns))}{self.row}"
        self.fit(grid.columns)

    def fit(self, columns: Sequence[Column]) -> None:
        """Make the columns as wide as they are meant to be."""
        for number, column in enumerate(columns, start=1):
            self.sheet.column_dimensions[get_column_letter(number)].width = column.width


def _titled(part: Heading | Words | Facts | Bars) -> Iterator[Sequence[Cell]]:
    if isinstance(part, Heading | Bars):
        yield (part.text if isinstance(part, Heading) else part.title,)
    yield from _rows_of(part)


def _rows_of(part: Heading | Words | Facts | Bars) -> Iterator[Sequence[Cell]]:
    if isinstance(part, Words):
        yield from ((paragraph,) for paragraph in part.paragraphs)
    elif isinstance(part, Facts):
        yield from part.rows
    elif isinstance(part, Bars):
        yield from ((label, number) for label, number, _kind in part.rows)


def _sheet_name(title: str, taken: Sequence[str]) -> str:
    """Return a name that a workbook takes and that no other sheet of it has."""
    name = NOT_IN_A_SHEET_NAME.sub(" ", clean(title)).strip()[:LONGEST_SHEET_NAME] or "1"
    if name.casefold() not in {each.casefold() for each in taken}:
        return name
    return f"{name[: LONGEST_SHEET_NAME - 4].strip()} {len(taken) + 1}"


def _put(cell: SheetCell, value: Cell) -> None:
    """Put a value into a cell; text is kept as text whatever it begins with."""
    if isinstance(value, datetime):
        cell.value = value.replace(tzinfo=None, microsecond=0)  # a spreadsheet knows no zones
        cell.number_format = "yyyy-mm-dd hh:mm"
    elif isinstance(value, str):
        cell.value = clean(value)[:LONGEST_CELL]
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(FORMULA)
    else:
        cell.value = value
