"""Writes a folder as a reproducible zip file."""

from __future__ import annotations

import io
import os
import zlib
from pathlib import Path
from typing import BinaryIO

from chain_of_custody.file_list import listable_names
from chain_of_custody.open_flags import careful
from chain_of_custody.stored_zip import records
from chain_of_custody.stored_zip.records import ZipEntry, ZipRefusedError

_BLOCK = 1 << 20


def write_zip(folder: Path, target: Path, top: str) -> None:
    """Write a folder as a new zip file: files stored, sorted, with one fixed date, below one top-level folder.

    Args:
        folder: the folder to pack.
        target: the zip file, which must not exist. It is incomplete until this returns.
        top: the name of the top-level folder in the zip.

    Raises:
        FileListError: the folder cannot be listed.
        ZipRefusedError: ``top`` is not a plain name.
        OSError: something cannot be read or written.
    """
    if not records.is_plain_folder(top):
        raise ZipRefusedError(f"{top!r}: is not the plain name of a folder")
    with target.open("xb") as stream:
        entries = [_write_file(stream, folder / name, f"{top}/{name}") for name in listable_names(folder)]
        offset = stream.tell()
        for entry in entries:
            stream.write(records.central_header(entry))
        stream.write(records.end_records(len(entries), offset, stream.tell() - offset))
        stream.flush()
        os.fsync(stream.fileno())


def _write_file(stream: BinaryIO, path: Path, name: str) -> ZipEntry:
    with os.fdopen(os.open(path, careful(os.O_RDONLY)), "rb", buffering=0) as source:
        begun = ZipEntry(name, os.fstat(source.fileno()).st_size, 0, stream.tell())
        stream.write(records.local_header(begun))
        crc = size = 0
        while piece := source.read(_BLOCK):
            crc, size = zlib.crc32(piece, crc), size + len(piece)
            stream.write(piece)
    if size != begun.size:
        raise OSError(0, "the file changed while it was read", str(path))
    entry = ZipEntry(name, size, crc, begun.offset)
    # The header precedes the content and holds its checksum.
    stream.seek(begun.offset)
    stream.write(records.local_header(entry))
    stream.seek(0, io.SEEK_END)
    return entry
