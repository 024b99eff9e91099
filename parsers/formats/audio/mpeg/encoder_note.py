"""What an encoder says of the whole recording in the first frame of layer III, which then holds no sound.

References:
    Xing VBR header and LAME info tag, as LAME and FFmpeg write them; VBRI, as Fraunhofer IIS writes it.
"""

from __future__ import annotations

from typing import NamedTuple

from parsers.formats.audio.mpeg.frames import HEADER_SIZE, MpegFrame

_XING_NAMES = (b"Xing", b"Info")
_VBRI_NAME, _VBRI_AT = b"VBRI", 36
_ENCODERS = ("LAME", "Lavc", "Lavf", "L3.9")
#: Bytes in which the name, the frames and the bytes of every note lie.
END = 56


class EncoderNote(NamedTuple):
    """What the first frame says of the recording, where an encoder left a note in it.

    Attributes:
        name: ``Xing``, ``Info`` or ``VBRI``.
        frames: how many frames of sound there are, or None.
        size: bytes of all frames, this one included, or None.
        is_size_sure: whether it is known what the size counts: of VBRI no description says.
        encoder: the encoder's name, or empty.
        delay, padding: samples of silence that the encoder put before and after the sound.
    """

    name: str
    frames: int | None
    size: int | None
    is_size_sure: bool = True
    encoder: str = ""
    delay: int = 0
    padding: int = 0


def may_be_in(raw: bytes) -> bool:
    """Whether the name of a note is among some bytes, wherever: quick."""
    return b"Xing" in raw or b"Info" in raw or _VBRI_NAME in raw


def read(raw: bytes, frame: MpegFrame) -> EncoderNote | None:
    """What the first frame says of the whole; None if it is a frame of sound like the others.

    Args:
        raw: the frame; up to :data:`END` it is enough for the numbers.
        frame: its header.
    """
    if frame.kind[1] != 3:
        return None
    # Some encoders leave the room for a checksum out.
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
