"""Writes files and folders atomically, and never over anything that must be kept."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from echoforensics.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def partial_folder(output: Path) -> Iterator[Path]:
    """Yield a temporary folder next to the output; it is removed afterwards with its content."""
    folder = Path(tempfile.mkdtemp(dir=output.resolve().parent, prefix=".echoforensics-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def whole_file(output: Path) -> Iterator[Path]:
    """Yield the temporary name of a file that becomes the output once complete."""
    with partial_folder(output) as folder:
        partial = folder / output.name
        yield partial
        with partial.open("rb") as stream:
            os.fsync(stream.fileno())
        partial.chmod(0o644)
        partial.replace(output)


def refuse_existing(path: Path, *, replace: bool) -> None:
    """Refuse to write over an existing file.

    Args:
        path: the file.
        replace: whether to replace it.

    Raises:
        UsageError: it exists and is not to be replaced, or is not a file.
    """
    if path.exists() and not path.is_file():
        raise UsageError(f"{path}: already exists and is not a file; name a file, or leave -o out for standard output")
    if not replace and (path.exists() or path.is_symlink()):
        raise UsageError(f"{path}: already exists; choose another file, or add --force to replace it")
