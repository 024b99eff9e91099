"""Arbitrary and mutated answers of every kind: nothing is raised, every locator leads into the file."""

from __future__ import annotations

import copy
import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parsers.alexa_api.answers.responses import kinds, read
from parsers.alexa_api.api_json import ApiJson
from parsers.alexa_api.items.body import Body, JsonPlaces, ResponseParser
from parsers.alexa_export.routines import AlexaExportRoutines
from parsers.locator import resolve
from parsers.parser import Parser, Source
from parsers.record import Issue, Record

_quick = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
_plain = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20)
    | st.sampled_from([0, -1, 1704101037307, "2024-01-02T03:04:05Z", "2024-02-30T00:00:00Z", "[1,2", '{"a": {}}'])
)  # fmt: skip
_KEYS = sorted(
    {key for kind in kinds() for keys in kind.telltales for key in keys}
    | {part for kind in kinds() for place in kind.lists for part in place if part != "*"}
    | {"data", "command", "payload", "key", "entryId", "features", "properties", "value", "timestamp", "time", "text"}
)
_any = st.recursive(
    _plain,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=6),
    max_leaves=25,
)
STREAM = "A0SAMPLETYPE1:1.0/2024/01/01/09/DEVICE_UNSPECIFIED/23:51::TNIH_2V.0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0ZXV"
SAMPLES: list[object] = [
    {"conversationTurns": [{"role": "USER", "text": "x", "timestamp": 1704101037307, "utteranceId": STREAM}]},
    {"deviceStates": [{"entity": {"entityId": "e"}, "capabilityStates": ['{"name": "n", "timeOfSample": "x"}']}]},
    {"data": {"a": {"endpoints": [{"endpointId": "e", "features": [{"properties": [{"timeOfSample": "x"}]}]}]}}},
    {"command": "PUSH_ACTIVITY", "payload": '{"key": {"entryId": "1#A#B", "registeredUserId": "C"}}'},
    {"directive": {"payload": {"renderingUpdates": [{"resourceMetadata": '{"command": "PUSH_X", "payload": "{}"}'}]}}},
    {"alexaHistoryRecords": [{"activityKey": "A#1#B#C", "deviceInfo": [], "personsInfo": {}}], "paginationToken": "p"},
    {"messages": [{"messageId": 1, "sender": "s", "type": "t", "time": "x", "payload": {"text": "x"}}]},
    [{"block": "data", "contents": [{"contents": [{"productDetails": {}, "productMetadata": {}, "title": "x"}]}]}],
    [{"automationId": "a", "sequence": {}, "triggers": [], "creationTimeEpochMillis": 1704101037307}],
]  # fmt: skip


def _check(found: list[Record | Issue], content: bytes) -> None:
    for item in found:
        resolve(io.BytesIO(content), item.locator)
        if isinstance(item, Issue):
            assert len(item.excerpt) <= 64
            continue
        json.dumps(dict(item.fields), allow_nan=False)
        assert item.message.endswith((".", '"'))
        for timestamp in item.timestamps:
            resolve(io.BytesIO(content), timestamp.locator)


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
@_quick
@given(value=_any)
def test_any_value_given_to_a_kind(kind: ResponseParser, value: object) -> None:
    content = json.dumps(value).encode()
    kind.fits(value)
    kind.is_empty(value)
    _check(list(kind.parse_body(Body(value, "file", JsonPlaces()))), content)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(value=_any)
def test_any_value_gives_at_least_one_record(value: object) -> None:
    found = list(read(Body(value, "file", JsonPlaces())))
    assert any(isinstance(item, Record) for item in found)
    _check(found, json.dumps(value).encode())


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_mutated_samples(data: st.DataObject) -> None:
    value = copy.deepcopy(data.draw(st.sampled_from(SAMPLES)))
    holders: list[dict[str, object] | list[object]] = []
    stack: list[object] = [value]
    while stack:
        here = stack.pop()
        if isinstance(here, (dict, list)) and here:
            holders.append(here)
            stack.extend(here.values() if isinstance(here, dict) else here)
    holder = data.draw(st.sampled_from(holders))
    put = data.draw(_any)
    if isinstance(holder, dict):
        holder[data.draw(st.sampled_from(sorted(holder)))] = put
    else:
        holder[data.draw(st.integers(0, len(holder) - 1))] = put
    content = json.dumps(value).encode()
    _check(list(ApiJson().parse(Source.of(content))), content)


@pytest.mark.parametrize("parser", [ApiJson(), AlexaExportRoutines()], ids=lambda parser: parser.name)
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_mutated_and_arbitrary_bytes(parser: Parser, data: st.DataObject) -> None:
    content = bytearray(json.dumps(data.draw(st.sampled_from(SAMPLES))).encode())
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(content)))
        content[at : at + data.draw(st.integers(0, 30))] = data.draw(
            st.binary(max_size=8) | st.sampled_from([b'"', b"}", b"{", b"[", b"]", b",", b"\0", b"null"])
        )
    source = Source.of(bytes(content), "Alexa/Routines-4.json")
    parser.claims(source)
    _check(list(parser.parse(source)), bytes(content))
