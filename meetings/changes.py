"""What changed between two published versions of an agenda. Pure: two lists in, a value out."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """An item as one version has it; `parent` is the item it stands under."""

    item: int
    parent: int | None
    label: str
    title: str
    kind: str
    presenter: str
    minutes: int
    papers: tuple[tuple[int, int], ...]  # document and version


@dataclass(frozen=True)
class Change:
    """One item that is in both versions, and how it differs."""

    before: Entry
    after: Entry
    moved: bool

    @property
    def retitled(self) -> bool:
        """Whether the title is another one."""
        return self.before.title != self.after.title

    @property
    def details(self) -> bool:
        """Whether kind, presenter or minutes differ."""
        return _details(self.before) != _details(self.after)

    @property
    def papers(self) -> bool:
        """Whether papers came, went or have a new version."""
        return set(self.before.papers) != set(self.after.papers)

    @property
    def is_any(self) -> bool:
        """Whether anything differs at all; a new number alone, because others came or went, is no change."""
        return self.moved or self.retitled or self.details or self.papers


@dataclass(frozen=True)
class Changes:
    """Everything that differs between two versions, in the order of the newer one."""

    added: tuple[Entry, ...]
    removed: tuple[Entry, ...]
    changed: tuple[Change, ...]

    @property
    def is_any(self) -> bool:
        """Whether the two versions differ."""
        return bool(self.added or self.removed or self.changed)


def between(old: Sequence[Entry], new: Sequence[Entry]) -> Changes:
    """Return what came, what went and what differs from the older list to the newer one."""
    before, after = {entry.item: entry for entry in old}, {entry.item: entry for entry in new}
    kept = [entry.item for entry in new if entry.item in before]
    moved = _moved([entry.item for entry in old if entry.item in after], kept)
    moved |= {item for item in kept if before[item].parent != after[item].parent}
    pairs = (Change(before[item], after[item], item in moved) for item in kept)
    return Changes(
        added=tuple(entry for entry in new if entry.item not in before),
        removed=tuple(entry for entry in old if entry.item not in after),
        changed=tuple(change for change in pairs if change.is_any),
    )


def _details(entry: Entry) -> tuple[str, str, int]:
    return entry.kind, entry.presenter, entry.minutes


def _moved(old: Sequence[int], new: Sequence[int]) -> set[int]:
    """Return the fewest items that must have been moved to get from one order to the other: all but a longest rising run."""
    place = {item: number for number, item in enumerate(old)}
    ends: list[int] = []  # the smallest last place of a rising run of each length
    ends_with: list[int] = []
    came_from: dict[int, int | None] = {}
    for item in new:
        length = bisect_left(ends, place[item])
        came_from[item] = ends_with[length - 1] if length else None
        ends[length : length + 1] = [place[item]]
        ends_with[length : length + 1] = [item]
    stayed: set[int] = set()
    last = ends_with[-1] if ends_with else None
    while last is not None:
        stayed.add(last)
        last = came_from[last]
    return set(new) - stayed
