"""The tree of hashes, against a tree written here by the words of RFC 6962 and the roots its authors publish."""

from __future__ import annotations

import hashlib
import random

import pytest

from chain_of_custody.merkle import (
    EMPTY_ROOT,
    HASH_SIZE,
    HashTree,
    SortedHashes,
    leaf_hash,
    node_hash,
    root_of,
)

#: The inputs and roots of the Certificate Transparency project's own tests.
INPUTS = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
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


def split(count: int) -> int:
    """The largest power of two that is smaller than a number."""
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def rfc_root(contents: list[bytes]) -> bytes:
    if not contents:
        return hashlib.sha256(b"").digest()
    if len(contents) == 1:
        return hashlib.sha256(b"\x00" + contents[0]).digest()
    at = split(len(contents))
    return hashlib.sha256(b"\x01" + rfc_root(contents[:at]) + rfc_root(contents[at:])).digest()


def rfc_path(index: int, contents: list[bytes]) -> list[bytes]:
    if len(contents) == 1:
        return []
    at = split(len(contents))
    if index < at:
        return [*rfc_path(index, contents[:at]), rfc_root(contents[at:])]
    return [*rfc_path(index - at, contents[at:]), rfc_root(contents[:at])]


def tree_of(contents: list[bytes]) -> HashTree:
    return HashTree(leaf_hash(content) for content in contents)


@pytest.mark.parametrize("count", range(1, 9))
def test_the_published_roots(count: int) -> None:
    with tree_of(INPUTS[:count]) as tree:
        assert tree.root.hex() == ROOTS[count - 1]


@pytest.mark.parametrize("count", [*range(34), 63, 64, 65, 200])
def test_roots_and_paths_are_those_of_the_rfc(count: int) -> None:
    contents = [b"%d" % number for number in range(count)]
    with tree_of(contents) as tree:
        assert (tree.size, tree.root) == (count, rfc_root(contents))
        for index in range(count):
            path = tree.path(index)
            assert path == rfc_path(index, contents)
            assert root_of(index, count, leaf_hash(contents[index]), path) == tree.root


def test_a_tree_of_nothing_has_the_hash_of_nothing() -> None:
    with HashTree([]) as tree:
        assert tree.root == EMPTY_ROOT == hashlib.sha256(b"").digest()
        with pytest.raises(IndexError, match="0 leaves"):
            tree.path(0)


def test_levels_that_do_not_fit_into_memory_give_the_same_root() -> None:
    contents = [b"%d" % number for number in range(40_000)]
    with tree_of(contents) as tree:
        assert tree.root == rfc_root(contents)
        assert root_of(39_999, 40_000, leaf_hash(contents[-1]), tree.path(39_999)) == tree.root


@pytest.mark.parametrize("count", [2, 3, 7, 8, 20])
def test_no_other_leaf_place_size_or_path_leads_to_the_root(count: int) -> None:
    contents = [b"%d" % number for number in range(count)]
    with tree_of(contents) as tree:
        for index in range(count):
            path, leaf = tree.path(index), leaf_hash(contents[index])
            others = [
                root_of(index, count, leaf_hash(b"another"), path),
                root_of((index + 1) % count, count, leaf, path),
                root_of(index, count, leaf, path[:-1]),
                root_of(index, count, leaf, [*path, path[0]]),
                root_of(index, count, leaf, [*path[:-1], bytes(HASH_SIZE)]),
                root_of(count, count, leaf, path),
                root_of(-1, count, leaf, path),
            ]
            assert tree.root not in others


def test_a_node_is_never_taken_for_a_leaf() -> None:
    # Without the bytes in front, the two hashes below a node would be a leaf with a shorter path.
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


def test_hashes_come_back_sorted_and_are_found_again() -> None:
    hashes = [leaf_hash(b"%d" % number) for number in range(5000)]
    random.Random(1).shuffle(hashes)
    with SortedHashes() as kept:
        for hashed in hashes:
            kept.add(hashed)
        assert list(kept) == sorted(hashes)
        assert kept.size == 5000
        with HashTree(kept) as tree:
            assert [tree.find(hashed) for hashed in sorted(hashes)] == list(range(5000))
            assert tree.find(leaf_hash(b"another")) is None
            assert tree.find(b"\xff" * HASH_SIZE) is None
