"""The write-ahead log beside a database: which frames are current, and which are from earlier use."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import BinaryIO, NamedTuple

MAGICS = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
_HEADER = struct.Struct(">8I")
_FRAME = struct.Struct(">6I")
#: Bytes before each page in the log.
FRAME_HEADER_SIZE = _FRAME.size
_MASK = 0xFFFFFFFF


class FrameState(Enum):
    """Why a frame is or is not current."""

    COMMITTED = "of a finished transaction"
    UNFINISHED = "of a transaction that was not finished"
    EARLIER = "left from an earlier use of the log"


class WalFrameHeader(NamedTuple):
    """The 24 bytes before a page in the log.

    Attributes:
        page: its number; 0 for no page.
        committed: size of the database in pages after the transaction that this frame ends; 0 if it ends none.
        salt1, salt2: equal to the log header's if the frame is from the current use of the log.
        check1, check2: the checksum of the log up to here.
    """

    page: int
    committed: int
    salt1: int
    salt2: int
    check1: int
    check2: int

    @classmethod
    def parse(cls, raw: bytes) -> WalFrameHeader | None:
        """Parse the header; None if there are too few bytes."""
        return cls(*_FRAME.unpack_from(raw)) if len(raw) >= FRAME_HEADER_SIZE else None


@dataclass(frozen=True, slots=True)
class WalFrame:
    """One frame.

    Attributes:
        page: the number of its page.
        offset: where the page's bytes begin in the log.
        state: whether it is current.
        until: offset of the last frame of its transaction if known, else its own offset.
    """

    page: int
    offset: int
    state: FrameState
    until: int


@dataclass(slots=True)
class WriteAheadLog:
    """The frames of a log.

    Attributes:
        page_size: size of a page in bytes; 0 if the log's header is invalid.
        current: the last committed frame of each page.
        others: every other frame, in log order.
        versions: offsets of each page's versions, in log order.
        issue: what is wrong with the log; empty if nothing is.
    """

    page_size: int = 0
    current: dict[int, WalFrame] = field(default_factory=dict)
    others: list[WalFrame] = field(default_factory=list)
    versions: dict[int, list[int]] = field(default_factory=dict)
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
    while at + FRAME_HEADER_SIZE + page_size <= size:
        frame_head, content = stream.read(FRAME_HEADER_SIZE), stream.read(page_size)
        frame = WalFrameHeader.parse(frame_head)
        if frame is None or len(content) < page_size:
            break
        offset, at = at + FRAME_HEADER_SIZE, at + FRAME_HEADER_SIZE + page_size
        if sound and (frame.salt1, frame.salt2) == (salt1, salt2):
            sums = _checksum(content, order, *_checksum(frame_head[:8], order, *sums))
            sound = sums == (frame.check1, frame.check2)
        else:
            sound = False
        if not frame.page:
            continue
        log.versions.setdefault(frame.page, []).append(offset)
        if not sound:
            log.others.append(WalFrame(frame.page, offset, FrameState.EARLIER, offset))
            continue
        open_frames.append(WalFrame(frame.page, offset, FrameState.UNFINISHED, offset))
        if frame.committed:
            _commit(log, open_frames)
            open_frames = []
    log.others.extend(replace(frame, until=open_frames[-1].offset) for frame in open_frames)
    return log


def _commit(log: WriteAheadLog, frames: list[WalFrame]) -> None:
    for frame in frames:
        if before := log.current.get(frame.page):
            log.others.append(before)
        log.current[frame.page] = replace(frame, state=FrameState.COMMITTED, until=frames[-1].offset)


def _checksum(content: bytes, order: str, first: int, second: int) -> tuple[int, int]:
    words = struct.unpack(f"{order}{len(content) // 4}I", content)
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = first + even + second & _MASK
        second = second + odd + first & _MASK
    return first, second
