"""Reads a zip whose central directory is missing or unreadable, by finding each member's own header.

Echo devices leave such zips behind when they lose power while packing a log (``.tmp``, ``.corrupt``).

References:
    PKWARE's APPNOTE, section 4.3: local file headers, data descriptors.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from contextlib import ExitStack
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from echoforensics.evidence.archives.checked_stream import CHECKSUM_FAILS, CheckedStream
from echoforensics.evidence.archives.inflated import DeflatedMember
from echoforensics.evidence.archives.zip_archive import ENCRYPTED, ZipArchive, shown_path
from echoforensics.evidence.entry import Container, ContentError, Entry, EvidenceIssue, text_of
from echoforensics.evidence.limits import MAX_ENTRIES
from echoforensics.evidence.streams import BLOCK, BudgetedStream, buffered
from parsers.formats import deflate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from echoforensics.evidence.limits import Budget

_LOCAL, _DESCRIPTOR = b"PK\x03\x04", b"PK\x07\x08"
_AFTER = (b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06")
_HEADER = struct.Struct("<4s5H3L2H")
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _SIZES_FOLLOW, _UTF8 = 0x1, 0x8, 0x800
_PIECE = 64 * 1024
_DESCRIPTOR_SIZE = 16


def open_zip(opener: Callable[[], BinaryIO], budget: Budget) -> Container:
    """Open a zip by its central directory or, if that cannot be read, by its members' own headers.

    Raises:
        One of READ_ERRORS: neither way works.
    """
    container: Container
    with ExitStack() as opened:
        stream = opened.enter_context(opener())
        try:
            container = ZipArchive(stream, budget)
        except zipfile.BadZipFile:
            container = broken = BrokenZip(stream, budget)
            if broken.is_empty():
                raise
        opened.pop_all()
    return container


class _ZipMember(NamedTuple):
    """A member as stated in its own header; sizes in bytes, None if they and the checksum follow the content."""

    at: int
    data_at: int
    name: str
    method: int
    encrypted: bool
    crc: int
    packed: int | None
    size: int | None


class BrokenZip(Container):
    """The members that can be found, in the order they lie in the file."""

    seekable = False

    def __init__(self, stream: BinaryIO, budget: Budget) -> None:
        """Take the zip and the budget for expanding its members."""
        self._stream = stream
        self._budget = budget
        self._size = stream.seek(0, 2)

    def is_empty(self) -> bool:
        """Whether not even the first member's header is complete."""
        return self._member(0) is None

    def entries(self) -> Iterator[Entry | EvidenceIssue]:
        """Yield every member with a complete header; an issue for the missing directory and for each gap."""
        yield EvidenceIssue(
            "", "its central directory is missing or cannot be read; members were found by their own headers"
        )
        at = count = 0
        while (found := self._next(at)) is not None:
            if found > at and self._read(at, 4) not in _AFTER:
                yield EvidenceIssue("", f"{found - at} bytes from byte {at} on belong to no member")
            member = self._member(found)
            if member is None or count >= MAX_ENTRIES:
                yield EvidenceIssue("", f"the header at byte {found} cannot be read; nothing after it was")
                return
            count += 1
            at = self._after(member, self._end(member))
            if not member.name.endswith(("/", "\\")):
                yield self._entry(member)

    def open(self, address: str) -> BinaryIO:
        """Open a member by its address, the byte offset of its header."""
        member = self._member(int(address)) if address.isdecimal() else None
        if member is None:
            raise KeyError(address)
        return self._content(member)

    def close(self) -> None:
        """Close the zip."""
        self._stream.close()

    def _entry(self, member: _ZipMember) -> Entry:
        path, address = shown_path(member.name), str(member.at)
        if member.encrypted:
            return Entry(path, address, member.size or 0, None, note=ENCRYPTED, seekable=False)
        if member.method not in (_STORED, _DEFLATED):
            note = f"packed by method {member.method}; not read"
            return Entry(path, address, member.size or 0, None, note=note, seekable=False)
        return Entry(path, address, member.size, lambda: self._content(member), seekable=False)

    def _content(self, member: _ZipMember) -> BinaryIO:
        end = self._end(member) if member.packed is None else member.data_at + member.packed
        at = member.data_at

        def packed(size: int) -> bytes:
            nonlocal at
            piece = self._read(at, max(0, min(size, end - at)))
            at += len(piece)
            return piece

        if member.method == _DEFLATED:
            content: CheckedStream = DeflatedMember(packed, self._checksum(member, end), cut=end >= self._size)
        else:
            content = _Stored(packed, member.size, self._checksum(member, end))
        budget = self._budget.for_member(max(0, end - member.data_at))
        return buffered(BudgetedStream(content, budget))  # type: ignore[arg-type]

    def _checksum(self, member: _ZipMember, end: int) -> int | None:
        """Return the CRC-32 of a member's content, from its header or from its data descriptor if there is one."""
        if member.packed is not None:
            return member.crc
        head = self._read(end, 8)
        return int.from_bytes(head[4:8], "little") if head.startswith(_DESCRIPTOR) and len(head) == 8 else None

    def _read(self, at: int, size: int) -> bytes:
        self._stream.seek(at)
        return self._stream.read(size)

    def _next(self, at: int) -> int | None:
        """Return the offset of the next header at or after an offset."""
        while at < self._size:
            piece = self._read(at, BLOCK)
            found = piece.find(_LOCAL)
            if found >= 0:
                return at + found
            if len(piece) < 4:
                return None
            at += len(piece) - 3
        return None

    def _member(self, at: int) -> _ZipMember | None:
        head = self._read(at, _HEADER.size)
        if len(head) < _HEADER.size or not head.startswith(_LOCAL):
            return None
        _, _, flags, method, _, _, crc, packed, size, name_size, extra_size = _HEADER.unpack(head)
        name = self._read(at + _HEADER.size, name_size)
        extra = self._read(at + _HEADER.size + name_size, extra_size)
        if len(name) < name_size or len(extra) < extra_size:
            return None
        packed, size = _large(extra, packed, size)
        follows = bool(flags & _SIZES_FOLLOW) and not packed
        shown = text_of(name) if flags & _UTF8 else name.decode("cp437")
        data_at = at + _HEADER.size + name_size + extra_size
        encrypted = bool(flags & _ENCRYPTED)
        sizes = (None, None) if follows else (packed, size)
        return _ZipMember(at, data_at, shown, method, encrypted, crc, *sizes)

    def _end(self, member: _ZipMember) -> int:
        """Return the offset at which a member's content ends."""
        if member.packed is not None:
            return min(self._size, member.data_at + member.packed)
        if member.method != _DEFLATED:
            return self._before_descriptor(member.data_at)
        engine, at = deflate.decompressobj(-zlib.MAX_WBITS), member.data_at
        pending = b""
        while not engine.eof:
            if not pending:
                pending = self._read(at, _PIECE)
                at += len(pending)
                if not pending:
                    return self._size
            try:
                self._budget.spend(len(engine.decompress(pending, _PIECE)))
            except deflate.error:
                return self._before_descriptor(member.data_at)
            pending = engine.unconsumed_tail
        return at - len(engine.unused_data)

    def _after(self, member: _ZipMember, end: int) -> int:
        """Return the offset after a member, including its data descriptor if there is one."""
        if member.packed is not None or self._read(end, 4) != _DESCRIPTOR:
            return end
        # A checksum and two sizes of four bytes each, or eight bytes in large files.
        lengths = (_DESCRIPTOR_SIZE, _DESCRIPTOR_SIZE + 8)
        return next((end + size for size in lengths if self._read(end + size, 2) == b"PK"), min(self._size, end + 16))

    def _before_descriptor(self, at: int) -> int:
        """Return the next offset with a descriptor or a header; the end of the zip if there is none."""
        start = at
        while at < self._size:
            piece = self._read(at, BLOCK)
            places = [place for sign in (_DESCRIPTOR, _LOCAL, *_AFTER) if (place := piece.find(sign)) >= 0]
            if places:
                return max(start, at + min(places))
            if len(piece) < 4:
                break
            at += len(piece) - 3
        return self._size


