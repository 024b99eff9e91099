"""Copies a source from an object store to the disk of the worker that reads it.

Files beside it that differ only in the extension come too: the later segments of an image. The libraries that
open file systems and images need files on a disk.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from echoforensics.errors import SourceError, UsageError
from echoforensics.scale_extra import scale_library

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def is_address(source: str) -> bool:
    """Whether a source is an address in an object store, such as ``s3://bucket/echo.E01``, and not a path."""
    scheme, mark, _ = source.partition("://")
    return bool(mark) and scheme.isalnum() and len(scheme) > 1


def refuse_addresses(sources: Iterable[str]) -> None:
    """Refuse sources in an object store when no cluster reads them.

    Raises:
        UsageError: a source is one.
    """
    for source in sources:
        if is_address(source) and not Path(source).exists():
            raise UsageError(f"{source}: is not a path; sources in an object store need --dask")


@contextmanager
def fetched(source: str, folder: Path) -> Iterator[Path]:
    """Yield the path of a source; for an object store, that of a copy in a folder.

    Args:
        source: a path, or an address that fsspec knows.
        folder: folder for the copy; the caller removes it.

    Raises:
        SourceError: it is missing, cannot be read, or its store needs a library that is not installed.
    """
    if not is_address(source):
        yield Path(source)
        return
    with _store(source) as (store, inside):
        here = folder / PurePosixPath(inside).name
        folder.mkdir(parents=True, exist_ok=True)
        if store.isdir(inside):
            store.get(f"{inside}/", f"{here}/", recursive=True)
        else:
            stem = PurePosixPath(inside).stem
            for each in store.ls(PurePosixPath(inside).parent.as_posix(), detail=False):
                if PurePosixPath(each).stem == stem and store.isfile(each):
                    store.get_file(each, str(folder / PurePosixPath(each).name))
    yield here


def refuse_absent(source: str) -> None:
    """Refuse an address without content, without fetching anything. Raises SourceError."""
    with _store(source):
        pass


@contextmanager
def _store(source: str) -> Iterator[tuple[Any, str]]:
    """Yield the store of an address, and the path in it, which must exist."""
    fsspec = scale_library("fsspec", "a source in an object store")
    try:
        store, inside = fsspec.core.url_to_fs(source)
        inside = inside.rstrip("/")
        if not store.exists(inside):
            raise SourceError(f"{source}: does not exist")
        yield store, inside
    except (OSError, ValueError, ImportError) as error:
        raise SourceError(f"{source}: cannot be fetched: {error}") from error
