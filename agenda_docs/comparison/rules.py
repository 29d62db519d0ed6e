"""What changed between two versions of a paper: which pages belong together, and which words differ. Texts in, pieces out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

WORDS_OF_A_PAGE = 1500  # a page with more is shown without marks: comparing takes the square of it
WORDS_IN_ALL = 60_000
ALIKE = 0.3  # pages with a smaller share of common words are no versions of each other
TOKENS = re.compile(r"\s+|[^\s]+")


class PageState(StrEnum):
    """What became of a page."""

    SAME = "same"
    CHANGED = "changed"
    INSERTED = "inserted"
    DELETED = "deleted"


class Mark(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    INSERTED = "inserted"
    DELETED = "deleted"


@dataclass(frozen=True)
class Piece:
    """Some words, and what became of them."""

    text: str
    mark: Mark


@dataclass(frozen=True)
class PagePair:
    """A page of the older version beside that of the newer; a side that is not there has no number."""

    old: int | None
    new: int | None
    state: PageState
    left: tuple[Piece, ...]
    right: tuple[Piece, ...]
    is_marked: bool = True  # false where the page is too long to be compared word by word


def compare(old: Sequence[str], new: Sequence[str]) -> list[PagePair]:
    """Compare the pages of two versions; a page that was put in or taken out does not shift the others."""
    pairs = match_pages(old, new)
    left = WORDS_IN_ALL
    compared: list[PagePair] = []
    for before, after in pairs:
        pair = _compare_pair(before, after, old, new, left)
        left -= _length(pair) if pair.state is PageState.CHANGED and pair.is_marked else 0
        compared.append(pair)
    return compared


def match_pages(old: Sequence[str], new: Sequence[str]) -> list[tuple[int | None, int | None]]:
    """Return which page (counted from 0) belongs to which: equal ones first, between them the most alike in their order."""
    ours, theirs = [_plain(page) for page in old], [_plain(page) for page in new]
    pairs: list[tuple[int | None, int | None]] = []
    for kind, start, end, first, last in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if kind == "equal":
            pairs += zip(range(start, end), range(first, last), strict=True)
        else:
            pairs += _match_alike(ours, theirs, range(start, end), range(first, last))
    return pairs


def compare_words(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return the pieces of both texts: the older with what was taken out, the newer with what was put in."""
    before, after = TOKENS.findall(old), TOKENS.findall(new)
    left: list[Piece] = []
    right: list[Piece] = []
    for kind, start, end, first, last in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        is_same = kind == "equal"
        _add(left, before[start:end], Mark.SAME if is_same else Mark.DELETED)
        _add(right, after[first:last], Mark.SAME if is_same else Mark.INSERTED)
    return tuple(left), tuple(right)


def changed_pages_of(old: Sequence[str], new: Sequence[str]) -> list[int]:
    """Return the pages of the newer version, counted from 1, that are new or changed; words are not looked at one by one."""
    return [
        after + 1
        for before, after in match_pages(old, new)
        if after is not None and (before is None or _plain(old[before]) != _plain(new[after]))
    ]


def _compare_pair(
    before: int | None, after: int | None, old: Sequence[str], new: Sequence[str], words_left: int
) -> PagePair:
    ours = old[before] if before is not None else ""
    theirs = new[after] if after is not None else ""
    state = _state(before, after, ours, theirs)
    longest = max(len(ours.split()), len(theirs.split()))
    is_marked = state is not PageState.CHANGED or longest <= min(WORDS_OF_A_PAGE, words_left)
    if state is PageState.CHANGED and is_marked:
        left, right = compare_words(ours, theirs)
    else:
        left, right = _whole(ours, state, Mark.DELETED), _whole(theirs, state, Mark.INSERTED)
    return PagePair(_number(before), _number(after), state, left, right, is_marked)


def _state(before: int | None, after: int | None, ours: str, theirs: str) -> PageState:
    if before is None:
        return PageState.INSERTED
    if after is None:
        return PageState.DELETED
    return PageState.SAME if _plain(ours) == _plain(theirs) else PageState.CHANGED


def _whole(text: str, state: PageState, mark: Mark) -> tuple[Piece, ...]:
    is_one_sided = state in (PageState.INSERTED, PageState.DELETED)
    return (Piece(text, mark if is_one_sided else Mark.SAME),) if text else ()


def _number(index: int | None) -> int | None:
    return None if index is None else index + 1


def _length(pair: PagePair) -> int:
    return max(sum(len(piece.text.split()) for piece in side) for side in (pair.left, pair.right))


def _add(pieces: list[Piece], words: Sequence[str], mark: Mark) -> None:
    if words:
        pieces.append(Piece("".join(words), mark))


def _plain(text: str) -> str:
    """Without what a different line break makes of the same words."""
    return " ".join(text.split())


def _match_alike(
    ours: Sequence[str], theirs: Sequence[str], before: range, after: range
) -> list[tuple[int | None, int | None]]:
    """Pair the pages of a stretch that differs so that they are as alike as can be in all, each with one at most, in order."""
    words = [frozenset(ours[index].split()) for index in before], [frozenset(theirs[index].split()) for index in after]
    best = _likeness(*words)
    pairs: list[tuple[int | None, int | None]] = []
    i, j = 0, 0
    while i < len(before) and j < len(after):
        alike = _alike(words[0][i], words[1][j])
        if alike >= ALIKE and best[i][j] == alike + best[i + 1][j + 1]:
            pairs.append((before[i], after[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append((before[i], None))
            i += 1
        else:
            pairs.append((None, after[j]))
            j += 1
    pairs += [(index, None) for index in before[i:]]
    pairs += [(None, index) for index in after[j:]]
    return pairs


def _likeness(before: Sequence[frozenset[str]], after: Sequence[frozenset[str]]) -> list[list[float]]:
    """The most likeness that can be had from each pair of beginnings on (longest common subsequence, weighed)."""
    best = [[0.0] * (len(after) + 1) for _ in range(len(before) + 1)]
    for i in reversed(range(len(before))):
        for j in reversed(range(len(after))):
            alike = _alike(before[i], after[j])
            together = alike + best[i + 1][j + 1] if alike >= ALIKE else 0.0
            best[i][j] = max(together, best[i + 1][j], best[i][j + 1])
    return best


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of words that two pages have in common; two pages without text are alike."""
    return len(one & other) / len(one | other) if one or other else 1.0
