"""Search a file's head and path once for what all parsers need, before any parser is asked.

A parser may state patterns, one of which matches the head or the path of every file that it claims
(:attr:`Parser.needs` and those after it). All patterns are searched at once, with hyperscan; a parser without a match
is not asked.
"""

from __future__ import annotations

import re
from functools import lru_cache
from threading import Lock, local
from typing import TYPE_CHECKING, NamedTuple

import hyperscan

from parsers.encoding import wide_encoding
from parsers.formats.logs.text import encoding_of
from parsers.parser import looks_like_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parsers.parser import Parser, Source

#: How many sets of matching patterns have their parsers cached.
_MOST_REMEMBERED = 1024
_COMPILING = Lock()
#: A zero byte in a pattern.
_ZERO = re.compile(rb"\0|\\0|\\x00")
#: What is searched: head without zero bytes, the same only if it is text, head as it is; its beginning, the path.
#: The first three have a database each.
_ANY, _TEXT, _BYTES, _BEGINNING, _PATH = range(5)
#: One zero byte in this many first bytes makes it slower to remove each of them than to copy the others.
_ZEROS, _ZEROS_IN = 64, 2048

_Key = tuple[int, tuple[bytes, ...]]


class ParsersToAsk(NamedTuple):
    """The parsers to ask about a file, by :attr:`Parser.last_resort`, in their order."""

    first: tuple[int, ...]
    second: tuple[int, ...]
    third: tuple[int, ...]


class ClaimIndex:
    """The patterns that a group of parsers need."""

    def __init__(self, parsers: Sequence[Parser], others: Sequence[Parser] = ()) -> None:
        """Store what each parser needs, in the order of asking.

        Args:
            parsers: the parsers.
            others: other parsers, so that the indexes of several groups share the compiled databases.

        Raises:
            hyperscan.error: hyperscan cannot compile a pattern.
        """
        searched = tuple(sorted({key for each in (*parsers, *others) for key in _keys(each)}))
        bits = {key: 1 << number for number, key in enumerate(searched)}
        self._parsers = tuple(parsers)
        self._beginnings: dict[bytes, list[tuple[bytes, int]]] = {}
        for beginning, bit in _single(bits, _BEGINNING):
            self._beginnings.setdefault(beginning[:1], []).append((beginning, bit))
        self._words = [(word.decode(), bit) for word, bit in _single(bits, _PATH)]
        self._masks = [sum({bits[key] for key in _keys(each)}) for each in parsers]
        # The parsers to ask, by what was found: most files are of few kinds.
        self._asked: dict[tuple[int, bool, bool], ParsersToAsk] = {}
        # Threads that come at once wait for the first.
        with _COMPILING:
            self._databases = _compiled(searched)
        # Several threads may search at once: each has its own scratch space.
        self._rooms = local()

    def asked(self, source: Source) -> ParsersToAsk:
        """Return the places in the group of the parsers that may claim a file."""
        text = looks_like_text(source.head)
        found = self._found(source, is_text=text)
        key = (found, text, bool(source.names))
        asked = self._asked.get(key)
        if asked is None:
            if len(self._asked) >= _MOST_REMEMBERED:
                self._asked.clear()
            asked = self._asked[key] = self._chosen(*key)
        return asked

    def _chosen(self, found: int, text: bool, names: bool) -> ParsersToAsk:
        chosen: tuple[list[int], list[int], list[int]] = ([], [], [])
        for number, (parser, mask) in enumerate(zip(self._parsers, self._masks, strict=True)):
            is_all = not mask and not parser.needs_names
            if (is_all or found & mask or (names and parser.needs_names)) and (text or not parser.text_only):
                chosen[min(parser.last_resort, 2)].append(number)
        return ParsersToAsk(*map(tuple, chosen))

    def _found(self, source: Source, *, is_text: bool) -> int:
        """The bits of the patterns that match."""
        head = source.head
        found = 0
        path = source.path.lower()
        for word, bit in self._words:
            if word in path:
                found |= bit
        for beginning, bit in self._beginnings.get(head[:1], ()):
            if head.startswith(beginning):
                found |= bit
        found = self._scanned(_BYTES, head, found)
        # Text of any width has gaps between its letters.
        filled = _without_zeros(head)
        found = self._scanned(_ANY, filled, found)
        # Most patterns are of text, and most bytes that are not text match some of them.
        if is_text or wide_encoding(head) or encoding_of(head) is not None:
            found = self._scanned(_TEXT, filled, found)
        return found

    def _scanned(self, place: int, content: bytes, found: int) -> int:
        database = self._databases[place]
        if database is None or not content:
            return found
        hits: list[int] = []

        def matched(number: int, _start: int, _end: int, _flags: int, _context: object) -> None:
            hits.append(number)

        scratches = vars(self._rooms).setdefault("scratches", {})
        if (scratch := scratches.get(place)) is None:
            scratch = scratches[place] = hyperscan.Scratch(database)
        database.scan(content, match_event_handler=matched, scratch=scratch)
        for number in hits:
            found |= 1 << number
        return found


