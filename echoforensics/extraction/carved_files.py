"""Selects the new carved files: neither files that were read, nor parts of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from echoforensics.carving.carved import UTTERANCE_ID, Grade
from echoforensics.carving.space import entry_of
from echoforensics.case.entry_table import OPENED, entry_summary
from echoforensics.evidence.entry import Entry, EntryState
from echoforensics.extraction.placement import Ranges
from echoforensics.extraction.whole_recordings import whole_recordings
from parsers.alexa_api.named_file import NAME
from parsers.tamper.tamper_signs import Tamper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from echoforensics.carving.carved import Carved
    from echoforensics.case.entry_table import EntrySummary
    from echoforensics.case.store import Store
    from echoforensics.case.vault import Vault
    from echoforensics.evidence.volumes.disk import Disk
    from echoforensics.extraction.placement import Owner, Placement

#: Kinds of finds that show by themselves that they are whole, and that no recording holds.
_NO_SOUND = frozenset(("gzip member", "SQLite database"))


class CarvedFiles(NamedTuple):
    """The new carved files as entries, and the number of skipped finds that are part of files that were read."""

    entries: list[Entry]
    passed_over: int


def entries_of(carved: Sequence[Carved], disk: Disk, store: Store, vault: Vault, placement: Placement) -> CarvedFiles:
    """Make entries of new carved files.

    It skips: a file that was read, found again by its own format; a piece of a recording that was read whole
    as a file; anything inside an archive that was opened; records in a file that a parser reads; records, and
    headerless sound, inside something larger that was carved; finds in compressed content of files that
    were listed.

    Args:
        carved: carved finds, in order of place.
        disk: the disk they were found on.
        store: the case, with the entries of the disk's files.
        vault: its copies of the files that are read.
        placement: location of these files' content.

    Raises:
        CaseDiskError: a copy cannot be read.
    """
    owners = placement.owners([each.offset for each in carved])
    recordings = whole_recordings(owners.values(), store, vault, placement)
    entries: list[Entry] = []
    passed = 0
    outer, in_sound = 0, False
    packed = Ranges(disk.packed())
    for each in carved:
        owner = owners.get(each.offset)
        within = each.offset < outer and (each.is_record or each.is_bare) and not (in_sound and _is_no_sound(each))
        passed_over = within or recordings.hold(each.ranges)
        # A size read from compressed bytes may by chance reach beyond them.
        is_packed = packed.hold([(each.offset, 1)])
        where = None if passed_over else _where(each, owner, store, is_packed=is_packed)
        if where is None:
            passed += 1
            continue
        if not each.is_bare:
            end = each.ranges[0][0] + each.ranges[0][1]
            outer, in_sound = max(outer, end), not each.is_record if end >= outer else in_sound
        entries.append(entry_of(each, disk.folder_at(each.offset), where, disk.media))
    return CarvedFiles(entries, passed)


def _is_no_sound(carved: Carved) -> bool:
    """Whether a find is in no recording: where it lies in one as long as its header says, that one is fragmented."""
    return carved.kind in _NO_SOUND and carved.grade is Grade.WHOLE


def _where(carved: Carved, owner: Owner | None, store: Store, *, is_packed: bool) -> str | None:
    """Return what contains it; None if it is only part of what was read, or is in compressed content."""
    if owner is None:
        return None if is_packed else "outside the files that were listed"
    entry = entry_summary(store, owner.entry)
    if is_packed and entry.state == EntryState.DELETED:
        return None
    if owner.in_slack:
        return f"in the slack behind {entry.path}"
    if _is_read(carved, owner, entry):
        return None
    return f"in the {entry.state} file {entry.path}, from its byte {owner.at} on"


def _is_read(carved: Carved, owner: Owner, entry: EntrySummary) -> bool:
    """Whether a find that begins in an entry's content is read with that entry."""
    if carved.is_bare or any(name.startswith(OPENED) for name in entry.read_by):
        # An archive's members were read from it, even if it is fragmented and a find would run on into other content.
        return True
    # A file that no parser reads is searched for utterance ids, but not for whole records.
    others = (Tamper.name,) if carved.kind == UTTERANCE_ID else (Tamper.name, NAME)
    read = any(name not in others for name in entry.read_by)
    if owner.at == 0:
        return read or carved.length == entry.size
    return carved.is_record and read
