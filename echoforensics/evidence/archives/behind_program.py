"""Names an archive that was appended to a program or script, as self-extracting ones are.

A zip is read where it lies (see zip_archive.py), as its directory is at its end. Where another archive begins, the
program says: it ends with its last section or the table of sections. In a script it begins with a line.

References:
    https://makeself.io (scripts).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO

from echoforensics.evidence.archives.compressed_file import compression
from echoforensics.evidence.archives.library_archive import library_form
from echoforensics.evidence.archives.program_end import ELF, PE, end_of_program
from echoforensics.evidence.archives.tar_archive import is_tar
from echoforensics.evidence.archives.unread_archive import unread_archive
from echoforensics.evidence.streams import BLOCK

if TYPE_CHECKING:
    from echoforensics.evidence.entry import Entry

_SCRIPT = b"#!"
PROGRAMS = (ELF, PE, _SCRIPT)
#: Alignments to which the program may have been padded before the archive was appended.
_PADDED_TO = (1, 16, 512, 4096)
_HEAD = 1024
_IN_SCRIPT = re.compile(
    rb"\n(?=\x1f\x8b\x08|BZh[1-9]1AY|\xfd7zXZ\0|\x28\xb5\x2f\xfd|7z\xbc\xaf\x27\x1c|Rar!\x1a\x07|PK\x03\x04)"
)
_NAMES = {ELF: "a program", PE: "a program", _SCRIPT: "a script"}


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
    end = end_of_program(head)
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
