"""Numbers rows as exhibits: one for each time of a record.

Evidence items are numbered one after another, in the order of intake, each as though it had been
added alone; within one, numbers follow path, then place within the file. They depend on nothing else, so the same
evidence gives the same numbers again. A row keeps its number forever: added evidence appends rows, and changes
only the rows of records that get another place or another join from it.

A record has its rows once, numbered where it occurs first: the same file again adds a place to its records, not
more records. The rows of a record show its joins at one of its places; if places have different joins, it has rows
for each. Empty files do not count as copies of each other.
"""

from __future__ import annotations

import hashlib
import json
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from echoforensics.case.added_records.addition_table import place_waiting
from echoforensics.case.exhibits.exhibit_table import (
    NewExhibit,
    PlacedRecord,
    add_exhibit,
    add_plain,
    change_exhibit,
    changed_records,
    count_places,
    entries_to_number,
    exhibits_of,
    has_exhibit,
    is_plain,
    items_to_number,
    last_numbered,
    note_places,
    placed_in,
    places_of,
    places_of_recording,
    recording_has_exhibit,
    set_numbered,
    time_kind,
    times_of,
)
from echoforensics.case.store import BATCH
from echoforensics.timeline.correlation import correlate
from echoforensics.timeline.timestamps import NO_TIME, RECORDING, row_time, row_times
from parsers.times import iso
from parsers.utterance import UtteranceId

if TYPE_CHECKING:
    from echoforensics.case.exhibits.exhibit_table import EntryToNumber, KnownExhibit
    from echoforensics.case.store import Store

_EMPTY = hashlib.sha256(b"").hexdigest()


def number_rows(store: Store) -> None:
    """Join and number the new records of a case: every evidence item that was read completely.

    Opens transactions of its own, of limited size. After a killed run, another call continues.
    """
    for item in items_to_number(store):
        store.begin()
        correlate(store, item.id)
        _Numbering(store, item.id).run()
        store.commit()
        # Added records that followed the last item follow this one again.
        with store.transaction():
            place_waiting(store)


class _Numbering:
    """The numbering of one evidence item."""

    def __init__(self, store: Store, evidence: int) -> None:
        self._store = store
        self._evidence = evidence
        self._before, last = last_numbered(store)
        # After a killed run, skip what it numbered.
        self._resumed = last > self._before
        self._recordings: set[str] = set()

    def run(self) -> None:
        store = self._store
        for entry in entries_to_number(store, self._evidence):
            self._entry(entry)
        for record in changed_records(store, self._before):
            self._change(record)
            store.made(1)
        set_numbered(store, self._evidence)

    def _entry(self, entry: EntryToNumber) -> None:
        store = self._store
        if entry.copied:
            note_places(store, entry.id)
        elif not self._resumed and is_plain(store, entry.id):
            no_time = time_kind(store, NO_TIME, "unknown")
            for start in range(0, entry.last + 1, BATCH):
                add_plain(store, entry.id, range(start, start + BATCH), no_time)
                store.made(min(BATCH, entry.last + 1 - start))
            return
        for placed in placed_in(store, entry):
            if not self._is_known(placed):
                for shown in _shown(store, placed):
                    self._add(shown)
            store.made(1)

    def _is_known(self, placed: PlacedRecord) -> bool:
        """Whether a record has rows, or, for a recording, one with the same bytes has."""
        if placed.data_type.startswith(RECORDING):
            if placed.sha256 in self._recordings or recording_has_exhibit(self._store, placed.sha256):
                return True
            self._recordings.add(placed.sha256)
            return False
        return has_exhibit(self._store, placed.record, placed.place if placed.sha256 == _EMPTY else None)

    def _add(self, placed: PlacedRecord) -> None:
        for exhibit in _exhibits(self._store, placed):
            add_exhibit(self._store, exhibit)

    def _change(self, record: int) -> None:
        """Update the rows of a record, and add new ones."""
        known = exhibits_of(self._store, record)
        places = {placed.place: placed for placed in places_of(self._store, record)}
        first = places[known[0].place]
        if first.sha256 == _EMPTY and not first.data_type.startswith(RECORDING):
            for place, exhibits in groupby(sorted(known, key=attrgetter("place", "number")), key=attrgetter("place")):
                self._rewrite(list(exhibits), places[place]._replace(places=1))
            return
        wanted = _shown(self._store, first)
        for place in dict.fromkeys(exhibit.place for exhibit in known):
            now = _outcome(places[place])
            taken = next((shown for shown in wanted if _says_all(_outcome(shown), now)), None)
            if first.data_type.startswith(RECORDING):
                taken = wanted[0] if wanted else None
            if taken:
                wanted.remove(taken)
            self._rewrite([exhibit for exhibit in known if exhibit.place == place], taken or places[place])
        for shown in wanted:
            self._add(shown)

    def _rewrite(self, known: list[KnownExhibit], placed: PlacedRecord) -> None:
        """Update exhibits with the content of a record at a place; add exhibits for the rest."""
        found = _exhibits(self._store, placed)
        own = {exhibit.time: exhibit for exhibit in found if exhibit.time is not None}
        others = [exhibit for exhibit in found if exhibit.time is None]
        for exhibit in known:
            now = None if exhibit.time is None else own.pop(exhibit.time, None)
            if now is None:
                now = others.pop(0) if others else _no_time(self._store, found[0])
            change_exhibit(self._store, exhibit.number, now)
        for more in (*own.values(), *others):
            add_exhibit(self._store, more)


