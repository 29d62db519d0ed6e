"""What changed between two versions of an agenda, without a database."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from meetings.changes import Entry, between


def entry(item: int, *, parent: int | None = None, title: str = "") -> Entry:
    return Entry(item, parent, str(item), title or f"Nội dung {item}", "decision", "Bộ trưởng", 10, ((item, 1),))


OLD = [entry(1), entry(2), entry(3), entry(4)]


def test_two_equal_versions_differ_in_nothing() -> None:
    assert not between(OLD, OLD).is_any


def test_what_came_and_what_went_is_named() -> None:
    changes = between(OLD, [entry(1), entry(3), entry(4), entry(5)])
    assert [one.item for one in changes.added] == [5]
    assert [one.item for one in changes.removed] == [2]


def test_items_that_only_have_a_new_number_because_one_came_did_not_move() -> None:
    new = [entry(9), *(replace(one, label=str(one.item + 1)) for one in OLD)]
    assert not between(OLD, new).changed


def test_only_the_item_that_was_moved_counts_as_moved() -> None:
    changes = between(OLD, [OLD[3], OLD[0], OLD[1], OLD[2]])
    assert [(one.after.item, one.moved) for one in changes.changed] == [(4, True)]


def test_an_item_that_went_under_another_has_moved_even_in_the_same_order() -> None:
    changes = between(OLD, [OLD[0], replace(OLD[1], parent=1), OLD[2], OLD[3]])
    assert [(one.after.item, one.moved) for one in changes.changed] == [(2, True)]


def test_each_kind_of_difference_is_told_apart() -> None:
    new = [
        replace(OLD[0], title="Tên mới"),
        replace(OLD[1], papers=((2, 2),)),
        replace(OLD[2], minutes=30),
        replace(OLD[3], papers=((4, 1), (5, 1))),
    ]
    changed = {one.after.item: one for one in between(OLD, new).changed}
    assert [(item, one.retitled, one.papers, one.details, one.moved) for item, one in changed.items()] == [
        (1, True, False, False, False),
        (2, False, True, False, False),
        (3, False, False, True, False),
        (4, False, True, False, False),
    ]


@given(st.permutations(range(8)))
def test_the_items_that_did_not_move_kept_their_order_and_are_as_many_as_can_be(order: list[int]) -> None:
    old = [entry(item) for item in range(8)]
    moved = {one.after.item for one in between(old, [entry(item) for item in order]).changed}
    stayed = [item for item in order if item not in moved]
    assert stayed == sorted(stayed)
    longest = [1] * 8
    for end in range(8):
        longest[end] += max((longest[start] for start in range(end) if order[start] < order[end]), default=0)
    assert len(stayed) == max(longest)
