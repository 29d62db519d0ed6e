"""The tree over a box: the published values, and the laws that proofs keep."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voting.proof import tree
from voting.proof.tree import Frontier, Tree, check_consistency, check_inclusion

# Eight leaves and their trees, as the implementations of Certificate Transparency test them.
LEAVES = [
    tree.leaf_of(bytes.fromhex(entry))
    for entry in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def of_size(size: int) -> list[bytes]:
    return [tree.leaf_of(str(number).encode()) for number in range(size)]


def hexadecimal(path: list[bytes]) -> list[str]:
    return [node.hex() for node in path]


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_the_published_ones(size: int) -> None:
    assert tree.root(LEAVES[:size]).hex() == ROOTS[size - 1]


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert tree.root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_proofs_of_inclusion_are_the_published_ones(index: int, size: int) -> None:
    path = tree.inclusion(LEAVES[:size], index)
    assert hexadecimal(path) == INCLUSION[index, size]
    assert check_inclusion(LEAVES[index], index, size, path, bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_proofs_of_consistency_are_the_published_ones(old: int, new: int) -> None:
    path = tree.consistency(LEAVES[:new], old)
    assert hexadecimal(path) == CONSISTENCY[old, new]
    roots = [(size, bytes.fromhex(ROOTS[size - 1])) for size in (old, new)]
    assert check_consistency(roots[0], roots[1], path)


def test_every_leaf_of_every_small_tree_is_proven_and_no_other() -> None:
    for size in range(1, 18):
        leaves = of_size(size)
        whole = Tree(leaves)
        for index in range(size):
            path = whole.inclusion(index)
            assert check_inclusion(leaves[index], index, size, path, whole.root())
            for wrong in range(size + 1):
                if wrong != index:
                    assert not check_inclusion(leaves[index], wrong, size, path, whole.root())
            assert not check_inclusion(
                leaves[index], index, size, [*path, path[0] if path else leaves[0]], whole.root()
            )
            assert not path or not check_inclusion(leaves[index], index, size, path[:-1], whole.root())


def test_every_growth_of_every_small_tree_is_proven_and_no_other() -> None:
    for new in range(1, 18):
        leaves = of_size(new)
        whole = Tree(leaves)
        for old in range(1, new + 1):
            path, first = whole.consistency(old), (old, tree.root(leaves[:old]))
            assert check_consistency(first, (new, whole.root()), path)
            rewritten = tree.root([leaves[-1], *leaves[1:old]])
            assert old == new == 1 or not check_consistency((old, rewritten), (new, whole.root()), path)
            assert not check_consistency(first, (new, tree.EMPTY_ROOT), path)
            assert not check_consistency(first, (new, whole.root()), [*path, leaves[0]])
            assert not path or not check_consistency(first, (new, whole.root()), path[:-1])


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3), (-1, 3)])
def test_a_tree_that_cannot_have_come_before_is_not_continued(old: int, new: int) -> None:
    assert not check_consistency((old, tree.EMPTY_ROOT), (new, tree.root(of_size(3))), [])
    with pytest.raises(IndexError):
        tree.consistency(of_size(new), old)


@pytest.mark.parametrize("index", [-1, 3])
def test_there_is_no_proof_of_a_leaf_that_is_not_there(index: int) -> None:
    assert not check_inclusion(of_size(3)[0], index, 3, [], tree.root(of_size(3)))
    with pytest.raises(IndexError):
        tree.inclusion(of_size(3), index)


@settings(deadline=None)
@given(st.lists(st.integers(0, 12), max_size=12))
def test_a_tree_that_grows_step_by_step_is_the_tree_made_at_once_and_so_are_its_proofs(steps: list[int]) -> None:
    leaves, frontier, size = of_size(sum(steps)), Frontier(), 0
    for step in steps:
        grown = Tree(leaves[size : size + step], frontier)
        whole = Tree(leaves[: size + step])
        assert (grown.size, grown.root()) == (whole.size, whole.root())
        for index in range(size, size + step):
            assert grown.inclusion(index) == whole.inclusion(index)
        frontier, size = grown.frontier(), size + step
        assert tree.frontier_from_text(size, frontier.as_text()) == frontier == whole.frontier()


def test_a_tree_that_grew_knows_its_older_leaves_no_more() -> None:
    leaves = of_size(4)
    grown = Tree(leaves[3:], Tree(leaves[:3]).frontier())
    with pytest.raises(KeyError):
        grown.inclusion(0)


@pytest.mark.parametrize(("size", "written"), [(1, ""), (2, "00" * 64), (3, "00" * 32), (1, "00" * 31), (1, "zz" * 32)])
def test_what_is_no_frontier_is_not_taken_for_one(size: int, written: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        tree.frontier_from_text(size, written)


TREES = {size: Tree(of_size(size)) for size in range(1, 34)}
GROWN = (2, 3, 4, 6, 7, 8, 11, 16, 21, 26, 32, 33)


@pytest.mark.parametrize("new", GROWN)
def test_a_proof_of_growth_that_is_longer_or_shorter_than_the_sizes_ask_for_is_refused_though_its_hashes_fit(
    new: int,
) -> None:
    root = TREES[new].root()
    for old in range(1, new):
        first, path = (old, TREES[old].root()), TREES[new].consistency(old)
        assert check_consistency(first, (new, root), path)
        others = (size for size in TREES if size > old and len(TREES[size].consistency(old)) != len(path))
        assert not any(check_consistency(first, (size, root), path) for size in (old, *others))


@pytest.mark.parametrize("size", GROWN)
def test_a_proof_of_a_leaf_that_is_longer_or_shorter_than_the_size_asks_for_is_refused(size: int) -> None:
    root = TREES[size].root()
    for index, leaf in enumerate(of_size(size)):
        path = TREES[size].inclusion(index)
        others = (each for each in TREES if each > index and len(TREES[each].inclusion(index)) != len(path))
        assert not any(check_inclusion(leaf, index, each, path, root) for each in others)


def test_of_what_grew_from_a_frontier_an_older_leaf_has_no_proof() -> None:
    grown = Tree(LEAVES[2:4], Tree(LEAVES[:2]).frontier())
    assert grown.inclusion(2) == Tree(LEAVES[:4]).inclusion(2)
    with pytest.raises(KeyError, match=r"^1$"):
        grown.inclusion(0)


def test_a_frontier_that_does_not_fit_its_size_is_none_of_a_tree() -> None:
    for size in (1, 3, 4):
        with pytest.raises(ValueError, match="zip"):
            Tree([], Frontier(size, tuple(LEAVES[: 3 - size.bit_count()])))
