"""Reading a table out of a file: CSV or XLSX in, rows of texts out. Whatever the file is, the answer is rows or a refusal."""

import csv
import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from enum import StrEnum
from itertools import islice

from ecabinet.refusals import N_, Refused

LARGEST_FILE = 2 * 1024 * 1024
LARGEST_UNPACKED = 10 * 1024 * 1024
MOST_TAGS = 300_000  # of all parts; each takes a while to read, and nothing else tells a small file that takes minutes
MOST_PARTS = 500
MOST_ROWS = 2000
MOST_COLUMNS = 50
MOST_LETTERS = 20_000  # in one cell; more is not an agenda
DELIMITERS = ",;\t"
ENCODINGS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"", "utf-8-sig"))


class Reason(StrEnum):
    """Why a file cannot be read as a table."""

    NO_FILE = N_("Choose a CSV or XLSX file.")
    TOO_LARGE = N_("This file is larger than 2 MB. An agenda needs less; remove what is not a list of items.")
    TOO_MANY_ROWS = N_("This file has more than %(most)s rows. Divide it.")
    NOT_TEXT = N_("This file is neither an XLSX workbook nor text in UTF-8. Save it again as “CSV UTF-8” or XLSX.")
    NOT_A_TABLE = N_("This file could not be read as a table. Save it again as “CSV UTF-8” or XLSX.")
    EMPTY = N_("This file has no rows.")


def rows_of(content: bytes) -> list[list[str]]:
    """Return the rows of a CSV file or of the first sheet of an XLSX workbook, empty ones included, without the empty cells at their ends; refuse all else."""
    if not content:
        raise Refused(Reason.NO_FILE)
    if len(content) > LARGEST_FILE:
        raise Refused(Reason.TOO_LARGE)
    rows = _of_workbook(content) if content.startswith(b"PK\x03\x04") else _of_text(content)
    while rows and not rows[-1]:
        rows.pop()
    if not rows:
        raise Refused(Reason.EMPTY)
    if len(rows) > MOST_ROWS + 1:  # and the headings
        raise Refused(Reason.TOO_MANY_ROWS, most=MOST_ROWS)
    return rows


def _of_text(content: bytes) -> list[list[str]]:
    text = _decoded(content)
    heading = text.lstrip().split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=heading.count)
    try:
        return _limited(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        raise Refused(Reason.NOT_A_TABLE) from None


def _decoded(content: bytes) -> str:
    encoding = next(name for mark, name in ENCODINGS if content.startswith(mark))
    try:
        text = content.decode(encoding)
    except UnicodeError:
        raise Refused(Reason.NOT_TEXT) from None
    if "\0" in text:
        raise Refused(Reason.NOT_TEXT)
    return text


def _of_workbook(content: bytes) -> list[list[str]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - a third of a second at every start, for what is rarely done

    _check_parts(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions that do not concern us
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            sheet = book.worksheets[0]
            return _limited(sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS, values_only=True))
    except Exception:  # noqa: BLE001 - the library raises whatever a broken file leads it to
        raise Refused(Reason.NOT_A_TABLE) from None


def _check_parts(content: bytes) -> None:
    """Refuse an archive that would unpack to far more than an agenda, and one whose XML declares entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            is_large = len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED
            contents = [] if is_large else [archive.read(part) for part in parts]
            is_large = is_large or sum(content.count(b"<") for content in contents) > MOST_TAGS
            declares = any(_declares_entities(content) for content in contents)
    except Exception:  # noqa: BLE001 - a broken archive raises whatever its unpacking leads to
        raise Refused(Reason.NOT_A_TABLE) from None
    if is_large:
        raise Refused(Reason.TOO_LARGE)
    if declares:
        raise Refused(Reason.NOT_A_TABLE)


def _declares_entities(content: bytes) -> bool:
    return b"<!DOCTYPE" in content.replace(b"\0", b"").upper()


def _limited(rows: Iterable[Iterable[object]]) -> list[list[str]]:
    return [_without_empty_end([_as_text(cell) for cell in islice(row, MOST_COLUMNS)]) for row in _first(rows)]


def _without_empty_end(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _first(rows: Iterable[Iterable[object]]) -> Iterator[Iterable[object]]:
    for number, row in enumerate(rows):
        if number > MOST_ROWS + 1:
            return
        yield row


def _as_text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date | datetime):
        return cell.isoformat()
    return str(cell).replace("\0", "").encode("utf-8", "ignore").decode().strip()[:MOST_LETTERS]
