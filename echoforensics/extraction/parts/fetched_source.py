"""A source in an object store, brought to the disk of the worker that reads it.

What is beside it under the same name but for its ending comes too: the later segments of an image. The libraries that
open file systems and images read files of a disk.
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
    """Whether a source is the address of one in an object store, such as ``s3://bucket/echo.E01``, and not a path."""
    scheme, mark, _ = source.partition("://")
    return bool(mark) and scheme.isalnum() and len(scheme) > 1


def refuse_addresses(sources: Iterable[str]) -> None:
    """Refuse sources in an object store, where no cluster reads them.

    Raises:
        UsageError: there is one.
    """
    for source in sources:
        if is_address(source) and not Path(source).exists():
            raise UsageError(f"{source}: is not a path; sources in an object store need --dask")


@contextmanager
def fetched(source: str, folder: Path) -> Iterator[Path]:
    """The path of a source; of one in an object store, a copy in a folder.

    Args:
        source: a path, or an address that fsspec knows.
        folder: where a copy is written; the caller removes it.

    Raises:
        SourceError: it is not there, cannot be read, or its store needs a library that is not installed.
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
    """Refuse an address at which nothing is, without fetching what is there. Raises SourceError."""
    with _store(source):
        pass


@contextmanager
def _store(source: str) -> Iterator[tuple[Any, str]]:
    """The store of an address, and the path in it, at which something is."""
    fsspec = scale_library("fsspec", "a source in an object store")
    try:
        store, inside = fsspec.core.url_to_fs(source)
        inside = inside.rstrip("/")
        if not store.exists(inside):
            raise SourceError(f"{source}: does not exist")
        yield store, inside
    except (OSError, ValueError, ImportError) as error:
        raise SourceError(f"{source}: cannot be fetched: {error}") from error
