"""Opens EWF images (E01, S01), and those of version 2 (Ex01) as far as libewf supports them."""

from __future__ import annotations

from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

import pyewf

from echoforensics.errors import SourceError
from echoforensics.evidence.media.ewf.image import EwfImage
from echoforensics.evidence.media.ewf.sections import EwfSegment, Geometry, read_segment
from echoforensics.evidence.media.ewf.segments import find_segments
from echoforensics.evidence.media.file_bytes import MAX_MEDIA_SIZE, RandomBytes, reason_of
from echoforensics.evidence.media.file_pool import FilePool
from echoforensics.evidence.media.holes import HoleReader
from echoforensics.evidence.media.libyal import read_with
from echoforensics.evidence.media.media import Media, ReadImage

if TYPE_CHECKING:
    from pathlib import Path

#: The magics of a segment file (libyal/libewf, EWF format specification, section 2.1; EWF2, section 2.1).
EWF_SIGNATURE = b"EVF\x09\x0d\x0a\xff\x00"
EWF2_SIGNATURE = b"EVF2\x0d\x0a\x81\x00"
_LOGICAL = (b"LVF\x09\x0d\x0a\xff\x00", b"LEF2\x0d\x0a\x81\x00")


def is_ewf(head: bytes) -> bool:
    """Whether a file begins like an EWF segment of either version, of media or logical evidence."""
    return head.startswith((EWF_SIGNATURE, EWF2_SIGNATURE, *_LOGICAL))


def open_ewf(path: Path, head: bytes) -> Media:
    """Open an EWF image by its first segment (``.E01``); the other segments lie next to it.

    Damaged chunks and missing segments become holes; the rest is read.

    Raises:
        SourceError: nothing can be read, or a segment other than the first is given.
    """
    if head.startswith(_LOGICAL):
        raise SourceError(
            f"{path}: logical evidence (L01, Lx01) holds files and no media, and is not read; export its files and give"
            " the folder"
        )
    if head.startswith(EWF2_SIGNATURE):
        return _open_second_version(path)
    paths = find_segments(path, int.from_bytes(head[9:11], "little"))
    parts: dict[int, tuple[RandomBytes, EwfSegment]] = {}
    pool = FilePool()
    with ExitStack() as files:
        try:
            for number, each in paths.items():
                data = files.enter_context(closing(pool.file(each)))
                parts[number] = (data, read_segment(data))
            media = _put_together(path, paths, parts)
        except OSError as error:
            raise SourceError(f"{path}: the EWF image cannot be opened: {reason_of(error)}") from error
        files.pop_all()
    return media


def _put_together(path: Path, paths: dict[int, Path], parts: dict[int, tuple[RandomBytes, EwfSegment]]) -> Media:
    issues: list[str] = []
    foreign = [number for number, (data, _) in parts.items() if data.read(0, 8) != EWF_SIGNATURE]
    for number in foreign:
        parts.pop(number)[0].close()
    for number in foreign:
        if number <= max(parts) + 1:  # another file may happen to have an ending that segments have
            name = paths[number].name
            issues.append(f"the segment {name} does not begin as a segment of an EWF image; it was not read")
    geometry = _geometry(path, parts)
    for number, (_, segment) in sorted(parts.items()):
        name = paths[number].name
        if segment.number != number:
            issues.append(f"the segment {name} says that its number is {segment.number}; it was read as {number}")
        issues += [f"segment {name}: {what}" for what in segment.issues]
    image = EwfImage(geometry, parts)
    issues += _missing(parts, paths[1])
    if not image.size:
        raise SourceError(f"{path}: the EWF image holds no chunk of its media that can be read; {'; '.join(issues)}")
    careful = HoleReader(image.read, geometry.chunk_size, image.size)
    hashes = {name: value for _, segment in parts.values() for name, value in segment.hashes.items()}
    segments = tuple(paths[number] for number in sorted(parts))
    return Media(
        "EWF image",
        ReadImage(image.size, careful.read, image.close),
        segments,
        hashes,
        (*issues, *image.issues),
        careful.holes,
    )


def _geometry(path: Path, parts: dict[int, tuple[RandomBytes, EwfSegment]]) -> Geometry:
    for _, segment in parts.values():
        if segment.geometry is not None:
            if segment.geometry.size > MAX_MEDIA_SIZE:
                raise SourceError(f"{path}: the EWF image says that its media has {segment.geometry.size} bytes")
            return segment.geometry
    raise SourceError(f"{path}: the EWF image cannot be opened: it does not say how large its media is")


def _missing(parts: dict[int, tuple[RandomBytes, EwfSegment]], first: Path) -> list[str]:
    last = max(parts)
    gaps = [number for number in range(1, last) if number not in parts]
    issues = [
        f"segment {', '.join(map(str, gaps[:20]))}{' and more' if len(gaps) > 20 else ''} of {first.name} is missing"
    ] * bool(gaps)
    segment = parts[last][1]
    if segment.whole and not segment.last:
        issues.append(f"segment {last} of {first.name} says that more follow; they are missing")
    return issues


def _open_second_version(path: Path) -> Media:
    handle = pyewf.handle()
    with ExitStack() as opened:
        try:
            names = pyewf.glob(str(path))
            handle.open(names)
            opened.callback(handle.close)
            size = handle.get_media_size()
            stored = {name.lower(): value.lower() for name, value in (handle.get_hash_values() or {}).items()}
            chunk = handle.get_chunk_size()
        except (OSError, ValueError, MemoryError) as error:
            raise SourceError(
                f"{path}: the EWF2 image (Ex01) cannot be opened with libewf {pyewf.get_version()}, which reads this"
                f" version of the format only in part; export it as E01. {reason_of(error)}"
            ) from error
        opened.pop_all()
    careful = HoleReader(read_with(handle), max(chunk, 512), size)
    hashes = {name: value for name, value in stored.items() if name in ("md5", "sha1")}
    notes = (
        "libewf gives damaged chunks of an EWF2 image as zeros and does not tell; only its stored hash shows them",
    )
    image = ReadImage(size, careful.read, handle.close)
    segments = tuple(path.parent / name for name in names)
    return Media("EWF image", image, segments, hashes, (), careful.holes, notes)
