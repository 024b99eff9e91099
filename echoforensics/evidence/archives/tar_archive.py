"""A tar archive, plain or compressed, read once from front to back."""

from __future__ import annotations

import stat
import tarfile
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO

from echoforensics.evidence.entry import READ_ERRORS, Container, Entry, EntryKind, EvidenceIssue, member_address
from echoforensics.evidence.limits import MAX_ENTRIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Raised by tarfile on damaged headers, besides its own errors.
_HEADER_ERRORS = (*READ_ERRORS, ValueError, OverflowError)


class TarArchive(Container):
    """The members of a tar, in the order they lie in it. Each must be read before the next is asked for."""

    seekable = False

    def __init__(self, opener: Callable[[], BinaryIO]) -> None:
        """Take a function that opens the (decompressed) tar from its start."""
        self._opener = opener

    def entries(self) -> Iterator[Entry | EvidenceIssue]:
        """Every member that is not a folder."""
        try:
            with self._opener() as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
                for number, member in enumerate(_members(tar)):
                    if number >= MAX_ENTRIES:
                        yield EvidenceIssue("", f"only the first {MAX_ENTRIES} members were read")
                        return
                    if not member.isdir():
                        yield _entry(tar, member)
        except _HEADER_ERRORS as error:
            yield EvidenceIssue("", f"the archive could not be read to its end: {error}")

    def open(self, address: str) -> BinaryIO:
        """Open a member; its address begins with the byte offset of its header in the tar."""
        with ExitStack() as opened:
            stream = opened.enter_context(self._opener())
            tar = opened.enter_context(tarfile.open(fileobj=stream, mode="r|"))
            for member in _members(tar):
                if str(member.offset) == address.partition("@")[0]:
                    content = _content(tar, member)
                    opened.pop_all()
                    return content
        raise KeyError(address)


def is_tar(head: bytes) -> bool:
    """Whether a file begins as a tar does."""
    return head[257:262] == b"ustar"


def _members(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Members one by one; the library's own list of them is kept empty, so that memory stays flat."""
    while (member := tar.next()) is not None:
        tar.members = []  # type: ignore[attr-defined]
        yield member


def _entry(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Entry:
    path = member.name.lstrip("/").removeprefix("./")
    address = member_address(member.offset, member.name, path)
    times = {"modified": _iso(member.mtime)}
    if member.issym() or member.islnk():
        note = f"a link to {member.linkname}; not followed"
        return Entry(path, address, 0, None, EntryKind.LINK, note=note, times=times)
    if not member.isreg():
        return Entry(path, address, 0, None, EntryKind.OTHER, note="not a regular file", times=times)
    mode = stat.S_IMODE(member.mode)
    return Entry(path, address, member.size, lambda: _content(tar, member), times=times, seekable=False, mode=mode)


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> BinaryIO:
    content = tar.extractfile(member)
    if content is None:
        raise tarfile.ReadError("the member has no content")
    return content  # type: ignore[return-value]


def _iso(seconds: float) -> str:
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (ValueError, OverflowError, OSError):
        return f"{seconds} seconds since 1970"
