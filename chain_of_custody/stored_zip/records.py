"""Defines the records of a zip, each in the one form that this program writes.

Files are stored in the order of their names, with one fixed date; sizes and offsets that need more than 32 bits go into
a ZIP64 field. So a zip depends only on its content.

Reference:
    PKWARE APPNOTE.TXT 6.3.10, 4.3 to 4.5: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from chain_of_custody.file_list import name_problem

#: All 32 or 16 bits set: the value is in the ZIP64 record.
FULL_32, FULL_16 = 0xFFFFFFFF, 0xFFFF
LOCAL = struct.Struct("<4s5H3I2H")
CENTRAL = struct.Struct("<4s6H3I5H2I")
END = struct.Struct("<4s4H2IH")
END_64 = struct.Struct("<4sQ2H2I4Q")
LOCATOR = struct.Struct("<4sIQI")
LOCAL_MARK, CENTRAL_MARK, END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
END_64_MARK, LOCATOR_MARK = b"PK\x06\x06", b"PK\x06\x07"
#: Names are UTF-8.
UTF8 = 0x0800
ENCRYPTED = 0x0001
_STORED = 0
#: 1 January 1980, midnight: the earliest date a zip can hold.
_TIME, _DATE = 0, 0x0021
_VERSION, _VERSION_64 = 20, 45
_UNIX = 3 << 8
_ZIP64 = 0x0001
#: The size of a local header's ZIP64 field in bytes.
_LARGE_FIELD = 20
#: Regular files: readable by all; executables are marked as such.
FILE_MODE, SCRIPT_MODE = 0o100644, 0o100755


class ZipRefusedError(ValueError):
    """A zip that this program did not write. The message names the offending entries."""


def is_plain_folder(name: str) -> bool:
    """Whether every system unpacks a zip with this folder name into exactly one plain folder."""
    return not name_problem(name) and not set("/:") & set(name) and not name.startswith(("-", "~"))


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """A file in a zip.

    Attributes:
        name: its path, with ``/`` as separator.
        size: in bytes.
        crc: the CRC-32 of its content.
        offset: the offset of its local header.
    """

    name: str
    size: int
    crc: int
    offset: int

    @property
    def content_offset(self) -> int:
        """The offset of its content."""
        size = LOCAL.size + len(self.name.encode("utf-8"))
        return self.offset + size + (_LARGE_FIELD if self.size >= FULL_32 else 0)

    @property
    def end(self) -> int:
        """The offset after its content."""
        return self.content_offset + self.size


def local_header(entry: ZipEntry) -> bytes:
    """Return the header that precedes a file's content."""
    name, large = entry.name.encode("utf-8"), entry.size >= FULL_32
    extra = struct.pack("<2H2Q", _ZIP64, 16, entry.size, entry.size) if large else b""
    size = FULL_32 if large else entry.size
    version = _VERSION_64 if large else _VERSION
    fixed = (LOCAL_MARK, version, UTF8, _STORED, _TIME, _DATE, entry.crc, size, size, len(name), len(extra))
    return LOCAL.pack(*fixed) + name + extra


def central_header(entry: ZipEntry) -> bytes:
    """Return a file's record in the directory."""
    name = entry.name.encode("utf-8")
    values = b""
    size, offset = entry.size, entry.offset
    if size >= FULL_32:
        values, size = struct.pack("<2Q", size, size), FULL_32
    if offset >= FULL_32:
        values, offset = values + struct.pack("<Q", offset), FULL_32
    extra = struct.pack("<2H", _ZIP64, len(values)) + values if values else b""
    version = _VERSION_64 if values else _VERSION
    mode = SCRIPT_MODE if entry.name.endswith(".sh") else FILE_MODE
    return (
        CENTRAL.pack(
            CENTRAL_MARK, _UNIX | _VERSION_64, version, UTF8, _STORED, _TIME, _DATE, entry.crc, size, size,
            len(name), len(extra), 0, 0, 0, mode << 16, offset,
        )
        + name
        + extra
    )  # fmt: skip


def end_records(count: int, offset: int, size: int) -> bytes:
    """Return the records that end a zip.

    Args:
        count: the number of files.
        offset: the offset of the directory.
        size: the size of the directory in bytes.
    """
    large = count >= FULL_16 or offset >= FULL_32 or size >= FULL_32
    before = b""
    if large:
        before = END_64.pack(
            END_64_MARK, END_64.size - 12, _UNIX | _VERSION_64, _VERSION_64, 0, 0, count, count, size, offset
        ) + LOCATOR.pack(LOCATOR_MARK, 0, offset + size, 1)
        count, size, offset = min(count, FULL_16), min(size, FULL_32), min(offset, FULL_32)
    return before + END.pack(END_MARK, 0, 0, count, count, size, offset, 0)
