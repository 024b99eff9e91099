"""Groups of records by shared keys. Nothing is joined where two answers are possible."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

#: Number of anchors kept for one component: two show that there is more than one answer.
_KEPT = 3


class DisjointSets:
    """Disjoint sets of numbers that can be united. The representative of a set is its smallest member."""

    def __init__(self, size: int) -> None:
        self._parent = array("I", range(size))

    def find(self, number: int) -> int:
        """Return the representative of a number's set."""
        root = number
        while self._parent[root] != root:
            root = self._parent[root]
        while self._parent[number] != root:
            self._parent[number], number = root, self._parent[number]
        return root

    def unite(self, first: int, second: int) -> None:
        """Unite two sets."""
        low, high = sorted((self.find(first), self.find(second)))
        self._parent[high] = low


class Component(NamedTuple):
    """Groups that share keys, each by its root.

    Attributes:
        free: groups that are not anchors.
        anchors: the anchors they share keys with; if there are several, nothing is joined to them.
        keys: the shared keys.
    """

    free: list[int]
    anchors: list[int]
    keys: list[str]


class SharedKeys(NamedTuple):
    """Shared keys of groups: components of free groups, and for each anchor the keys that another anchor holds too."""

    components: list[Component]
    contested: dict[int, list[str]]


def shared_keys(sets: DisjointSets, holders: Mapping[str, list[int]], is_anchor: Callable[[int], bool]) -> SharedKeys:
    """Find the groups that share keys.

    An anchor is never joined to another anchor: they are known to be different interactions.
    Other groups are joined by the keys they share. The order of keys and members does not matter.

    Args:
        sets: the groups so far.
        holders: the members that hold each key.
        is_anchor: whether the group of a root is an anchor.
    """
    contested: dict[int, list[str]] = defaultdict(list)
    ties = _Ties()
    for key, members in holders.items():
        roots = {sets.find(member) for member in members}
        if len(roots) > 1:
            anchors = {root for root in roots if is_anchor(root)}
            ties.add(key, sorted(roots - anchors), sorted(anchors))
            if len(anchors) > 1:
                for anchor in anchors:
                    contested[anchor].append(key)
    return SharedKeys(list(ties.components()), contested)


class _Ties:
    """Components of free groups that share keys, with their anchors."""

    def __init__(self) -> None:
        self._parent: dict[int, int] = {}
        self._found: list[tuple[str, int, list[int]]] = []

    def add(self, key: str, free: list[int], anchors: list[int]) -> None:
        if not free:
            return
        for root in free:
            self._parent.setdefault(root, root)
        first = self._find(free[0])
        for root in free[1:]:
            low, high = sorted((first, self._find(root)))
            self._parent[high] = first = low
        self._found.append((key, free[0], anchors[:_KEPT]))

    def components(self) -> Iterator[Component]:
        """Yield each component, with the first of its anchors."""
        free: dict[int, list[int]] = defaultdict(list)
        for root in sorted(self._parent):
            free[self._find(root)].append(root)
        anchors: dict[int, set[int]] = defaultdict(set)
        keys: dict[int, list[str]] = defaultdict(list)
        for key, root, near in self._found:
            component = self._find(root)
            keys[component].append(key)
            anchors[component].update(near)
        for component, roots in free.items():
            yield Component(roots, sorted(anchors[component])[:_KEPT], sorted(keys[component]))

    def _find(self, root: int) -> int:
        while self._parent[root] != root:
            self._parent[root] = root = self._parent[self._parent[root]]
        return root
