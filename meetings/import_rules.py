"""What the rows of an imported agenda mean, and what is wrong with them. Pure: texts and known matters in, values out."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ecabinet.refusals import N_, Refused

LONGEST_TITLE = 500
LONGEST_PRESENTER = 200
MOST_MINUTES = 600
USUAL_MINUTES = 10
NUMBER = re.compile(r"(\d{1,4})\.?|(\d{1,4})\.(\d{1,4})\.?")

Fold = Callable[[str], str]


class Column(StrEnum):
    """The columns of an agenda."""

    NUMBER = "number"
    TITLE = "title"
    KIND = "kind"
    PRESENTER = "presenter"
    MINUTES = "minutes"
    MATTER = "matter"


HEADINGS: Mapping[Column, tuple[str, ...]] = {
    Column.NUMBER: ("number", "no", "no.", "#", "số", "stt", "số thứ tự", "tt"),
    Column.TITLE: ("title", "item", "agenda item", "tiêu đề", "nội dung", "tên nội dung", "nội dung phiên họp"),
    Column.KIND: ("kind", "type", "loại", "loại nội dung", "hình thức"),
    Column.PRESENTER: ("presenter", "speaker", "người trình bày", "trình bày", "báo cáo viên"),
    Column.MINUTES: ("minutes", "duration", "phút", "số phút", "thời lượng", "thời lượng (phút)"),
    Column.MATTER: ("matter", "dossier", "hồ sơ", "mã hồ sơ"),
}
KINDS: Mapping[str, tuple[str, ...]] = {
    "decision": ("decision", "quyết định", "biểu quyết", "thông qua"),
    "discussion": ("discussion", "thảo luận", "cho ý kiến"),
    "information": ("information", "thông tin", "báo cáo", "nghe báo cáo"),
    "reported_decision": ("reported_decision", "reported decision", "báo cáo quyết định", "quyết định đã báo cáo"),
}


class Reason(StrEnum):
    """Why a file or one of its rows is not an agenda."""

    NO_TITLE_COLUMN = N_("The first row must name the columns, and one of them must be “title” or “nội dung”.")
    HEADING_TWICE = N_("Two columns have the same meaning: “%(first)s” and “%(second)s”. Remove one.")
    HAS_ERRORS = N_("Nothing was imported: correct the rows that are marked, and choose the file again.")
    NUMBER_UNCLEAR = N_("The number “%(value)s” is not like 3 or 3.1.")
    NO_ITEM_ABOVE = N_("The number %(value)s has no item %(parent)s above it.")
    TITLE_MISSING = N_("The title is missing.")
    TITLE_TOO_LONG = N_("The title is longer than %(most)s characters.")
    PRESENTER_TOO_LONG = N_("The presenter's name is longer than %(most)s characters.")
    KIND_UNKNOWN = N_("The kind “%(value)s” is not known: decision, discussion, information or reported decision.")
    MINUTES_UNCLEAR = N_("The minutes “%(value)s” are not a whole number from 1 to %(most)s.")
    MATTER_UNKNOWN = N_("There is no accepted dossier “%(value)s” that is not on this agenda yet.")
    MATTER_TWICE = N_("The dossier “%(value)s” stands in more than one row.")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a row."""

    reason: Reason
    values: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True)
class CheckedRow:
    """A row as it would become an item, with what is wrong with it."""

    line: int  # in the file, the headings are line 1
    number: str
    depth: int
    title: str
    kind: str
    presenter: str
    minutes: int
    matter_id: int | None
    findings: tuple[Finding, ...]


def records(rows: Sequence[Sequence[str]], fold: Fold) -> list[dict[str, str]]:
    """Return the rows under their columns' names, with the line of each; empty rows are left out. Refuse a table without titles."""
    columns = _columns(rows[0], fold)
    found = []
    for line, row in enumerate(rows[1:], start=2):
        record = {column.value: row[place] if place < len(row) else "" for column, place in columns.items()}
        if any(record.values()):
            found.append({**record, "line": str(line)})
    return found


def check(found: Sequence[Mapping[str, str]], matters: Mapping[int, str], fold: Fold) -> list[CheckedRow]:
    """Return every row with what is wrong with it; `matters` are the titles of those that may be put on this agenda."""
    by_title = {fold(title): matter for matter, title in matters.items()}
    taken: set[int] = set()
    top = ""
    checked = []
    for record in found:
        row = _checked(record, matters, by_title, taken, top, fold)
        if row.depth == 0:
            top = row.number
        if row.matter_id is not None:
            taken.add(row.matter_id)
        checked.append(row)
    return checked


