"""The volumes of storage media."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from echoforensics.errors import SourceError
from echoforensics.evidence.entry import EvidenceIssue
from echoforensics.evidence.file_systems.opener import has_file_system
from echoforensics.evidence.volumes.amlogic import read_mpt, search_mpt
from echoforensics.evidence.volumes.android_super import find_dynamic
from echoforensics.evidence.volumes.gpt import read_gpt
from echoforensics.evidence.volumes.last_kmsg import search_log
from echoforensics.evidence.volumes.lvm.group import find_logical
from echoforensics.evidence.volumes.mbr import read_mbr
from echoforensics.evidence.volumes.other_tables import read_other
from echoforensics.evidence.volumes.pieces import contiguous
from echoforensics.evidence.volumes.table import CarefulReader, Partition, PartitionTable, fitted

if TYPE_CHECKING:
    from echoforensics.evidence.media.media import Media
    from echoforensics.evidence.volume import Volume


class Layout(NamedTuple):
    """The layout of media.

    Attributes:
        volumes: in order of place, then logical volumes; the whole media, with an empty prefix, where there is no
            table.
        issues: unreadable or contradictory parts of the tables.
        holders: prefixes of the volumes that hold logical volumes and no file system of their own.
    """

    volumes: tuple[Volume, ...]
    issues: tuple[EvidenceIssue, ...] = ()
    holders: frozenset[str] = frozenset()


def find_volumes(media: Media, offsets: tuple[int, ...] = ()) -> Layout:
    """Find the volumes on media.

    Tables that say the same are one; where they differ, the volumes of each are given, and an issue says so. Volumes
    are numbered in order of place. Where there is neither a table nor a file system, a list of partitions is looked
    for in kernel logs (:mod:`echoforensics.evidence.volumes.last_kmsg`).

    Args:
        media: what is looked at.
        offsets: byte offsets at which volumes begin, given by hand; where there are any, no table is read. Each
            reaches to the next, the last to the end of the media.

    Raises:
        SourceError: a given offset lies outside the media.
    """
    reader = CarefulReader(media.read)
    issues: list[EvidenceIssue] = []
    if offsets:
        volumes = _at_offsets(media, offsets)
    else:
        tables = _tables(media, reader, issues)
        volumes = _numbered(media, tables, issues) or [contiguous(media, "", "the whole media", 0, media.size, "whole")]
    issues += [EvidenceIssue("", what) for what in reader.issues]
    logical, dynamic = find_logical(media, volumes), find_dynamic(media, volumes)
    return Layout(
        (*volumes, *logical.volumes, *dynamic.volumes),
        (*issues, *logical.issues, *dynamic.issues),
        frozenset(logical.holders | dynamic.holders),
    )


def _at_offsets(media: Media, offsets: tuple[int, ...]) -> list[Volume]:
    places = sorted(set(offsets))
    for place in places:
        if not 0 <= place < media.size:
            raise SourceError(f"offset {place} lies outside the image, which has {media.size} bytes")
    ends = [*places[1:], media.size]
    return [
        contiguous(media, f"at{place}/", "given by hand", place, end - place, "given offset")
        for place, end in zip(places, ends, strict=True)
    ]


def _tables(media: Media, reader: CarefulReader, issues: list[EvidenceIssue]) -> list[PartitionTable]:
    """The tables of the media, those first that are believed first."""
    size = media.size
    mbr = read_mbr(reader, size)
    plain = mbr is not None and not mbr.protective
    # A lone backup after an MBR without a GPT entry is left over from a former use of the disk.
    gpt = read_gpt(reader, size, last_sector=not plain)
    amlogic = read_mpt(reader, size)
    if gpt is None and mbr is not None and mbr.protective:
        what = "the MBR stands for a GPT, but neither the GPT nor its backup can be read"
        issues.append(EvidenceIssue("", what))
    if gpt is not None and mbr is None:
        issues.append(EvidenceIssue("", "there is a GPT, but no MBR before it that stands for it"))
    if gpt is not None and plain:
        issues.append(EvidenceIssue("", "there is a GPT, but the MBR before it does not stand for it; both were read"))
    own = [mbr.table] if mbr is not None else []
    found = [*own, gpt] if plain else [gpt, *own]
    # Amlogic's table contains names, which an MBR that repeats it lacks.
    tables = [table for table in ([amlogic, *found] if gpt is None else [*found, amlogic]) if table is not None]
    if any(table.parts for table in tables):
        return tables
    issues += [EvidenceIssue("", what) for table in tables for what in table.issues]
    return _further_tables(media, reader)


def _further_tables(media: Media, reader: CarefulReader) -> list[PartitionTable]:
    if (table := read_other(media.image)) is not None:
        return [table]
    if has_file_system(contiguous(media, "", "the whole media", 0, media.size, "whole")):
        return []
    table = search_mpt(reader, media.size) or search_log(reader, media.size)
    return [table] if table is not None else []


def _numbered(media: Media, tables: list[PartitionTable], issues: list[EvidenceIssue]) -> list[Volume]:
    parts: dict[int, list[tuple[Partition, str]]] = {}
    for table in tables:
        here = fitted(table, media.size)
        issues += [EvidenceIssue("", what) for what in here.issues]
        added = _add(here, parts, issues)
        if table is not tables[0] and added:
            what = (
                f"the {table.scheme} lists {added} partitions that the {tables[0].scheme} does not; they were read too"
            )
            issues.append(EvidenceIssue("", what))
    placed = sorted((offset, index, *one) for offset, ones in parts.items() for index, one in enumerate(ones))
    return [
        replace(
            contiguous(media, f"p{number}/", part.description, offset, part.length, scheme, part.slot),
            number=part.number,
        )
        for number, (offset, _, part, scheme) in enumerate(placed, 1)
    ]


def _add(table: PartitionTable, parts: dict[int, list[tuple[Partition, str]]], issues: list[EvidenceIssue]) -> int:
    """Add what earlier tables lack. Returns the number of additions."""
    before = {offset: ones[0] for offset, ones in parts.items()}
    added = 0
    for part in table.parts:
        if part.offset not in before:
            parts.setdefault(part.offset, []).append((part, table.scheme))
            added += 1
            continue
        known, scheme = before[part.offset]
        if known.length != part.length:
            what = (
                f"the {scheme} says that the partition at byte {part.offset} has {known.length} bytes, the"
                f" {table.scheme} says {part.length}; the longer one was used"
            )
            issues.append(EvidenceIssue("", what))
            if part.length > known.length:
                parts[part.offset][0] = (replace(known, length=part.length), scheme)
    return added
