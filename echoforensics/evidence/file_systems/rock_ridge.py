"""Names of an ISO 9660 file system as Rock Ridge keeps them, which The Sleuth Kit passes over.

References:
    ISO 9660:1988, 8.4 (primary volume descriptor), 9.1 (directory record); IEEE P1281 (SUSP 1.12: CE, SP, ST);
    IEEE P1282 (RRIP 1.12: NM).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from echoforensics.evidence.entry import Entry, EvidenceIssue, text_of
from echoforensics.evidence.file_systems.remarks import DESCRIPTOR, DESCRIPTORS, LOOKED_AT
from echoforensics.evidence.file_systems.sleuth_kit import SleuthKitFileSystem
from echoforensics.evidence.limits import MAX_ENTRIES, MAX_FOLDER_DEPTH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PRIMARY, _JOLIET = b"\1CD001", b"\2CD001\1"
#: Where a descriptor has the record of its root folder, and the escape sequences that Joliet has.
_ROOT, _ESCAPES, _OF_JOLIET = 156, slice(88, 91), (b"%/@", b"%/C", b"%/E")
#: The shortest directory record, and the flag of a folder.
_SHORTEST, _FOLDER = 34, 0x02
_CONTINUES = 0x01
#: Limits on the bytes of one folder, and on the continuations of one record.
_MAX_FOLDER = 16 * 1024 * 1024
_MAX_CONTINUATIONS = 32


class _IsoRecord(NamedTuple):
    """A directory record: the block and length of what it leads to, its flags, its name, and the system use area."""

    block: int
    length: int
    flags: int
    name: bytes
    system_use: bytes


class RockRidgeFileSystem(SleuthKitFileSystem):
    """An ISO 9660 file system whose entries have their Rock Ridge names."""

    def __init__(self, image: Any, offset: int, names: dict[str, str]) -> None:
        """Take the image as for The Sleuth Kit, and the result of :func:`rock_ridge_names`."""
        super().__init__(image, offset)
        self._names = names

    def entries(self) -> Iterator[Entry | EvidenceIssue]:
        """Yield every entry by its Rock Ridge name."""
        for found in super().entries():
            yield replace(found, path=self._names.get(found.path, found.path)) if isinstance(found, Entry) else found


def rock_ridge_names(read: Callable[[int, int], bytes]) -> dict[str, str]:
    """Return whole paths by those that The Sleuth Kit gives; empty if there are none, or it reads Joliet names.

    Args:
        read: reads (byte offset in the volume, size in bytes).

    Raises:
        OSError: it cannot be read.
    """
    root = None
    for number in range(LOOKED_AT):
        raw = read(DESCRIPTORS + number * DESCRIPTOR, DESCRIPTOR)
        if raw.startswith(_PRIMARY) and root is None:
            root = _record(raw, _ROOT)
            size = int.from_bytes(raw[128:130], "little")
        elif raw.startswith(_JOLIET) and raw[_ESCAPES] in _OF_JOLIET:
            return {}
        elif raw[1:6] != b"CD001":
            break
    return _IsoNames(read, size).below(root) if root and size else {}


class _IsoNames:
    """Reads the folders of one volume."""

    def __init__(self, read: Callable[[int, int], bytes], block_size: int) -> None:
        self._read = read
        self._block_size = block_size
        self._skipped = 0

    def below(self, root: _IsoRecord) -> dict[str, str]:
        """Read every folder once."""
        found: dict[str, str] = {}
        pending, entered = [(b"", b"", root, 0)], {root.block}
        while pending and len(found) < MAX_ENTRIES:
            path, whole, folder, depth = pending.pop()
            for record in self._records(folder, is_root=folder is root):
                plain = record.name.partition(b";")[0].rstrip(b".")
                name = self._name(record) or plain
                if b"/" in name or name in (b".", b".."):
                    name = plain
                below = (path + b"/" + plain if path else plain, whole + b"/" + name if whole else name)
                found[text_of(below[0])] = text_of(below[1])
                if record.flags & _FOLDER and record.block not in entered and depth < MAX_FOLDER_DEPTH:
                    entered.add(record.block)
                    pending.append((*below, record, depth + 1))
        return found

    def _records(self, folder: _IsoRecord, *, is_root: bool) -> Iterator[_IsoRecord]:
        content = self._read(folder.block * self._block_size, min(folder.length, _MAX_FOLDER))
        at = 0
        while at < len(content):
            record = _record(content, at)
            if record is None:
                # Records do not cross blocks; the rest of one is zeros.
                at = (at // self._block_size + 1) * self._block_size
                continue
            if is_root and not at and record.system_use[:2] == b"SP" and len(record.system_use) >= 7:
                self._skipped = record.system_use[6]
            if record.name not in (b"\0", b"\1"):
                yield record
            at += content[at]

    def _name(self, record: _IsoRecord) -> bytes:
        """The name of a record as its NM fields have it; empty if there is none."""
        name, area, goes_on = b"", record.system_use[self._skipped :], True
        for _ in range(_MAX_CONTINUATIONS):
            following = None
            for kind, field in _fields(area):
                if kind == b"NM" and goes_on:
                    name, goes_on = name + field[5:], bool(field[4] & _CONTINUES)
                elif kind == b"CE" and len(field) >= 28:
                    following = [int.from_bytes(field[start : start + 4], "little") for start in (4, 12, 20)]
            if following is None:
                break
            block, offset, length = following
            area = self._read(block * self._block_size + offset, min(length, self._block_size))
        return name


def _record(content: bytes, at: int) -> _IsoRecord | None:
    length = content[at] if at < len(content) else 0
    raw = content[at : at + length]
    if len(raw) < _SHORTEST or len(raw) < length or 33 + raw[32] > length:
        return None
    name = raw[33 : 33 + raw[32]]
    after = 33 + raw[32] + (not raw[32] % 2)
    block, size = int.from_bytes(raw[2:6], "little"), int.from_bytes(raw[10:14], "little")
    return _IsoRecord(block, size, raw[25], name, raw[after:])


def _fields(area: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The fields of a system use area: each its signature, and itself with its header."""
    at = 0
    while at + 4 < len(area):
        kind, length = area[at : at + 2], area[at + 2]
        if length < 5 or kind == b"ST":
            return
        yield kind, area[at : at + length]
        at += length
