"""The vault: every extracted file, stored once and named by the SHA-256 of its content."""

from __future__ import annotations

import errno
import hashlib
import os
import re
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

#: Prefix of files that are not in the vault yet.
PARTIAL = "partial-"
_NUMBERS = count()
_SHARD = re.compile(r"[0-9a-f]{2}")


class Staged:
    """A file being written to the vault. It counts only after :meth:`keep`.

    Every method raises CaseDiskError if the case's disk is full or failing; the file is then removed.
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
            # Zeros of a sparse file take no space in the case either.
            write_with_holes(self._file, piece)
        self._hash.update(piece)
        self.size += len(piece)

    @property
    def sha256(self) -> str:
        """SHA-256 of the bytes written so far, as hexadecimal."""
        return self._hash.hexdigest()

    def finish(self) -> None:
        """Flush the written bytes, so that :attr:`path` can be read."""
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
        """Discard the file."""
        # Bytes that cannot be flushed are discarded too.
        with suppress(OSError):
            self._file.close()
        with case_disk(self._root):
            self.path.unlink(missing_ok=True)

    def _close(self) -> None:
        if not self._file.closed:
            # A hole at the end exists only once the file has its full length.
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
    """Create a new file exclusively; returns its descriptor and path. Raises OSError."""
    while True:
        path = root / f"{PARTIAL}{os.getpid()}-{next(_NUMBERS)}"
        with suppress(FileExistsError):
            return os.open(path, careful(os.O_WRONLY | os.O_CREAT | os.O_EXCL), 0o600), path


class Vault:
    """The folder ``artefacts/`` of a case."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def stage(self) -> Staged:
        """Start to write a file."""
        return Staged(self.root)

    def take(self, file: Path, sha256: str) -> None:
        """Move a file of the same disk into the vault, after its SHA-256 was checked. Raises CaseDiskError."""
        final = self.path(sha256)
        with case_disk(self.root):
            file.chmod(0o444)
            final.parent.mkdir(exist_ok=True)
            file.replace(final)

    def path(self, sha256: str) -> Path:
        """The path of the file with a SHA-256, whether it exists or not."""
        return self.root / sha256[:2] / sha256

    def open(self, sha256: str) -> BinaryIO:
        """Open an artefact for reading. Raises OSError if it is missing, or is a link or a pipe."""
        path = self.path(sha256)
        descriptor = os.open(path, careful(os.O_RDONLY))
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(errno.EINVAL, "is not a file", str(path))
        return os.fdopen(descriptor, "rb")

    def files(self) -> list[Path]:
        """Every file in the vault, sorted, including those of an interrupted run."""
        return sorted(path for path in self.root.rglob("*") if not path.is_dir())

    def clear_partial(self) -> None:
        """Remove partial files of an interrupted run."""
        for path in self.root.glob(f"{PARTIAL}*"):
            path.unlink()

    def remove_others(self, known: set[str]) -> None:
        """Remove files with other names: an interrupted run left them, and nothing refers to them."""
        for path in self.files():
            if path.name not in known:
                path.unlink()

    def remove(self, sha256: str) -> None:
        """Remove a file that no longer has an entry in the case."""
        self.path(sha256).unlink(missing_ok=True)


def is_shard(path: Path, root: Path) -> bool:
    """Whether a path is one of the folders that a vault puts its files into. A link is none."""
    return path.parent == root and bool(_SHARD.fullmatch(path.name)) and path.is_dir() and not path.is_symlink()
