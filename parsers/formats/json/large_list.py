"""A JSON list that stays in its file. Its members are decoded in blocks as they are accessed."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple, NoReturn, SupportsIndex, overload

from parsers.formats.json.text import decode_at

#: Members count as tiny if a block holds this many of them, each shorter than this.
_MANY, _TINY = 64, 256
#: Text is searched for a name in pieces of this many bytes, and so many of the next.
_PIECE, _OVERLAP = 1024 * 1024, 256
#: An escape for a letter, a digit or an underscore.
_ESCAPED = re.compile(rb"\\u00(?:3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa]|5[Ff])")


class StoredText(NamedTuple):
    """JSON text in UTF-8 that is read from its file on demand.

    Attributes:
        opener: opens the file, seekable.
        start: byte offset of the text in the file. Positions in the text are counted from there.
        size: its length in bytes.
    """

    opener: Callable[[], AbstractContextManager[BinaryIO]]
    start: int
    size: int

    def read(self, at: int, length: int) -> bytes:
        """Up to this many bytes from a position; fewer if the text ends.

        Raises:
            OSError: the evidence cannot be read.
        """
        with self.opener() as stream:
            stream.seek(self.start + at)
            return stream.read(max(0, min(length, self.size - at)))

    def value(self, start: int, end: int) -> object:
        """The value between two positions.

        Raises:
            JsonError: there is no JSON value.
            OSError: the evidence cannot be read.
        """
        return decode_at(self.read(start, end - start).decode("utf-8", "surrogateescape"), 0)[0]


class LargeText(NamedTuple):
    """A string too long to be decoded with other values.

    Attributes:
        start, end: its position, quotes included.
    """

    start: int
    end: int


@dataclass(slots=True)
class MemberBlocks:
    """The positions of a list's members. A block holds members that are decoded together, or one large member.

    Attributes:
        firsts: index of the first member in each block.
        starts, ends: position of each block in the text.
        large: for each block that is one large member, that member.
        count: number of members.
    """

    firsts: array[int] = field(default_factory=lambda: array("Q"))
    starts: array[int] = field(default_factory=lambda: array("Q"))
    ends: array[int] = field(default_factory=lambda: array("Q"))
    large: dict[int, object] = field(default_factory=dict)
    count: int = 0

    def are_tiny(self) -> bool:
        """Whether the last block holds many members of a few bytes each."""
        if not self.starts:
            return False
        count = self.count - self.firsts[-1]
        return count >= _MANY and self.ends[-1] - self.starts[-1] < count * _TINY

    def add(self, start: int, end: int, longest: int, count: int = 1) -> None:
        """Add small members, to the previous block while it is short enough."""
        if self.starts and len(self.starts) - 1 not in self.large and end - self.starts[-1] <= longest:
            self.ends[-1] = end
        else:
            self._begin(start, end)
        self.count += count

    def add_large(self, start: int, end: int, value: object) -> None:
        """Add a member as a block of its own."""
        self.large[len(self.starts)] = value
        self._begin(start, end)
        self.count += 1

    def _begin(self, start: int, end: int) -> None:
        self.firsts.append(self.count)
        self.starts.append(start)
        self.ends.append(end)


class LargeList(list[object]):
    """A read-only list whose members stay in the file."""

    def __init__(self, text: StoredText, blocks: MemberBlocks) -> None:
        super().__init__()
        self._text = text
        self._blocks = blocks
        self._held: tuple[int, list[object]] = (-1, [])
        self._named: dict[str, bool] = {}

    def __len__(self) -> int:
        return self._blocks.count

    def __iter__(self) -> Iterator[object]:
        for number in range(len(self._blocks.starts)):
            yield from self._block(number)

    def __reversed__(self) -> Iterator[object]:
        for number in range(len(self._blocks.starts) - 1, -1, -1):
            yield from reversed(self._block(number))

    @overload
    def __getitem__(self, at: SupportsIndex) -> object: ...
    @overload
    def __getitem__(self, at: slice) -> list[object]: ...
    def __getitem__(self, at: SupportsIndex | slice) -> object:
        if isinstance(at, slice):
            return [self[index] for index in range(*at.indices(len(self)))]
        index = at.__index__()
        index += len(self) if index < 0 else 0
        if not 0 <= index < len(self):
            raise IndexError("list index out of range")
        number = bisect_right(self._blocks.firsts, index) - 1
        return self._block(number)[index - self._blocks.firsts[number]]

    def __contains__(self, value: object) -> bool:
        return any(value is one or value == one for one in self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, list) or len(other) != len(self):
            return False
        return all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self)} members>"

    def append(self, _value: object) -> NoReturn:
        """Refuse: the list cannot be changed."""
        raise TypeError("a list that stays in its file cannot be changed")

    def extend(self, _values: Iterable[object]) -> NoReturn:
        """Refuse: the list cannot be changed."""
        raise TypeError("a list that stays in its file cannot be changed")

    def may_name(self, name: str) -> bool:
        """Whether a member, or anything in it, may have a name: its text is searched, and nothing is decoded.

        Args:
            name: the name, of letters, digits and underscores. False is certain; True may be wrong.

        Raises:
            OSError: the evidence cannot be read.
        """
        if name not in self._named:
            self._named[name] = bool(self._blocks.starts) and self._is_in_text(b'"%s"' % name.encode())
        return self._named[name]

    def _is_in_text(self, name: bytes) -> bool:
        end = self._blocks.ends[-1]
        for at in range(self._blocks.starts[0], end, _PIECE):
            piece = self._text.read(at, min(_PIECE + _OVERLAP, end - at))
            if name in piece or (b"\\u00" in piece and _ESCAPED.search(piece)):
                return True
        return False

    def _block(self, number: int) -> list[object]:
        """The members of a block. The last block used stays in memory."""
        if self._held[0] != number:
            self._held = (number, self._decoded(number))
        return self._held[1]

    def _decoded(self, number: int) -> list[object]:
        start, end = self._blocks.starts[number], self._blocks.ends[number]
        if number in self._blocks.large:
            value = self._blocks.large[number]
            return [self._text.value(value.start, value.end) if isinstance(value, LargeText) else value]
        members = self._text.read(start, end - start).decode("utf-8", "surrogateescape")
        value, _ = decode_at(f"[{members}]", 0)
        return value if isinstance(value, list) else []
