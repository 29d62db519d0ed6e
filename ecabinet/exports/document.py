"""What a document says, before it is written in one form or another. Whoever makes one hands in words already in the reader's language."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

Cell = str | int | float | date | datetime | None  # an instant is handed in with its zone and shown as it stands


@dataclass(frozen=True)
class Column:
    """One column of a table; `width` is its share of the page, in characters of a spreadsheet."""

    heading: str
    width: int = 16
    is_number: bool = False


@dataclass(frozen=True)
class Heading:
    """What begins a part."""

    text: str


@dataclass(frozen=True)
class Words:
    """Paragraphs as they were written; a line break in one stays."""

    paragraphs: Sequence[str]


@dataclass(frozen=True)
class Facts:
    """Names and what they are."""

    rows: Sequence[tuple[str, Cell]]


@dataclass(frozen=True)
class Bars:
    """Figures drawn beside their names; the kind chooses the colour: yes, no, abstain, other or nothing."""

    title: str
    rows: Sequence[tuple[str, int, str]]


@dataclass(frozen=True)
class Grid:
    """A table."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]


Part = Heading | Words | Facts | Bars | Grid


@dataclass(frozen=True)
class Document:
    """A whole document. The stamp says who had it made and when; it stands on every page and every sheet."""

    title: str
    subject: str
    stamp: str
    language: str
    parts: Sequence[Part] = field(default_factory=tuple)
    is_wide: bool = False  # a PDF in landscape


def written(cell: Cell) -> str:
    """Write a cell as text: an instant and a day in the order that sorts, a number as it is, no sign that is none of a text."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    return cell.isoformat() if isinstance(cell, date) else clean(str(cell))


def clean(text: str) -> str:
    """Return a text without the signs that no file of these forms can hold: controls and lone surrogates."""
    return _NOT_TEXT.sub("", text)