def _columns(headings: Sequence[str], fold: Fold) -> dict[Column, int]:
    meanings = {fold(word): column for column, words in HEADINGS.items() for word in words}
    columns: dict[Column, int] = {}
    for place, heading in enumerate(headings):
        column = meanings.get(fold(heading))
        if column is None:
            continue
        if column in columns:
            raise Refused(Reason.HEADING_TWICE, first=headings[columns[column]], second=heading)
        columns[column] = place
    if Column.TITLE not in columns:
        raise Refused(Reason.NO_TITLE_COLUMN)
    return columns


def _checked(
    record: Mapping[str, str],
    matters: Mapping[int, str],
    by_title: Mapping[str, int],
    taken: set[int],
    top: str,
    fold: Fold,
) -> CheckedRow:
    findings: list[Finding] = []
    number, depth = _number(record.get("number", ""), top, findings)
    matter = _matter(record.get("matter", ""), matters, by_title, taken, fold, findings)
    return CheckedRow(
        line=int(record["line"]),
        number=number,
        depth=depth,
        title=_title(record.get("title", ""), matters.get(matter or 0, ""), findings),
        kind=_kind(record.get("kind", ""), matter is not None, fold, findings),
        presenter=_presenter(record.get("presenter", ""), findings),
        minutes=_minutes(record.get("minutes", ""), findings),
        matter_id=matter,
        findings=tuple(findings),
    )


def _number(written: str, top: str, findings: list[Finding]) -> tuple[str, int]:
    """Only the level counts, the agenda numbers itself; but a sub-item must stand below the item it names."""
    match = NUMBER.fullmatch(written)
    if match is None:
        if written:
            findings.append(Finding(Reason.NUMBER_UNCLEAR, (("value", written[:40]),)))
        return "", 0
    if match[1] is not None:
        return match[1], 0
    if match[2] != top:
        findings.append(Finding(Reason.NO_ITEM_ABOVE, (("value", written), ("parent", match[2]))))
    return f"{match[2]}.{match[3]}", 1


def _title(written: str, of_matter: str, findings: list[Finding]) -> str:
    title = written or of_matter
    if not title:
        findings.append(Finding(Reason.TITLE_MISSING))
    if len(title) > LONGEST_TITLE:
        findings.append(Finding(Reason.TITLE_TOO_LONG, (("most", LONGEST_TITLE),)))
    return title


def _kind(written: str, has_matter: bool, fold: Fold, findings: list[Finding]) -> str:  # noqa: FBT001 - read once
    if not written:
        return "decision" if has_matter else "discussion"
    meanings = {fold(word): kind for kind, words in KINDS.items() for word in words}
    kind = meanings.get(fold(written))
    if kind is None:
        findings.append(Finding(Reason.KIND_UNKNOWN, (("value", written[:40]),)))
    return kind or "discussion"


def _presenter(written: str, findings: list[Finding]) -> str:
    if len(written) > LONGEST_PRESENTER:
        findings.append(Finding(Reason.PRESENTER_TOO_LONG, (("most", LONGEST_PRESENTER),)))
    return written


def _minutes(written: str, findings: list[Finding]) -> int:
    if not written:
        return USUAL_MINUTES
    is_number = written.isascii() and written.isdigit() and len(written) < 6
    if not is_number or not 1 <= int(written) <= MOST_MINUTES:
        findings.append(Finding(Reason.MINUTES_UNCLEAR, (("value", written[:40]), ("most", MOST_MINUTES))))
        return USUAL_MINUTES
    return int(written)


def _matter(
    written: str,
    matters: Mapping[int, str],
    by_title: Mapping[str, int],
    taken: set[int],
    fold: Fold,
    findings: list[Finding],
) -> int | None:
    """A matter is named by its number or by its title."""
    if not written:
        return None
    matter = by_title.get(fold(written))
    if matter is None and written.isascii() and written.isdigit() and int(written[:12]) in matters:
        matter = int(written)
    if matter is None:
        findings.append(Finding(Reason.MATTER_UNKNOWN, (("value", written[:100]),)))
    elif matter in taken:
        findings.append(Finding(Reason.MATTER_TWICE, (("value", written[:100]),)))
    return matter
