"""Reads gzip data at any offset without a copy, from saved states of the decompressor."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from parsers.formats import deflate

if TYPE_CHECKING:
    from echoforensics.evidence.limits import Budget
    from echoforensics.evidence.media.file_bytes import RandomBytes

MAGIC = b"\x1f\x8b\x08"
#: The most saved states, about 50 KiB each, and the initial bytes of content between two.
MAX_STATES = 200
FIRST_SPACING = 4 << 20
_FEED = 16 * 1024
#: How many blocks of content to cache, and the size of each in bytes.
_BLOCK = 256 * 1024
_KEPT = 64
_GZIP = 31  # zlib's window bits for a gzip member


@dataclass(slots=True)
class _State:
    """A decompressor's position.

    Attributes:
        given: bytes of content before it.
        fed: bytes of the file consumed.
        stream: the decompressor of the current member.
        started: whether the current member has begun.
        over: whether nothing follows.
        issue: why nothing follows, unless it is the end.
    """

    given: int
    fed: int
    stream: Any
    started: bool = False
    over: bool = False
    issue: str = ""

    def copy(self) -> _State:
        return replace(self, stream=self.stream.copy())


class GzipBytes:
    """The content of a gzip file with one or more members.

    It is decompressed once on opening, to find its length and to check it.

    Attributes:
        size: bytes of content that can be read.
        issues: what is damaged, a sentence each.
    """

    def __init__(self, data: RandomBytes, budget: Budget, spacing: int = FIRST_SPACING) -> None:
        """Decompress it once.

        Args:
            data: the compressed bytes.
            budget: the expansion limit.
            spacing: the initial bytes of content between two states; doubled when there are too many.

        Raises:
            ExpansionLimitError: it expands beyond the budget.
            OSError: it cannot be read.
        """
        self._data = data
        self._spacing = spacing
        self.issues: tuple[str, ...] = ()
        self._states = [_State(0, 0, deflate.decompressobj(_GZIP))]
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self.size = self._first_pass(budget)
        self._cursor = self._states[0].copy()
        self._left = b""

    def read(self, offset: int, size: int) -> bytes:
        """Read bytes of the content: fewer at its end. Raises OSError."""
        end = min(offset + size, self.size)
        if offset < 0 or offset >= end:
            return b""
        first, last = offset // _BLOCK, (end - 1) // _BLOCK
        content = b"".join([self._block(number) for number in range(first, last + 1)])
        return content[offset - first * _BLOCK : end - first * _BLOCK]

    def close(self) -> None:
        """Close the compressed bytes."""
        self._data.close()

    def _block(self, number: int) -> bytes:
        if (kept := self._blocks.get(number)) is not None:
            self._blocks.move_to_end(number)
            return kept
        wanted = min(_BLOCK, self.size - number * _BLOCK)
        self._go_to(number * _BLOCK)
        content = self._take(wanted)
        self._blocks[number] = content
        if len(self._blocks) > _KEPT:
            self._blocks.popitem(last=False)
        return content

    def _go_to(self, offset: int) -> None:
        """Move the cursor to an offset of the content, from its position or from the nearest earlier state."""
        here = self._cursor.given - len(self._left)
        nearest = self._states[bisect_right(self._states, offset, key=lambda state: state.given) - 1]
        if not here <= offset or nearest.given > here:
            self._cursor, self._left = nearest.copy(), b""
            here = nearest.given
        while here < offset:
            here += len(self._take(min(offset - here, _BLOCK)))

    def _take(self, wanted: int) -> bytes:
        pieces = [self._left[:wanted]]
        self._left = self._left[wanted:]
        done = len(pieces[0])
        while done < wanted:
            piece = self._feed(self._cursor)
            if not piece and self._cursor.over:
                raise OSError("the compressed image is not what it was")
            pieces.append(piece[: wanted - done])
            self._left = piece[wanted - done :]
            done += len(pieces[-1])
        return b"".join(pieces)

    def _feed(self, state: _State) -> bytes:
        """Feed the next bytes, moving to the next member at the end of one. Raises OSError only for read errors."""
        raw = self._data.read(state.fed, _FEED)
        if not raw or (state.fed and not state.started and not raw.startswith(MAGIC[:2])):
            state.over = True
            if state.started:
                state.issue = f"the compressed data breaks off at byte {self._data.size}"
            elif raw.strip(b"\0"):
                state.issue = f"{self._data.size - state.fed} bytes lie behind the compressed data and were not read"
            return b""
        before = state.stream.copy()
        try:
            piece: bytes = state.stream.decompress(raw)
        except deflate.error as error:
            piece, length = _before_damage(before, raw)
            state.issue = f"the compressed data is damaged at byte {state.fed + length} ({error})"
            state.over = True
        else:
            state.started = not state.stream.eof
            state.fed += len(raw) - len(state.stream.unused_data)
            if state.stream.eof:
                state.stream = deflate.decompressobj(_GZIP)
        state.given += len(piece)
        return piece

    def _first_pass(self, budget: Budget) -> int:
        state = self._states[0].copy()
        while not state.over:
            budget.spend(len(self._feed(state)))
            if state.given - self._states[-1].given >= self._spacing and not state.over:
                self._states.append(state.copy())
                if len(self._states) > MAX_STATES:
                    self._states = self._states[::2]
                    self._spacing *= 2
        if state.issue:
            self.issues = (f"{state.issue}; {state.given} bytes of content were read",)
        return state.given


def _before_damage(stream: Any, raw: bytes) -> tuple[bytes, int]:
    """Return the content before damage, and its offset: byte by byte, so that nothing is lost."""
    pieces: list[bytes] = []
    for at in range(len(raw)):
        try:
            pieces.append(stream.decompress(raw[at : at + 1]))
        except deflate.error:
            return b"".join(pieces), at
    return b"".join(pieces), len(raw)