class _Stored(CheckedStream):
    """A stored member's content. Reads up to a break, then raises EOFError saying where it is."""

    def __init__(self, packed: Callable[[int], bytes], size: int | None, crc: int | None) -> None:
        super().__init__(packed)
        self._size = size
        self._crc = crc
        self._given = self._found = 0

    def _next(self, size: int) -> bytes:
        piece = self._packed(size)
        self._given, self._found = self._given + len(piece), deflate.crc32(piece, self._found)
        if not piece and self._size is not None and self._given < self._size:
            left = self._size - self._given
            self._issue = EOFError(f"the zip ends within the member, {left} bytes before its end")
        elif not piece and self._crc not in (None, self._found):
            self._issue = ContentError(CHECKSUM_FAILS, damaged=True)
        return piece


def _large(extra: bytes, packed: int, size: int) -> tuple[int, int]:
    """Return the sizes, from the ZIP64 field if the header refers to it."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        content = extra[at + 4 : at + 4 + length]
        if kind == 1:
            if size == 0xFFFFFFFF and len(content) >= 8:
                size, content = int.from_bytes(content[:8], "little"), content[8:]
            if packed == 0xFFFFFFFF and len(content) >= 8:
                packed = int.from_bytes(content[:8], "little")
        at += 4 + length
    return packed, size
