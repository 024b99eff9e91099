"""The vault: every extracted file once, named by the SHA-256 of its content."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import BinaryIO

_PARTIAL = "partial-"


class Staged:
    """A file being written into the vault. It counts only once :meth:`keep` is called."""

    def __init__(self, root: Path) -> None:
        handle, name = tempfile.mkstemp(prefix=_PARTIAL, dir=root)
        self._root = root
        self._file = os.fdopen(handle, "wb")
        self.path = Path(name)
        self.size = 0
        self._hash = hashlib.sha256()

    def write(self, piece: bytes) -> None:
        """Add bytes."""
        self._file.write(piece)
        self._hash.update(piece)
        self.size += len(piece)

    @property
    def sha256(self) -> str:
        """SHA-256 of what was written so far, as hexadecimal."""
        return self._hash.hexdigest()

    def finish(self) -> None:
        """Flush what was written, so that :attr:`path` can be read."""
        self._file.close()

    def keep(self) -> str:
        """Give the file its name in the vault; returns its SHA-256. The same content is never kept twice."""
        self._file.close()
        final = self._root / self.sha256[:2] / self.sha256
        final.parent.mkdir(exist_ok=True)
        self.path.chmod(0o444)
        self.path.replace(final)
        return self.sha256

    def discard(self) -> None:
        """Throw the file away."""
        self._file.close()
        self.path.unlink(missing_ok=True)


class Vault:
    """The folder ``artefacts/`` of a case."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def stage(self) -> Staged:
        """Begin to write a file."""
        return Staged(self.root)

    def path(self, sha256: str) -> Path:
        """Where the file of a SHA-256 lies, or would lie."""
        return self.root / sha256[:2] / sha256

    def open(self, sha256: str) -> BinaryIO:
        """Open an artefact for reading. Raises OSError where there is none."""
        return self.path(sha256).open("rb")

    def files(self) -> list[Path]:
        """Every file in the vault, sorted; those of an interrupted run too."""
        return sorted(path for path in self.root.rglob("*") if not path.is_dir())

    def clear_partial(self) -> None:
        """Remove what an interrupted run left half written."""
        for path in self.root.glob(f"{_PARTIAL}*"):
            path.unlink()

    def remove(self, sha256: str) -> None:
        """Remove a file that no entry of the case has any more."""
        self.path(sha256).unlink(missing_ok=True)
