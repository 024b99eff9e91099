"""Opens archives through libarchive: 7z, RAR, cpio, RPM, CAB, LHA, ar, and what ``compress`` and lzip make."""

from __future__ import annotations

import os
import stat
from contextlib import ExitStack, contextmanager
from ctypes import c_void_p
from importlib import import_module
from typing import TYPE_CHECKING, Any, BinaryIO

from echoforensics.evidence.archives.checked_stream import BROKEN, CheckedStream
from echoforensics.evidence.archives.zip_archive import ENCRYPTED
from echoforensics.evidence.entry import Container, ContentError, Entry, EntryKind, EvidenceIssue, utc_text
from echoforensics.evidence.limits import MAX_ENTRIES
from echoforensics.evidence.streams import BudgetedStream, buffered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from echoforensics.evidence.limits import Budget

#: (byte offset, magic, name), from libarchive's readers and the formats' own documentation.
_FORMS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"7z\xbc\xaf\x27\x1c", "7z"),
    (0, b"Rar!\x1a\x07\x00", "RAR"),
    (0, b"Rar!\x1a\x07\x01\x00", "RAR"),
    (0, b"070701", "cpio"),
    (0, b"070702", "cpio"),
    (0, b"070707", "cpio"),
    (0, b"\xc7\x71", "cpio"),
    (0, b"\x71\xc7\0", "cpio"),
    (0, b"\xed\xab\xee\xdb", "RPM"),
    (0, b"MSCF\0\0\0\0", "CAB"),
    (0, b"!<arch>\n", "ar"),
    (0, b"\x1f\x9d", "compress"),
    (0, b"LZIP\1", "lzip"),
    (0, b"\x02\x21\x4c\x18", "lz4"),
    *((2, b"-lh" + bytes((method,)) + b"-", "LHA") for method in b"01234567d"),
)
#: The magics at each offset.
_AT = {at: tuple(magic for other, magic, _ in _FORMS if other == at) for at, *_ in _FORMS}
#: Compressions of one file, by the ending of its name.
_ALONE = {"compress": ".Z", "lzip": ".lz", "lz4": ".lz4"}
#: libarchive's name for the content of a file that was compressed on its own.
_RAW = b"raw"
#: Words in libarchive's messages on what it does not support, which is not damage.
_UNSUPPORTED = ("unsupported", "not supported", "unknown codec")
_NOT_READ = "it is compressed in a way that is not read ({}); unpack a copy of the archive with 7z, and give the folder"
_NO_REASON = "it is damaged or cut off"
_MISSING = "{} archives are read by libarchive, which this machine does not have; install the package libarchive-tools"


def library_form(head: bytes) -> str:
    """Name an archive's format by its first bytes if libarchive reads it; otherwise empty."""
    for at, magics in _AT.items():
        if head.startswith(magics, at):
            return next(name for at, magic, name in _FORMS if head.startswith(magic, at))
    return ""


