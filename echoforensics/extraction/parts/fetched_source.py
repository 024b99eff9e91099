"""Gives a worker a source that lies in an object store.

A raw image is read there in ranges. Everything else is copied to the worker's disk, together with the files beside it
that differ only in the extension (the later segments of an image): the libraries that open other images and archives
need files on a disk.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from echoforensics.errors import SourceError, UsageError
from echoforensics.evidence.media.disk_head import looks_like_disk
from echoforensics.evidence.media.opener import has_own_format
from echoforensics.evidence.media.ranged_file import BLOCK, RangedFile, read_in_ranges
from echoforensics.scale_extra import scale_library

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Smaller images are copied: that takes fewer requests.
_RANGES_FROM = 64 * 1024 * 1024
#: How the last sector of a VHD image of fixed size begins; before it, it is a raw image.
_VHD_FOOTER, _SECTOR = b"conectix", 512


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
    """Yield the path of a source; for an object store, that of a file in a folder.

    Of a raw image, that file is empty but for its size: its bytes are read from the store while this is active.

    Args:
        source: a path, or an address that fsspec knows.
        folder: folder for the file; the caller removes it.

    Raises:
        SourceError: it is missing, cannot be read, or its store needs a library that is not installed.
    """
    if not is_address(source):
        yield Path(source)
        return
    with ExitStack() as reading:
        with _store(source) as (store, inside):
            here = folder / PurePosixPath(inside).name
            folder.mkdir(parents=True, exist_ok=True)
            if store.isdir(inside):
                store.get(f"{inside}/", f"{here}/", recursive=True)
            elif ranged := _raw_image(store, inside, source, segments := _segments(store, inside)):
                with here.open("wb") as placeholder:
                    placeholder.truncate(ranged.size)
                reading.enter_context(read_in_ranges(here, ranged))
            else:
                for each in segments:
                    store.get_file(each, str(folder / PurePosixPath(each).name))
        yield here


def _segments(store: Any, inside: str) -> list[str]:
    """The files that differ from a file only in the extension, and itself."""
    path = PurePosixPath(inside)
    beside = store.ls(path.parent.as_posix(), detail=False)
    return [each for each in beside if PurePosixPath(each).stem == path.stem and store.isfile(each)]


def _raw_image(store: Any, inside: str, source: str, segments: list[str]) -> RangedFile | None:
    """Return a large raw image in one file, to be read in ranges; None for anything else."""
    size = int(store.size(inside))
    if len(segments) != 1 or size < _RANGES_FROM:
        return None
    head = store.cat_file(inside, start=0, end=min(size, BLOCK))
    last = store.cat_file(inside, start=size - _SECTOR, end=size)
    if has_own_format(head) or not looks_like_disk(head) or last.startswith(_VHD_FOOTER):
        return None

    def fetch(start: int, length: int) -> bytes:
        data: bytes = store.cat_file(inside, start=start, end=start + length)
        return data

    ranged = RangedFile(source, size, fetch)
    ranged.keep(0, head)
    return ranged


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
