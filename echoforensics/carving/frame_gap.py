"""Skips one damaged frame of a recording that is carved frame by frame.

The gap must be shorter than the longest frame, must not hold empty space, and must be followed by frames with the same
parameters. Files begin at the start of a sector, so frames that resume at one are treated as another recording.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from parsers.formats.audio.damage import DamageLog, named
from parsers.formats.audio.frame_chain import FrameChain, follow

if TYPE_CHECKING:
    from echoforensics.carving.carved import View

#: The size of a sector in bytes, and the fewest distinct bytes in a damaged frame.
SECTOR, FEWEST_DIFFERENT = 512, 8
#: A run of equal bytes longer than any in coded sound: the slack after a file.
_SLACK = re.compile(rb"(.)\1{15}", re.DOTALL)


class FrameGap(NamedTuple):
    """How to find the next frame of a recording.

    Attributes:
        measure: a measuring function for :func:`~parsers.formats.audio.frame_chain.follow`.
        leads: whether a frame begins at an offset in some bytes and more frames follow.
        belongs: whether a header belongs to a frame of this recording.
        header: the size of a header in bytes.
        longest: the most bytes in a frame.
        reach: how many bytes ``leads`` examines, counted from the start of the frame.
    """

    measure: Callable[[bytes, int], int]
    leads: Callable[[bytes, int], bool]
    belongs: Callable[[bytes], bool]
    header: int
    longest: int
    reach: int


def follow_beyond(view: View, at: int, gap: FrameGap, ends: Callable[[bytes], bool]) -> tuple[FrameChain, DamageLog]:
    """Follow frames from an offset on, skipping damaged ones.

    Args:
        view: the media.
        at: the offset of the first frame.
        gap: how to find the next frame.
        ends: whether the bytes after a frame end the recording, for example a tag or another recording.

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
    """Find where frames resume after a damaged one that begins at an offset. None if they do not resume."""
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
    """Whether the bytes may be a damaged frame before the frame at an offset: neither empty space nor slack."""
    is_varied = len(set(between)) >= min(FEWEST_DIFFERENT, len(between)) and _SLACK.search(between) is None
    return is_varied and bool(behind % SECTOR)


def passed_over(damage: DamageLog) -> list[str]:
    """Describe what was skipped, for the recording's details."""
    return [f"passes over what is no frame of it: {named(damage.places)}"] if damage.count else []
