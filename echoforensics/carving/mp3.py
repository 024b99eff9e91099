"""Carves MP3 recordings: MPEG audio layer III frames, with the tags before and after them.

A recording begins with an ID3v2 tag or its first frame, and ends after the last consecutive frame. The version, sample
rate and mono setting stay the same; the bit rate may change. If the first frame holds an encoder's header (Xing, Info,
VBRI), its count of frames and bytes is compared with the frames found, and another such frame begins another recording.
Two adjacent recordings with equal parameters, without such frames or tags, are carved as one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from echoforensics.carving.carved import FEWEST_FRAMES, Carved, Grade, Signature, byte_class
from echoforensics.carving.frame_gap import FrameGap, follow_beyond, passed_over
from parsers.formats.audio.frame_chain import FrameChain, repeats
from parsers.formats.audio.mpeg import encoder_note, side_information
from parsers.formats.audio.mpeg.frames import (
    HEADER_SIZE,
    LAYER_III_FOURTHS,
    LAYER_III_LENGTHS,
    LAYER_III_LONGEST,
    LAYER_III_SECONDS,
    LAYER_III_THIRDS,
    MpegFrame,
    parse,
)
from parsers.formats.audio.tagging import ape, id3

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from echoforensics.carving.carved import View
    from parsers.formats.audio.mpeg.encoder_note import EncoderNote

#: How many bytes ``leads`` examines, counted from the start of the frame.
REACH = (FEWEST_FRAMES - 1) * LAYER_III_LONGEST + HEADER_SIZE

#: How many consecutive tags to follow, before the frames and after them.
_MOST_TAGS = 4
#: How many zero bytes between a tag and the first frame to skip: padding that the tag's size leaves out.
_MOST_PADDING = 4096
#: The most bytes in an APEv2 tag's items and footer.
_MOST_APE = 1 << 24
#: How many bytes of a frame show whether frames are equal.
_LOOKED_INTO = 48


def leads(buffer: bytes, at: int) -> bool:
    """Whether a frame begins at a byte and three more like it follow, as far as the bytes reach."""
    header = buffer[at : at + HEADER_SIZE]
    place = at + LAYER_III_LENGTHS.get(header[1:3], 0)
    # Almost every false match is rejected here.
    if place < len(buffer) and buffer[place] != 0xFF:
        return False
    first, place = parse(header), at
    for _ in range(FEWEST_FRAMES):
        if len(header) < HEADER_SIZE:
            # The bytes end before this can be decided.
            return True
        frame = parse(header)
        # The version, the sample rate, and whether it is mono.
        if first is None or frame is None or frame.kind != first.kind or frame.channels != first.channels:
            return False
        place += frame.length
        header = buffer[place : place + HEADER_SIZE]
    return first is not None and _is_layer_iii(first) and not repeats(buffer, at, first.length, place, FEWEST_FRAMES)


def _lengths() -> NDArray[np.intp]:
    """Map a header's second and third byte, as one number, to the frame's length in bytes; 0 if invalid."""
    table = np.zeros(1 << 16, dtype=np.intp)
    for second_and_third, length in LAYER_III_LENGTHS.items():
        table[int.from_bytes(second_and_third, "big")] = length
    return table


_LENGTHS = _lengths()


def may_lead(block: bytes, places: NDArray[np.intp]) -> NDArray[np.bool_]:
    """At which of many places :func:`leads` may succeed: where another frame may follow the first."""
    values = np.frombuffer(block, dtype=np.uint8)
    good = places + HEADER_SIZE > len(block)
    at = np.where(good, 0, places)
    behind = at + _LENGTHS[values[at + 1].astype(np.intp) << 8 | values[at + 2]]
    is_there = behind < len(block)
    good |= ~is_there | (values[np.where(is_there, behind, 0)] == 0xFF)
    return good


def _is_layer_iii(frame: MpegFrame) -> bool:
    return frame.kind[1] == 3


class _MpegFrames:
    """Measures the frames of one recording and records what their headers say."""

    def __init__(self, start: bytes, first: MpegFrame) -> None:
        self._kind, self._channels = first.kind, first.channels
        self._alike = b""
        self.stated = encoder_note.read(start, first)
        self.ending = "no frame follows its last frame"
        self.count = self.length = self.broken = 0
        self.rates: set[int] = set()
        self.are_alike = True
        self._is_closed = False

    def belongs(self, header: bytes) -> bool:
        """Whether a header belongs to a frame of this recording."""
        frame = parse(header)
        return frame is not None and frame.kind == self._kind and frame.channels == self._channels

    def ends(self, behind: bytes) -> bool:
        """Whether the recording ends here: by its own count, or because a tag or another recording follows."""
        is_tag = bool(_closing_tag(behind[: ape.HEADER_SIZE])[1]) or behind.startswith(b"ID3")
        return self.count < FEWEST_FRAMES or self._is_closed or is_tag or encoder_note.may_be_in(behind)

    def __call__(self, buffer: bytes, at: int) -> int:
        """Return the length in bytes of the frame at a byte, or 0 if no frame of the recording begins there."""
        frame = parse(buffer[at : at + HEADER_SIZE])
        if frame is None or frame.kind != self._kind or frame.channels != self._channels:
            return 0
        raw = buffer[at : at + encoder_note.END]
        if self.count and self._is_over(raw, frame):
            self._is_closed = True
            return 0
        if self.count < FEWEST_FRAMES and not side_information.is_possible(raw, frame):
            return 0
        if self.count or self.stated is None:
            self.rates.add(frame.bit_rate)
            if self.are_alike or frame.is_protected:
                self._compare(raw[: min(frame.length, _LOOKED_INTO)], frame)
        self.count += 1
        self.length += frame.length
        return frame.length

    def _is_over(self, raw: bytes, frame: MpegFrame) -> bool:
        stated = self.stated
        if stated and self.count == (stated.frames or 0) + 1 and self.length == (stated.size or 0):
            self.ending = "the frames and bytes that its first frame states are there"
            return True
        if encoder_note.may_be_in(raw) and encoder_note.read(raw, frame) is not None:
            self.ending = "another recording begins there"
            return True
        return False

    def _compare(self, raw: bytes, frame: MpegFrame) -> None:
        if frame.is_protected:
            self.broken += side_information.is_checksum_right(raw, frame) is False
        if self.are_alike:
            # Frames with different content differ in the side information or soon after it.
            self._alike = self._alike or raw[HEADER_SIZE:]
            self.are_alike = self._alike.startswith(raw[HEADER_SIZE:])


def carve(view: View, at: int) -> Carved | None:
    """Carve the MP3 recording whose first frame is at an offset on the media. None if there is no recording."""
    return _carve(view, at, at)


def carve_tagged(view: View, at: int) -> Carved | None:
    """Carve the MP3 recording whose ID3v2 tag is at an offset on the media. None if no frames follow the tag."""
    frames = _behind_opening_tags(view, at)
    return _carve(view, at, frames) if frames > at else None


def _behind_opening_tags(view: View, at: int) -> int:
    """Return the offset after the ID3v2 tags at a place and the zeros after them; the place itself without tags."""
    place = at
    for _ in range(_MOST_TAGS):
        header = id3.Id3Header.parse(view.read(place, id3.HEADER_SIZE))
        if header is None or not header.is_as_defined:
            break
        place += header.length
    if place == at:
        return at
    padding = view.read(place, _MOST_PADDING)
    return place + len(padding) - len(padding.lstrip(b"\0"))


def _behind_closing_tags(view: View, at: int) -> tuple[int, list[str]]:
    """Return (offset after the tags at a place, their names). The offset passes the media's end for a cut-off tag."""
    names: list[str] = []
    while at < view.size and len(names) < _MOST_TAGS:
        name, length = _closing_tag(view.read(at, ape.HEADER_SIZE))
        if not length:
            break
        at += length
        if name not in names:
            names.append(name)
    return at, names


