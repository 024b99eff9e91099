"""Whether a file names the Alexa service, anywhere in it: asked while the file goes by, of those that nobody claims."""

from __future__ import annotations

from typing import BinaryIO

from echoforensics.evidence.streams import BLOCK
from parsers.alexa_api.items.service_names import AROUND, KINDS, MARKS, ServiceName, gathered, marks, names_in

#: No kind more is asked for once so many are known: keys in base64 matter only where the file names nothing plainly.
_ENOUGH = len(KINDS) - 1
_LONGEST = max(map(len, MARKS))
#: At most this many places of one file are looked at closely.
_MAX_PLACES = 10_000


class NameSearch:
    """Searches one file. Its pieces are handed over in order."""

    def __init__(self) -> None:
        self._marks = marks()
        self._held = b""
        self._at = 0
        self._places = 0
        self._found: tuple[ServiceName, ...] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """What the file names, so far: some of :data:`parsers.alexa_api.items.service_names.KINDS`."""
        return tuple(name.kind for name in self._found)

    def feed(self, piece: bytes) -> None:
        """Take the next bytes of the file."""
        if len(self._found) >= _ENOUGH or self._places > _MAX_PLACES:
            return
        held = len(self._held)
        # What was held is scanned again with the first bytes of the piece: joining the two costs more than the scan.
        ends = self._marks.ends(self._held + piece[:_LONGEST]) if held else []
        ends += [held + end for end in self._marks.ends(piece)]
        if ends:
            self._look(self._held + piece, ends)
        self._at += len(piece)
        self._held = (self._held[-AROUND:] + piece if len(piece) < AROUND else piece)[-AROUND:]

    def _look(self, block: bytes, ends: list[int]) -> None:
        """Look for names around the marks in a block, which is what was held and the piece."""
        base = self._at - len(self._held)
        for start, end in _windows(ends, len(block)):
            self._places += 1
            if self._places > _MAX_PLACES:
                break
            self._found = gathered([*self._found, *names_in(block[start:end], base + start)])


def kinds_named(stream: BinaryIO) -> tuple[str, ...]:
    """What of the service a whole file names: some of :data:`parsers.alexa_api.items.service_names.KINDS`.

    Args:
        stream: the file, at its beginning.

    Raises:
        OSError: it cannot be read.
    """
    search = NameSearch()
    while piece := stream.read(BLOCK):
        search.feed(piece)
    return search.kinds


def _windows(ends: list[int], size: int) -> list[tuple[int, int]]:
    """What stands around the marks that end at some bytes; what overlaps is one."""
    windows: list[tuple[int, int]] = []
    for end in sorted(ends):
        start, stop = max(0, end - AROUND), min(size, end + AROUND)
        if windows and start <= windows[-1][1]:
            windows[-1] = (windows[-1][0], stop)
        else:
            windows.append((start, stop))
    return windows
