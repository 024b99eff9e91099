"""Files that are hashed while they are written, so that nothing has to be read again."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Self

from chain_of_custody.file_list import ListedFile

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import BinaryIO

_BLOCK = 1 << 20


class HashedFile:
    """A new file that is hashed while it is written. Use it as a context manager.

    Attributes:
        name: the file's name below the folder.

    Raises:
        OSError: the file already exists, or cannot be written.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self._stream = (folder / name).open("xb", buffering=_BLOCK)
        self._hash = hashlib.sha256()
        self._size = 0

    def write(self, text: str, /) -> None:
        """Write text as UTF-8. An unpaired surrogate, for example from an undecodable path, becomes a JSON escape."""
        self.write_bytes(text.encode("utf-8", "backslashreplace"))

    def write_bytes(self, piece: bytes) -> None:
        """Write bytes."""
        self._stream.write(piece)
        self._hash.update(piece)
        self._size += len(piece)

    def copy_from(self, source: BinaryIO) -> None:
        """Write the rest of a stream."""
        while piece := source.read(_BLOCK):
            self.write_bytes(piece)

    @property
    def listed(self) -> ListedFile:
        """Return the file's entry for a file list, as written so far."""
        return ListedFile(self.name, self._size, self._hash.hexdigest())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()