def _shown(store: Store, met: PlacedRecord) -> list[PlacedRecord]:
    """The places for which a record gets rows."""
    if met.data_type.startswith(RECORDING):
        shown = places_of_recording(store, met.sha256)[0]
        return [shown._replace(places=count_places(store, met.sha256))]
    if met.places == 1:
        return [met]
    if met.sha256 == _EMPTY:
        # The file is empty: its record is about its path, and two paths are two things.
        return [met._replace(places=1)]
    return _told_apart(places_of(store, met.record))


def _told_apart(places: list[PlacedRecord]) -> list[PlacedRecord]:
    """The first place of each distinct set of joins of a record; sets contained in another are left out."""
    first: dict[tuple[str | None, ...], PlacedRecord] = {}
    for placed in places:
        first.setdefault(_outcome(placed), placed)
    return [
        placed
        for joined, placed in first.items()
        if not any(other != joined and _says_all(other, joined) for other in first)
    ]


def _outcome(placed: PlacedRecord) -> tuple[str | None, ...]:
    """The joins of a record at a place."""
    return (placed.joined_utterance, placed.recording, placed.joined_timestamp)


def _says_all(other: tuple[str | None, ...], joined: tuple[str | None, ...]) -> bool:
    """Whether one set of joins contains another."""
    return all(value in (None, held) for value, held in zip(joined, other, strict=True))


def _exhibits(store: Store, placed: PlacedRecord) -> list[NewExhibit]:
    """The rows of a record at a place: for its own times, else for a joined time, else one without a time."""
    base = _no_time(store, _described(placed))
    kept = times_of(store, placed.record)
    found = [
        base._replace(
            time=own.ordinal, time_kind=time_kind(store, own.description, own.clock, own.note), timestamp=own.timestamp
        )
        for own in kept
    ]
    own_times = [row_time(own.description, own.recorded, own.clock, own.timestamp, "") for own in kept]
    given = row_times(placed.data_type, placed.utterance_id or placed.joined_utterance, "", own_times)[len(kept) :]
    if not kept and not given and placed.joined_timestamp:
        joined = json.loads(placed.joined_timestamp)
        given = [row_time(joined["description"], joined["recorded"], joined["clock"], joined["timestamp"], "")]
    for time in given:
        kind = time_kind(store, time.timestamp_desc, time.clock)
        found.append(base._replace(time_kind=kind, timestamp=time.timestamp, recorded_time=time.recorded_time))
    return found or [base]


def _no_time(store: Store, described: NewExhibit) -> NewExhibit:
    """A row without a time."""
    kind = time_kind(store, NO_TIME, "unknown")
    return described._replace(time=None, time_kind=kind, timestamp=None, recorded_time=None)


def _described(placed: PlacedRecord) -> NewExhibit:
    """The common content of a record's rows at a place.

    A recording's message names the other places of its bytes, and the basis of its join to an utterance.
    """
    is_recording = placed.data_type.startswith(RECORDING)
    added, serial, device_type = "", None, None
    if is_recording and placed.places > 1:
        added = f" The same bytes lie at {placed.places} places in the evidence."
    spoken = UtteranceId.parse(placed.joined_utterance) if placed.joined_utterance and is_recording else None
    if spoken:
        when = (iso(spoken.timestamp) or "")[:19].replace("T", " ")
        added += f" It is tied to the utterance of {when} UTC: it {placed.basis}."
        serial = None if placed.device_serial else spoken.serial
        device_type = None if placed.device_type else spoken.source
    return NewExhibit(
        record=placed.record,
        kind=placed.kind,
        place_id=placed.place,
        time=None,
        time_kind=0,
        timestamp=None,
        places=placed.places,
        recorded_time=None,
        utterance_id=placed.joined_utterance,
        recording=None if is_recording else placed.recording,
        device_serial=serial,
        device_type=device_type,
        added=added or None,
    )
