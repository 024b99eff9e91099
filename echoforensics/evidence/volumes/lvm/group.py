"""Logical volumes of LVM2: linear and striped ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.evidence.entry import EvidenceIssue
from echoforensics.evidence.volumes.inner import FoundVolume
from echoforensics.evidence.volumes.lvm.physical import PhysicalVolume, read_physical
from echoforensics.evidence.volumes.pieces import scattered
from echoforensics.evidence.volumes.table import CarefulReader, printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from echoforensics.evidence.media.media import Media
    from echoforensics.evidence.volume import Volume

SECTOR = 512
#: Physical volumes that are read.
MAX_PHYSICAL = 64
#: Pieces of the logical volumes together: stripes of a large volume are many.
MAX_PIECES = 1_000_000
#: Bytes of one logical volume.
MAX_LENGTH = 2**60
MAX_VOLUMES = 1024

Section = dict[str, object]


class LvmError(ValueError):
    """A logical volume that is not put together; the text says why."""


def find_logical(media: Media, volumes: Iterable[Volume]) -> FoundVolume:
    """The logical volumes that are on some volumes of the media."""
    found = FoundVolume()
    physical: dict[str, Volume] = {}
    groups: dict[str, Section] = {}
    homes: dict[str, str] = {}
    for volume in volumes:
        reader = CarefulReader(volume.read)
        one = read_physical(reader, volume.length)
        if one is None:
            continue
        if len(found.holders) >= MAX_PHYSICAL:
            what = f"there are more than {MAX_PHYSICAL} LVM2 physical volumes; this one was not read"
            found.issues.append(EvidenceIssue(volume.prefix.rstrip("/"), what))
            continue
        found.holders.add(volume.prefix)
        found.issues += [EvidenceIssue(volume.prefix.rstrip("/"), what) for what in (*one.issues, *reader.issues)]
        physical[one.identifier] = volume
        _note_groups(one, volume, groups, homes)
    taken = {volume.prefix for volume in volumes}
    for name, group in groups.items():
        _add_group(media, name, group, homes[name], physical, taken, found)
    for prefix in found.holders - set(homes.values()):
        if not any(volume.prefix.startswith(f"{prefix}lv-") for volume in found.volumes):
            found.issues.append(EvidenceIssue(prefix.rstrip("/"), _alone(bool(found.volumes))))
    return found


def _alone(others: bool) -> str:
    if others:
        return "an LVM2 physical volume; its logical volumes are listed at another one of its group"
    return "an LVM2 physical volume without metadata that can be read; its files were not read"


def _note_groups(one: PhysicalVolume, volume: Volume, groups: dict[str, Section], homes: dict[str, str]) -> None:
    for name, group in one.metadata.items():
        if isinstance(group, dict) and "physical_volumes" in group:
            if name not in groups or _number(group, "seqno") > _number(groups[name], "seqno"):
                groups[name] = group
            homes.setdefault(name, volume.prefix)


def _add_group(
    media: Media,
    name: str,
    group: Section,
    home: str,
    physical: dict[str, Volume],
    taken: set[str],
    found: FoundVolume,
) -> None:
    if "logical_volumes" not in group:
        found.issues.append(
            EvidenceIssue(home.rstrip("/"), f"the LVM2 group {printable(name)!r} lists no logical volumes")
        )
    bases = _bases(group, physical)
    for count, (lv, section) in enumerate(_section(group, "logical_volumes").items()):
        if count >= MAX_VOLUMES:
            what = f"the LVM2 group {printable(name)!r} lists more than {MAX_VOLUMES} volumes; the rest was not read"
            found.issues.append(EvidenceIssue(home.rstrip("/"), what))
            return
        # Volumes that are not visible are parts of others.
        if not isinstance(section, dict) or "VISIBLE" not in _items(section, "status"):
            continue
        label = printable(lv).replace("/", "_")
        prefix = f"{home}lv-{label}/"
        if prefix in taken:
            prefix = f"{home}lv-{printable(name).replace('/', '_')}-{label}/"
        if prefix in taken:
            found.issues.append(
                EvidenceIssue(home.rstrip("/"), f"a second logical volume is called {label!r}; it was not read")
            )
            continue
        try:
            pieces = _pieces(group, section, bases, MAX_PIECES - sum(len(volume.pieces) for volume in found.volumes))
        except LvmError as error:
            found.issues.append(
                EvidenceIssue(prefix.rstrip("/"), f"the logical volume {label!r} was not read: {error}")
            )
            continue
        taken.add(prefix)
        if missing := sum(size for place, size in pieces if place is None):
            what = f"{missing} bytes of the logical volume {label!r} are not in the image; they read as zeros"
            found.issues.append(EvidenceIssue(prefix.rstrip("/"), what))
        found.volumes.append(scattered(media, prefix, f"{label} of the LVM2 group {printable(name)}", pieces, "LVM"))


def _bases(group: Section, physical: dict[str, Volume]) -> dict[str, tuple[Volume, int]]:
    """For each physical volume that is here: it, and the byte in it at which its extents begin."""
    found = {}
    for name, section in _section(group, "physical_volumes").items():
        if isinstance(section, dict):
            volume = physical.get(str(section.get("id", "")).replace("-", ""))
            if volume is not None:
                found[name] = (volume, _number(section, "pe_start") * SECTOR)
    return found


def _pieces(
    group: Section, section: Section, bases: dict[str, tuple[Volume, int]], most: int
) -> tuple[tuple[int | None, int], ...]:
    extent = _number(group, "extent_size") * SECTOR
    if extent <= 0:
        raise LvmError("its group states no size of an extent")
    segments = [value for name, value in section.items() if name.startswith("segment") and isinstance(value, dict)]
    segments.sort(key=lambda segment: _number(segment, "start_extent"))
    pieces: list[tuple[int | None, int]] = []
    expected = 0
    for segment in segments:
        if _number(segment, "start_extent") != expected or _number(segment, "extent_count") <= 0:
            raise LvmError("its segments do not join")
        expected += _number(segment, "extent_count")
        if expected * extent > MAX_LENGTH:
            raise LvmError(f"it states {expected} extents of {extent} bytes")
        _add_segment(segment, extent, bases, pieces, most)
    if not pieces:
        raise LvmError("it has no segments")
    return tuple(pieces)


def _add_segment(
    segment: Section,
    extent: int,
    bases: dict[str, tuple[Volume, int]],
    pieces: list[tuple[int | None, int]],
    most: int,
) -> None:
    kind = segment.get("type")
    if kind != "striped":
        raise LvmError(f"a segment of it is of the kind {printable(str(kind))!r}, which is not read")
    stripes = _items(segment, "stripes")
    starts = list(zip(stripes[::2], stripes[1::2], strict=False))
    length = _number(segment, "extent_count") * extent
    if not starts or len(starts) != _number(segment, "stripe_count"):
        raise LvmError("the count of its stripes is not that of the places listed")
    stripe = length if len(starts) == 1 else _number(segment, "stripe_size") * SECTOR
    if stripe <= 0 or length % (stripe * len(starts)):
        raise LvmError(f"its stripes of {stripe} bytes do not fill a segment of {length} bytes")
    if len(pieces) + length // stripe > most:
        raise LvmError(f"the logical volumes lie in more than {MAX_PIECES} pieces")
    for index in range(length // stripe):
        row, column = divmod(index, len(starts))
        name, first = starts[column]
        if not isinstance(first, int) or first < 0:
            raise LvmError("a stripe of it begins nowhere")
        pieces += _places(bases.get(str(name)), first * extent + row * stripe, stripe)


def _places(base: tuple[Volume, int] | None, offset: int, length: int) -> list[tuple[int | None, int]]:
    """Where a range of extents is on the media; what the physical volume does not reach to lies nowhere."""
    if base is None or base[0].offset is None:
        return [(None, length)]
    volume, start = base
    here = max(0, min(length, volume.length - start - offset))
    found: list[tuple[int | None, int]] = [(base[0].offset + start + offset, here)] if here else []
    return [*found, (None, length - here)] if here < length else found


def _section(section: Section, name: str) -> Section:
    value = section.get(name)
    return value if isinstance(value, dict) else {}


def _items(section: Section, name: str) -> list[object]:
    value = section.get(name)
    return value if isinstance(value, list) else []


def _number(section: Section, name: str) -> int:
    value = section.get(name)
    return value if isinstance(value, int) and value >= 0 else -1
