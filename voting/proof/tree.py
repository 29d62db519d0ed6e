"""The tree over the entries of a box (RFC 9162, section 2.1): its root, and proofs that an entry is in it and that it only grew.

A leaf is the SHA-256 of a zero byte and the entry's bytes; an inner node that of a one byte and the two below it. Everything here takes
leaves, not entries.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LEAF_PREFIX = b"\x00"
NODE_PREFIX = b"\x01"
SIZE_OF_A_NODE = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


@dataclass(frozen=True)
class Frontier:
    """What a tree has to remember to go on growing: its size, and the roots of the whole subtrees that it consists of, the largest first."""

    size: int = 0
    nodes: tuple[bytes, ...] = ()

    def as_text(self) -> str:
        """Write the nodes one after the other, in hexadecimal."""
        return b"".join(self.nodes).hex()


def frontier_from_text(size: int, written: str) -> Frontier:
    """Read a frontier back as `Frontier.as_text` wrote it; raise `ValueError` where it is not that of a tree of this size."""
    nodes = bytes.fromhex(written)
    parts = tuple(nodes[start : start + SIZE_OF_A_NODE] for start in range(0, len(nodes), SIZE_OF_A_NODE))
    if len(nodes) != size.bit_count() * SIZE_OF_A_NODE:
        raise ValueError(f"no frontier of a tree of {size} leaves")
    return Frontier(size, parts)


class Tree:
    """A tree of so many leaves, of which only the new ones need to be known: the older are in the frontier from which it grew.

    Every subtree is hashed once, so that the proofs of all new leaves cost little more than the root.
    """

    def __init__(self, leaves: Iterable[bytes], grown_from: Frontier = Frontier()) -> None:
        """Put new leaves behind the older ones."""
        self._known: dict[tuple[int, int], bytes] = {}
        start = 0
        for node, width in zip(grown_from.nodes, _widths(grown_from.size), strict=True):
            self._known[start, start + width] = node
            start += width
        for place, leaf in enumerate(leaves, start=start):
            self._known[place, place + 1] = leaf
            start = place + 1
        self.size = start

    def root(self) -> bytes:
        """Return the root over all leaves; that of no leaves is the hash of nothing."""
        return self._node(0, self.size) if self.size else EMPTY_ROOT

    def inclusion(self, index: int) -> list[bytes]:
        """Return the proof that this leaf is in the tree, from the leaf upwards; of the older leaves only those of a whole tree are known."""
        if not 0 <= index < self.size:
            raise IndexError(index)
        path, start, end = [], 0, self.size
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                path.append(self._node(middle, end))
                end = middle
            else:
                path.append(self._node(start, middle))
                start = middle
        return path[::-1]

    def consistency(self, old_size: int) -> list[bytes]:
        """Return the proof that the tree of the first `old_size` leaves was continued and not rewritten."""
        if not 0 < old_size <= self.size:
            raise IndexError(old_size)
        path, start, end = [], 0, self.size
        while end != old_size:
            middle = start + _split(end - start)
            if old_size <= middle:
                path.append(self._node(middle, end))
                end = middle
            else:
                path.append(self._node(start, middle))
                start = middle
        return ([] if start == 0 else [self._node(start, end)]) + path[::-1]

    def frontier(self) -> Frontier:
        """Return what is needed to go on from here."""
        nodes, start = [], 0
        for width in _widths(self.size):
            nodes.append(self._node(start, start + width))
            start += width
        return Frontier(self.size, tuple(nodes))

    def _node(self, start: int, end: int) -> bytes:
        """The root of the subtree over these leaves, hashed at most once."""
        known = self._known.get((start, end))
        if known is None:
            if end - start == 1:
                raise KeyError(start)  # an older leaf, of which only the frontier is known
            middle = start + _split(end - start)
            known = self._known[start, end] = node_of(self._node(start, middle), self._node(middle, end))
        return known


def leaf_of(body: bytes) -> bytes:
    """Return the leaf of an entry."""
    return hashlib.sha256(LEAF_PREFIX + body).digest()


def node_of(left: bytes, right: bytes) -> bytes:
    """Return the inner node over two others."""
    return hashlib.sha256(NODE_PREFIX + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over these leaves."""
    return Tree(leaves).root()


def inclusion(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the proof that the leaf at this place is in the tree over these leaves."""
    return Tree(leaves).inclusion(index)


def consistency(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """Return the proof that the tree over the first `old_size` of these leaves was continued."""
    return Tree(leaves).consistency(old_size)


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Say whether the proof leads from this leaf at this place to the root of a tree of this size (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, node = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if place % 2 or place == last:
            node = node_of(sibling, node)
            while place and not place % 2:
                place, last = place // 2, last // 2
        else:
            node = node_of(node, sibling)
        place, last = place // 2, last // 2
    return last == 0 and node == root


def check_consistency(old: tuple[int, bytes], new: tuple[int, bytes], path: Sequence[bytes]) -> bool:
    """Say whether the proof shows that a tree (size, root) was continued to another one (RFC 9162, section 2.1.4.2)."""
    (old_size, old_root), (new_size, new_root) = old, new
    if not 0 < old_size <= new_size:
        return False
    if old_size == new_size:
        return not path and old_root == new_root
    whole = path if old_size.bit_count() > 1 else [old_root, *path]  # the first tree is a subtree of the second
    return bool(whole) and _leads_to_both(old_size, new_size, whole) == (old_root, new_root)


def _leads_to_both(old_size: int, new_size: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """The two roots to which a consistency proof leads; None where it is too long or too short."""
    place, last = old_size - 1, new_size - 1
    while place % 2:
        place, last = place // 2, last // 2
    old_node = new_node = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if place % 2 or place == last:
            old_node, new_node = node_of(sibling, old_node), node_of(sibling, new_node)
            while place and not place % 2:
                place, last = place // 2, last // 2
        else:
            new_node = node_of(new_node, sibling)
        place, last = place // 2, last // 2
    return (old_node, new_node) if last == 0 else None


def _split(size: int) -> int:
    """The largest power of two smaller than the size."""
    return 1 << ((size - 1).bit_length() - 1)


def _widths(size: int) -> list[int]:
    """The widths of the whole subtrees of a tree of this size, the largest first."""
    return [1 << bit for bit in range(size.bit_length() - 1, -1, -1) if size >> bit & 1]
