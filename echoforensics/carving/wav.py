"""Carving WAV recordings by the size their own header states, and by their chunks where it states none.

References:
    Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0 (RIFF WAVE); EBU Tech 3306 (RF64).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from echoforensics.carving.carved import Carved, Grade, Signature

if TYPE_CHECKING:
    from echoforensics.carving.carved import View

_HEADER = 12
_UNKNOWN = (0, 0xFFFFFFFF)
_FORMAT = b"fmt "
_DATA = b"data"
_LARGE = b"ds64"
#: Chunks that are looked at before a file is given up; each has at least eight bytes.
_MOST_CHUNKS = 4096


@dataclass(slots=True)
class _Chunks:
    """What the chunks of a file come to.

    Attributes:
        end: byte behind the last chunk that is whole, with its pad byte.
        is_cut: whether a chunk states more than there is.
        has_format, data: whether there is a format, and the bytes of sound that are there.
        data_is_cut: whether the data chunk states no size, or more than there is.
    """

    end: int
    is_cut: bool = False
    has_format: bool = False
    data: int | None = None
    data_is_cut: bool = False


def carve(view: View, at: int) -> Carved | None:
    """A WAV recording at a byte of the media; None where there is none."""
    head = view.read(at, _HEADER)
    kind = head[:4]
    if kind not in (b"RIFF", b"RIFX", b"RF64") or head[8:] != b"WAVE":
        return None
    order = "big" if kind == b"RIFX" else "little"
    size = int.from_bytes(head[4:8], order)  # type: ignore[arg-type]
    large = _large_size(view, at) if kind == b"RF64" else None
    stated = None if size in _UNKNOWN else at + 8 + size
    if large is not None:
        stated = at + 8 + large
    limit = view.size if stated is None else min(stated, view.size)
    chunks = _walk(view, at + _HEADER, limit, order)
    if not chunks.has_format or chunks.data is None:
        return None
    return _judged(view, at, stated, chunks)


def _judged(view: View, at: int, stated: int | None, chunks: _Chunks) -> Carved:
    if stated is None:
        end = chunks.end
        grade, ending = Grade.ENDED, "its header states no size; it ends with its last chunk"
        if chunks.data_is_cut:
            grade, ending = Grade.CUT, "neither its header nor its data chunk states a size that can be"
            end = view.size
    elif stated > view.size:
        end, grade, ending = (
            view.size,
            Grade.CUT,
            f"its header states {stated - view.size} bytes more than the media has",
        )
    elif chunks.is_cut:
        end, grade = stated, Grade.ENDED
        ending = "its header says so, though a chunk states more than that"
    else:
        end, grade, ending = stated, Grade.WHOLE, "its header says so"
        if chunks.end < stated - 1:
            grade, ending = Grade.ENDED, f"its header says so; the last {stated - chunks.end} bytes are no chunk"
    detail = f"{chunks.data} bytes of sound"
    return Carved("WAV recording", ".wav", ((at, end - at),), grade, ending, detail)


def _walk(view: View, at: int, limit: int, order: str) -> _Chunks:
    """Follow the chunks from a byte up to a limit."""
    found = _Chunks(at)
    for _ in range(_MOST_CHUNKS):
        head = view.read(at, 8)
        name, size = head[:4], int.from_bytes(head[4:], order)  # type: ignore[arg-type]
        if at + 8 > limit or len(head) < 8 or not _is_name(name):
            break
        if name == _DATA and size in _UNKNOWN and limit - at - 8 != size:
            found.is_cut, found.data_is_cut, found.data = True, True, limit - at - 8
            break
        if name == _FORMAT and size >= 14:
            found.has_format = True
        if name == _DATA and found.data is None:
            found.data = min(size, limit - at - 8)
        if at + 8 + size > limit:
            found.is_cut, found.data_is_cut = True, name == _DATA
            break
        at += 8 + size
        # A chunk of odd size is followed by one byte more, but not every writer counts it for the last one.
        at += size & 1 if at < limit else 0
        found.end = at
    return found


def _large_size(view: View, at: int) -> int | None:
    """The size in bytes that an RF64 file states in its first chunk."""
    chunk = view.read(at + _HEADER, 16)
    return int.from_bytes(chunk[8:16], "little") if chunk[:4] == _LARGE and len(chunk) == 16 else None


def _is_name(name: bytes) -> bool:
    return len(name) == 4 and all(32 <= byte < 127 for byte in name)


SIGNATURES: tuple[Signature, ...] = (Signature("WAV recording", rb"(?:RIF[FX]|RF64)....WAVE", carve, _HEADER),)
