"""Joins records of the same utterance, and recordings to the records they belong to.

Every join is stored with its basis, one sentence, so that a reader can check it. Where the evidence allows
two answers, nothing is joined. Joins are made for one evidence item at a time, from it and the items before it.
Records are grouped by shared keys before any two are compared, so that the work grows with their number.
"""

from __future__ import annotations

import json
from collections import defaultdict
from functools import reduce
from itertools import groupby, islice
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING

from echoforensics.case.exhibits.join_table import (
    Join,
    KeySummary,
    add_spoken,
    asked,
    begin_item,
    changed_streams,
    groups,
    keep_summaries,
    keys_of_answers,
    list_answers,
    list_asking,
    named_by_keys,
    places_naming,
    requests,
    set_join,
    set_spoken,
)
from echoforensics.case.interactions.record_names import named_in_words
from parsers.utterance import UtteranceId

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from echoforensics.case.exhibits.join_table import NamedByKey, RequestOfKey, Spoken
    from echoforensics.case.store import Store

#: Kinds of keys that identify the request for an API answer.
_REQUEST_KEYS = ("saved-as:", "content-sha1:")
#: Places whose stream is set at once.
_AT_ONCE = 1000


def correlate(store: Store, evidence: int) -> None:
    """Make the joins for an evidence item. Runs inside the caller's batch of writes, and can be repeated.

    Records its changes in the tables ``changed_places`` and ``changed_streams``, for the numbering.
    """
    begin_item(store, evidence)
    list_asking(store, evidence)
    keep_summaries(store, _summaries(named_by_keys(store)))
    _join_utterances(store)
    naming = (
        (utterance.uuid, place, utterance.segment)
        for place, text in places_naming(store, evidence)
        if (utterance := UtteranceId.parse(text))
    )
    while some := list(islice(naming, _AT_ONCE)):
        add_spoken(store, some)
        store.made(len(some))
    _join_recordings(store)
    list_answers(store)
    _join_requests(store)


def _summaries(named: Iterable[NamedByKey]) -> Iterator[KeySummary]:
    for key, found in groupby(named, key=attrgetter("key")):
        yield reduce(_both, (_summary(key, one) for one in found))


def _summary(key: str, named: NamedByKey) -> KeySummary:
    utterance = UtteranceId.parse(named.utterance_id)
    stream = utterance.uuid if utterance else None
    return KeySummary(key, stream, named.utterance_id, named.path, named.locator, named.utterance_id)


def _both(first: KeySummary, other: KeySummary) -> KeySummary:
    """Combine the summaries of two keys; the first one's place is kept."""
    stream = first.stream if first.stream == other.stream else None
    return first._replace(stream=stream, text=first.text if first.text == other.text else None)


def _join_utterances(store: Store) -> None:
    """Give records without an utterance id the one of a record with a shared key."""
    answers = groupby(asked(store), key=attrgetter("group"))
    answer = next(answers, None)
    for group, places in groupby(groups(store), key=itemgetter(0)):
        join = None
        if answer and answer[0] == group:
            join = _utterance(reduce(_both, (found.summary for found in answer[1])))
            answer = next(answers, None)
        for _, place, former in places:
            if join or former:
                _give_utterance(store, place, join, former)
                store.made(1)


def _utterance(named: KeySummary) -> Join | None:
    first = UtteranceId.parse(named.first)
    if named.stream is None or first is None:
        return None
    basis = f"shares the {named_in_words(named.key)} with {_place(named.path, named.locator)}"
    return Join("utterance_id", named.text or _without_segment(first), basis)


def _give_utterance(store: Store, place: int, join: Join | None, before: str | None) -> None:
    former = UtteranceId.parse(before or "")
    set_join(store, place, "utterance_id", join)
    now = UtteranceId.parse(join.value) if join else None
    if former and not now:
        set_join(store, place, "recording", None)
    if now != former:
        set_spoken(store, place, now.uuid if now else "", now.segment if now else None, former.uuid if former else None)


def _join_recordings(store: Store) -> None:
    """Give each record the recording of its utterance: of its segment, else of the whole stream."""
    for _, found in groupby(changed_streams(store), key=attrgetter("stream")):
        spoken = list(found)
        recordings: dict[int | None, set[str]] = defaultdict(set)
        for one in spoken:
            if one.recording:
                recordings[one.segment].add(one.recording)
        for one in spoken:
            if not one.recording:
                set_join(store, one.place, "recording", _recording(one, recordings))
                store.made(1)


def _recording(spoken: Spoken, recordings: dict[int | None, set[str]]) -> Join | None:
    for segment, what in ((spoken.segment, "the same utterance id"), (None, "the id of the same stream")):
        if len(chosen := recordings.get(segment, ())) == 1:
            return Join("recording", next(iter(chosen)), f"the recording carries {what}")
    return None


def _join_requests(store: Store) -> None:
    """Give answers without a time the time of the client's request, if a list records it."""
    found: dict[str, RequestOfKey | None] = {}
    for request in requests(store):
        known = found.setdefault(request.key, request)
        if known and known.recorded != request.recorded:
            found[request.key] = None  # asked for more than once
    for place, keys in groupby(keys_of_answers(store), key=itemgetter(0)):
        held = [key for _, key in keys if key in found]
        join = None
        for kind in _REQUEST_KEYS:
            chosen = [found[key] for key in held if key.startswith(kind)]
            first = min(filter(None, chosen), key=lambda one: (one.path, one.locator, one.key), default=None)
            if first and all(one and one.recorded == first.recorded for one in chosen):
                join = _request(first)
                break
        set_join(store, place, "timestamp", join)
        store.made(1)


def _request(request: RequestOfKey) -> Join:
    stamp = {
        "description": request.description, "recorded": request.recorded, "clock": request.clock,
        "timestamp": request.timestamp, "note": request.note,
    }  # fmt: skip
    basis = f"the answer shares the {named_in_words(request.key)} with {_place(request.path, request.locator)}"
    return Join("timestamp", json.dumps(stamp, ensure_ascii=False, sort_keys=True), basis)


def _without_segment(utterance: UtteranceId) -> str:
    return utterance.text if utterance.segment is None else utterance.text.rpartition("/")[0]


def _place(path: str, locator: str) -> str:
    name = path.rpartition("/")[2]
    return f"{locator} of {name}" if locator else name
