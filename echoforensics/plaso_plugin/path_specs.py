"""Where an entry of a case is in the original evidence, as dfVFS and so plaso say it.

It is made of the case's tables alone: the evidence need not be at hand.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dfvfs.lib import definitions as dfvfs
from dfvfs.path.factory import Factory

from echoforensics.case.entry_table import OPENED, readers_at
from echoforensics.case.issue_table import issues_of
from echoforensics.case.text import storable
from echoforensics.evidence.entry import INSIDE
from echoforensics.evidence.media.ranges import MARK
from echoforensics.plaso_plugin.layers import inside

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dfvfs.path.path_spec import PathSpec

    from echoforensics.case.evidence_table import EvidenceItem
    from echoforensics.case.store import Store

#: dfVFS's layer for the storage media in an image, by the kind of image.
_MEDIA = {
    "raw image": dfvfs.TYPE_INDICATOR_RAW,
    "split raw image": dfvfs.TYPE_INDICATOR_RAW,
    "EWF image": dfvfs.TYPE_INDICATOR_EWF,
    "QCOW2 image": dfvfs.TYPE_INDICATOR_QCOW,
    "VHD image": dfvfs.TYPE_INDICATOR_VHDI,
    "VHDX image": dfvfs.TYPE_INDICATOR_VHDI,
    "VMDK image": dfvfs.TYPE_INDICATOR_VMDK,
}
#: Stands for the state of what could not be read in full.
_AT_ISSUE = "at issue"
_ARCHIVES = ("zip", "tar", "compressed")
#: Features of ext with which libfsext, by which dfVFS reads it, gives each file whole: journal, extended attributes,
#: spare blocks for growth, indexed folders, a file of orphans; kinds in folders, recovery due, block groups that hold
#: tables of others, extents, 64 bits, flexible block groups, values in inodes, a seed of checksums, encryption, folded
#: case. Measured with file systems that mke2fs made. It opens none with others, or gives other bytes.
_EXT_COMPATIBLE = 0x103C
_EXT_INCOMPATIBLE = 0x326D6


@dataclass(frozen=True, slots=True)
class Located:
    """Where an entry lies.

    Attributes:
        path_spec: the path specification.
        exact: whether it leads to just the entry's bytes. Where not, it is that of the nearest thing around the entry
            that dfVFS can open: the archive, the volume, the image. Or it is the entry's, within bzip2 or xz, of which
            dfVFS reads the first stream alone.
    """

    path_spec: PathSpec
    exact: bool


class PathSpecs:
    """The path specifications of one evidence item's entries."""

    def __init__(self, item: EvidenceItem, store: Store) -> None:
        """Take the item and the case's store."""
        self._item = item
        self._store = store
        self._volumes = item.opening.volumes
        self._form = item.opening.form
        self._source = Factory.NewPathSpec(dfvfs.TYPE_INDICATOR_OS, location=storable(str(item.location)))

    def of(self, path: str, address: str, state: str) -> Located:
        """Where an entry lies.

        Args:
            path: its path in the case.
            address: its addresses, as the case keeps them (JSON).
            state: ``allocated``, ``deleted`` or ``carved``.
        """
        addresses: list[str] = json.loads(address)
        parts = path.split(INSIDE)
        if len(parts) != len(addresses):
            # A name that holds the sign between archives: which part is which is not known.
            return Located(self._source, exact=False)
        at_issue = self._issues.intersection(INSIDE.join(parts[:depth]) for depth in range(1, len(parts) + 1))
        if parts[0] in at_issue and self._item.kind != "folder":
            # Its bytes are not all there, or not sure: dfVFS gives others, or none.
            return self._outermost(parts[0], addresses[0], _AT_ISSUE)
        found = self._outermost(parts[0], addresses[0], state)
        sure = _whole(self._form)
        for depth in range(1, len(parts)):
            if not found.exact:
                return found
            form = self._form_at(INSIDE.join(parts[:depth]), tuple(addresses[:depth]))
            member = inside(found.path_spec, form, parts[depth], addresses[depth])
            # Of damaged content, dfVFS gives less than what was salvaged, or nothing.
            whole = not at_issue.intersection((INSIDE.join(parts[:depth]), INSIDE.join(parts[: depth + 1])))
            if member is None or state == "damaged" or not whole:
                return Located(found.path_spec, exact=False)
            found, sure = Located(member, exact=True), sure and _whole(form)
        return Located(found.path_spec, exact=found.exact and sure)

    def _outermost(self, path: str, address: str, state: str) -> Located:
        kind = self._item.kind
        if kind == "folder":
            # The address is the path's very bytes; dfVFS holds text.
            try:
                real = bytes.fromhex(address).decode()
            except ValueError:
                return Located(self._source, exact=False)
            where = str(self._item.location / real)
            return Located(Factory.NewPathSpec(dfvfs.TYPE_INDICATOR_OS, location=where), exact=True)
        if kind == "file":
            return Located(self._source, exact=True)
        if kind in _ARCHIVES:
            sure = state not in ("damaged", _AT_ISSUE) and "" not in self._issues
            member = inside(self._source, self._form, path, address) if sure else None
            return Located(member or self._source, exact=member is not None)
        return self._on_media(path, address, state)

    @cached_property
    def _issues(self) -> frozenset[str]:
        """Paths of what could not be read in full, or as it was stored; empty for the source itself."""
        return frozenset(path for path, _ in issues_of(self._store, self._item.id, "evidence"))

    @cached_property
    def _media(self) -> PathSpec | None:
        """The media in the image; None if dfVFS cannot read such an image."""
        layer = _MEDIA.get(self._item.kind)
        return Factory.NewPathSpec(layer, parent=self._source) if layer else None

    def _on_media(self, path: str, address: str, state: str) -> Located:
        if self._media is None:
            return Located(self._source, exact=False)
        if address.startswith(MARK):
            return self._carved(address)
        prefix, slash, inner = address.rpartition("/")
        prefix = prefix + slash if prefix else ""
        volume = self._volumes.get(prefix)
        around = _volume(self._media, prefix, volume) if volume else None
        if volume is None or around is None:
            return Located(self._media, exact=False)
        # plaso reads no deleted file, and what a journal leads to has no path specification.
        within = path.removeprefix(prefix) if state in ("allocated", "damaged") else ""
        file = _file(around, volume, within, inner.partition("@")[0])
        return Located(file or around, exact=file is not None)

    def _carved(self, address: str) -> Located:
        ranges = address.removeprefix(MARK).split(",")
        offset, _, length = ranges[0].partition("+")
        if len(ranges) > 1 or not (offset.isdecimal() and length.isdecimal()):
            return Located(self._media, exact=False)
        piece = _range(self._media, int(offset), int(length))
        return Located(piece or self._media, exact=piece is not None)

    def _form_at(self, path: str, addresses: tuple[str, ...]) -> str:
        """What an archive within the evidence is, as noted when it was opened; empty if that was not noted."""
        readers = readers_at(self._store, self._item.id, path, addresses)
        return next((name.removeprefix(OPENED) for name in readers if name.startswith(OPENED)), "")


