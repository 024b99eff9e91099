"""Detect coding, rate, channels and duration in bytes of an elementary sound stream.

References:
    See the readers of ADTS, MPEG audio, AC-3 and LATM frames.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from parsers.formats.audio.ac3 import frames as ac3
from parsers.formats.audio.adts import frames as adts
from parsers.formats.audio.latm import frames as latm
from parsers.formats.audio.mpeg import frames as mpeg
from parsers.formats.audio.mpegts.tables import UNKNOWN

#: Limit on the places searched for a first frame.
_MOST_PLACES = 16384
#: How many frames in a row are none by chance.
_SURE = 3
_OPUS_RATE = 48000
#: Usual duration of an Opus packet in 90 kHz ticks.
_OPUS_TICKS = 1800


class Sounding(NamedTuple):
    """The properties of some frames; ``ticks`` is their duration in 90 kHz ticks."""

    codec: str
    rate: int | None
    channels: int | None
    ticks: int


class _Unit(NamedTuple):
    """One frame: bytes, coding, rate, channels, samples, and the rate at which samples are counted."""

    length: int
    codec: str
    rate: int
    channels: int | None
    samples: int
    counted_at: int


def _adts(raw: bytes) -> _Unit | None:
    frame = adts.parse(raw[: adts.HEADER_SIZE])
    if frame is None:
        return None
    rate = adts.RATES[frame.rate_index]
    samples = frame.blocks * adts.BLOCK_SAMPLES
    return _Unit(frame.length, adts.PROFILES[frame.profile], rate, adts.CHANNELS[frame.configuration], samples, rate)


def _mpeg(raw: bytes) -> _Unit | None:
    frame = mpeg.parse(raw[: mpeg.HEADER_SIZE])
    return frame and _Unit(frame.length, frame.codec, frame.kind[2], frame.channels, frame.samples, frame.kind[2])


def _ac3(raw: bytes) -> _Unit | None:
    frame = ac3.parse(raw[: ac3.HEADER_SIZE])
    samples = frame.samples if frame is not None and not frame.stream else 0
    return frame and _Unit(frame.length, frame.codec, frame.rate, frame.channels, samples, frame.rate)


class _Latm:
    """Reads LOAS frames; a frame without a configuration uses the previous one."""

    def __init__(self) -> None:
        self._known: latm.LatmConfiguration | None = None

    def __call__(self, raw: bytes) -> _Unit | None:
        length = latm.frame_length(raw)
        if not length:
            return None
        self._known = latm.configuration(raw[: min(length, 256)]) or self._known
        if self._known is None:
            return None
        sound = self._known.sound
        return _Unit(length, sound.codec, sound.rate or 0, sound.channels, self._known.samples, sound.core_rate or 1)


def reader(codec: str) -> Callable[[bytes], Sounding | None]:
    """A reader for a coding named by :mod:`.tables`. It keeps state between calls."""
    units: dict[str, Callable[[bytes], _Unit | None]] = {
        "AAC (ADTS)": _adts, "MPEG audio": _mpeg, "AC-3": _ac3, "E-AC-3": _ac3, "AAC (LATM)": _Latm(),
    }  # fmt: skip
    if codec in units:
        return lambda raw: _follow(raw, units[codec])
    if codec == UNKNOWN:
        return lambda raw: next((found for unit in units.values() if (found := _follow(raw, unit, sure=True))), None)
    if codec == "Opus":
        return lambda raw: Sounding(codec, _OPUS_RATE, None, _OPUS_TICKS) if raw else None
    return lambda raw: Sounding(codec, None, None, 0) if raw else None


def _follow(raw: bytes, parse: Callable[[bytes], _Unit | None], *, sure: bool = False) -> Sounding | None:
    """Follow frames from the first one that another frame or the end of the bytes follows.

    Args:
        raw: bytes of the stream.
        parse: reads the header of a frame.
        sure: whether a frame counts only at the start, or as the first of several: where the coding is not stated,
            other bytes may look like one.
    """
    for at in range(min(len(raw), _MOST_PLACES)):
        # All these codings begin a frame with one of these bytes.
        if raw[at] not in b"\xff\x0b\x56":
            continue
        unit = parse(raw[at : at + 256])
        if unit is None or not _is_followed(raw, at, unit, parse):
            continue
        ticks, count, start = 0, 0, at
        first = unit
        while unit is not None:
            count += 1
            ticks += unit.samples * 90_000 // unit.counted_at
            at += unit.length  # noqa: PLW2901 (the first frame is found)
            unit = parse(raw[at : at + 256])
        if not sure or start == 0 or count >= _SURE:
            return Sounding(first.codec, first.rate, first.channels, ticks)
    return None


def _is_followed(raw: bytes, at: int, unit: _Unit, parse: Callable[[bytes], _Unit | None]) -> bool:
    following = raw[at + unit.length : at + unit.length + 256]
    return at + unit.length >= len(raw) or len(following) < 8 or parse(following) is not None
