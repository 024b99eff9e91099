"""Arbitrary and mutated files: nothing is raised, every locator leads into the file."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parsers.alexa_api.answers.responses import kinds, read
from parsers.alexa_api.api_json import ApiJson
from parsers.alexa_api.items.body import Body, JsonPlaces
from parsers.captures.acquired_files import CiftAcquiredFiles
from parsers.captures.api_url_list import ApiUrlList
from parsers.captures.browser_copied_json import BrowserCopiedJson
from parsers.locator import resolve
from parsers.parser import Parser, Source
from parsers.record import Issue, Record

FIXTURES = Path(__file__).parent / "fixtures"
CARRIERS: list[tuple[Parser, str]] = [
    (ApiJson(), "request_pairs.json"),
    (BrowserCopiedJson(), "copied_activity.txt"),
    (ApiUrlList(), "api_list.txt"),
    (CiftAcquiredFiles(), "ACQUIRED_FILE.csv"),
]
_quick = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
_plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)


def _check(parser: Parser, content: bytes) -> None:
    source = Source.of(content, "folder/7.json")
    parser.claims(source)
    for item in parser.parse(source):
        assert isinstance(item, (Record, Issue))
        if isinstance(item, Issue):
            assert len(item.excerpt) <= 64
        else:
            json.dumps(dict(item.fields), allow_nan=False)
            assert item.message.endswith((".", '"'))
            for timestamp in item.timestamps:
                resolve(io.BytesIO(content), timestamp.locator)
        resolve(io.BytesIO(content), item.locator)


@pytest.mark.parametrize(("parser", "name"), CARRIERS)
@_quick
@given(data=st.data())
def test_arbitrary_bytes(parser: Parser, name: str, data: st.DataObject) -> None:
    start = data.draw(
        st.sampled_from([b"", b"{", b"[", b"{\nactivity: {\n", b"src_path,saved_path,sha1,saved_timestamp\n"])
    )
    _check(parser, start + data.draw(st.binary(max_size=400)))


@pytest.mark.parametrize(("parser", "name"), CARRIERS)
@_quick
@given(data=st.data())
def test_mutated_samples(parser: Parser, name: str, data: st.DataObject) -> None:
    content = bytearray((FIXTURES / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        length = data.draw(st.integers(0, 40))
        content[at : at + length] = data.draw(
            st.binary(max_size=8)
            | st.sampled_from([b'"', b"}", b"{", b"[", b"]", b",", b"\n", b"\0", b"null", b"\\u0000"])
        )
        if not content:
            break
    _check(parser, bytes(content))


@pytest.mark.parametrize(("parser", "name"), CARRIERS)
@_quick
@given(data=st.data())
def test_truncated_samples(parser: Parser, name: str, data: st.DataObject) -> None:
    content = (FIXTURES / name).read_bytes()
    _check(parser, content[: data.draw(st.integers(0, len(content)))])


@_quick
@given(data=st.data())
def test_values_of_unexpected_types_in_every_kind_of_answer(data: st.DataObject) -> None:
    pairs = json.loads((FIXTURES / "request_pairs.json").read_bytes())
    pair = data.draw(st.sampled_from(pairs))
    holders = []
    stack = [pair["response"]]
    while stack:
        value = stack.pop()
        holders.append(value)
        stack.extend(
            inner
            for inner in (value.values() if isinstance(value, dict) else value)
            if isinstance(inner, (dict, list)) and inner
        )
    holder = data.draw(st.sampled_from(holders))
    step = data.draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else range(len(holder))))
    nested = st.recursive(
        _plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    )
    holder[step] = data.draw(nested)
    _check(ApiJson(), json.dumps(pairs).encode())


@_quick
@given(
    st.recursive(
        _plain,
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    sorted({key for kind in kinds() for keys in kind.telltales for key in keys} | {"items"})
                ),
                inner,
                max_size=6,
            )
        ),
        max_leaves=30,
    )
)
def test_any_value_gives_at_least_one_record(value: object) -> None:
    found = list(read(Body(value, "file", JsonPlaces())))
    assert any(isinstance(item, Record) for item in found)