class LibraryArchive(Container):
    """The members of an archive in order. Each must be read before the next is requested."""

    seekable = False

    def __init__(self, opener: Callable[[], BinaryIO], form: str, name: str, budget: Budget) -> None:
        """Take a function that opens the archive as a local file, its format and name, and a budget.

        Raises:
            NotImplementedError: libarchive is not installed.
        """
        self._library = _library(form)
        self._opener = opener
        self._form = form
        # A file compressed on its own stores no name.
        self._alone = name.removesuffix(_ALONE.get(form, ""))
        self._budget = budget
        #: What libarchive does not support of this archive, once it was met: later members fail because of it.
        self._unsupported = ""

    def entries(self) -> Iterator[Entry | EvidenceIssue]:
        """Yield every member that is not a folder."""
        try:
            with self._members() as members:
                for number, member in enumerate(members):
                    if number >= MAX_ENTRIES:
                        yield EvidenceIssue("", f"only the first {MAX_ENTRIES} members were read")
                        return
                    if not member.isdir:
                        yield self._entry(number, member, alone=members.format_name == _RAW)
        except (self._library.ArchiveError, OSError) as error:
            reason = _NOT_READ.format(self._unsupported) if self._unsupported else _reason(error)
            yield EvidenceIssue("", f"the {self._form} archive could not be read to its end: {reason}")

    def open(self, address: str) -> BinaryIO:
        """Open a member by its address, its number."""
        with ExitStack() as opened:
            try:
                members = opened.enter_context(self._members())
                for number, member in enumerate(members):
                    if str(number) == address:
                        content = self._content(member, opened.pop_all())
                        return buffered(content)
            except self._library.ArchiveError as error:
                raise OSError(_reason(error)) from error
        raise KeyError(address)

    @contextmanager
    def _members(self) -> Iterator[Any]:
        with self._opener() as stream, ExitStack() as opened:
            # A compressed file may hold a tar or a single file of any kind.
            for form in ("all", "raw") if self._form in _ALONE else ("all",):
                os.lseek(stream.fileno(), 0, os.SEEK_SET)
                try:
                    yield opened.enter_context(self._library.fd_reader(stream.fileno(), form))
                except self._library.ArchiveError:
                    if form == "raw" or self._form not in _ALONE:
                        raise
                    continue
                return

    def _entry(self, number: int, member: Any, *, alone: bool) -> Entry:
        name = self._alone if alone else member.pathname or ""
        path = name.replace("\\", "/").lstrip("/").removeprefix("./") or f"member {number}"
        times = {"modified": utc_text(member.mtime)} if member.mtime is not None else {}
        if member.issym or member.islnk:
            note = f"a link to {member.linkname}; not followed"
            return Entry(path, str(number), 0, None, EntryKind.LINK, note=note, times=times)
        # Debian's packaging tool states no file types in its ar archives; all members are files.
        if not member.isfile and member.filetype:
            return Entry(path, str(number), 0, None, EntryKind.OTHER, note="not a regular file", times=times)
        mode = stat.S_IMODE(member.mode) or None
        if self._is_encrypted(member):
            return Entry(path, str(number), member.size, None, note=ENCRYPTED, times=times, mode=mode)
        opener = lambda: buffered(self._content(member, ExitStack()))  # noqa: E731
        return Entry(path, str(number), member.size, opener, times=times, seekable=False, mode=mode, once=True)

    def _content(self, member: Any, opened: ExitStack) -> BudgetedStream:
        content = _MemberStream(member, self._library.ArchiveError, self._issue, opened)
        return BudgetedStream(content, self._budget)  # type: ignore[arg-type]

    def _is_encrypted(self, member: Any) -> bool:
        """Whether the content of a member is encrypted, as libarchive says; the Python library has no name for it."""
        asked = self._library.ffi.libarchive.archive_entry_is_data_encrypted
        return bool(asked(c_void_p(member._entry_p)))  # noqa: SLF001

    def _issue(self, error: Exception) -> ContentError:
        """What is wrong with a member's content."""
        reason = _reason(error)
        if any(words in reason.lower() for words in _UNSUPPORTED):
            self._unsupported = reason
        if self._unsupported:
            return ContentError(_NOT_READ.format(self._unsupported), damaged=False)
        return ContentError(f"{BROKEN} ({reason})", damaged=True)


def _reason(error: Exception) -> str:
    """An error without libarchive's numbers, one of which is an address in memory and different each time."""
    if isinstance(error, OSError):
        return str(error)
    found = str(getattr(error, "msg", None) or _NO_REASON)
    return ENCRYPTED if "encrypted" in found else found


class _MemberStream(CheckedStream):
    """A member's content. Errors from libarchive are raised after all readable content."""

    def __init__(
        self, member: Any, error: type[Exception], issue: Callable[[Exception], ContentError], opened: ExitStack
    ) -> None:
        super().__init__(lambda _: b"")
        self._blocks = member.get_blocks()
        self._error = error
        self._say = issue
        self._opened = opened
        self._left: int | None = member.size

    def _next(self, size: int) -> bytes:  # noqa: ARG002 (libarchive gives blocks of its own size)
        if self._issue is not None:
            return b""
        try:
            piece = bytes(next(self._blocks, b""))
        except self._error as error:
            self._issue = self._say(error)
            return b""
        if self._left is not None:
            self._left -= len(piece)
            if self._left < 0 or (not piece and self._left):
                self._issue = ContentError("its size is not the one that the archive states", damaged=True)
        return piece

    def close(self) -> None:
        """Close the archive too if it was opened for this member alone."""
        if not self.closed:
            self._opened.close()
        super().close()


def _library(form: str) -> Any:
    try:
        # Importing it loads the shared library, which only these archives need.
        return import_module("libarchive")
    except (ImportError, OSError, AttributeError, TypeError) as error:
        raise NotImplementedError(_MISSING.format(form)) from error
