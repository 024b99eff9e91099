"""Parse the encoder's tag in the first layer III frame, which describes the whole recording and holds no sound.

References:
    Xing VBR header and LAME info tag, as LAME and FFmpeg write them; VBRI, as Fraunhofer IIS writes it.
"""

from __future__ import annotations

from typing import NamedTuple

from parsers.formats.audio.mpeg.frames import HEADER_SIZE, MpegFrame

_XING_NAMES = (b"Xing", b"Info")
_VBRI_NAME, _VBRI_AT = b"VBRI", 36
_ENCODERS = ("LAME", "Lavc", "Lavf", "L3.9")
#: Bytes that contain the name, frame count and byte count of every tag.
END = 56


class EncoderNote(NamedTuple):
    """The encoder's tag in the first frame.

    Attributes:
        name: ``Xing``, ``Info`` or ``VBRI``.
        frames: number of frames with sound, or None.
        size: bytes in all frames, including this one, or None.
        is_size_sure: whether it is known what ``size`` counts; VBRI is undocumented in this respect.
        encoder: the encoder's name, or empty.
        delay, padding: samples of silence that the encoder added before and after the sound.
    """

    name: str
    frames: int | None
    size: int | None
    is_size_sure: bool = True
    encoder: str = ""
    delay: int = 0
    padding: int = 0


def may_be_in(raw: bytes) -> bool:
    """Whether the name of a tag occurs anywhere in some bytes. Quick."""
    return b"Xing" in raw or b"Info" in raw or _VBRI_NAME in raw


def read(raw: bytes, frame: MpegFrame) -> EncoderNote | None:
    """Parse the tag; None if the frame is an ordinary frame of sound.

    Args:
        raw: the frame; its first :data:`END` bytes are enough for the numbers.
        frame: the frame's header.
    """
    if frame.kind[1] != 3:
        return None
    # Some encoders omit the space for a checksum.
    for start in sorted({HEADER_SIZE, frame.side_at}):
        at = start + frame.side_length
        if raw[at : at + 4] in _XING_NAMES:
            return _xing(raw[at:])
    if raw[_VBRI_AT : _VBRI_AT + 4] == _VBRI_NAME:
        size, frames = (int.from_bytes(raw[_VBRI_AT + at : _VBRI_AT + at + 4], "big") for at in (10, 14))
        return EncoderNote(_VBRI_NAME.decode("ascii"), frames, size, is_size_sure=False)
    return None


def _xing(raw: bytes) -> EncoderNote:
    name, flags = raw[:4].decode("ascii"), int.from_bytes(raw[4:8], "big")
    at, frames, size = 8, None, None
    if flags & 1:
        frames, at = int.from_bytes(raw[at : at + 4], "big"), at + 4
    if flags & 2:
        size, at = int.from_bytes(raw[at : at + 4], "big"), at + 4
    # A seek table and the quality may come before the encoder's own tag.
    at += (100 if flags & 4 else 0) + (4 if flags & 8 else 0)
    tag = raw[at : at + 24]
    encoder = tag[:9].split(b"\0")[0].decode("latin-1").strip()
    if len(tag) < 24 or not encoder.isprintable() or not encoder.startswith(_ENCODERS):
        return EncoderNote(name, frames, size)
    gap = int.from_bytes(tag[21:24], "big")
    return EncoderNote(name, frames, size, encoder=encoder, delay=gap >> 12, padding=gap & 0xFFF)