def _whole(form: str) -> bool:
    """Whether dfVFS reads to the end of what is compressed so: of bzip2 and xz it reads the first stream alone."""
    return not form.endswith(("bzip2", "xz"))


def _volume(media: PathSpec, prefix: str, volume: Mapping[str, Any]) -> PathSpec | None:
    """The path specification of a volume, as plaso's own scan gives it where it knows such a table."""
    if volume["scheme"] == "whole":
        return media
    if volume["pieces"] != 1 or volume["offset"] is None:
        return None
    number, index = volume.get("number"), volume.get("index")
    if volume["scheme"] == "GPT" and number:
        # By the number of its entry in the table; the paths of a case count partitions in order of place.
        return Factory.NewPathSpec(dfvfs.TYPE_INDICATOR_GPT, location=f"/p{number}", parent=media)
    if volume["scheme"] == "MBR" and index is not None:
        where = {"location": f"/{prefix.rstrip('/')}", "part_index": index, "start_offset": volume["offset"]}
        return Factory.NewPathSpec(dfvfs.TYPE_INDICATOR_TSK_PARTITION, parent=media, **where)
    return _range(media, volume["offset"], volume["length"])


def _file(around: PathSpec, volume: Mapping[str, Any], path: str, number: str) -> PathSpec | None:
    """The path specification of a file; None if dfVFS does not read such a file system, or there is no path."""
    file_system: str = volume["file_system"]
    if not path:
        return None
    if file_system.startswith("ext") and number.isdecimal() and _is_common(volume.get("features")):
        where: dict[str, Any] = {"inode": int(number), "location": f"/{path}"}
        return Factory.NewPathSpec(dfvfs.TYPE_INDICATOR_EXT, parent=around, **where)
    # The Sleuth Kit shows a caret for what no name can hold.
    if file_system.startswith("FAT") and "^" not in path:
        where = {"location": "\\" + path.replace("/", "\\")}
        return Factory.NewPathSpec(dfvfs.TYPE_INDICATOR_FAT, parent=around, **where)
    return None


def _is_common(features: list[int] | None) -> bool:
    """Whether dfVFS reads an ext file system of a revision and features; None: its first superblock is not there."""
    if features is None:
        return False
    revision, compatible, incompatible = features
    return revision > 0 and not compatible & ~_EXT_COMPATIBLE and not incompatible & ~_EXT_INCOMPATIBLE


def _range(media: PathSpec, offset: int, length: int) -> PathSpec | None:
    """A piece of the media. dfVFS has none that begins at its first byte, nor an empty one."""
    if not offset or not length:
        return None
    where = {"range_offset": offset, "range_size": length}
    return Factory.NewPathSpec(dfvfs.TYPE_INDICATOR_DATA_RANGE, parent=media, **where)
