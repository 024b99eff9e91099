"""Disk images compressed with gzip, xz, zstd or bzip2."""

from __future__ import annotations

from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from echoforensics.errors import SourceError
from echoforensics.evidence.limits import Budget
from echoforensics.evidence.media.android_sparse.opener import is_sparse, sparse_media
from echoforensics.evidence.media.compressed_image import gzip_bytes, xz_bytes, zstd_bytes
from echoforensics.evidence.media.compressed_image.block_bytes import BlockBytes, NoBlocksError
from echoforensics.evidence.media.compressed_image.gzip_bytes import GzipBytes
from echoforensics.evidence.media.compressed_image.spool import Spool, contents
from echoforensics.evidence.media.disk_head import HEAD, looks_like_disk
from echoforensics.evidence.media.file_bytes import FileBytes, RandomBytes, open_file, reason_of
from echoforensics.evidence.media.holes import HoleReader
from echoforensics.evidence.media.media import Media, ReadImage
from parsers.formats import deflate

if TYPE_CHECKING:
    from pathlib import Path

_NAMES = {gzip_bytes.MAGIC: "gzip", xz_bytes.MAGIC: "xz", zstd_bytes.MAGIC: "zstd", b"BZh": "bzip2"}
_UNIT = 64 * 1024
_SPOOLED = (
    "it is compressed in one piece: it was decompressed into a temporary file that has no name and is gone when the"
    " program ends"
)


def open_compressed_image(path: Path, head: bytes) -> Media | None:
    """Open a compressed raw image or Android sparse image; None if the content does not begin as one.

    Raises:
        SourceError: it begins as one, but cannot be read, or expands beyond what is bounded.
    """
    magic = zstd_bytes.MAGIC if zstd_bytes.is_skippable(head) else None
    magic = next((each for each in _NAMES if head.startswith(each)), magic)
    if magic is None:
        return None
    name = _NAMES[magic]
    with ExitStack() as opened:
        data = opened.enter_context(closing(open_file(path)))
        try:
            start = _start(data, magic)
            if not looks_like_disk(start):
                return None
            content = _content(data, magic, Budget(data.size))
        except OSError as error:
            raise SourceError(f"{path}: the image compressed with {name} cannot be read: {reason_of(error)}") from error
        opened.pop_all()
    notes = (_SPOOLED,) if isinstance(content, Spool) else ()
    if is_sparse(start):
        media = sparse_media(content, str(path), path, f"Android sparse image compressed with {name}")
        return Media(
            media.kind,
            media.image,
            (path,),
            issues=(*content.issues, *media.issues),
            holes=media.holes,
            notes=(*notes, *media.notes),
        )
    careful = HoleReader(content.read, _UNIT, content.size)
    image = ReadImage(content.size, careful.read, content.close)
    kind = f"raw image compressed with {name}"
    return Media(kind, image, (path,), issues=content.issues, holes=careful.holes, notes=notes)


def _start(data: RandomBytes, magic: bytes) -> bytes:
    """The first bytes of the content."""
    if magic == gzip_bytes.MAGIC:
        try:
            return deflate.decompressobj(31).decompress(data.read(0, HEAD), HEAD)
        except deflate.error:
            return b""  # what is damaged from its start is reported where it is read as a file
    found = b""
    for piece in contents(data, magic, []):
        found += piece
        if len(found) >= HEAD:
            break
    return found


def _content(data: FileBytes, magic: bytes, budget: Budget) -> GzipBytes | BlockBytes | Spool:
    if magic == gzip_bytes.MAGIC:
        return GzipBytes(data, budget)
    try:
        blocks = None
        if magic == xz_bytes.MAGIC:
            blocks = xz_bytes.open_xz_blocks(data)
        elif magic == zstd_bytes.MAGIC:
            blocks = zstd_bytes.open_zstd_frames(data)
        if blocks:
            budget.spend(blocks.size)
            return blocks
    except NoBlocksError:
        pass  # in one piece, or damaged: as far as it can be read, it is spooled
    return Spool(data, magic, budget)
