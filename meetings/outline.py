"""The order of an agenda: items, one level of sub-items, their numbers, and moves. Pure: values in, values or a refusal out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ecabinet.refusals import Refused
from meetings.rules import Reason


@dataclass(frozen=True)
class Node:
    """An item's place: under which item, and where among those beside it, counted from 0."""

    item: int
    parent: int | None
    position: int


class Step(StrEnum):
    """A move by one, as a button makes it."""

    UP = "up"
    DOWN = "down"
    INDENT = "indent"
    OUTDENT = "outdent"


def flatten(nodes: Iterable[Node]) -> list[Node]:
    """Return the nodes as they are read: each item followed by its sub-items."""
    under = _by_parent(nodes)
    return [node for top in under.get(None, ()) for node in (top, *under.get(top.item, ()))]


def labels(nodes: Iterable[Node]) -> dict[int, str]:
    """Return each item's number as it is shown: "3", and "3.1" for a sub-item."""
    under = _by_parent(nodes)
    numbered: dict[int, str] = {}
    for number, top in enumerate(under.get(None, ()), start=1):
        numbered[top.item] = str(number)
        numbered |= {child.item: f"{number}.{place}" for place, child in enumerate(under.get(top.item, ()), start=1)}
    return numbered


def moved(nodes: Sequence[Node], item: int, parent: int | None, position: int) -> list[Node]:
    """Return all nodes after a move; a position past the end is the end. Refuse what would nest deeper than one level."""
    known = {node.item: node for node in nodes}
    if item not in known:
        raise Refused(Reason.ITEM_NOT_HERE)
    if parent is not None:
        _check_under(known, item, parent)
    others = [node for node in _by_parent(nodes).get(parent, []) if node.item != item]
    others.insert(max(position, 0), replace(known[item], parent=parent))
    placed = {node.item: replace(node, position=place) for place, node in enumerate(others)}
    return flatten(placed.get(node.item, node) for node in nodes)


def stepped(nodes: Sequence[Node], item: int, step: Step) -> list[Node]:
    """Return all nodes after a move by one; refuse at the edge."""
    known = {node.item: node for node in nodes}
    if item not in known:
        raise Refused(Reason.ITEM_NOT_HERE)
    parent = known[item].parent
    beside = [node.item for node in _by_parent(nodes).get(parent, [])]
    place = beside.index(item)
    if step is Step.OUTDENT:
        return _outdented(nodes, known[item])
    if step is Step.INDENT:
        if place == 0 or parent is not None:
            raise Refused(Reason.NOWHERE_TO_MOVE)
        return moved(nodes, item, beside[place - 1], len(nodes))
    target = place + (1 if step is Step.DOWN else -1)
    if not 0 <= target < len(beside):
        raise Refused(Reason.NOWHERE_TO_MOVE)
    return moved(nodes, item, parent, target)


def _outdented(nodes: Sequence[Node], node: Node) -> list[Node]:
    if node.parent is None:
        raise Refused(Reason.NOWHERE_TO_MOVE)
    tops = [top.item for top in _by_parent(nodes).get(None, [])]
    return moved(nodes, node.item, None, tops.index(node.parent) + 1)


def _check_under(known: dict[int, Node], item: int, parent: int) -> None:
    if parent not in known:
        raise Refused(Reason.ITEM_NOT_HERE)
    has_own = any(node.parent == item for node in known.values())
    if has_own or parent == item or known[parent].parent is not None:
        raise Refused(Reason.TOO_DEEP)


def _by_parent(nodes: Iterable[Node]) -> dict[int | None, list[Node]]:
    """Return the nodes under each item, and those at the top under None, in order."""
    under: dict[int | None, list[Node]] = {}
    for node in sorted(nodes, key=lambda node: (node.position, node.item)):
        under.setdefault(node.parent, []).append(node)
    return under
