"""Reads a sealed folder from a disk, or from a zip without unpacking it."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self

from chain_of_custody.file_list import FoundNames, ListedFile, find_names, hash_files
from chain_of_custody.open_flags import open_regular
from chain_of_custody.stored_zip import StoredZip


class SealedSource(Protocol):
    """A sealed folder opened for reading. Close it, or use it in a ``with`` statement.

    Attributes:
        found: the names in it.
    """

    found: FoundNames

    def hash_files(self, names: Sequence[str]) -> Iterator[ListedFile | OSError]:
        """Yield each file with its digest, in the order of the names, or the error that prevents reading it."""
        ...

    def open(self, name: str) -> BinaryIO:
        """Open a file in the folder. Raises OSError."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class FolderSource:
    """A sealed folder on a disk.

    Raises:
        OSError: the folder cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.found = find_names(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Do nothing: no file is kept open."""

    def hash_files(self, names: Sequence[str]) -> Iterator[ListedFile | OSError]:
        """See :class:`SealedSource`."""
        return hash_files(self._path, names)

    def open(self, name: str) -> BinaryIO:
        """See :class:`SealedSource`."""
        return open_regular(self._path / name)


class ZipSource:
    """A sealed folder in a zip.

    Raises:
        ZipRefusedError: this program did not write the zip.
        OSError: the zip cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._zip = StoredZip(path)
        self.found = FoundNames(tuple(self._zip.entries), (), ())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.__exit__(kind, error, trace)

    def hash_files(self, names: Sequence[str]) -> Iterator[ListedFile | OSError]:
        """See :class:`SealedSource`."""
        with ThreadPoolExecutor(min(os.cpu_count() or 1, len(names) or 1), thread_name_prefix="zip") as pool:
            yield from pool.map(self._hash, names)

    def open(self, name: str) -> BinaryIO:
        """See :class:`SealedSource`."""
        if name not in self._zip.entries:
            raise FileNotFoundError(2, "no such file", name)
        return io.BufferedReader(_Blocks(self._zip.blocks(name)))

    def _hash(self, name: str) -> ListedFile | OSError:
        found = hashlib.sha256()
        try:
            for piece in self._zip.blocks(name):
                found.update(piece)
        except OSError as error:
            return error
        return ListedFile(name, self._zip.entries[name].size, found.hexdigest())


class _Blocks(io.RawIOBase):
    """Presents consecutive blocks as a stream."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        super().__init__()
        self._blocks = blocks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if not self._rest:
            self._rest = memoryview(next(self._blocks, b""))
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def open_source(path: Path) -> FolderSource | ZipSource:
    """Open a sealed folder, or a zip of one.

    Raises:
        ZipRefusedError: it is a file, but not a zip that this program wrote.
        OSError: it cannot be read.
    """
    return FolderSource(path) if path.is_dir() else ZipSource(path)
