"""Reads a zip that this program wrote, without trusting it.

A zip states the positions of its files in two places. Programs differ in which one they believe, in how they treat two
entries with one name, and in what they make of bytes between entries. This reader allows only one interpretation: the
zip must be, byte for byte, what :func:`~chain_of_custody.stored_zip.write_zip` would write for its content. Any other
zip is rejected, naming the offending entry.
"""

from __future__ import annotations

import io
import os
import stat
import struct
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import BinaryIO, Self

from chain_of_custody.file_list import name_problem, name_twins
from chain_of_custody.open_flags import careful
from chain_of_custody.stored_zip import records
from chain_of_custody.stored_zip.records import ZipEntry, ZipRefusedError, is_plain_folder

_BLOCK = 1 << 20
#: The longest directory to read, in bytes: that of about a million files.
_DIRECTORY_MAX = 128 << 20
#: How many problems a message lists.
_NAMED = 5


class StoredZip:
    """A zip written by :func:`~chain_of_custody.stored_zip.write_zip`, opened for reading; a context manager.

    Attributes:
        top: its single top-level folder.
        entries: maps the names of its files below that folder to their entries.

    Raises:
        ZipRefusedError: it has any other form.
        OSError: it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        descriptor = os.open(path, careful(os.O_RDONLY, follow=True))
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise ZipRefusedError(f"{path}: is not a file")
        self._lock = Lock()
        with ExitStack() as opened:
            self._file = opened.enter_context(os.fdopen(descriptor, "rb", buffering=0))
            self.top, self.entries = _read_directory(self._file)
            opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def blocks(self, name: str) -> Iterator[bytes]:
        """Yield the content of a file in blocks. May be called from several threads.

        Raises:
            KeyError: the file does not exist.
            OSError: it cannot be read, or does not match its checksum.
        """
        entry = self.entries[name]
        at, end, crc = entry.content_offset, entry.end, 0
        while at < end:
            with self._lock:
                piece = _pread(self._file, at, min(_BLOCK, end - at))
            if not piece:
                raise OSError(0, "the file ends before the entry does", name)
            crc, at = zlib.crc32(piece, crc), at + len(piece)
            yield piece
        if crc != entry.crc:
            raise OSError(0, "the content does not match its checksum in the zip", name)


def _read_directory(stream: BinaryIO) -> tuple[str, Mapping[str, ZipEntry]]:
    size = stream.seek(0, io.SEEK_END)
    if size < records.END.size:
        raise ZipRefusedError("it is too short for a zip")
    count, offset, length = _read_end(stream, size)
    if length > _DIRECTORY_MAX or offset + length > size:
        raise ZipRefusedError("its directory is not where its end says, or is too long")
    directory = _pread(stream, offset, length)
    entries = list(_entries(directory))
    _refuse(_name_problems([entry.name for entry in entries]))
    found = _below_one_folder(entries)
    _refuse(_place_problems(stream, entries, offset))
    written = b"".join(map(records.central_header, entries))
    ending = records.end_records(len(entries), offset, length)
    if directory != written or _pread(stream, offset + length, size) != ending or count != len(entries):
        raise ZipRefusedError("its directory or its end is not in the form that this program writes")
    return found


def _read_end(stream: BinaryIO, size: int) -> tuple[int, int, int]:
    """Return the number of files, and the offset and size of the directory."""
    mark, *_, count, length, offset, comment = records.END.unpack(
        _pread(stream, size - records.END.size, records.END.size)
    )
    if mark != records.END_MARK or comment:
        raise ZipRefusedError("it is not a zip, or something follows its end")
    before = size - records.END.size - records.LOCATOR.size - records.END_64.size
    if before >= 0 and _pread(stream, before, 4) == records.END_64_MARK:
        *_, count, length, offset = records.END_64.unpack(_pread(stream, before, records.END_64.size))
    return count, offset, length


def _entries(directory: bytes) -> Iterator[ZipEntry]:
    """Yield the entries of the directory. Raises ZipRefusedError for an entry that no stored file has."""
    at = 0
    while at < len(directory):
        try:
            fixed = records.CENTRAL.unpack_from(directory, at)
        except struct.error:
            raise ZipRefusedError("its directory is cut short") from None
        mark, _, _, flags, method, _, _, crc, packed, size, name_size, extra_size, comment, _, _, mode, offset = fixed
        begin = at + records.CENTRAL.size
        raw = directory[begin : begin + name_size]
        extra = directory[begin + name_size : begin + name_size + extra_size]
        at = begin + name_size + extra_size + comment
        name = raw.decode("utf-8", "backslashreplace")
        if mark != records.CENTRAL_MARK or at > len(directory):
            raise ZipRefusedError("its directory is damaged")
        if problem := _entry_problem(name, flags, method, packed, size, mode):
            raise ZipRefusedError(f"{name}: {problem}")
        yield ZipEntry(name, *_large(extra, size, crc, offset))


def _entry_problem(name: str, flags: int, method: int, packed: int, size: int, mode: int) -> str | None:
    if flags & records.ENCRYPTED:
        return "it is encrypted"
    if method or packed != size:
        return "it is compressed, and what is handed over is not: unpack it, and verify the folder"
    kind = stat.S_IFMT(mode >> 16)
    if kind == stat.S_IFLNK:
        return "it is a link"
    if name.endswith("/") or kind == stat.S_IFDIR:
        return "it is an entry for a folder, which needs none"
    if kind not in (0, stat.S_IFREG):
        return "it is no regular file"
    return None


def _large(extra: bytes, size: int, crc: int, offset: int) -> tuple[int, int, int]:
    """Return size, CRC and offset, from the ZIP64 field if they are there."""
    values = [value for (value,) in struct.iter_unpack("<Q", extra[4 : 4 + (len(extra) - 4) // 8 * 8])] if extra else []
    if size == records.FULL_32 and len(values) > 1:
        size, values = values[0], values[2:]
    if offset == records.FULL_32 and values:
        offset = values[0]
    return size, crc, offset


def _name_problems(names: Sequence[str]) -> Iterator[str]:
    yield from (f"{name}: {count} entries have this name" for name, count in Counter(names).items() if count > 1)
    for name in names:
        if problem := name_problem(name):
            yield f"{name}: {problem}"
    for twins in name_twins(dict.fromkeys(names)):
        yield f"{' and '.join(twins)}: one name to systems that see no difference of case or normalisation"


def _place_problems(stream: BinaryIO, entries: Iterable[ZipEntry], directory: int) -> Iterator[str]:
    at = 0
    for entry in sorted(entries, key=lambda each: each.offset):
        if entry.offset < at or entry.end > directory:
            yield f"{entry.name}: it overlaps another entry or the directory"
        elif entry.offset > at:
            yield f"{entry.name}: bytes that are not an entry lie before it"
        elif _pread(stream, entry.offset, entry.content_offset - entry.offset) != records.local_header(entry):
            yield f"{entry.name}: its header is not what the directory says of it"
        at = max(at, entry.end)
    if at < directory:
        yield "bytes that are not an entry lie before the directory"


def _refuse(problems: Iterable[str]) -> None:
    found = list(problems)
    if found:
        more = f" (and {len(found) - _NAMED} more)" if len(found) > _NAMED else ""
        raise ZipRefusedError("; ".join(found[:_NAMED]) + more)


def _below_one_folder(entries: Sequence[ZipEntry]) -> tuple[str, Mapping[str, ZipEntry]]:
    names = [entry.name for entry in entries]
    if names != sorted(names, key=lambda name: name.encode("utf-8")):
        raise ZipRefusedError("its entries are not in order")
    tops = {name.partition("/")[0] for name in names}
    top = tops.pop() if len(tops) == 1 else ""
    if not is_plain_folder(top) or any("/" not in name for name in names):
        raise ZipRefusedError("its files are not all in one folder of a plain name")
    return top, {entry.name[len(top) + 1 :]: entry for entry in entries}


def _pread(stream: BinaryIO, offset: int, size: int) -> bytes:
    """Read up to ``size`` bytes at an offset; fewer at the end of the file."""
    stream.seek(offset)
    pieces = []
    while size > 0 and (piece := stream.read(min(size, _BLOCK))):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)
