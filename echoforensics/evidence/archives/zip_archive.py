"""Opens a zip archive. Members are read in place; names are only displayed, never used as paths for writing."""

from __future__ import annotations

import copy
import lzma
import stat
import struct
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, BinaryIO

from echoforensics.evidence.archives.checked_stream import DecodedStream, zstd_frames
from echoforensics.evidence.archives.inflated import DeflatedMember
from echoforensics.evidence.entry import Container, Entry, EntryKind, EvidenceIssue, member_address
from echoforensics.evidence.limits import MAX_ENTRIES, MAX_ZIP_DIRECTORY
from echoforensics.evidence.streams import BudgetedStream, buffered

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator

    from echoforensics.evidence.limits import Budget

ZIP = b"PK\x03\x04"
SIGNATURES = (ZIP, b"PK\x05\x06")
#: The first bytes of programs and scripts that a zip may be appended to, making it self-extracting.
_STUBS = (b"MZ", b"#!", b"\x7fELF")
#: Files with this ending are looked at for a zip behind any other bytes, such as the head of an HTTP answer.
_ENDING = ".zip"
_END = struct.Struct("<4s4H2LH")
#: The longest end record: with a comment of 65,535 bytes.
_LONGEST_END = 65_557
_DIRECTORY_ENTRY = b"PK\x01\x02"
#: The stated size of a central directory whose size is in the record of zip64.
_IN_ZIP64 = 0xFFFF_FFFF
_ENCRYPTED = 0x1
_UNPACK = "unpack a copy of the archive with 7z"
ENCRYPTED = f"encrypted; not read: {_UNPACK} and its password, and give the folder"
#: Compression methods of members (APPNOTE.TXT, 4.4.5), read by Python's own reader or by this module.
_BY_LIBRARY = frozenset((zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
_UNPACKED: dict[int, Callable[[Any], Any]] = {
    93: zstd_frames,
    95: lzma.LZMAFile,
}
_METHODS = _BY_LIBRARY | {zipfile.ZIP_DEFLATED, *_UNPACKED}
_UNREAD_METHODS = {1: "Shrink", 6: "Implode", 9: "Deflate64", 18: "TERSE", 97: "WavPack", 98: "PPMd"}
#: The "made by" hosts in the central directory whose attributes are POSIX modes.
_UNIX = 3


class ZipArchive(Container):
    """The members of a zip in the order of its central directory."""

    seekable = False

    def __init__(self, stream: BinaryIO, budget: Budget) -> None:
        """Read the central directory.

        Raises:
            One of READ_ERRORS: the central directory is missing, unreadable or too large to hold.
        """
        _check_directory_size(stream)
        self._budget = budget
        self._stream = stream
        try:
            self._zip = zipfile.ZipFile(stream)
        except (ValueError, struct.error, OverflowError) as error:
            raise zipfile.BadZipFile(f"the central directory cannot be read: {error}") from error

    @property
    def is_common(self) -> bool:
        """Whether other readers agree on it: no name occurs twice, and Python's own reader supports every method."""
        members = self._zip.infolist()
        return len({member.filename for member in members}) == len(members) and not any(
            member.compress_type in _UNPACKED for member in members
        )

    def entries(self) -> Iterator[Entry | EvidenceIssue]:
        """Yield every member that is not a folder."""
        for index, member in enumerate(self._zip.infolist()):
            if index >= MAX_ENTRIES:
                yield EvidenceIssue("", f"only the first {MAX_ENTRIES} members were read")
                return
            if member.is_dir() or (member.filename.endswith("\\") and not member.file_size):
                continue
            yield self._entry(index, member)

    def open(self, address: str) -> BinaryIO:
        """Open a member; its address begins with its number in the central directory."""
        try:
            member = self._zip.infolist()[int(address.partition("@")[0])]
        except (IndexError, ValueError) as error:
            raise KeyError(address) from error
        return self._open(member)

    def close(self) -> None:
        """Close the archive and the underlying stream."""
        self._zip.close()
        self._stream.close()

    def _entry(self, index: int, member: zipfile.ZipInfo) -> Entry:
        path = shown_path(member.filename)
        address = member_address(index, member.filename, path)
        year, month, day, hour, minute, second = member.date_time
        wall = f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        times = {"modified": f"{wall} (local time of an unknown zone)"}
        if stat.S_ISLNK(member.external_attr >> 16):
            return Entry(path, address, 0, None, EntryKind.LINK, note="a link; not followed", times=times)
        if member.flag_bits & _ENCRYPTED:
            return Entry(path, address, member.file_size, None, note=ENCRYPTED, times=times)
        opener, mode = (lambda: self._open(member)), _mode(member)
        return Entry(path, address, member.file_size, opener, times=times, seekable=False, mode=mode)

    def _open(self, member: zipfile.ZipInfo) -> BinaryIO:
        # The library skips the check if there is no checksum: on a mismatch, it would lose the bytes read last.
        unchecked = copy.copy(member)
        del unchecked.CRC
        method = member.compress_type
        if method not in _METHODS:
            name = _UNREAD_METHODS.get(method, f"method {method}")
            raise zipfile.BadZipFile(f"it is compressed with {name}, which is not read; {_UNPACK}, and give the folder")
        if method not in _BY_LIBRARY:
            # Read as stored and unpack here, so that content before damaged data is not lost.
            unchecked.compress_type, unchecked.file_size = zipfile.ZIP_STORED, member.compress_size
        try:
            inner = self._zip.open(unchecked)
        except (RuntimeError, ValueError, struct.error) as error:
            raise zipfile.BadZipFile(f"the member cannot be opened: {error}") from error
        if method in _UNPACKED:
            inner = _UNPACKED[method](inner)
        if method == zipfile.ZIP_DEFLATED:
            content: io.RawIOBase = DeflatedMember(inner.read, member.CRC)
        else:
            content = DecodedStream(inner, member.CRC)  # type: ignore[arg-type]
        return buffered(BudgetedStream(content, self._budget.for_member(member.compress_size)), member.file_size)  # type: ignore[arg-type]


def _mode(member: zipfile.ZipInfo) -> int | None:
    """Return the permission bits if a Unix program made the member and set any."""
    bits = stat.S_IMODE(member.external_attr >> 16)
    return bits if member.create_system == _UNIX and member.external_attr >> 16 else None


def shown_path(name: str) -> str:
    """Return a member's path. Some Windows programs separate folders by backslashes, which no Windows name can hold."""
    return name.replace("\\", "/").lstrip("/")


def is_zip(head: bytes) -> bool:
    """Whether a file begins like a zip."""
    return head.startswith(SIGNATURES)


def may_have_zip_behind(name: str, head: bytes) -> bool:
    """Whether a file may be a zip behind other bytes: it begins as a program or script does, or is named as a zip."""
    return head.startswith(_STUBS) or name.lower().endswith(_ENDING)


def is_zip_behind_other_bytes(file: BinaryIO, name: str, head: bytes) -> bool:
    """Whether a file is a zip behind other bytes. Raises OSError if it cannot be read."""
    if not may_have_zip_behind(name, head) or not zipfile.is_zipfile(file):
        return False
    if not head.startswith(_STUBS):
        return True
    # Programs that read zips hold the magic of an end record too.
    at, size = _end_record(file)
    if size in (0, _IN_ZIP64):
        return True
    file.seek(max(0, at - size))
    return size <= at and file.read(4) == _DIRECTORY_ENTRY


def _check_directory_size(stream: BinaryIO) -> None:
    """Reject a central directory too large to hold, before the library reads it whole."""
    _, size = _end_record(stream)
    if MAX_ZIP_DIRECTORY < size < _IN_ZIP64:
        raise zipfile.BadZipFile(f"its central directory of {size} bytes is larger than {MAX_ZIP_DIRECTORY}")
    stream.seek(0)


def _end_record(stream: BinaryIO) -> tuple[int, int]:
    """The place of the end record, and the size of the central directory that it states; zeros if there is none."""
    start = max(0, stream.seek(0, 2) - _LONGEST_END)
    stream.seek(start)
    tail = stream.read(_LONGEST_END)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        return 0, 0
    return start + at, _END.unpack_from(tail, at)[5]
