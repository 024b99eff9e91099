"""Android sparse images: which files belong together, and the media they make up."""

from __future__ import annotations

import re
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from echoforensics.errors import SourceError
from echoforensics.evidence.limits import Budget
from echoforensics.evidence.media.android_sparse.image import OverlapError, SparseImage, wrong_sums
from echoforensics.evidence.media.android_sparse.index import MAGIC, MAX_CHUNKS, SparseError, SparseIndex, read_index
from echoforensics.evidence.media.file_bytes import FileBytes, open_file, reason_of
from echoforensics.evidence.media.file_pool import FilePool
from echoforensics.evidence.media.holes import HoleReader
from echoforensics.evidence.media.media import Media, ReadImage

if TYPE_CHECKING:
    from pathlib import Path

    from echoforensics.evidence.media.file_bytes import RandomBytes

#: ``x_sparsechunk.0``, ``x.0``; ``super_1.img``, ``super.1.img``.
_NUMBERED = re.compile(r"(.*[._-])(\d{1,4})((?:\.(?:img|simg|bin|raw|sparse))?)", re.IGNORECASE | re.DOTALL)
_MAX_PARTS = 2000
_KIND = "Android sparse image"

Parts = list[tuple["RandomBytes", SparseIndex]]


def is_sparse(head: bytes) -> bool:
    """Whether bytes begin as an Android sparse image does."""
    return head.startswith(MAGIC)


def open_sparse(path: Path) -> Media:
    """Open an Android sparse image, with those numbered on from it that are beside it and fill in its blocks.

    Raises:
        SourceError: it cannot be read; or it is one of several, and one is missing or it is not the first.
    """
    found = _numbered(path)
    if len(found) > 1 and (media := _open_several(path, found)):
        return media
    return sparse_media(open_file(path), str(path), path)


def sparse_media(data: RandomBytes, name: str, path: Path, kind: str = _KIND) -> Media:
    """The media of one sparse image.

    Args:
        data: the image; closed where it cannot be read.
        name: what to call it in an error.
        path: the file it is in.
        kind: of the media.

    Raises:
        SourceError: it cannot be read.
    """
    with ExitStack() as opened:
        opened.callback(data.close)
        try:
            media = _media([(data, read_index(data))], (path,), kind)
        except (OSError, SparseError) as error:
            raise SourceError(f"{name}: the Android sparse image {_reason(error)}") from error
        opened.pop_all()
    return media


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, SparseError) else f"cannot be read: {reason_of(error)}"


def _media(parts: Parts, paths: tuple[Path, ...], kind: str) -> Media:
    image = SparseImage(parts)
    if not image.size:
        raise SparseError("holds nothing that can be read")
    issues: list[str] = []
    notes: list[str] = []
    for (data, index), path in zip(parts, paths, strict=True):
        wrong, unknown = wrong_sums(data, index, Budget(data.size).total)
        before = f"{path.name}: " if len(paths) > 1 else ""
        issues += [before + what for what in (*index.issues, *wrong)]
        notes += [before + what for what in unknown]
    careful = HoleReader(image.read, parts[0][1].block_size, image.size)
    reading = ReadImage(image.size, careful.read, image.close)
    return Media(kind, reading, paths, issues=tuple(issues), holes=careful.holes, notes=tuple(notes))


def _open_several(path: Path, found: dict[int, Path]) -> Media | None:
    """The media of several; None if they are not parts of one."""
    numbers = sorted(found)
    parts: Parts = []
    pool = FilePool()
    with ExitStack() as files:
        try:
            for number in numbers:
                data = files.enter_context(closing(pool.file(found[number])))
                parts.append((data, read_index(data)))
            chunks = sum(len(index.starts) for _, index in parts)
            if len({index.block_size for _, index in parts}) > 1 or chunks > MAX_CHUNKS:
                return None
            media = _media(parts, tuple(found[number] for number in numbers), _KIND)
        except (OverlapError, SparseError):
            return None  # each is read by itself, and says what is wrong with it
        except OSError as error:
            raise SourceError(f"{path}: the Android sparse image cannot be read: {reason_of(error)}") from error
        if refused := _refused(path, found):
            raise SourceError(f"{path}: {refused}")
        files.pop_all()
    return media


def _refused(path: Path, found: dict[int, Path]) -> str:
    first, last = min(found), max(found)
    missing = [number for number in range(min(first, 1), last) if number not in found]
    if missing:
        named = ", ".join(map(str, missing[:10]))
        return f"of the sparse images that make up this one, number {named} is missing"
    if found[first] != path:
        return f"a later one of several sparse images; name the first one, {found[first]}"
    return ""


def _numbered(path: Path) -> dict[int, Path]:
    """The sparse images beside one that have its name except for the number."""
    matched = _NUMBERED.fullmatch(path.name)
    if matched is None:
        return {}
    found: dict[int, Path] = {}
    for other in path.parent.iterdir():
        match = _NUMBERED.fullmatch(other.name)
        same = match and (match[1], match[3]) == (matched[1], matched[3])
        if match and same and len(found) < _MAX_PARTS and other.is_file() and _begins_sparse(other):
            found.setdefault(int(match[2]), other)
    return found


def _begins_sparse(path: Path) -> bool:
    data: FileBytes = open_file(path)
    try:
        return is_sparse(data.read(0, len(MAGIC)))
    finally:
        data.close()
