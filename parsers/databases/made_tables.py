"""Which tables the statements in a database's first bytes create."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from parsers.formats.lazy_pattern import lazy

_STATEMENT = b"CREATE TABLE "
_NAMED = lazy(rb"(?:IF NOT EXISTS )?[\"'`\[]?(\w+)[\"'`\]]?\s{0,20}\(", re.IGNORECASE)


class MadeTables:
    """Tables to look for: those with one of some names, in any case."""

    def __init__(self, names: Iterable[str]) -> None:
        """Take the names, of letters, digits and underscores."""
        self._names = frozenset(name.upper().encode() for name in names)

    def are_in(self, head: bytes) -> bool:
        """Whether the head of a database has the statement that creates one of them."""
        return not self._names.isdisjoint(_made(head))


@lru_cache(maxsize=2)
def _made(head: bytes) -> frozenset[bytes]:
    """The names of all tables that statements in a head create, in upper case. Each kind of table asks for the same."""
    upper = head.upper()
    names = []
    at = upper.find(_STATEMENT)
    while at >= 0:
        if found := _NAMED.match(upper, at + len(_STATEMENT)):
            names.append(found[1])
        at = upper.find(_STATEMENT, at + 1)
    return frozenset(names)
