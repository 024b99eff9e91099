"""Rows: one for each time a record holds, numbered as exhibits.

Numbers follow the order in which evidence was taken in, then path, then place within the file. They depend
on nothing else, so the same evidence gives the same numbers again. A record has its rows once, numbered where it is met
first: the same file again is one more place of its records, not more records. What was joined to the record at one of
its places is said in its rows; where different things were joined at different places, it has rows for each. An empty
file is no copy of another.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from echoforensics.case.row_table import (
    NewRow,
    PlacedRecord,
    add_row,
    clear_rows,
    corroborate,
    count_places,
    placed_records,
    places_of,
    places_of_recording,
    times_of,
)
from echoforensics.timeline.timestamps import RECORDING, RowTime, no_time, row_time, row_times
from parsers.times import iso
from parsers.utterance import UtteranceId

if TYPE_CHECKING:
    from echoforensics.case.store import Store

PREFIX = "EF-"
_EMPTY = hashlib.sha256(b"").hexdigest()


def number_rows(store: Store) -> None:
    """Make the rows of a case again. Runs inside the caller's transaction, after the joins are made."""
    clear_rows(store)
    number = 0
    known: set[str] = set()
    for met in placed_records(store):
        for placed in _shown(store, met, known):
            for time in _times(store, placed):
                number += 1
                add_row(store, _row(f"{PREFIX}{number:07}", placed, time), placed.fields)
    corroborate(store)


def _shown(store: Store, met: PlacedRecord, known: set[str]) -> list[PlacedRecord]:
    """The places for which a record has rows: none where it was met before."""
    if met.data_type.startswith(RECORDING):
        if met.sha256 in known:
            return []
        known.add(met.sha256)
        shown = places_of_recording(store, met.sha256)[0]
        return [_described(shown._replace(places=count_places(store, met.sha256)))]
    if met.places == 1:
        return [met]
    if met.sha256 == _EMPTY:
        # Nothing is in it: what its record says is said of its path, and two paths are two things.
        return [met._replace(places=1)]
    if met.record in known:
        return []
    known.add(met.record)
    return _told_apart(places_of(store, met.record))


def _told_apart(places: list[PlacedRecord]) -> list[PlacedRecord]:
    """The first place of each different thing that was joined to a record; what says less than another is left out."""
    first: dict[tuple[str | None, ...], PlacedRecord] = {}
    for placed in places:
        first.setdefault((placed.utterance_id, placed.recording, placed.joined_timestamp), placed)
    return [
        placed
        for joined, placed in first.items()
        if not any(other != joined and _says_all(other, joined) for other in first)
    ]


def _says_all(other: tuple[str | None, ...], joined: tuple[str | None, ...]) -> bool:
    """Whether one outcome of joins holds all that another holds."""
    return all(value in (None, held) for value, held in zip(joined, other, strict=True))


def _row(exhibit: str, placed: PlacedRecord, time: RowTime) -> NewRow:
    return NewRow(
        exhibit=exhibit,
        place_id=placed.place,
        record=placed.record,
        timestamp=time.timestamp,
        datetime=time.datetime,
        timestamp_desc=time.timestamp_desc,
        message=placed.message,
        data_type=placed.data_type,
        recorded_time=time.recorded_time,
        clock=time.clock,
        device_serial=placed.device_serial,
        device_type=placed.device_type,
        account=placed.account,
        person=placed.person,
        utterance_id=placed.utterance_id,
        transcript=placed.transcript,
        recording=placed.recording,
        evidence=placed.evidence,
        path=placed.path,
        locator=time.locator,
        sha256=placed.sha256,
        parser=placed.parser,
        parser_version=placed.parser_version,
        places=placed.places,
    )


def _times(store: Store, placed: PlacedRecord) -> list[RowTime]:
    """The times of a record: its own, else one joined to it, else one row without a time."""
    own = [
        row_time(time.description, time.recorded, time.clock, time.timestamp, time.locator or placed.locator)
        for time in times_of(store, placed.record)
    ]
    found = row_times(placed.data_type, placed.utterance_id, placed.locator, own)
    if not found and placed.joined_timestamp:
        joined = json.loads(placed.joined_timestamp)
        stated = (joined["description"], joined["recorded"], joined["clock"], joined["timestamp"])
        found.append(row_time(*stated, placed.locator))
    return found or [no_time(placed.locator)]


def _described(placed: PlacedRecord) -> PlacedRecord:
    """Say in a recording's message where else its bytes lie, and by what it is tied to an utterance."""
    if placed.places > 1:
        what = f"The same bytes lie at {placed.places} places in the evidence."
        placed = placed._replace(message=f"{placed.message} {what}")
    if placed.basis and placed.utterance_id and (utterance := UtteranceId.parse(placed.utterance_id)):
        when = (iso(utterance.timestamp) or "")[:19].replace("T", " ")
        placed = placed._replace(
            message=f"{placed.message} It is tied to the utterance of {when} UTC: it {placed.basis}.",
            device_serial=placed.device_serial or utterance.serial,
            device_type=placed.device_type or utterance.source,
        )
    return placed
