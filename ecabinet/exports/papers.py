"""Documents as PDF: A4 pages with selectable text in fonts that know Vietnamese, page numbers, and who had it made on every page."""

import json
from pathlib import Path
from typing import Any

import typst

from ecabinet.exports.document import Bars, Document, Facts, Grid, Heading, Part, Words, clean, written

PDF = "application/pdf"
_TEMPLATE = Path(__file__).with_name("paper.typ")


def as_pdf(document: Document) -> bytes:
    """Write a document as a PDF. Its words go in as values and are never read as markup."""
    words = {
        "title": clean(document.title),
        "subject": clean(document.subject),
        "stamp": clean(document.stamp),
        "language": document.language if document.language in ("vi", "en") else "en",
        "wide": document.is_wide,
        "parts": [_part(part) for part in document.parts],
    }
    made = typst.compile(
        _TEMPLATE.read_bytes(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"document": json.dumps(words, ensure_ascii=False)},
    )
    if not isinstance(made, bytes):
        raise TypeError("one PDF was asked for")
    return made


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, Heading):
        return {"kind": "heading", "text": clean(part.text)}
    if isinstance(part, Words):
        return {"kind": "words", "paragraphs": [clean(paragraph).splitlines() or [""] for paragraph in part.paragraphs]}
    if isinstance(part, Facts):
        return {"kind": "facts", "rows": [[clean(name), written(value)] for name, value in part.rows]}
    if isinstance(part, Bars):
        return {
            "kind": "bars",
            "title": clean(part.title),
            "rows": [[clean(label), number, kind] for label, number, kind in part.rows],
        }
    return _grid(part)


def _grid(grid: Grid) -> dict[str, Any]:
    return {
        "kind": "grid",
        "title": clean(grid.title),
        "headings": [column.heading for column in grid.columns],
        "widths": [column.width for column in grid.columns],
        "numbers": [column.is_number for column in grid.columns],
        "rows": [[written(cell).splitlines() or [""] for cell in row] for row in grid.rows],
    }
