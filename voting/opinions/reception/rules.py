"""How the words of a member fall into points, and what an answer to a comment needs. Pure: values in, a value or a refusal out."""

import re
from collections.abc import Collection, Iterator
from enum import StrEnum

from ecabinet.refusals import N_, Refused

LONGEST_ANSWER = 4000
LONGEST_PLACE = 300
LONGEST_LABEL = 80
LOOKED_AT = 400  # signs at the beginning of a paragraph, in which a label stands

Key = tuple[tuple[int, tuple[int, str]], ...]

# The parts of a text from the largest to the smallest, in both languages; a bracket after a number is the part below it.
_RANKED = (
    ("phụ lục", "annex"),
    ("phần", "part"),
    ("chương", "chapter"),
    ("tiểu mục",),
    ("mục", "section"),
    ("điều", "article", "art."),
    ("khoản", "clause", "paragraph", "("),
    ("điểm", "point"),
    ("biểu", "table"),
    ("trang", "page"),
)
_RANKS = {word: rank for rank, words in enumerate(_RANKED) for word in words}
_WORDS = [re.escape(word) for word in _RANKS if word != "("]
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_NUMBER = r"(?:[0-9]{1,4}[a-zđ]?|[IVXLC]{1,6})(?![\w])"
_VIETNAMESE = "|".join(
    rf"{word}\s+{number}"
    for word, number in (
        ("Phần", _NUMBER),
        ("Chương", _NUMBER),
        ("Mục", _NUMBER),
        ("Tiểu mục", _NUMBER),
        ("Điều", _NUMBER),
        ("Khoản", _NUMBER),
        ("Điểm", r"[a-zđ](?![\w])"),
        ("Phụ lục", _NUMBER),
        ("Trang", _NUMBER),
        ("Biểu", _NUMBER),
    )
)
_ENGLISH = (
    "|".join(
        rf"{word}\s+{_NUMBER}(?:\s?\([0-9a-z]{{1,3}}\))*"
        for word in ("Part", "Chapter", "Section", "Article", r"Art\.", "Paragraph", "Clause", "Annex", "Page", "Table")
    )
    + r"|Point\s+(?:[a-z]|[0-9]{1,3})(?![\w])"
)
_UNIT = rf"(?:{_VIETNAMESE}|{_ENGLISH})"
_LABEL = re.compile(
    rf"^\s*(?:[-–•*+]\s*)?({_UNIT}(?:\s*,?\s*(?:of\s+|và\s+|and\s+)?{_UNIT})*)\s*[:.,;)–-]?\s*", re.IGNORECASE
)
_BETWEEN = re.compile(r"\b(?:of|và|and)\b|,")
_PARTS = re.compile(rf"(?:({'|'.join(_WORDS)})\s*)?\(?([0-9]+[a-zđ]?|[a-zđ]+)(?![\w])\)?")
_GOES_ON = re.compile(r"^\s*(?:[-–•*+]|[a-zđ]\)|[0-9]{1,2}\))\s")  # a line of a list belongs to what introduces it


class Step(StrEnum):
    """What a step of an answer says."""

    ACCEPTED = "accepted"
    PARTLY = "partly"
    EXPLAINED = "explained"
    SENT_BACK = "sent_back"


ANSWERS = frozenset({Step.ACCEPTED, Step.PARTLY, Step.EXPLAINED})
CHANGES_TEXT = frozenset({Step.ACCEPTED, Step.PARTLY})


class Reason(StrEnum):
    """Why an answer to a comment, or sending it back, is refused."""

    NOT_YOUR_UNIT = N_("Only the agency in charge of this dossier answers its comments.")
    NOT_CLOSED = N_("The comments are answered once the question is closed.")
    NOT_AN_ANSWER = N_("Say whether the comment is accepted, partly accepted or explained.")
    WORDS_MISSING = N_("Say in words what was done with the comment, or why not.")
    PLACE_MISSING = N_("Say where in the text it was accepted, for instance “Article 5 clause 2”.")
    CHANGED_MEANWHILE = N_(
        "%(name)s answered this comment meanwhile. Read that answer, which is shown when you reload the page, then send yours again if it is still needed."
    )
    ANSWERED_AT_ONCE = N_(
        "Somebody answered this comment at the same moment. Reload the page and read that answer first."
    )
    NOTHING_TO_RETURN = N_("There is no answer here that could be sent back. Reload the page to see where it stands.")


