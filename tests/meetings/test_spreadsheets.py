"""Reading tables out of files: whatever the file is, the answer is rows or a refusal."""

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from ecabinet.refusals import Refused
from meetings.spreadsheets import LARGEST_FILE, MOST_ROWS, Reason, rows_of


def workbook(*rows: tuple[str | float | None, ...]) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_csv_file_is_read_whatever_program_wrote_it(delimiter: str, encoding: str) -> None:
    content = f"số{delimiter}nội dung\r\n1{delimiter}Đề án\r\n".encode(encoding)
    assert rows_of(content) == [["số", "nội dung"], ["1", "Đề án"]]


def test_quoted_cells_may_hold_delimiters_and_new_lines() -> None:
    assert rows_of(b'title,minutes\n"one, two\nthree",5\n') == [["title", "minutes"], ["one, two\nthree", "5"]]


def test_a_workbook_is_read_with_its_numbers_as_they_are_shown() -> None:
    content = workbook(("number", "title", "minutes"), (3, "Đề án", 15.0), (3.1, "Phụ lục", None))
    assert rows_of(content) == [["number", "title", "minutes"], ["3", "Đề án", "15"], ["3.1", "Phụ lục"]]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Reason.NO_FILE),
        (b"\n\n  \n", Reason.EMPTY),
        (b"x" * (LARGEST_FILE + 1), Reason.TOO_LARGE),
        (b"title\n" + b"a\n" * (MOST_ROWS + 1), Reason.TOO_MANY_ROWS),
        (b"%PDF-1.7 \xff\xfe\xfd", Reason.NOT_TEXT),
        (b"\x00\x01\x02", Reason.NOT_TEXT),
        (b"PK\x03\x04 and nothing else", Reason.NOT_A_TABLE),
        (b'title\n"' + b"a" * 200_000, Reason.NOT_A_TABLE),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(content: bytes, reason: Reason) -> None:
    with pytest.raises(Refused) as refusal:
        rows_of(content)
    assert refusal.value.reason is reason


def test_as_many_rows_as_are_allowed_are_read() -> None:
    assert len(rows_of(b"title\n" + b"a\n" * MOST_ROWS)) == MOST_ROWS + 1
    assert len(rows_of(workbook(("title",), *[("a",)] * MOST_ROWS))) == MOST_ROWS + 1


def test_a_workbook_with_too_many_rows_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        rows_of(workbook(("title",), *[("a",)] * (MOST_ROWS + 1)))
    assert refusal.value.reason is Reason.TOO_MANY_ROWS


def archive(**parts: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, part in parts.items():
            packed.writestr(name, part)
    return content.getvalue()


def test_an_archive_that_is_no_workbook_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        rows_of(archive(readme=b"hello"))
    assert refusal.value.reason is Reason.NOT_A_TABLE


def test_an_archive_that_unpacks_to_far_more_than_an_agenda_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        rows_of(archive(bomb=b"\0" * (40 * 1024 * 1024)))
    assert refusal.value.reason is Reason.TOO_LARGE


def test_a_workbook_that_declares_entities_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        rows_of(archive(sheet=b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'))
    assert refusal.value.reason is Reason.NOT_A_TABLE


GOOD = workbook(("title", "minutes"), ("Đề án", 5))


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.tuples(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=8)).map(
            lambda cut: GOOD[: cut[0]] + cut[1] + GOOD[cut[0] + len(cut[1]) :]
        ),
    )
)
def test_garbage_is_answered_with_rows_or_a_refusal_and_never_with_an_error(content: bytes) -> None:
    try:
        rows = rows_of(content)
    except Refused:
        return
    assert all(isinstance(cell, str) for row in rows for cell in row)