def _keys(parser: Parser) -> list[_Key]:
    """What a parser needs: each place, with the patterns for it."""
    plain = tuple(each for each in parser.needs if not _ZERO.search(each))
    as_it_is = tuple(each for each in parser.needs if _ZERO.search(each))
    words = tuple(word.encode() for word in parser.needs_path)
    place = _TEXT if parser.needs_in_text or parser.text_only else _ANY
    keys = ((place, plain), (_BYTES, as_it_is), (_BEGINNING, parser.needs_beginning), (_PATH, words))
    return [key for key in keys if key[1]]


def _single(bits: dict[_Key, int], place: int) -> list[tuple[bytes, int]]:
    """What is looked for in a place, each with the bits of those that need it."""
    found: dict[bytes, int] = {}
    for (where, needed), bit in bits.items():
        for each in needed if where == place else ():
            found[each] = found.get(each, 0) | bit
    return list(found.items())


def _without_zeros(head: bytes) -> bytes:
    if b"\0" not in head:
        return head
    if head.count(0, 0, _ZEROS_IN) * _ZEROS <= _ZEROS_IN:
        return head.replace(b"\0", b"")
    return head.translate(None, b"\0")


@lru_cache(maxsize=4)
def _compiled(keys: tuple[_Key, ...]) -> tuple[hyperscan.Database | None, ...]:
    """Compile the databases, of patterns with the number of their key."""
    databases: list[list[tuple[bytes, int]]] = [[], [], []]
    for number, (place, patterns) in enumerate(keys):
        if place <= _BYTES:
            databases[place] += [(pattern, number) for pattern in patterns]
    return tuple(map(_database, databases))


def _database(patterns: list[tuple[bytes, int]]) -> hyperscan.Database | None:
    if not patterns:
        return None
    database = hyperscan.Database()
    database.compile(
        expressions=[pattern for pattern, _ in patterns],
        ids=[number for _, number in patterns],
        elements=len(patterns),
        flags=[hyperscan.HS_FLAG_DOTALL | hyperscan.HS_FLAG_MULTILINE | hyperscan.HS_FLAG_SINGLEMATCH] * len(patterns),
    )
    return database


@lru_cache(maxsize=8)
def _index(parsers: tuple[Parser, ...], others: tuple[Parser, ...]) -> ClaimIndex:
    return ClaimIndex(parsers, others)


def worth_asking(
    source: Source, parsers: tuple[Parser, ...], others: tuple[Parser, ...] = ()
) -> tuple[list[Parser], list[Parser], list[Parser]]:
    """Return those of the given parsers that may claim a file, by :attr:`Parser.last_resort`.

    Args:
        source: the file.
        parsers: the parsers.
        others: all parsers, of which some are given here (see :class:`ClaimIndex`).
    """
    first, second, third = _index(parsers, others).asked(source)
    return [parsers[at] for at in first], [parsers[at] for at in second], [parsers[at] for at in third]
