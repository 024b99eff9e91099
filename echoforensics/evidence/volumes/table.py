"""What every reader of a table of volumes gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

#: Reads (byte offset, size in bytes); gives fewer bytes at the end, and none where nothing can be read. Never raises.
Read = Callable[[int, int], bytes]


@dataclass(frozen=True, slots=True)
class Partition:
    """One entry of a table.

    Attributes:
        offset: byte on the media at which it begins.
        length: bytes.
        description: what the table says of it, for people.
        name: the name the table gives it; empty if it gives none.
        slot: ``A`` or ``B`` where it is one of a pair, else empty.
        number: of its entry in the table, from 1; 0 if the reader does not say.
    """

    offset: int
    length: int
    description: str
    name: str = ""
    slot: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class PartitionTable:
    """A table of volumes.

    Attributes:
        scheme: see :class:`echoforensics.evidence.volume.Volume`.
        parts: its entries, in the table's order.
        issues: what of it is damaged or contradicts itself, a sentence each.
    """

    scheme: str
    parts: tuple[Partition, ...]
    issues: tuple[str, ...] = ()


class CarefulReader:
    """Reads media; where that fails, returns nothing and keeps the reason.

    Attributes:
        issues: what could not be read, a sentence each.
    """

    MAX_ISSUES = 20

    def __init__(self, read: Read) -> None:
        self._read = read
        self.issues: list[str] = []

    def __call__(self, offset: int, size: int) -> bytes:
        """Read ``size`` bytes at a byte offset; fewer, or none, where there is no more."""
        if offset < 0 or size <= 0:
            return b""
        try:
            return self._read(offset, size)
        except OSError as error:
            if len(self.issues) < self.MAX_ISSUES:
                reason = str(error).splitlines()[0] if str(error) else "unknown reason"
                self.issues.append(f"{size} bytes at byte {offset} cannot be read: {reason}")
            return b""


def fitted(table: PartitionTable, size: int) -> PartitionTable:
    """The table with entries cut at the end of the media; issues for those that run beyond it, or over one another.

    Args:
        table: what was read.
        size: bytes of the media.
    """
    issues = [*table.issues]
    kept: list[Partition] = []
    for part in sorted(table.parts, key=lambda part: (part.offset, -part.length)):
        label = f"the {table.scheme} entry {part.description!r} ({part.length} bytes at byte {part.offset})"
        if part.offset >= size:
            issues.append(f"{label} begins beyond the end of the image, which has {size} bytes; it was not read")
            continue
        if part.length <= 0:
            issues.append(f"{label} has no length; it was not read")
            continue
        if part.offset + part.length > size:
            issues.append(f"{label} ends beyond the end of the image, which has {size} bytes; what is there was read")
            part = replace(part, length=size - part.offset)  # noqa: PLW2901
        kept.append(part)
    issues += _overlaps(table.scheme, kept)
    return replace(table, parts=tuple(kept), issues=tuple(issues))


def printable(name: str) -> str:
    """A name with what is not printable shown as ``\\xNN``."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in name)


def _overlaps(scheme: str, parts: list[Partition]) -> list[str]:
    issues: list[str] = []
    furthest: Partition | None = None
    for part in parts:
        if furthest is not None and part.offset < furthest.offset + furthest.length:
            issues.append(
                f"the {scheme} entries {furthest.description!r} (at byte {furthest.offset}) and {part.description!r}"
                f" (at byte {part.offset}) overlap; each was read"
            )
        if furthest is None or part.offset + part.length > furthest.offset + furthest.length:
            furthest = part
    return issues
