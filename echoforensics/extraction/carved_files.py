"""Which of what was carved is new: not a file that was read, nor a part of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from echoforensics.carving.space import entry_of
from echoforensics.carving.utterance import KIND as UTTERANCE_KIND
from echoforensics.case.entry_table import OPENED, entry_summary
from echoforensics.evidence.entry import Entry, EntryState
from echoforensics.extraction.placement import Ranges
from parsers.alexa_api.named_file import NAME
from parsers.tamper.tamper_signs import Tamper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from echoforensics.carving.carved import Carved
    from echoforensics.case.store import Store
    from echoforensics.evidence.volumes.disk import Disk
    from echoforensics.extraction.placement import Owner, Placement


@dataclass(frozen=True, slots=True)
class CarvedFiles:
    """What is new, as entries, and how many finds were passed over because they are part of files that were read."""

    entries: list[Entry]
    passed_over: int


def entries_of(carved: Sequence[Carved], disk: Disk, store: Store, placement: Placement) -> CarvedFiles:
    """Make entries of what is new.

    Passed over are: a file that was read, found once more by its own form; anything within an archive that was
    opened; records within a file that a parser reads; records, and sound without a header, within something larger
    that was carved; what lies in compressed content of files that were listed.

    Args:
        carved: what was carved, in order of place.
        disk: where.
        store: the case, with the entries of the disk's files.
        placement: where the content of these files lies.
    """
    owners = placement.owners([each.offset for each in carved])
    entries: list[Entry] = []
    passed = 0
    outer = 0
    packed = Ranges(disk.packed())
    for each in carved:
        owner = owners.get(each.offset)
        within = each.offset < outer and (each.is_record or each.is_bare)
        where = None if within else _where(each, owner, store, is_packed=packed.hold(each.ranges))
        if where is None:
            passed += 1
            continue
        if not each.is_bare:
            outer = max(outer, each.ranges[0][0] + each.ranges[0][1])
        entries.append(entry_of(each, disk.folder_at(each.offset), where, disk.media))
    return CarvedFiles(entries, passed)


def _where(carved: Carved, owner: Owner | None, store: Store, *, is_packed: bool) -> str | None:
    """In what it lies; None where it is no more than what was read already, or lies in compressed content."""
    if owner is None:
        return None if is_packed else "outside the files that were listed"
    path, state, size, readers = entry_summary(store, owner.entry)
    if is_packed and state == EntryState.DELETED:
        return None
    if owner.in_slack:
        return f"in the slack behind {path}"
    if carved.is_bare or any(name.startswith(OPENED) for name in readers):
        # An archive's members were read from it, also where it lies in pieces and a find would run on into others'.
        return None
    # A file that no parser reads is searched for ids of utterances; for whole records it is not.
    others = (Tamper.name,) if carved.kind == UTTERANCE_KIND else (Tamper.name, NAME)
    read = [name for name in readers if name not in others]
    if owner.at == 0 and (read or carved.length == size):
        return None
    if carved.is_record and read:
        return None
    return f"in the {state} file {path}, from its byte {owner.at} on"
