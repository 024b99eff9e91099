"""The chunks of a WAV recording, by their headers alone.

References:
    Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0 (RIFF WAVE); EBU Tech 3306 (RF64).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Literal

    from echoforensics.carving.carved import View

#: Length in bytes of what stands before the first chunk.
HEADER = 12

_FORMAT, _DATA = b"fmt ", b"data"

#: Chunks that WAV recordings have besides. What follows a recording is taken for a chunk of it only by these names,
#: unless the header's size covers it: text would pass for the header of a chunk.
_KNOWN = frozenset({
    _FORMAT, _DATA, b"LIST", b"INFO", b"fact", b"cue ", b"plst", b"smpl", b"inst", b"note", b"labl", b"ltxt", b"DISP",
    b"JUNK", b"junk", b"PAD ", b"FLLR", b"PEAK", b"bext", b"iXML", b"axml", b"chna", b"cart", b"levl", b"umid", b"acid",
    b"_PMX", b"id3 ", b"ID3 ", b"afsp", b"ds64", b"strc", b"link", b"mext", b"qlty", b"aXML", b"ResU", b"SNDM",
})  # fmt: skip

#: Sizes that FFmpeg and SoX write to a pipe, where they cannot know them.
_PLACEHOLDERS = (0xFFFFFFFF, 0x7FFFF000)

#: Chunks that are followed to the sound and behind it. Each has at least eight bytes.
_MOST_BEFORE, _MOST_BEHIND = 64, 4096


@dataclass(slots=True)
class Chunks:
    """What the chunks of a recording state; the ends may lie beyond the media.

    Attributes:
        end: byte behind the last chunk, with its pad byte.
        sure: byte behind the last chunk whose name is known, with its pad byte.
        form: the format: channels, samples a second, bytes a second; None before it was seen.
        sound_at: byte at which the sound begins.
        sound: bytes of it that are stated; None before the data chunk was seen.
        states_no_sound: whether the data chunk states no size: a placeholder, or 0 where there is more.
    """

    end: int
    sure: int
    form: tuple[int, int, int] | None = None
    sound_at: int = 0
    sound: int | None = None
    states_no_sound: bool = False

    def is_placeholder_of(self, stated: int) -> bool:
        """Whether the header's size is only the placeholder of the data chunk, with what stands around it."""
        return bool(self.sound) and stated >= self.sound_at + (self.sound or 0)

    def describe(self, end: int) -> str:
        """What the recording has, if it ends before a byte of the media."""
        present = max(0, end - self.sound_at)
        if not self.states_no_sound:
            present = min(self.sound or 0, present)
        parts = [f"{present} bytes of sound"]
        channels, rate, byte_rate = self.form or (0, 0, 0)
        if byte_rate:
            parts.append(f"{present / byte_rate:.2f} s")
        if rate:
            parts.append(f"{rate} Hz")
        if channels:
            parts.append({1: "mono", 2: "stereo"}.get(channels, f"{channels} channels"))
        return ", ".join(parts)


def walk(view: View, at: int, stated: int | None, order: Literal["big", "little"], large: int) -> Chunks | None:
    """Follow the chunks of a recording.

    Args:
        view: the media.
        at: byte at which the first chunk begins.
        stated: byte behind the recording as its header states it; None where it states none.
        order: of the bytes in numbers.
        large: bytes of sound that a large file states elsewhere; 0 where there is no such statement.

    Returns:
        What they state; None where there is no format or no sound.
    """
    found = Chunks(at, at)
    most = _MOST_BEFORE
    while most and not found.states_no_sound and (stated is None or found.end + 8 <= stated):
        most -= 1
        head = view.read(found.end, 8)
        name, size = head[:4], int.from_bytes(head[4:], order)
        if len(head) < 8 or not _belongs(name, found.end + 8 + size, stated):
            break
        if name == _DATA:
            if found.sound is not None:
                # A second one is what is left of another recording.
                break
            most = _MOST_BEHIND
            size = large if large and size == 0xFFFFFFFF else size
            found.sound, found.sound_at = size, found.end + 8
            found.states_no_sound = not large and (size in _PLACEHOLDERS or (size == 0 and stated is None))
        elif name == _FORMAT and found.form is None:
            found.form = _form(view, found.end + 8, size, order)
        found.end = _behind(view, found.end + 8 + size, stated, size)
        if name in _KNOWN:
            found.sure = found.end
    return None if found.form is None or found.sound is None else found


def _belongs(name: bytes, end: int, stated: int | None) -> bool:
    """Whether a chunk may be one of the recording: of the data chunk, the size is judged elsewhere."""
    if name == _DATA or (name in _KNOWN and stated is None):
        return True
    return stated is not None and end <= stated and all(32 <= byte < 127 for byte in name)


def _behind(view: View, end: int, stated: int | None, size: int) -> int:
    """The byte behind a chunk: one more if its size is odd, but not every writer writes that for the last one."""
    if not size & 1 or end == stated:
        return end
    return end if stated is None and view.read(end, 1) != b"\0" else end + 1


def _form(view: View, at: int, size: int, order: Literal["big", "little"]) -> tuple[int, int, int] | None:
    content = view.read(at, 16) if size >= 14 else b""
    if len(content) < 12:
        return None
    channels, rate, byte_rate = struct.unpack_from(">HII" if order == "big" else "<HII", content, 2)
    return channels, rate, byte_rate
