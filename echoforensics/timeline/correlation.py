"""Joining: which records speak of the same utterance, and which recording belongs to them.

Every join is kept with its basis, one sentence, so that a reader can check it. Where the evidence allows
two answers, nothing is joined.
"""

from __future__ import annotations

import json
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from echoforensics.case.join_table import (
    Join,
    SpokenPlace,
    add_join,
    clear_joins,
    list_spoken,
    named_utterances,
    naming_places,
    recordings_of_streams,
    requests,
)
from parsers.utterance import UtteranceId

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.join_table import NamingPlace
    from echoforensics.case.store import Store

#: Keys by which the request for an API answer is found.
_REQUEST_KEYS = ("saved-as:", "content-sha1:")


def correlate(store: Store) -> None:
    """Make the joins of a case again. Runs inside the caller's transaction.

    Leaves a temporary table ``spoken``: the stream and segment, own or joined, of every record at every place.
    """
    clear_joins(store)
    _join_utterances(store)
    list_spoken(store, _streams(naming_places(store)))
    _join_recordings(store)
    _join_requests(store)


def _join_utterances(store: Store) -> None:
    """Give records that name no utterance the one of a record with which they share a key."""
    for place, group in groupby(named_utterances(store), key=attrgetter("place")):
        candidates = list(group)
        parsed = [UtteranceId.parse(candidate.utterance_id) for candidate in candidates]
        if len({utterance.uuid if utterance else None for utterance in parsed}) != 1 or parsed[0] is None:
            continue
        texts = {candidate.utterance_id for candidate in candidates}
        text = texts.pop() if len(texts) == 1 else _without_segment(parsed[0])
        first = candidates[0]
        basis = f"shares the {_named(first.key)} with {_place(first.path, first.locator)}"
        add_join(store, place, Join("utterance_id", text, basis))


def _streams(named: Iterator[NamingPlace]) -> Iterator[SpokenPlace]:
    for place, text, data_type, sha256 in named:
        if utterance := UtteranceId.parse(text):
            yield SpokenPlace(place, utterance.uuid, utterance.segment, data_type, sha256)


def _join_recordings(store: Store) -> None:
    """Give each record the recording of its utterance: of its segment, else of the whole stream."""
    for place, group in groupby(recordings_of_streams(store), key=attrgetter("place")):
        candidates = list(group)
        segment = candidates[0].segment
        same = {candidate.sha256 for candidate in candidates if candidate.other == segment}
        whole = {candidate.sha256 for candidate in candidates if candidate.other is None}
        for chosen, what in ((same, "the same utterance id"), (whole, "the id of the same stream")):
            if len(chosen) == 1:
                add_join(store, place, Join("recording", chosen.pop(), f"the recording carries {what}"))
                break


def _join_requests(store: Store) -> None:
    """Give answers that hold no time the time at which the client asked for them, where a list keeps it."""
    for place, group in groupby(requests(store), key=attrgetter("place")):
        candidates = list(group)
        for kind in _REQUEST_KEYS:
            chosen = [candidate for candidate in candidates if candidate.key.startswith(kind)]
            if len({candidate.recorded for candidate in chosen}) == 1:
                first = chosen[0]
                stamp = {
                    "description": first.description, "recorded": first.recorded, "clock": first.clock,
                    "timestamp": first.timestamp, "note": first.note,
                }  # fmt: skip
                value = json.dumps(stamp, ensure_ascii=False, sort_keys=True)
                basis = f"the answer shares the {_named(first.key)} with {_place(first.path, first.locator)}"
                add_join(store, place, Join("timestamp", value, basis))
                break


def _without_segment(utterance: UtteranceId) -> str:
    return utterance.text if utterance.segment is None else utterance.text.rpartition("/")[0]


def _named(key: str) -> str:
    """A key in words. Folders are left out, so that the words do not depend on where a source was mounted."""
    kind, _, value = key.partition(":")
    value = value.rpartition("@")[0] or value
    if kind == "numbered-audio":
        return f"number {value.rpartition('#')[2]}"
    return f"{kind.replace('-', ' ')} {value}"


def _place(path: str, locator: str) -> str:
    name = path.rpartition("/")[2]
    return f"{locator} of {name}" if locator else name
