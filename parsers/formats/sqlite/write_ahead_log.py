"""The write-ahead log beside a database: which frames count, and which are left from before."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from enum import Enum
from typing import BinaryIO

MAGICS = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
_HEADER = struct.Struct(">8I")
_FRAME = struct.Struct(">6I")
_MASK = 0xFFFFFFFF


class FrameState(Enum):
    """Why a frame does or does not count."""

    COMMITTED = "of a finished transaction"
    UNFINISHED = "of a transaction that was not finished"
    EARLIER = "left from an earlier use of the log"


@dataclass(frozen=True, slots=True)
class WalFrame:
    """One frame: the number of the page it holds, where the page's bytes begin in the log, and its state."""

    page: int
    offset: int
    state: FrameState


@dataclass(slots=True)
class WriteAheadLog:
    """The frames of a log.

    Attributes:
        page_size: length of a page in bytes; 0 where the log's header is not sound.
        current: for each page the last committed frame.
        others: every other frame, in the order of the log.
        issue: what is wrong with the log; empty where nothing is.
    """

    page_size: int = 0
    current: dict[int, WalFrame] = field(default_factory=dict)
    others: list[WalFrame] = field(default_factory=list)
    issue: str = ""


def read(stream: BinaryIO, size: int) -> WriteAheadLog:
    """Read the headers and checksums of a log of ``size`` bytes."""
    log = WriteAheadLog()
    head = stream.read(_HEADER.size)
    if len(head) < _HEADER.size or head[:4] not in MAGICS:
        log.issue = "it does not begin with the header of a write-ahead log"
        return log
    _, _, page_size, _, salt1, salt2, check1, check2 = _HEADER.unpack(head)
    page_size = 65536 if page_size == 1 else page_size
    order = ">" if head[3] & 1 else "<"
    if page_size < 512 or page_size > 65536 or page_size & (page_size - 1):
        log.issue = f"its header gives pages of {page_size} bytes"
        return log
    log.page_size = page_size
    sums = _checksum(head[:24], order, 0, 0)
    sound = sums == (check1, check2)
    if not sound:
        log.issue = "the checksum of its header is wrong; its frames are read as left from earlier use"
    open_frames: list[WalFrame] = []
    at = _HEADER.size
    while at + _FRAME.size + page_size <= size:
        frame_head, content = stream.read(_FRAME.size), stream.read(page_size)
        if len(content) < page_size:
            break
        number, committed, frame_salt1, frame_salt2, check1, check2 = _FRAME.unpack(frame_head)
        offset, at = at + _FRAME.size, at + _FRAME.size + page_size
        if sound and (frame_salt1, frame_salt2) == (salt1, salt2):
            sums = _checksum(content, order, *_checksum(frame_head[:8], order, *sums))
            sound = sums == (check1, check2)
        else:
            sound = False
        if not number:
            continue
        if not sound:
            log.others.append(WalFrame(number, offset, FrameState.EARLIER))
            continue
        open_frames.append(WalFrame(number, offset, FrameState.UNFINISHED))
        if committed:
            _commit(log, open_frames)
            open_frames = []
    log.others.extend(open_frames)
    return log


def _commit(log: WriteAheadLog, frames: list[WalFrame]) -> None:
    for frame in frames:
        if before := log.current.get(frame.page):
            log.others.append(before)
        log.current[frame.page] = WalFrame(frame.page, frame.offset, FrameState.COMMITTED)


def _checksum(content: bytes, order: str, first: int, second: int) -> tuple[int, int]:
    words = struct.unpack(f"{order}{len(content) // 4}I", content)
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = first + even + second & _MASK
        second = second + odd + first & _MASK
    return first, second