def points_of(words: str) -> list[tuple[str, str]]:
    """Return the points of a member's words in their order, each with its label as written and its text; what names no point has the label "".

    A paragraph belongs to the point that it begins with; paragraphs of the same point are one.
    """
    found: dict[Key, list[str]] = {}
    shown: dict[Key, str] = {}
    for paragraph in _paragraphs(words):
        label = label_of(paragraph)
        key = key_of(label)
        shown.setdefault(key, label)
        found.setdefault(key, []).append(paragraph)
    return [(shown[key], "\n".join(paragraphs)) for key, paragraphs in found.items()]


def label_of(paragraph: str) -> str:
    """Return the point that a paragraph begins with, such as "Điều 5 khoản 2" or "Article 5"; "" where it names none."""
    # Runs of spaces are taken out first, and only the beginning is looked at: trying every way to share them out takes seconds.
    match = _LABEL.match(" ".join(paragraph[:LOOKED_AT].split()))
    return " ".join(match[1].split())[:LONGEST_LABEL] if match else ""


def key_of(label: str) -> Key:
    """Return what a point is known by, from the largest part to the smallest, so that "Khoản 2 Điều 5" and "Article 5 (2)" are one; it sorts as a text is read."""
    parts = [
        (_RANKS[word or "("], _count(number)) for word, number in _PARTS.findall(_BETWEEN.sub(" ", label.casefold()))
    ]
    return tuple(sorted(parts, key=lambda part: part[0]))


def order_of(key: Key) -> tuple[bool, bool, Key]:
    """Return what points are sorted by: as the text is read, its annexes after it, what is about the whole of it last."""
    return not key, bool(key) and key[0][0] == _RANKS["annex"], key


def _count(number: str) -> tuple[int, str]:
    digits = re.match(r"[0-9]*", number)
    found = digits[0] if digits else ""
    return (int(found), number[len(found) :]) if found else (_roman(number), number if not _roman(number) else "")


def _roman(number: str) -> int:
    """Return the value of a Roman number; 0 for any other text, and for a lone letter, which is the name of a point."""
    values = [_ROMAN.get(letter, 0) for letter in number]
    if not all(values) or number in ("c", "d", "l", "m"):
        return 0
    return sum(-value if value < max(values[place:]) else value for place, value in enumerate(values))


def _paragraphs(words: str) -> Iterator[str]:
    kept: list[str] = []
    for line in words.splitlines():
        if kept and line.strip() and _GOES_ON.match(line) and not label_of(line):
            kept.append(line.strip())
            continue
        if kept:
            yield "\n".join(kept)
        kept = [line.strip()] if line.strip() else []
    if kept:
        yield "\n".join(kept)


def check_may_answer(*, is_closed: bool, unit_id: int, units: Collection[int]) -> None:
    """Raise `Refused` unless somebody of these units may answer a comment on a question of that unit's dossier now."""
    if unit_id not in units:
        raise Refused(Reason.NOT_YOUR_UNIT)
    if not is_closed:
        raise Refused(Reason.NOT_CLOSED)


def check_answer(step: Step, words: str, place: str) -> None:
    """Raise `Refused` unless an answer says what it has to: words always, the place in the text where it changes."""
    if step not in ANSWERS:
        raise Refused(Reason.NOT_AN_ANSWER)
    if not words:
        raise Refused(Reason.WORDS_MISSING)
    if step in CHANGES_TEXT and not place:
        raise Refused(Reason.PLACE_MISSING)


def check_newest(*, seen: int, newest: int, name: str) -> None:
    """Raise `Refused` where somebody else took a step since the page was shown."""
    if seen != newest:
        raise Refused(Reason.CHANGED_MEANWHILE, name=name)


def check_may_return(last: Step | None) -> None:
    """Raise `Refused` unless there is an answer that can be sent back."""
    if last not in ANSWERS:
        raise Refused(Reason.NOTHING_TO_RETURN)
