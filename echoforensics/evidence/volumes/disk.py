"""A disk image: the file systems of its volumes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from echoforensics.errors import SourceError, UnknownContentError
from echoforensics.evidence.entry import Container, Entry, EvidenceIssue
from echoforensics.evidence.file_systems.opener import UnreadFileSystemError, open_file_system
from echoforensics.evidence.file_systems.recognise import ext_features
from echoforensics.evidence.file_systems.remarks import remarks
from echoforensics.evidence.media.disk_head import HEAD, looks_like_disk
from echoforensics.evidence.media.numbered_files import numbered_beside
from echoforensics.evidence.media.ranges import MARK, open_ranges, parse_ranges
from echoforensics.evidence.volumes.displaced import displaced
from echoforensics.evidence.volumes.layout import find_volumes
from echoforensics.evidence.volumes.table import CarefulReader
from echoforensics.evidence.volumes.table_numbers import mbr_indexes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from echoforensics.evidence.file_systems.file_system import FileSystem
    from echoforensics.evidence.media.media import Media
    from echoforensics.evidence.volume import Volume

#: The size of a sector in bytes, and of the smallest image that is searched only by content.
SECTOR = 512
MIN_IMAGE = 64 * 1024
#: Kinds of media that any file may appear to be. The other kinds identify themselves as images.
_PLAIN = ("raw image", "split raw image")
_ISO = "ISO 9660"
#: How the reason begins for a squashfs that cannot be read: its magic is sure, and one that is cut off has any size.
_SQUASHFS = "holds squashfs"
_PARTS = (
    "files numbered like it are beside it and may be parts of one image ({}), which were not read as one; join copies"
    " of them in order (cat), and give the result"
)
#: How many parts are named.
_NAMED = 10
_SHORTENED = (
    "all names are in capitals, as ISO 9660 has them where nothing keeps them whole, and may be shortened; a file that"
    " is known by its name alone may not be recognised"
)


class Disk(Container):
    """The files of every file system on a disk. Paths on a bare file system have no prefix."""

    def __init__(self, media: Media, name: str, offsets: tuple[int, ...] = ()) -> None:
        """Find volumes and file systems.

        Args:
            media: the disk.
            name: the name for error messages.
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
                    continue  # its logical volumes are listed separately
                elsewhere = self._elsewhere(volume, str(error))
                is_unknown = not (prefix or elsewhere or _SQUASHFS in str(error) or _is_named(media, str(error)))
                if is_unknown and media.kind in _PLAIN and not may_be_image(media.size):
                    raise UnknownContentError(
                        f"{name}: not a folder, an archive, an EWF image, nor an image with a partition table or"
                        " file system that is known; and no parser takes the file by itself"
                    ) from None
                self._issues.append(EvidenceIssue(prefix.rstrip("/"), _unread(volume, str(error), elsewhere)))

    def entries(self) -> Iterator[Entry | EvidenceIssue]:
        """Yield every entry of every file system, and an issue for each volume without one."""
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
        yield from self._other_parts()

    def open(self, address: str) -> BinaryIO:
        """Open a file by its address: the volume's prefix and the file system's address, or ranges on the media."""
        if address.startswith(MARK):
            return open_ranges(self.media, parse_ranges(address, self.media.size))
        file_system, _, inner = self._at(address)
        return file_system.open(inner)

    def extents(self, address: str) -> list[tuple[int, int]]:
        """Return where a file's content lies on the media (see :meth:`FileSystem.extents`)."""
        if address.startswith(MARK):
            return list(parse_ranges(address, self.media.size))
        file_system, volume, inner = self._at(address)
        return _on_media(volume, partial(file_system.extents, inner))

    def packed(self) -> list[tuple[int, int]]:
        """Return where compressed content in use lies (see :meth:`FileSystem.packed`), after everything was listed."""
        return [
            place
            for prefix, file_system in self.file_systems.items()
            for part in file_system.packed()
            for place in self.volumes[prefix].on_media(*part)
        ]

    def folder_at(self, offset: int) -> str:
        """Return the prefix of the innermost volume that holds an offset on the media; empty if none does."""
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
        """Describe the volumes and file systems, one line each, with remarks on how the image is read."""
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
        if entry.extents:
            extents = partial(_on_media, self.volumes[prefix], entry.extents)
        # Written out: dataclasses.replace is several times slower, and this runs for every file on a disk.
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

    def _other_parts(self) -> Iterator[EvidenceIssue]:
        """An issue if the image holds less than a file system states, and files beside it are numbered like it."""
        is_short = any(file_system.lacking > 0 for file_system in self.file_systems.values())
        if is_short and self.media.kind == _PLAIN[0]:
            names = numbered_beside(self.media.segments[0])
            if names:
                more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
                yield EvidenceIssue("", _PARTS.format(", ".join(names[:_NAMED]) + more))

    def _elsewhere(self, volume: Volume, reason: str) -> str:
        """Give advice if a file system begins further into a volume without a known one at its start."""
        if "no file system that is known" not in reason or "it is empty" in reason or len(volume.pieces) != 1:
            return ""
        return displaced(self.media, volume.offset, volume.length) if volume.offset is not None else ""

    def _at(self, address: str) -> tuple[FileSystem, Volume, str]:
        # A file system's own address contains no slash.
        before, slash, inner = address.rpartition("/")
        prefix = before + slash if before else ""
        try:
            return self.file_systems[prefix], self.volumes[prefix], inner
        except KeyError:
            raise KeyError(address) from None


def _on_media(volume: Volume, extents: Callable[[], list[tuple[int, int]]]) -> list[tuple[int, int]]:
    """Where the extents of a file in a volume lie on the media."""
    return [place for extent in extents() for place in volume.on_media(*extent)]


def _unread(volume: Volume, reason: str, elsewhere: str) -> str:
    if volume.prefix:
        return f"partition ({volume.description}, {volume.length} bytes at byte {volume.offset}) {reason}{elsewhere}"
    what = f"there is no table of partitions and no file system that can be read; the image {reason}"
    return what + (elsewhere or ". It can only be searched by content")


def _is_named(media: Media, reason: str) -> bool:
    """Whether a file system that no reader reads is known by its magic, so that a small image of it is one too."""
    return reason.startswith(("holds ", "is encrypted ")) and looks_like_disk(media.read(0, HEAD))


def may_be_image(size: int) -> bool:
    """Whether a file without a recognised table or file system may be an image, to be searched by content.

    An image has whole sectors and at least 64 KiB. All but one in 512 documents are rejected by size.

    Args:
        size: the size of the media in bytes.
    """
    return size % SECTOR == 0 and size >= MIN_IMAGE
