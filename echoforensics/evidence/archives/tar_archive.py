"""A tar archive, plain or compressed, read once from front to back."""

from __future__ import annotations

import re
import stat
import tarfile
from contextlib import ExitStack
from typing import TYPE_CHECKING, BinaryIO

from echoforensics.evidence.archives.tar_stream import ForwardStream, TarMember, stored_size
from echoforensics.evidence.entry import (
    READ_ERRORS,
    Container,
    ContentError,
    Entry,
    EntryKind,
    EvidenceIssue,
    member_address,
    utc_text,
)
from echoforensics.evidence.limits import MAX_ENTRIES
from echoforensics.evidence.streams import BudgetedStream, buffered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from echoforensics.evidence.limits import Budget

#: Raised by tarfile on damaged headers, besides its own errors.
_NUMBER = rb" *[0-7]+[ \0]+"
#: Mode, owner, group, size, time and checksum of a header, each padded; a field of eight bytes or of twelve.
_OLD_NUMBERS = re.compile(rb"(?=.{8}.{8}.{8}.{12}.{12}.{8}\Z)" + 6 * (_NUMBER), re.DOTALL)
_HEADER_ERRORS = (*READ_ERRORS, ValueError, OverflowError)


class TarArchive(Container):
    """The members of a tar, in the order they are in it. Each must be read before the next is asked for."""

    seekable = False

    def __init__(self, opener: Callable[[], BinaryIO], budget: Budget) -> None:
        """Take a function that opens the (decompressed) tar from its start, and what sparse members may expand to."""
        self._opener = opener
        self._budget = budget

    def entries(self) -> Iterator[Entry | EvidenceIssue]:
        """Every member that is not a folder; an issue for bytes between members that are of none."""
        try:
            with self._opener() as below:
                stream = ForwardStream(below)
                yield from self._members(stream)
                stream.drain()
        except ContentError as error:
            yield EvidenceIssue("", str(error), damaged=error.damaged)
        except _HEADER_ERRORS as error:
            yield EvidenceIssue("", f"the archive could not be read to its end: {error}")

    def open(self, address: str) -> BinaryIO:
        """Open a member; its address begins with the byte offset of its header in the tar."""
        with ExitStack() as opened:
            stream = ForwardStream(opened.enter_context(self._opener()))
            for member in _headers(stream):
                if str(member.offset) == address.partition("@")[0]:
                    content = self._content(stream, member, closes=True)
                    opened.pop_all()
                    return content
        raise KeyError(address)

    def _members(self, stream: ForwardStream) -> Iterator[Entry | EvidenceIssue]:
        for number, member in enumerate(_headers(stream)):
            yield from _stray(stream, member.offset)
            if number >= MAX_ENTRIES:
                yield EvidenceIssue("", f"only the first {MAX_ENTRIES} members were read")
                return
            stream.pass_member(member.offset_data + stored_size(member))
            if not member.isdir():
                yield self._entry(stream, member)
        yield from _stray(stream, stream.tell())

    def _entry(self, stream: ForwardStream, member: tarfile.TarInfo) -> Entry:
        path = member.name.lstrip("/").removeprefix("./")
        address = member_address(member.offset, member.name, path)
        times = {"modified": utc_text(member.mtime)}
        if member.issym() or member.islnk():
            note = f"a link to {member.linkname}; not followed"
            return Entry(path, address, 0, None, EntryKind.LINK, note=note, times=times)
        if not member.isreg():
            return Entry(path, address, 0, None, EntryKind.OTHER, note="not a regular file", times=times)
        mode = stat.S_IMODE(member.mode)
        return Entry(
            path,
            address,
            member.size,
            lambda: self._content(stream, member),
            times=times,
            seekable=False,
            mode=mode,
            once=True,
        )

    def _content(self, stream: ForwardStream, member: tarfile.TarInfo, *, closes: bool = False) -> BinaryIO:
        content = TarMember(stream, member, closes=closes)
        if member.issparse():
            # Its holes take no room in the archive.
            return buffered(BudgetedStream(content, self._budget.for_member(stored_size(member))))  # type: ignore[arg-type]
        return buffered(content, member.size)


def is_tar(head: bytes) -> bool:
    """Whether a file begins as a tar does. Of the first form, that of Unix V7, the checksum of its header says so."""
    return head[257:262] == b"ustar" or _is_old_tar(head[: tarfile.BLOCKSIZE])


def _is_old_tar(block: bytes) -> bool:
    # Cheap tests first: nearly every file ends here.
    if len(block) < tarfile.BLOCKSIZE or not block[0] or _OLD_NUMBERS.fullmatch(block[100:156]) is None:
        return False
    stated = int(block[148:156].strip(b" \0"), 8)
    return stated == sum(block[:148]) + 8 * ord(" ") + sum(block[156:])


def _headers(stream: ForwardStream) -> Iterator[tarfile.TarInfo]:
    """Headers one by one; the library's own list of them is kept empty, so that memory stays flat.

    Damaged headers, and the zeros between tars that were joined, are skipped by the library.
    """
    with tarfile.open(fileobj=stream, mode="r:", ignore_zeros=True) as tar:
        while (member := tar.next()) is not None:
            tar.members = []  # type: ignore[attr-defined]
            yield member


def _stray(stream: ForwardStream, end: int) -> Iterator[EvidenceIssue]:
    """An issue for bytes that were skipped on the way to here, if there are any but zeros."""
    if stream.stray is not None and stream.stray < end:
        size = end - stream.stray
        yield EvidenceIssue("", f"{size} bytes from byte {stream.stray} on belong to no member that can be read")
