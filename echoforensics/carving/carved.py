"""What carving finds, and what a carver is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Frames at least that are taken for a recording which has no header of its own. Fewer can follow each other by chance.
FEWEST_FRAMES = 4


class Grade(StrEnum):
    """How well what was carved holds together by its own structure."""

    #: Its structure is valid up to its own stated end, with the checksums that the format has.
    WHOLE = "whole"
    #: Valid as far as it goes; the format states no end, and what follows is not part of it.
    ENDED = "ended"
    #: Its own structure states more than there is, or breaks off within a part.
    CUT = "cut short"
    #: It may be such; nothing in the bytes says so.
    CANDIDATE = "candidate"


class Carved(NamedTuple):
    """Bytes on the media that hold together as one thing.

    Attributes:
        kind: what it is, in words ("WAV recording", "Ogg Opus recording", "SQLite page").
        suffix: of the name it is given, with the dot.
        ranges: (byte offset on the media, length in bytes) of its pieces, in the order of its content.
        grade: how well it holds together.
        ending: why it ends where it ends, one clause without a full stop.
        detail: what else its structure says (frames, rate, gaps), one clause; empty if there is nothing to say.
        is_record: whether it is a record (text, a database's page, a log's member) and not a recording: where it lies
            within a file that is read, it is read with it.
        is_bare: whether it is sound without a header, by its samples alone: within any file it is nothing new.
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
        """Where its first byte is on the media."""
        return self.ranges[0][0]

    @property
    def length(self) -> int:
        """Bytes."""
        return self.ranges[0][1] if len(self.ranges) == 1 else sum(length for _, length in self.ranges)


class BlockPlaces(Protocol):
    """Bytes of a block at which something may begin, ascending; below 0 before the block."""

    def following(self, at: int) -> int | None:
        """The first that is not before a byte of the block; None if there is none."""
        ...

    def between(self, begin: int, end: int) -> Sequence[int]:
        """Those from a byte of the block on, up to before another."""
        ...


class Sift(Protocol):
    """Says at which of the places that a signature matches in a block it is worth asking its carver."""

    def worth(
        self, view: View, block: bytes, base: int, places: BlockPlaces, reached: Reached
    ) -> Iterable[int | Carved]:
        """Those of some places of a block that are worth it, in order; where it is known, what is carved there.

        Args:
            view: the media.
            block: bytes of it.
            base: where they begin on the media.
            places: bytes of the block at which the thing may begin.
            reached: how far the media is carved. While the places are given one by one it goes on.
        """
        ...


@dataclass(slots=True)
class Reached:
    """How far a family was carved.

    Attributes:
        end: byte offset of the media behind what was carved last.
    """

    end: int = 0


@dataclass(frozen=True, slots=True)
class Signature:
    """Bytes by which a kind of thing is noticed, and the carver that then looks at the place.

    Attributes:
        name: of the kind; unique.
        pattern: a regular expression over bytes, as hyperscan reads it (``.`` matches any byte).
        carve: looks at a place; None if there is no such thing. Given the view and the byte offset at which
            the thing begins (the match's start minus ``before``; never negative).
        width: length in bytes of every match, where that is fixed, which is quicker; 0 if it is not.
        before: how many bytes the thing begins before the match does.
        leads: judges the place by the bytes around it, before ``carve`` is asked: given the bytes and the byte in
            them at which the thing begins. For signatures that match by chance often. None: ``carve`` is asked always.
        group: the family's name: what is carved for one signature of a family is not looked at again for another of it.
            Empty if it has none.
        nests: whether it is looked for within what was carved for its family too: no part of such a thing looks like
            its beginning, so that what does is another that was written over it.
        sift: makes what chooses among the places of a whole block, before each is looked at by itself; one is made for
            each media, for all signatures of a family that name the same. For signatures that match very often.
        located_later: whether it is only noticed that a block has matches, and ``sift`` asks where they are. Its
            matches are of one width, and none is within one of another such signature.
        weed: of many places of a block, each True at which ``leads`` may say yes. It is asked first, for all at once.
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
        """Whether it is only noticed that a block has matches."""
        return self.located_later and self.sift is not None

    @property
    def family(self) -> str:
        """The family's name."""
        return self.group or self.name


def byte_class(values: Iterable[int]) -> bytes:
    """A class of a signature's regular expression that matches these bytes, each 0 to 255, and no other."""
    return b"[" + "".join(f"\\x{value:02x}" for value in sorted(set(values))).encode("ascii") + b"]"


class View:
    """The media as carvers read it: any place, any order, never an exception.

    The readers of formats read it as they read a file (:class:`~parsers.formats.sized_bytes.SizedBytes`). Small reads
    are served from one window that is kept, so that a header may be read here and a header there.
    """

    def __init__(self, size: int, read: Callable[[int, int], bytes], window: int = 256 * 1024) -> None:
        """Take the media's size in bytes, a function that reads (offset, size) and may raise OSError, and a window."""
        self.size = size
        self._read = read
        self._window = window
        self._start = 0
        self._held = b""

    def read(self, offset: int, size: int) -> bytes:
        """Bytes from an offset on: fewer than asked for at the end of the media or where it cannot be read."""
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
            # The media's own issues are reported where it is hashed; here only what can be read counts.
            pass
        return pieces
