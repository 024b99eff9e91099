"""A disk image: its partitions (MBR or GPT), or one bare file system."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace as replace_entry
from typing import TYPE_CHECKING, BinaryIO

import pytsk3

from echoforensics.errors import SourceError
from echoforensics.evidence.entry import Container, Entry, Fault
from echoforensics.evidence.file_system import FileSystem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.evidence.media import Media


@dataclass(frozen=True, slots=True)
class Partition:
    """One allocated partition: its number in order of place (from 1), byte offset, length in bytes, description."""

    number: int
    offset: int
    length: int
    description: str

    @property
    def prefix(self) -> str:
        """What its files' paths begin with."""
        return f"p{self.number}/"


class Disk(Container):
    """The files of every file system on a disk. A bare file system's paths have no prefix."""

    def __init__(self, media: Media, name: str) -> None:
        """Find partitions and file systems.

        Raises:
            SourceError: there is neither a partition table nor a file system that can be read.
        """
        self.partitions = _partitions(media)
        self.file_systems: dict[str, FileSystem] = {}
        self._faults: list[Fault] = []
        self._media = media
        places: list[tuple[str, int, Partition | None]] = [
            (part.prefix, part.offset, part) for part in self.partitions
        ] or [("", 0, None)]
        for prefix, offset, part in places:
            try:
                self.file_systems[prefix] = FileSystem(media.image, offset)
            except OSError:
                if part is None:
                    raise SourceError(
                        f"{name}: not a folder, an archive, an EWF image, nor an image with a partition table or"
                        " file system that is known"
                    ) from None
                self._faults.append(
                    Fault(
                        prefix.rstrip("/"),
                        f"partition {part.number} ({part.description}, {part.length} bytes at byte {part.offset})"
                        " has no file system that is known; its content was not read",
                    )
                )

    def entries(self) -> Iterator[Entry | Fault]:
        """Every entry of every file system, and a fault for each partition that has none."""
        yield from self._faults
        for prefix, file_system in self.file_systems.items():
            for found in file_system.entries():
                if isinstance(found, Fault):
                    yield Fault(prefix + found.path, found.what)
                else:
                    yield _prefixed(found, prefix)

    def open(self, address: str) -> BinaryIO:
        """Open a file; its address is the partition's prefix and the file system's own address."""
        file_system, inner = self._at(address)
        return file_system.open(inner)

    def extents(self, address: str) -> list[tuple[int, int]]:
        """Where on the disk a file's content lies (see :meth:`FileSystem.extents`)."""
        file_system, inner = self._at(address)
        return file_system.extents(inner)

    def close(self) -> None:
        """Close the media."""
        self._media.close()

    def describe(self) -> list[str]:
        """The partitions and file systems, a line each."""
        lines = [
            f"{p.prefix.rstrip('/')}: {p.description}, {p.length} bytes at byte {p.offset}" for p in self.partitions
        ]
        lines += [f"{prefix or 'whole image'}: {fs.name}" for prefix, fs in self.file_systems.items()]
        return lines

    def _at(self, address: str) -> tuple[FileSystem, str]:
        prefix, slash, inner = address.partition("/")
        try:
            return self.file_systems[prefix + slash if prefix else ""], inner
        except KeyError:
            raise KeyError(address) from None


def _prefixed(entry: Entry, prefix: str) -> Entry:
    return replace_entry(entry, path=prefix + entry.path, address=f"{prefix or '/'}{entry.address}")


def _partitions(media: Media) -> list[Partition]:
    try:
        table = pytsk3.Volume_Info(media.image)
    except OSError:
        return []
    block = table.info.block_size
    found = sorted(
        (part.start * block, part.len * block, part.desc.decode("utf-8", "backslashreplace"))
        for part in table
        if part.flags & pytsk3.TSK_VS_PART_FLAG_ALLOC
    )
    return [Partition(number, *place) for number, place in enumerate(found, 1)]
