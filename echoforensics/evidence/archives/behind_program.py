"""Names an archive that was appended to a program or script, as self-extracting ones are.

A zip is read where it lies (see zip_archive.py), as its directory is at its end. Where another archive begins, the
program says: it ends with its last section or the table of sections. In a script it begins with a line.

References:
    System V ABI, chapter 4 (ELF header); Microsoft, PE Format (section table); makeself.io.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, BinaryIO

from echoforensics.evidence.archives.compressed_file import compression
from echoforensics.evidence.archives.library_archive import library_form
from echoforensics.evidence.archives.tar_archive import is_tar
from echoforensics.evidence.archives.unread_archive import unread_archive
from echoforensics.evidence.streams import BLOCK

if TYPE_CHECKING:
    from echoforensics.evidence.entry import Entry

_ELF, _PE, _SCRIPT = b"\x7fELF", b"MZ", b"#!"
PROGRAMS = (_ELF, _PE, _SCRIPT)
#: Alignments to which the program may have been padded before the archive was appended.
_PADDED_TO = (1, 16, 512, 4096)
_HEAD = 1024
_IN_SCRIPT = re.compile(
    rb"\n(?=\x1f\x8b\x08|BZh[1-9]1AY|\xfd7zXZ\0|\x28\xb5\x2f\xfd|7z\xbc\xaf\x27\x1c|Rar!\x1a\x07|PK\x03\x04)"
)
_NAMES = {_ELF: "a program", _PE: "a program", _SCRIPT: "a script"}


def archive_behind_program(entry: Entry, head: bytes, size: int) -> str:
    """Say which archive lies behind a program or script, and what to do, in one sentence; empty if there is none.

    Args:
        entry: the file.
        head: its first bytes.
        size: its length in bytes.

    Raises:
        One of READ_ERRORS: it cannot be read.
    """
    if not head.startswith(PROGRAMS):
        return ""
    kind = next(magic for magic in PROGRAMS if head.startswith(magic))
    if kind == _SCRIPT:
        found = _IN_SCRIPT.search(head)
        return _sentence(kind, _form(head[found.end() :]), found.end()) if found else ""
    end = _end_of_program(kind, head)
    if not 0 < end < size - _HEAD // 2 or entry.opener is None or entry.once:
        return ""
    with entry.opener() as stream:
        behind = _from(stream, end, entry.seekable)
    for unit in _PADDED_TO:
        at = -end % unit
        if form := _form(behind[at : at + _HEAD]):
            return _sentence(kind, form, end + at)
    return ""


def _from(stream: BinaryIO, start: int, seekable: bool) -> bytes:
    if seekable:
        stream.seek(start)
    else:
        while start and (piece := stream.read(min(BLOCK, start))):
            start -= len(piece)
    return stream.read(_PADDED_TO[-1] + _HEAD)


def _sentence(kind: bytes, form: str, at: int) -> str:
    return (
        f"{form} lies behind {_NAMES[kind]}, from byte {at} on, and is not read; unpack a copy with 7z, or cut it"
        f" out with `tail -c +{at + 1}`, and give the result"
    )


def _form(head: bytes) -> str:
    if head.startswith(b"PK\3\4"):
        return "a zip"
    if form := library_form(head):
        return f"an archive ({form})"
    if form := compression(head):
        return f"what {form} compressed"
    if is_tar(head):
        return "a tar"
    return "an archive" if unread_archive(head) else ""


def _end_of_program(kind: bytes, head: bytes) -> int:
    """The byte offset where a program's own bytes end; 0 if its headers do not say."""
    try:
        return _end_of_elf(head) if kind == _ELF else _end_of_pe(head)
    except struct.error:
        return 0


def _end_of_elf(head: bytes) -> int:
    wide, order = head[4:5] == b"\2", ">" if head[5:6] == b"\2" else "<"
    programs, sections = struct.unpack_from(order + ("2Q" if wide else "2I"), head, 32 if wide else 28)
    size, count, section, sections_count = struct.unpack_from(f"{order}4H", head, 54 if wide else 42)
    ends: list[int] = [sections + section * sections_count]
    for number in range(count):
        at = programs + number * size
        place, length = (8, 32) if wide else (4, 16)
        (start,) = struct.unpack_from(order + ("Q" if wide else "I"), head, at + place)
        (stored,) = struct.unpack_from(order + ("Q" if wide else "I"), head, at + length)
        ends.append(start + stored)
    return max(ends)


def _end_of_pe(head: bytes) -> int:
    (at,) = struct.unpack_from("<I", head, 60)
    if head[at : at + 4] != b"PE\0\0":
        return 0
    (sections,) = struct.unpack_from("<H", head, at + 6)
    (options,) = struct.unpack_from("<H", head, at + 20)
    table = at + 24 + options
    return max(
        (sum(struct.unpack_from("<2I", head, table + 40 * number + 16)) for number in range(sections)), default=0
    )