def _closing_tag(head: bytes) -> tuple[str, int]:
    """Return (name, length in bytes) of the tag that begins with these bytes; the length is 0 if there is no tag."""
    header = ape.ApeHeader.parse(head)
    if header is not None and header.is_as_defined and header.size <= _MOST_APE:
        return "APEv2", header.length
    if head.startswith(id3.V1_EXTENSION_MAGIC):
        return "ID3v1", id3.V1_EXTENSION_SIZE
    if head.startswith(id3.V1_MAGIC):
        return "ID3v1", id3.V1_SIZE
    return "", 0


def _carve(view: View, begin: int, at: int) -> Carved | None:
    start = view.read(at, LAYER_III_LONGEST)
    first = parse(start[:HEADER_SIZE])
    if first is None or not _is_layer_iii(first) or not leads(view.read(at, REACH), 0):
        return None
    frames = _MpegFrames(start, first)
    gap = FrameGap(frames, leads, frames.belongs, HEADER_SIZE, LAYER_III_LONGEST, REACH)
    chain, damage = follow_beyond(view, at, gap, frames.ends)
    # Frames that ``leads`` accepts at the end of the media are decided here.
    if chain.frames < FEWEST_FRAMES:
        return None
    end, tags = (chain.end, []) if chain.is_cut else _behind_closing_tags(view, chain.end)
    if begin != at:
        tags.insert(0, "ID3v2")
    grade, ending = _end(view, frames, chain, end)
    detail = [_describe(first, frames, chain), *passed_over(damage)]
    if frames.stated is not None:
        detail.append(_agreement(frames.stated, frames))
    if frames.broken:
        detail.append(f"the checksums of {frames.broken} frames do not hold")
    if frames.are_alike:
        detail.append("its frames are alike")
    if tags:
        detail.append(f"with {' and '.join(tags)} tags" if len(tags) > 1 else f"with an {tags[0]} tag")
    return Carved("MP3 recording", ".mp3", ((begin, min(end, view.size) - begin),), grade, ending, ", ".join(detail))


