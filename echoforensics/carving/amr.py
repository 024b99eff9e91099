"""Carving AMR recordings frame by frame: neither the file nor a frame states a length, the frame's type implies it.

Whatever follows the last frame may look like a frame by chance. So a frame counts only if its quality bit is set and
its type was seen in the recording before; a new type counts only if :data:`_SURE` valid frames follow it, and one that
stands for silence if one does. Random bytes behind a recording of one type are still taken for one frame more in some 1
of 256 cases (that one value of a frame's first byte); zeros, text and bytes of 0xFF never are.

References:
    RFC 4867, section 5 (storage format); 3GPP TS 26.101 and 26.201, table 1a (frame types and their sizes).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.carving.carved import Carved, Grade, Signature

if TYPE_CHECKING:
    from echoforensics.carving.carved import View

_NARROW, _WIDE = b"#!AMR\n", b"#!AMR-WB\n"
#: Bytes behind the first one of each frame type; types that are not listed are reserved.
_NARROW_SIZES = {0: 12, 1: 13, 2: 15, 3: 17, 4: 19, 5: 20, 6: 26, 7: 31, 8: 5, 15: 0}
_WIDE_SIZES = {0: 17, 1: 23, 2: 32, 3: 36, 4: 40, 5: 46, 6: 50, 7: 58, 8: 60, 9: 5, 14: 0, 15: 0}
#: Types that stand for silence, lost speech or nothing sent: they may come in any recording.
_NARROW_SILENT = frozenset({8, 15})
_WIDE_SILENT = frozenset({9, 14, 15})
_SURE = 3
_FEWEST = 3
_FRAMES_A_SECOND = 50


class _Frames:
    """The frames of one kind of recording."""

    def __init__(self, view: View, sizes: dict[int, int], silent: frozenset[int]) -> None:
        self._view = view
        self._sizes = sizes
        self._silent = silent

    def at(self, place: int) -> tuple[int, int] | None:
        """Type of the frame at a byte, and its length in bytes; None where none begins."""
        head = self._view.read(place, 1)
        # One bit of padding, four of the type, the quality, two of padding.
        if not head or head[0] & 0x83 or not head[0] & 0x04:
            return None
        kind = head[0] >> 3
        size = self._sizes.get(kind)
        return None if size is None else (kind, 1 + size)

    def follow(self, place: int) -> tuple[int, int, bool]:
        """Byte behind the last frame from a byte on, how many there are, and whether the media ends within one."""
        seen: set[int] = set()
        count = 0
        while (frame := self.at(place)) is not None:
            kind, length = frame
            needed = _SURE if seen and kind not in self._silent else 1
            if kind not in seen and not self._sure(place + length, needed):
                break
            if place + length > self._view.size:
                return self._view.size, count, True
            seen.add(kind)
            count += 1
            place += length
        return place, count, False

    def _sure(self, place: int, frames: int) -> bool:
        for _ in range(frames):
            frame = self.at(place)
            if frame is None:
                return False
            place += frame[1]
        return True


def carve(view: View, at: int) -> Carved | None:
    """An AMR recording at a byte of the media; None where there is none."""
    head = view.read(at, len(_WIDE))
    if head == _WIDE:
        kind, start, frames = "AMR-WB recording", at + len(_WIDE), _Frames(view, _WIDE_SIZES, _WIDE_SILENT)
    elif head.startswith(_NARROW):
        kind, start, frames = "AMR recording", at + len(_NARROW), _Frames(view, _NARROW_SIZES, _NARROW_SILENT)
    else:
        return None
    end, count, is_cut = frames.follow(start)
    if count < _FEWEST:
        return None
    grade, ending = Grade.ENDED, "what follows its last frame is no frame of it"
    if is_cut:
        grade, ending = Grade.CUT, "the media ends within its last frame"
    detail = f"{count} frames, {count / _FRAMES_A_SECOND:.2f} s; the format states no length"
    return Carved(kind, ".amr", ((at, end - at),), grade, ending, detail)


SIGNATURES: tuple[Signature, ...] = (
    Signature("AMR recording", rb"#!AMR\x0a", carve, len(_NARROW)),
    Signature("AMR-WB recording", rb"#!AMR-WB\x0a", carve, len(_WIDE)),
)
