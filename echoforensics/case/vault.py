"""The vault: every extracted file, stored once and named by the SHA-256 of its content."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import stat
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from chain_of_custody.open_flags import careful
from echoforensics.case.disk import case_disk
from echoforensics.errors import CaseDiskError
from echoforensics.own_disk import cannot_write, write_with_holes

if TYPE_CHECKING:
    from types import TracebackType

#: Prefix of files that are not in the vault yet.
PARTIAL = "partial-"
_NUMBERS = count()
_SHARD = re.compile(r"[0-9a-f]{2}")
#: A file of at most this many bytes is held in memory until it is kept.
_MOST_HELD = 64 * 1024


class Staged:
    """A file being written to the vault. It counts only after :meth:`keep`.

    A short file is held in memory until then: one that is not kept is never written. Every method raises CaseDiskError
    if the case's disk is full or failing; the file is then removed.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._held: list[bytes] = []
        self._file: BinaryIO | None = None
        # Paths are texts here: a Path takes longer to make than a short file to write.
        self._path = ""
        self.size = 0
        self._hash = hashlib.sha256()

    def write(self, piece: bytes) -> None:
        """Add bytes."""
        self._hash.update(piece)
        self.size += len(piece)
        if not self._path and self.size <= _MOST_HELD:
            self._held.append(piece)
            return
        with self._or_nothing():
            # Zeros of a sparse file take no space in the case either.
            write_with_holes(self._begun(), piece)

    @property
    def sha256(self) -> str:
        """SHA-256 of the bytes written so far, as hexadecimal."""
        return self._hash.hexdigest()

    @property
    def path(self) -> Path:
        """The file with the bytes written so far. Nothing can be added once it was asked for."""
        with self._or_nothing():
            self._begun()
            self._close()
        return Path(self._path)

    def finish(self) -> None:
        """Flush the written bytes, after the last of them."""
        if self._file is not None:
            with self._or_nothing():
                self._close()

    def keep(self) -> str:
        """Give the file its name in the vault; returns its SHA-256. The same content is never kept twice."""
        sha256 = self.sha256
        folder = f"{self._root}/{sha256[:2]}"
        with self._or_nothing():
            if self._path:
                self._close()
            else:
                self._write_held()
            os.chmod(self._path, 0o444)  # noqa: PTH101 (a text)
            try:
                os.replace(self._path, f"{folder}/{sha256}")  # noqa: PTH105 (a text)
            except FileNotFoundError:
                Path(folder).mkdir(exist_ok=True)
                os.replace(self._path, f"{folder}/{sha256}")  # noqa: PTH105 (a text)
        return sha256

    def discard(self) -> None:
        """Discard the file."""
        self._held.clear()
        if not self._path:
            return
        # Bytes that cannot be flushed are discarded too.
        with suppress(OSError):
            self._close()
        with case_disk(self._root):
            Path(self._path).unlink(missing_ok=True)

    def _begun(self) -> BinaryIO:
        """The file, with the bytes that were held. Raises OSError."""
        if self._file is None:
            handle, self._path = _new_file(self._root)
            self._file = os.fdopen(handle, "wb")
            self._file.write(b"".join(self._held))
            self._held.clear()
        return self._file

    def _write_held(self) -> None:
        """Write a short file at once. Raises OSError."""
        handle, self._path = _new_file(self._root)
        try:
            content = b"".join(self._held)
            while content:
                content = content[os.write(handle, content) :]
        finally:
            os.close(handle)
        self._held.clear()

    def _close(self) -> None:
        if self._file is not None and not self._file.closed:
            with self._file:
                if self.size > _MOST_HELD:
                    # A hole at the end exists only once the file has its full length.
                    self._file.truncate(self.size)

    def _or_nothing(self) -> _OrNothing:
        return _OrNothing(self, self._root)


class _OrNothing:
    """Discards a file if the block raises, and turns errors of the case's disk into CaseDiskError."""

    def __init__(self, staged: Staged, root: Path) -> None:
        self._staged, self._root = staged, root

    def __enter__(self) -> None:
        """Nothing."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Discard the file after an error."""
        if error is None:
            return
        self._staged.discard()
        if isinstance(error, OSError):
            raise CaseDiskError(cannot_write(self._root, error.strerror or str(error))) from error


def _new_file(root: Path) -> tuple[int, str]:
    """Create a new file exclusively; returns its descriptor and path. Raises OSError."""
    while True:
        path = f"{root}/{PARTIAL}{os.getpid()}-{next(_NUMBERS)}"
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
        path = f"{self.root}/{sha256[:2]}/{sha256}"
        descriptor = os.open(path, careful(os.O_RDONLY))
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(errno.EINVAL, "is not a file", path)
        return os.fdopen(descriptor, "rb")

    def files(self) -> list[Path]:
        """Every file in the vault, sorted, including those of an interrupted run."""
        return sorted(path for path in self.root.rglob("*") if not path.is_dir())

    @property
    def parts(self) -> Path:
        """The folder of parts that are still to be added to the case; removed with the partial files."""
        return self.root / f"{PARTIAL}parts"

    def clear_partial(self) -> None:
        """Remove partial files of an interrupted run."""
        for path in self.root.glob(f"{PARTIAL}*"):
            if path == self.parts and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()

    def remove_others(self, known: set[str]) -> None:
        """Remove files with other names: an interrupted run left them, and nothing refers to them."""
        for path in self.files():
            if path.name not in known:
                path.unlink()

    def remove(self, sha256: str) -> None:
        """Remove a file that no longer has an entry in the case."""
        self.path(sha256).unlink(missing_ok=True)


def is_partial(path: Path, root: Path) -> bool:
    """Whether a path is a file that a vault has not named yet: an interrupted run left it."""
    return path.parent == root and path.name.startswith(PARTIAL) and path.is_file() and not path.is_symlink()


def is_shard(path: Path, root: Path) -> bool:
    """Whether a path is one of the folders that a vault puts its files into. A link is none."""
    return path.parent == root and bool(_SHARD.fullmatch(path.name)) and path.is_dir() and not path.is_symlink()
