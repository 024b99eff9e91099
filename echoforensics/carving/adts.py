"""Carves AAC recordings in ADTS, in which every frame begins with a header of its own.

The first 28 bits of the header stay the same, and each header states its frame's length. The file has no header: a
recording begins with the first frame that others follow, and ends after the last. A single damaged frame is skipped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from echoforensics.carving.carved import FEWEST_FRAMES, Carved, Grade, Signature, byte_class
from echoforensics.carving.frame_gap import FrameGap, follow_beyond, passed_over
from parsers.formats.audio.adts.frames import (
    BLOCK_SAMPLES,
    CHANNELS,
    HEADER_SIZE,
    LONGEST,
    PROFILES,
    RATES,
    SECOND_AND_THIRD_BYTES,
    AdtsHeader,
    parse,
    stated_length,
)
from parsers.formats.audio.frame_chain import FrameChain, repeats

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from echoforensics.carving.carved import View

#: The shortest frame in bytes: a header, and more than an end marker.
_SHORTEST = HEADER_SIZE + 2

#: How many bytes ``leads`` examines, counted from the start of the frame.
REACH = (FEWEST_FRAMES - 1) * LONGEST + HEADER_SIZE

#: How many bytes after a header show that frames are equal.
_LOOKED_INTO = 24


def leads(buffer: bytes, at: int) -> bool:
    """Whether a frame begins at a byte and three more with the same fixed header follow, as far as the bytes reach."""
    header = buffer[at : at + HEADER_SIZE]
    if len(header) < HEADER_SIZE:
        return True
    place = at + stated_length(buffer, at)
    # Almost every false match is rejected here.
    if place < len(buffer) and buffer[place] != 0xFF:
        return False
    first, place = parse(header), at
    for _ in range(FEWEST_FRAMES):
        if len(header) < HEADER_SIZE:
            # The bytes end before this can be decided.
            return True
        frame = parse(header)
        if first is None or frame is None or frame.fixed != first.fixed or frame.length < _SHORTEST:
            return False
        place += frame.length
        header = buffer[place : place + HEADER_SIZE]
    return first is not None and first.is_as_defined and not repeats(buffer, at, first.length, place, FEWEST_FRAMES)


def may_lead(block: bytes, places: NDArray[np.intp]) -> NDArray[np.bool_]:
    """At which of many places :func:`leads` may succeed: where another frame may follow the first."""
    values = np.frombuffer(block, dtype=np.uint8)
    good = places + HEADER_SIZE > len(block)
    at = np.where(good, 0, places)
    length = (values[at + 3].astype(np.intp) & 3) << 11 | values[at + 4].astype(np.intp) << 3 | values[at + 5] >> 5
    behind = at + length
    is_there = behind < len(block)
    good |= (length >= _SHORTEST) & (~is_there | (values[np.where(is_there, behind, 0)] == 0xFF))
    return good


class _AdtsFrames:
    """Measures the frames of one recording and records what their headers say."""

    def __init__(self, first: AdtsHeader) -> None:
        self._fixed = first.fixed
        self._alike: bytes | None = None
        self.are_alike = True
        self.count = self.blocks = 0

    def belongs(self, header: bytes) -> bool:
        """Whether a header belongs to a frame of this recording."""
        frame = parse(header)
        return frame is not None and frame.fixed == self._fixed

    def __call__(self, buffer: bytes, at: int) -> int:
        """Return the length in bytes of the frame at a byte, or 0 if no frame of the recording begins there."""
        frame = parse(buffer[at : at + HEADER_SIZE])
        if frame is None or frame.fixed != self._fixed or not frame.has_content:
            return 0
        if self.count < FEWEST_FRAMES or self.are_alike:
            body = buffer[at + frame.size : at + min(frame.length, frame.size + _LOOKED_INTO)]
            # The first frames are checked: a raw data block must begin with an element that the channel configuration
            # allows.
            if self.count < FEWEST_FRAMES and not frame.may_begin_block(body):
                return 0
            if self._alike is None:
                self._alike = body
            self.are_alike = self.are_alike and self._alike.startswith(body)
        self.count += 1
        self.blocks += frame.blocks
        return frame.length


def carve(view: View, at: int) -> Carved | None:
    """Carve the AAC recording whose first frame is at an offset on the media. None if there is no recording."""
    start = view.read(at, REACH)
    first = parse(start[:HEADER_SIZE])
    if first is None or not first.is_as_defined or not leads(start, 0):
        return None
    frames = _AdtsFrames(first)
    gap = FrameGap(frames, leads, frames.belongs, HEADER_SIZE, LONGEST, REACH)
    chain, damage = follow_beyond(view, at, gap, lambda _: frames.count < FEWEST_FRAMES)
    if chain.frames < FEWEST_FRAMES:
        return None
    grade, ending = _end(view, frames, chain)
    detail = ", ".join([_describe(first, frames, chain), *passed_over(damage)])
    return Carved("AAC recording (ADTS)", ".aac", ((at, chain.end - at),), grade, ending, detail)


def _end(view: View, frames: _AdtsFrames, chain: FrameChain) -> tuple[Grade, str]:
    if chain.is_cut:
        return Grade.CUT, "what can be read of the media ends within its last frame"
    is_all = chain.end == view.size
    ending = "the media ends with its last frame" if is_all else "no frame follows its last frame"
    return Grade.CANDIDATE if frames.are_alike else Grade.ENDED, ending


def _describe(first: AdtsHeader, frames: _AdtsFrames, chain: FrameChain) -> str:
    rate = RATES[first.rate_index]
    channels = CHANNELS[first.configuration]
    names = {None: "channels stated within", 1: "mono", 2: "stereo"}
    parts = [
        f"{chain.frames} frames",
        f"{frames.blocks * BLOCK_SAMPLES / rate:.2f} s",
        f"{rate} Hz",
        names.get(channels, f"{channels} channels"),
        PROFILES[first.profile].replace("-", " "),
    ]
    if first.is_protected:
        parts.append("with checksums")
    if frames.are_alike:
        parts.append("its frames are alike")
    return ", ".join(parts)


SIGNATURES: tuple[Signature, ...] = (
    Signature(
        "AAC recording (ADTS)",
        rb"\xff(?:"
        + b"|".join(byte_class(seconds) + byte_class(thirds) for seconds, thirds in SECOND_AND_THIRD_BYTES)
        + rb")",
        carve,
        3,
        leads=leads,
        weed=may_lead,
    ),
)
