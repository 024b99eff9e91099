"""A disk image: the file systems of its volumes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from echoforensics.errors import SourceError, UnknownContentError
from echoforensics.evidence.entry import Container, Entry, EvidenceIssue
from echoforensics.evidence.file_systems.ext.features import remarks
from echoforensics.evidence.file_systems.opener import UnreadFileSystemError, open_file_system
from echoforensics.evidence.file_systems.recognise import ext_features
from echoforensics.evidence.media.ranges import MARK, open_ranges, parse_ranges
from echoforensics.evidence.volumes.displaced import displaced
from echoforensics.evidence.volumes.layout import find_volumes
from echoforensics.evidence.volumes.table import CarefulReader
from echoforensics.evidence.volumes.table_numbers import mbr_indexes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.evidence.file_systems.file_system import FileSystem
    from echoforensics.evidence.media.media import Media
    from echoforensics.evidence.volume import Volume

#: Bytes of a sector, and of the smallest image that is searched by content alone.
SECTOR = 512
MIN_IMAGE = 64 * 1024
#: Kinds of media that any file may be taken for. The others say of themselves that they are images.
_PLAIN = ("raw image", "split raw image")
_ISO = "ISO 9660"
_SHORTENED = (
    "all names are in capitals, as ISO 9660 has them where nothing keeps them whole, and may be shortened; a file that"
    " is known by its name alone may not be recognised"
)


class Disk(Container):
    """The files of every file system on a disk. A bare file system's paths have no prefix."""

    def __init__(self, media: Media, name: str, offsets: tuple[int, ...] = ()) -> None:
        """Find volumes and file systems.

        Args:
            media: the disk.
            name: what to call it in an error.
            offsets: byte offsets at which volumes begin, given by hand.

        Raises:
            SourceError: there is neither a table of volumes nor a file system that can be read, and the file does not
                look like an image; or an offset lies outside the media.
        """
        self.media = media
        try:
            layout = find_volumes(media, offsets)
        except SourceError as error:
            raise SourceError(f"{name}: {error}") from None
        self.volumes: dict[str, Volume] = {volume.prefix: volume for volume in layout.volumes}
        self.file_systems: dict[str, FileSystem] = {}
        self._issues: list[EvidenceIssue] = [*layout.issues]
        self._tables_damaged = any(not issue.path for issue in layout.issues)
        for prefix, volume in self.volumes.items():
            try:
                self.file_systems[prefix] = open_file_system(volume)
                for what in remarks(CarefulReader(volume.read)):
                    self._issues.append(EvidenceIssue(prefix.rstrip("/"), what))
            except UnreadFileSystemError as error:
                if prefix in layout.holders:
                    continue  # its logical volumes are beside it
                elsewhere = self._elsewhere(volume, str(error))
                if not (prefix or elsewhere) and media.kind in _PLAIN and not may_be_image(media.size):
                    raise UnknownContentError(
                        f"{name}: not a folder, an archive, an EWF image, nor an image with a partition table or"
                        " file system that is known; and no parser takes the file by itself"
                    ) from None
                self._issues.append(EvidenceIssue(prefix.rstrip("/"), _unread(volume, str(error), elsewhere)))

    def entries(self) -> Iterator[Entry | EvidenceIssue]:
        """Every entry of every file system, and an issue for each volume that has none."""
        yield from self._issues
        for prefix, file_system in self.file_systems.items():
            named = shortened = 0
            for found in file_system.entries():
                if isinstance(found, EvidenceIssue):
                    yield EvidenceIssue(prefix + found.path, found.what)
                    continue
                named, shortened = named + 1, shortened + (found.path == found.path.upper())
                yield self._prefixed(found, prefix)
            if file_system.name == _ISO and named and named == shortened:
                yield EvidenceIssue(prefix.rstrip("/"), _SHORTENED)

    def open(self, address: str) -> BinaryIO:
        """Open a file; its address is the volume's prefix and the file system's own address, or places on the media."""
        if address.startswith(MARK):
            return open_ranges(self.media, parse_ranges(address, self.media.size))
        file_system, _, inner = self._at(address)
        return file_system.open(inner)

    def extents(self, address: str) -> list[tuple[int, int]]:
        """Where on the media a file's content lies (see :meth:`FileSystem.extents`)."""
        if address.startswith(MARK):
            return list(parse_ranges(address, self.media.size))
        file_system, volume, inner = self._at(address)
        return [place for extent in file_system.extents(inner) for place in volume.on_media(*extent)]

    def packed(self) -> list[tuple[int, int]]:
        """Where on the media compressed content in use lies (see :meth:`FileSystem.packed`), once all was listed."""
        return [
            place
            for prefix, file_system in self.file_systems.items()
            for part in file_system.packed()
            for place in self.volumes[prefix].on_media(*part)
        ]

    def folder_at(self, offset: int) -> str:
        """The prefix of the volume that holds a byte of the media; empty if none does. Of several, the innermost."""
        holding = [
            volume
            for volume in self.volumes.values()
            if any(at is not None and at <= offset < at + length for at, length in volume.pieces)
        ]
        innermost = min(
            holding, key=lambda volume: (volume.scheme not in ("LVM", "super"), volume.length), default=None
        )
        return innermost.prefix if innermost else ""

    def close(self) -> None:
        """Close the media."""
        self.media.close()

    def describe(self) -> list[str]:
        """The volumes and file systems, a line each, and what is to be known of how the image is read."""
        lines = [
            f"{v.prefix.rstrip('/')}: {v.description}, {v.length} bytes at byte {v.offset} ({v.scheme})"
            for v in self.volumes.values()
            if v.prefix
        ]
        lines += [f"{prefix or 'whole image'}: {fs.name}" for prefix, fs in self.file_systems.items()]
        return [*lines, *self.media.notes]

    def layout(self) -> dict[str, dict[str, object]]:
        """The volumes by prefix, for programs: scheme, byte offset, length in bytes, pieces, and the file system.

        ``number`` is that of its entry in a GPT, 0 for others and where the tables are damaged. ``features`` are those
        of an ext file system (see :func:`~echoforensics.evidence.file_systems.recognise.ext_features`). ``index`` is
        what The Sleuth Kit calls a partition of an MBR (see
        :func:`~echoforensics.evidence.volumes.table_numbers.mbr_indexes`); it is absent where the tables are damaged or
        contradict each other.
        """
        indexes = {} if self._tables_damaged else mbr_indexes(self.media)
        found: dict[str, dict[str, object]] = {}
        for prefix, volume in self.volumes.items():
            here = found[prefix] = {
                "scheme": volume.scheme,
                "offset": volume.offset,
                "length": volume.length,
                "pieces": len(volume.pieces),
                "number": 0 if self._tables_damaged else volume.number,
                "file_system": self.file_systems[prefix].name if prefix in self.file_systems else "",
            }
            if str(here["file_system"]).startswith("ext"):
                here["features"] = ext_features(CarefulReader(volume.read))
            if volume.scheme == "MBR" and volume.offset in indexes:
                here["index"] = indexes[volume.offset]
        return found

    def _prefixed(self, entry: Entry, prefix: str) -> Entry:
        address = f"{prefix or '/'}{entry.address}"
        extents = partial(self.extents, address) if entry.opener else None
        # Written out: dataclasses.replace takes several times as long, and this is done for every file of a disk.
        return Entry(
            prefix + entry.path,
            address,
            entry.size,
            entry.opener,
            entry.kind,
            entry.state,
            entry.note,
            entry.times,
            entry.seekable,
            entry.mode,
            extents,
            entry.location,
            entry.once,
        )

    def _elsewhere(self, volume: Volume, reason: str) -> str:
        """What to do where a file system begins further on in a volume that has none that is known at its start."""
        if "no file system that is known" not in reason or "it is empty" in reason or len(volume.pieces) != 1:
            return ""
        return displaced(self.media, volume.offset, volume.length) if volume.offset is not None else ""

    def _at(self, address: str) -> tuple[FileSystem, Volume, str]:
        # A file system's own address has no slash.
        before, slash, inner = address.rpartition("/")
        prefix = before + slash if before else ""
        try:
            return self.file_systems[prefix], self.volumes[prefix], inner
        except KeyError:
            raise KeyError(address) from None


def _unread(volume: Volume, reason: str, elsewhere: str) -> str:
    if volume.prefix:
        return f"partition ({volume.description}, {volume.length} bytes at byte {volume.offset}) {reason}{elsewhere}"
    what = f"there is no table of partitions and no file system that can be read; the image {reason}"
    return what + (elsewhere or ". It can only be searched by content")


def may_be_image(size: int) -> bool:
    """Whether a file in which no table and no file system is known may still be an image, to be searched by content.

    An image has whole sectors, and 64 KiB or more. A document is refused for its odd size, but for one in 512.

    Args:
        size: bytes of the media.
    """
    return size % SECTOR == 0 and size >= MIN_IMAGE
