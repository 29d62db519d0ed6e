"""Numbers and moves of an agenda, without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecabinet.refusals import Refused
from meetings.outline import Node, Step, flatten, labels, moved, stepped
from meetings.rules import Reason

# 1, 2 (with 3 and 4 below it), 5
AGENDA = [Node(1, None, 0), Node(2, None, 1), Node(3, 2, 0), Node(4, 2, 1), Node(5, None, 2)]


def shown(nodes: list[Node]) -> list[tuple[int, str]]:
    numbers = labels(nodes)
    return [(node.item, numbers[node.item]) for node in flatten(nodes)]


def test_items_are_numbered_and_sub_items_below_their_item() -> None:
    assert shown(AGENDA) == [(1, "1"), (2, "2"), (3, "2.1"), (4, "2.2"), (5, "3")]


def test_an_item_moves_with_its_sub_items() -> None:
    assert shown(moved(AGENDA, 2, None, 0)) == [(2, "1"), (3, "1.1"), (4, "1.2"), (1, "2"), (5, "3")]


def test_a_sub_item_moves_under_another_item() -> None:
    assert shown(moved(AGENDA, 3, 5, 0)) == [(1, "1"), (2, "2"), (4, "2.1"), (5, "3"), (3, "3.1")]


def test_a_place_past_the_end_is_the_end() -> None:
    assert [node.item for node in flatten(moved(AGENDA, 1, None, 99))] == [2, 3, 4, 5, 1]


@pytest.mark.parametrize(
    ("item", "parent"),
    [(2, 1), (5, 3), (5, 5)],
    ids=["it has sub-items", "the other is a sub-item", "it is the same item"],
)
def test_nothing_nests_deeper_than_one_level(item: int, parent: int) -> None:
    with pytest.raises(Refused) as refusal:
        moved(AGENDA, item, parent, 0)
    assert refusal.value.reason is Reason.TOO_DEEP


def test_an_item_that_is_gone_cannot_be_moved_nor_moved_under() -> None:
    for item, parent in ((9, None), (1, 9)):
        with pytest.raises(Refused) as refusal:
            moved(AGENDA, item, parent, 0)
        assert refusal.value.reason is Reason.ITEM_NOT_HERE


@pytest.mark.parametrize(
    ("item", "step", "after"),
    [
        (5, Step.UP, [1, 5, 2, 3, 4]),
        (1, Step.DOWN, [2, 3, 4, 1, 5]),
        (4, Step.UP, [1, 2, 4, 3, 5]),
        (5, Step.INDENT, [1, 2, 3, 4, 5]),
        (3, Step.OUTDENT, [1, 2, 4, 3, 5]),
    ],
)
def test_a_step_moves_by_one(item: int, step: Step, after: list[int]) -> None:
    assert [node.item for node in flatten(stepped(AGENDA, item, step))] == after


def test_indenting_makes_the_last_sub_item_of_the_item_above_and_outdenting_undoes_it() -> None:
    indented = stepped(AGENDA, 5, Step.INDENT)
    assert shown(indented)[-1] == (5, "2.3")
    assert shown(stepped(indented, 5, Step.OUTDENT)) == shown(AGENDA)


@pytest.mark.parametrize(
    ("item", "step"), [(1, Step.UP), (5, Step.DOWN), (1, Step.INDENT), (3, Step.INDENT), (1, Step.OUTDENT)]
)
def test_a_step_over_the_edge_is_refused(item: int, step: Step) -> None:
    with pytest.raises(Refused) as refusal:
        stepped(AGENDA, item, step)
    assert refusal.value.reason is Reason.NOWHERE_TO_MOVE


@given(st.lists(st.tuples(st.integers(1, 6), st.one_of(st.none(), st.integers(1, 6)), st.integers(0, 8)), max_size=30))
def test_whatever_is_moved_no_item_is_lost_and_none_is_doubled(moves: list[tuple[int, int | None, int]]) -> None:
    nodes = [Node(item, None, place) for place, item in enumerate(range(1, 7))]
    for item, parent, position in moves:
        try:
            nodes = moved(nodes, item, parent, position)
        except Refused:
            continue
        assert sorted(node.item for node in flatten(nodes)) == [1, 2, 3, 4, 5, 6]
        assert len(set(labels(nodes).values())) == 6
