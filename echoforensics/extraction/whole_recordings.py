"""The location of recordings that were read whole, as files: finds within them are a part of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.case.entry_table import entry_summary
from echoforensics.errors import CaseDiskError
from echoforensics.evidence.entry import READ_ERRORS, EntryState
from echoforensics.extraction.placement import Ranges
from echoforensics.own_disk import cannot_read
from parsers.formats.audio.facts import AudioFacts
from parsers.formats.audio.formats import recognise
from parsers.parser import HEAD_SIZE
from parsers.recording.parser import RecordingParser

if TYPE_CHECKING:
    from collections.abc import Iterable

    from echoforensics.case.entry_table import EntrySummary
    from echoforensics.case.store import Store
    from echoforensics.case.vault import Vault
    from echoforensics.extraction.placement import Owner, Piece, Placement


#: Maximum size in practice of an MPEG audio, AAC or AMR frame. The last frame in a piece runs on into what
#: follows, and the first in the next piece may be found beyond a block of the file system in between.
_FRAME = 2048


class WholeRecordings:
    """The pieces of recordings that were read whole."""

    def __init__(self, pieces: Iterable[Piece]) -> None:
        """Take the pieces in any order."""
        known = list(pieces)
        self._ranges = Ranges((piece.start, piece.length) for piece in known)
        self._breaks = {piece.start + piece.length for piece in known if piece.goes_on}

    def hold(self, parts: Iterable[tuple[int, int]]) -> bool:
        """Whether ranges (byte offset, length in bytes) are in recordings, except for a frame that a piece cuts off."""
        return all(
            outside > start and outside in self._breaks and missing <= _FRAME
            for start, length in parts
            for outside, missing in self._ranges.outside(start, length)
        )


def whole_recordings(owners: Iterable[Owner], store: Store, vault: Vault, placement: Placement) -> WholeRecordings:
    """Find the pieces with the bytes of whole recordings.

    This counts allocated files that are one intact recording, up to its end, without their slack and without what
    follows the recording in its file. Files with holes are left out, as it is unknown which piece is their last.

    Args:
        owners: owners of the bytes in question.
        store: the case, with their entries.
        vault: the case's copies of their content.
        placement: location of their content.

    Raises:
        CaseDiskError: a copy cannot be read.
    """
    ends: dict[int, int] = {}
    for number in sorted({owner.entry for owner in owners if not owner.in_slack}):
        entry = entry_summary(store, number)
        if entry.state == EntryState.ALLOCATED and RecordingParser.name in entry.read_by:
            ends[number] = _end_of_recording(entry, vault)
    return WholeRecordings(placement.content({number: end for number, end in ends.items() if end}))


def _end_of_recording(entry: EntrySummary, vault: Vault) -> int:
    """The end of a whole recording in its file, in bytes; 0 if it is not one."""
    if entry.sha256 is None:
        return 0
    try:
        with vault.open(entry.sha256) as stream:
            known = recognise(stream.read(HEAD_SIZE), entry.path)
            facts = known.describe(stream, entry.size) if known else None
    except READ_ERRORS as error:
        raise CaseDiskError(cannot_read(vault.root, str(error))) from error
    return facts.end if isinstance(facts, AudioFacts) and facts.whole and not facts.damage else 0
