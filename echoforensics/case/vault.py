"""The vault: every extracted file once, named by the SHA-256 of its content."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from chain_of_custody.open_flags import careful
from echoforensics.case.disk import case_disk
from echoforensics.own_disk import write_with_holes

if TYPE_CHECKING:
    from collections.abc import Iterator

#: How the names of files begin that are not yet in the vault, or never will be.
PARTIAL = "partial-"
_NUMBERS = count()


class Staged:
    """A file being written into the vault. It counts only once :meth:`keep` is called.

    Every method raises CaseDiskError where the case's disk is full or failing; the file is gone then.
    """

    def __init__(self, root: Path) -> None:
        with case_disk(root):
            handle, self.path = _new_file(root)
            self._file = os.fdopen(handle, "wb")
        self._root = root
        self.size = 0
        self._hash = hashlib.sha256()

    def write(self, piece: bytes) -> None:
        """Add bytes."""
        with self._or_nothing():
            # Zeros of a sparse file take no room in the case either.
            write_with_holes(self._file, piece)
        self._hash.update(piece)
        self.size += len(piece)

    @property
    def sha256(self) -> str:
        """SHA-256 of what was written so far, as hexadecimal."""
        return self._hash.hexdigest()

    def finish(self) -> None:
        """Flush what was written, so that :attr:`path` can be read."""
        with self._or_nothing():
            self._close()

    def keep(self) -> str:
        """Give the file its name in the vault; returns its SHA-256. The same content is never kept twice."""
        final = self._root / self.sha256[:2] / self.sha256
        with self._or_nothing():
            self._close()
            self.path.chmod(0o444)
            try:
                self.path.replace(final)
            except FileNotFoundError:
                final.parent.mkdir(exist_ok=True)
                self.path.replace(final)
        return self.sha256

    def discard(self) -> None:
        """Throw the file away."""
        # What cannot be flushed is thrown away too.
        with suppress(OSError):
            self._file.close()
        with case_disk(self._root):
            self.path.unlink(missing_ok=True)

    def _close(self) -> None:
        if not self._file.closed:
            # A hole at the end is not there until the file is as long.
            self._file.truncate(self.size)
            self._file.close()

    @contextmanager
    def _or_nothing(self) -> Iterator[None]:
        with ExitStack() as failed:
            failed.callback(self.discard)
            with case_disk(self._root):
                yield
            failed.pop_all()


def _new_file(root: Path) -> tuple[int, Path]:
    """Create a file that nobody else writes to; its descriptor, and where it is. Raises OSError."""
    while True:
        path = root / f"{PARTIAL}{os.getpid()}-{next(_NUMBERS)}"
        with suppress(FileExistsError):
            return os.open(path, careful(os.O_WRONLY | os.O_CREAT | os.O_EXCL), 0o600), path


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
        """Open an artefact for reading. Raises OSError where there is none; a link or a pipe is none."""
        path = self.path(sha256)
        descriptor = os.open(path, careful(os.O_RDONLY))
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(errno.EINVAL, "is not a file", str(path))
        return os.fdopen(descriptor, "rb")

    def files(self) -> list[Path]:
        """Every file in the vault, sorted; those of an interrupted run too."""
        return sorted(path for path in self.root.rglob("*") if not path.is_dir())

    def clear_partial(self) -> None:
        """Remove what an interrupted run left half written."""
        for path in self.root.glob(f"{PARTIAL}*"):
            path.unlink()

    def remove_others(self, known: set[str]) -> None:
        """Remove files whose names are not among these: an interrupted run kept them, and nothing speaks of them."""
        for path in self.files():
            if path.name not in known:
                path.unlink()

    def remove(self, sha256: str) -> None:
        """Remove a file that no entry of the case has any more."""
        self.path(sha256).unlink(missing_ok=True)
