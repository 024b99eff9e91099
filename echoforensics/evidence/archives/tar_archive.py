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

#: What tarfile raises for damaged headers, besides its own errors.
_NUMBER = rb" *[0-7]+[ \0]+"
#: The mode, owner, group, size, time and checksum of a header, each padded; fields of eight or twelve bytes.
_OLD_NUMBERS = re.compile(rb"(?=.{8}.{8}.{8}.{12}.{12}.{8}\Z)" + 6 * (_NUMBER), re.DOTALL)
#: GNU tar begins an archive that has a label (``tar -V``) with it: no magic, no numbers but its time and checksum.
_LABEL_TYPE, _LABEL_EMPTY, _LABEL_NUMBERS = b"V", bytes(36), re.compile(2 * _NUMBER)
_HEADER_ERRORS = (*READ_ERRORS, ValueError, OverflowError)


class TarArchive(Container):
    """The members of a tar in order. Each must be read before the next is requested."""

    seekable = False

    def __init__(self, opener: Callable[[], BinaryIO], budget: Budget) -> None:
        """Take a function that opens the decompressed tar from its start, and the budget for sparse members."""
        self._opener = opener
        self._budget = budget

    def entries(self) -> Iterator[Entry | EvidenceIssue]:
        """Yield every member that is not a folder; an issue for bytes that belong to no member."""
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
            # Its holes take no space in the archive.
            return buffered(BudgetedStream(content, self._budget.for_member(stored_size(member))))  # type: ignore[arg-type]
        return buffered(content, member.size)


def is_tar(head: bytes) -> bool:
    """Whether a file begins like a tar. For the Unix V7 form, the header's checksum decides."""
    return head[257:262] == b"ustar" or _is_old_tar(head[: tarfile.BLOCKSIZE])


def _is_old_tar(block: bytes) -> bool:
    # Cheap tests first: they reject nearly every file.
    if len(block) < tarfile.BLOCKSIZE or not block[0]:
        return False
    if _OLD_NUMBERS.fullmatch(block[100:156]) is None and not _is_label(block):
        return False
    stated = int(block[148:156].strip(b" \0"), 8)
    return stated == sum(block[:148]) + 8 * ord(" ") + sum(block[156:])


def _is_label(block: bytes) -> bool:
    return (
        block[156:157] == _LABEL_TYPE
        and block[100:136] == _LABEL_EMPTY
        and _LABEL_NUMBERS.fullmatch(block[136:156]) is not None
    )


def _headers(stream: ForwardStream) -> Iterator[tarfile.TarInfo]:
    """Yield headers one by one; the library's own list of them is kept empty to keep memory flat.

    The library skips damaged headers, and the zeros between joined tars.
    """
    with tarfile.open(fileobj=stream, mode="r:", ignore_zeros=True) as tar:
        while (member := tar.next()) is not None:
            tar.members = []  # type: ignore[attr-defined]
            yield member


def _stray(stream: ForwardStream, end: int) -> Iterator[EvidenceIssue]:
    """Yield an issue for bytes skipped so far, unless they are all zeros."""
    if stream.stray is not None and stream.stray < end:
        size = end - stream.stray
        yield EvidenceIssue("", f"{size} bytes from byte {stream.stray} on belong to no member that can be read")
