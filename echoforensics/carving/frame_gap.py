"""Passing over one damaged frame of a recording that is carved frame by frame.

What lies between must be shorter than a frame can be, must hold no empty space, and must be followed by frames with the
same parameters. Files begin at the start of a sector: frames that go on there are taken for another recording.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from parsers.formats.audio.damage import DamageLog, named
from parsers.formats.audio.frame_chain import FrameChain, follow

if TYPE_CHECKING:
    from echoforensics.carving.carved import View

#: Bytes of a sector, and the fewest different bytes that a damaged frame has.
SECTOR, FEWEST_DIFFERENT = 512, 8
#: Equal bytes in a row, of which coded sound has none so long: the slack behind a file.
_SLACK = re.compile(rb"(.)\1{15}", re.DOTALL)


class FrameGap(NamedTuple):
    """How the frames of a recording are found again.

    Attributes:
        measure: as :func:`~parsers.formats.audio.frame_chain.follow` takes it.
        leads: whether a frame begins at a byte of some bytes, and more follow.
        belongs: whether a header is of a frame of this recording.
        header: bytes of a header.
        longest: bytes of a frame at most.
        reach: bytes from a frame's first on that ``leads`` looks at.
    """

    measure: Callable[[bytes, int], int]
    leads: Callable[[bytes, int], bool]
    belongs: Callable[[bytes], bool]
    header: int
    longest: int
    reach: int


def follow_beyond(view: View, at: int, gap: FrameGap, ends: Callable[[bytes], bool]) -> tuple[FrameChain, DamageLog]:
    """Follow frames from a byte offset on, over such as are damaged.

    Args:
        view: the media.
        at: where the first frame begins.
        gap: how they are found again.
        ends: whether the bytes behind a frame end the recording: a tag, another recording.

    Returns:
        The frames, and what was skipped.
    """
    chain, damage = follow(view, at, gap.measure, gap.header), DamageLog()
    while not chain.is_cut and (place := _again(view, chain.end, gap, ends)) is not None:
        more = follow(view, place, gap.measure, gap.header)
        if not more.frames:
            break
        damage.add(chain.end, place - chain.end)
        chain = FrameChain(chain.frames + more.frames, chain.whole + more.whole, more.end, more.is_cut)
    return chain, damage


def _again(view: View, end: int, gap: FrameGap, ends: Callable[[bytes], bool]) -> int | None:
    """Where frames go on behind a damaged one that begins at a byte offset; None if they do not."""
    buffer = view.read(end, gap.longest + gap.reach)
    if len(buffer) < gap.header or ends(buffer):
        return None
    place = buffer.find(b"\xff", 1, gap.longest)
    while place >= 0:
        is_whole = len(buffer) >= place + gap.reach or end + len(buffer) == view.size
        if is_whole and gap.belongs(buffer[place : place + gap.header]) and gap.leads(buffer, place):
            return end + place if may_be_damaged(buffer[:place], end + place) else None
        place = buffer.find(b"\xff", place + 1, gap.longest)
    return None


def may_be_damaged(between: bytes, behind: int) -> bool:
    """Whether bytes may be a damaged frame, with the next one at a byte offset: neither empty space nor slack."""
    is_varied = len(set(between)) >= min(FEWEST_DIFFERENT, len(between)) and _SLACK.search(between) is None
    return is_varied and bool(behind % SECTOR)


def passed_over(damage: DamageLog) -> list[str]:
    """What was skipped, as parts of what a recording is like."""
    return [f"passes over what is no frame of it: {named(damage.places)}"] if damage.count else []
