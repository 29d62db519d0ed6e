"""Words without their marks, so that `de an` finds `Đề án`; and the place of a hit in the text as it was written. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WORD = re.compile("[^\\W_](?:[^\\W_]|[\u0300-\u036f])*")  # letters and digits, with marks that stand alone
WORDS_AT_MOST = 12
AROUND = 90  # signs of context on either side of a hit


@dataclass(frozen=True)
class Piece:
    """A stretch of a snippet, as it was written; `is_hit` where it is what was looked for."""

    text: str
    is_hit: bool


def fold(text: str) -> str:
    """Return the text in lower case, without marks, `đ` as `d`: the form that is searched."""
    apart = unicodedata.normalize("NFD", text.lower())
    bare = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return bare.replace("đ", "d")


def words_of(text: str) -> list[str]:
    """Return the folded words of a text, in order."""
    return [word for _start, _end, word in _placed(text)]


def _placed(text: str) -> Iterator[tuple[int, int, str]]:
    for found in WORD.finditer(text):
        word = "".join(sign for sign in fold(found.group()) if sign.isalnum())
        if word:
            yield found.start(), found.end(), word


def wanted_words(query: str) -> list[str]:
    """Return the words of a query that are looked for; the last one as the beginning of a word."""
    return words_of(unicodedata.normalize("NFC", query))[:WORDS_AT_MOST]


def snippet(text: str, wanted: Sequence[str]) -> list[Piece]:
    """Cut the original text around the place where most of the wanted words stand together."""
    placed = list(_placed(text))
    hits = [index for index, (_start, _end, word) in enumerate(placed) if _is_wanted(word, wanted)]
    if not hits:
        return [Piece(_cut(text, 0, 2 * AROUND), is_hit=False)] if text.strip() else []
    centre = max(hits, key=lambda index: (_together(placed, index, wanted), -index))
    start = _edge(text, placed[centre][0] - AROUND)
    end = _edge(text, placed[centre][1] + AROUND)
    return list(_pieces(text, start, end, [placed[index][:2] for index in hits]))


def _is_wanted(word: str, wanted: Sequence[str]) -> bool:
    return word in wanted or (bool(wanted) and word.startswith(wanted[-1]))


def _together(placed: Sequence[tuple[int, int, str]], index: int, wanted: Sequence[str]) -> int:
    """How many of the wanted words follow from here, each in its order first."""
    following = [word for _start, _end, word in placed[index : index + len(wanted)]]
    in_order = sum(_is_wanted(word, [want]) for word, want in zip(following, wanted, strict=False))
    return in_order + len({word for word in following if _is_wanted(word, wanted)})


def _edge(text: str, place: int) -> int:
    """Move a cut to the nearest space before it, so that no word is cut in two."""
    if place <= 0:
        return 0
    if place >= len(text):
        return len(text)
    space = text.rfind(" ", max(0, place - 20), place)
    return space + 1 if space >= 0 else place


def _pieces(text: str, start: int, end: int, hits: Sequence[tuple[int, int]]) -> Iterator[Piece]:
    done = start
    if start > 0:
        yield Piece("… ", is_hit=False)
    for begins, ends in hits:
        if start <= begins and ends <= end:
            yield Piece(_cut(text, done, begins), is_hit=False)
            yield Piece(_cut(text, begins, ends), is_hit=True)
            done = ends
    yield Piece(_cut(text, done, end) + (" …" if end < len(text) else ""), is_hit=False)


def _cut(text: str, start: int, end: int) -> str:
    return re.sub(r"\s+", " ", text[start:end])