def _end(view: View, frames: _MpegFrames, chain: FrameChain, end: int) -> tuple[Grade, str]:
    stated = frames.stated
    if chain.is_cut:
        return Grade.CUT, "what can be read of the media ends within its last frame"
    if end > view.size:
        return Grade.CUT, "the media ends within the tag after its last frame"
    ending = "the media ends with its last frame" if chain.end == view.size else frames.ending
    if stated is not None and _agrees(stated, frames):
        return Grade.ENDED if frames.broken else Grade.WHOLE, ending
    if stated is not None and frames.count - 1 < (stated.frames or 0):
        return Grade.CUT, f"{ending}, and its first frame states more"
    return Grade.CANDIDATE if frames.are_alike else Grade.ENDED, ending


def _describe(first: MpegFrame, frames: _MpegFrames, chain: FrameChain) -> str:
    rates, sample_rate = sorted(frames.rates), first.kind[2]
    # The frame with the encoder's header holds no sound.
    sounding = chain.frames - (frames.stated is not None)
    return (
        f"{chain.frames} frames, {sounding * first.samples / sample_rate:.2f} s, {sample_rate} Hz, "
        f"{'mono' if first.channels == 1 else 'stereo'}, "
        + (f"{rates[0]} kbit/s" if len(rates) == 1 else f"{rates[0]} to {rates[-1]} kbit/s")
    )


def _agrees(stated: EncoderNote, frames: _MpegFrames) -> bool:
    # Some encoders count the frame that holds the count.
    is_counted = stated.frames == frames.count and stated.size == frames.length
    return stated.frames == frames.count - 1 or is_counted


def _agreement(stated: EncoderNote, frames: _MpegFrames) -> str:
    if not stated.frames:
        return f"its {stated.name} frame states no count of frames"
    if _agrees(stated, frames):
        return f"as many as its {stated.name} frame states"
    return f"its {stated.name} frame states {stated.frames} after it"


#: A valid ID3v2 header: the flags of its version, and a size with the highest bit of each byte clear.
_ID3 = (
    rb"ID3(?:"
    + b"|".join(
        byte_class([version]) + rb"\x00" + byte_class(flags for flags in range(256) if not flags & ~defined)
        for version, defined in id3.FLAGS.items()
    )
    + rb")[\x00-\x7f]{4}"
)
SIGNATURES: tuple[Signature, ...] = (
    Signature("MP3 recording with ID3v2 tag", _ID3, carve_tagged, id3.HEADER_SIZE, group="MP3 recording"),
    Signature(
        "MP3 recording",
        rb"\xff" + byte_class(LAYER_III_SECONDS) + byte_class(LAYER_III_THIRDS) + byte_class(LAYER_III_FOURTHS),
        carve,
        HEADER_SIZE,
        leads=leads,
        group="MP3 recording",
        weed=may_lead,
    ),
)
