"""Defines the result of carving and the interface of a carver."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: The kind of a bare utterance id.
UTTERANCE_ID = "utterance id"
#: The fewest frames accepted as a recording without a file header. Fewer can occur by chance.
FEWEST_FRAMES = 4


class Grade(StrEnum):
    """How well the structure of a carved item holds together."""

    #: The structure is valid up to the end it states, including the format's checksums.
    WHOLE = "whole"
    #: Valid as far as it goes; the format states no end, and the following bytes do not belong to it.
    ENDED = "ended"
    #: The structure states more than there is, or breaks off inside a part.
    CUT = "cut short"
    #: A candidate: nothing in the bytes says what they are.
    CANDIDATE = "candidate"


class Carved(NamedTuple):
    """Bytes on the media that belong together as one item.

    Attributes:
        kind: what it is, in words ("WAV recording", "Ogg Opus recording", "SQLite page").
        suffix: the file name suffix to give it, with the dot.
        ranges: (byte offset on the media, length in bytes) of its pieces, in the order of its content.
        grade: how well it holds together.
        ending: why it ends there; one clause without a full stop.
        detail: what else its structure says (frames, rate, gaps); one clause, or empty.
        is_record: whether it is a record (text, a database page, a log member) and not a recording. A record inside a
            file that is read is read with that file.
        is_bare: whether it is sound without a header, known only by its samples. Inside a file it adds nothing new.
    """

    kind: str
    suffix: str
    ranges: tuple[tuple[int, int], ...]
    grade: Grade
    ending: str
    detail: str = ""
    is_record: bool = False
    is_bare: bool = False

    @property
    def offset(self) -> int:
        """The offset of its first byte on the media."""
        return self.ranges[0][0]

    @property
    def length(self) -> int:
        """Its length in bytes."""
        return self.ranges[0][1] if len(self.ranges) == 1 else sum(length for _, length in self.ranges)


class CarvedRun(NamedTuple):
    """Carved items of one range each, ascending, of which none overlaps another: they are taken together.

    Attributes:
        items: at least one item.
    """

    items: list[Carved]

    @property
    def end(self) -> int:
        """The offset on the media after the last item."""
        last = self.items[-1]
        return last.offset + last.length


class BlockPlaces(Protocol):
    """Offsets in a block at which something may begin, ascending; negative before the block."""

    def following(self, at: int) -> int | None:
        """Return the first place at or after an offset in the block. None if there is none."""
        ...

    def between(self, begin: int, end: int) -> Sequence[int]:
        """Return the places from one offset in the block up to, but not including, another."""
        ...


class Sift(Protocol):
    """Selects which of the places that a signature matches in a block are worth passing to its carver."""

    def worth(
        self, view: View, block: bytes, base: int, places: BlockPlaces, reached: Reached
    ) -> Iterable[int | Carved | CarvedRun]:
        """Yield the places in a block that are worth carving, in order, or the carved items where they are known.

        Args:
            view: the media.
            block: a block of its bytes.
            base: the block's offset on the media.
            places: offsets in the block at which the item may begin.
            reached: how far the media has been carved. It advances while the places are yielded.
        """
        ...


@dataclass(slots=True)
class Reached:
    """How far a family of signatures has carved.

    Attributes:
        end: the offset on the media after the item carved last.
    """

    end: int = 0


@dataclass(frozen=True, slots=True)
class Signature:
    """A pattern that reveals a kind of item, and the carver that examines each match.

    Attributes:
        name: the kind's name; unique.
        pattern: a regular expression over bytes, as hyperscan reads it (``.`` matches any byte).
        carve: examines a place; returns None if there is no such item. Called with the view and the offset at which the
            item begins (the start of the match minus ``before``; never negative).
        width: the length in bytes of every match, if fixed, which is faster; otherwise 0.
        before: how many bytes the item begins before the match.
        leads: judges a place by the bytes around it before ``carve`` is called. Called with the bytes and the offset in
            them at which the item begins. For signatures that often match by chance. None: ``carve`` is always called.
        group: the family's name. What one signature of a family has carved is not examined again for another. Empty if
            the signature has no family.
        nests: whether to search for it inside items carved for its own family too. No part of such an item looks like
            its beginning, so a match there is another item written over it.
        sift: creates the object that selects among all places of a block before each is examined. One is created per
            media and shared by all signatures of a family that name the same one. For signatures that match very often.
        located_later: whether the scanner notes only that a block has matches, and ``sift`` asks for their places. All
            matches then have one width, and none lies inside a match of another such signature.
        weed: takes many places of a block; True for each at which ``leads`` may succeed. Called first, once for all.
    """

    name: str
    pattern: bytes
    carve: Callable[[View, int], Carved | None]
    width: int
    before: int = 0
    leads: Callable[[bytes, int], bool] | None = None
    group: str = ""
    nests: bool = False
    sift: Callable[[], Sift] | None = None
    located_later: bool = False
    weed: Callable[[bytes, NDArray[np.intp]], NDArray[np.bool_]] | None = None

    @property
    def is_located_later(self) -> bool:
        """Whether the scanner notes only that a block has matches."""
        return self.located_later and self.sift is not None

    @property
    def family(self) -> str:
        """The family's name."""
        return self.group or self.name


def byte_class(values: Iterable[int]) -> bytes:
    """Return a regular expression class that matches exactly these bytes (each 0 to 255)."""
    return b"[" + "".join(f"\\x{value:02x}" for value in sorted(set(values))).encode("ascii") + b"]"


class View:
    """Gives carvers random access to the media. Reading never raises.

    Format readers use it like a file (:class:`~parsers.formats.sized_bytes.SizedBytes`). Small reads are served from
    one buffered window, so that scattered headers can be read cheaply.
    """

    def __init__(self, size: int, read: Callable[[int, int], bytes], window: int = 256 * 1024) -> None:
        """Take the media's size in bytes, a function that reads (offset, size) and may raise OSError, and a window."""
        self.size = size
        self._read = read
        self._window = window
        self._start = 0
        self._held = b""

    def read(self, offset: int, size: int) -> bytes:
        """Return the bytes from an offset on; fewer than requested at the media's end or where it is unreadable."""
        size = min(size, self.size - offset)
        if size <= 0 or offset < 0:
            return b""
        if size > self._window:
            return self._whole(offset, size)
        at = offset - self._start
        if at < 0 or at + size > len(self._held):
            self._start, self._held = offset, self._whole(offset, min(self._window, self.size - offset))
            at = 0
        return self._held[at : at + size]

    def _whole(self, offset: int, size: int) -> bytes:
        pieces = b""
        try:
            while len(pieces) < size:
                piece = self._read(offset + len(pieces), size - len(pieces))
                if not piece:
                    break
                pieces += piece
        except OSError:
            # Issues of the media are reported where it is hashed; only the readable bytes matter here.
            pass
        return pieces
