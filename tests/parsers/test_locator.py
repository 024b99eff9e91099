from __future__ import annotations

import contextlib
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.locator import LocatedBytes, LocatorError, at_bytes, at_json, at_line, join, resolve

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def _at(content: bytes, locator: str) -> LocatedBytes:
    return resolve(io.BytesIO(content), locator)


def test_ranges_and_lines() -> None:
    content = b"one\r\ntwo\n\nfour"
    assert _at(content, "") == LocatedBytes(content, 0)
    assert _at(content, at_bytes(5, 3)) == LocatedBytes(b"two", 5)
    assert [_at(content, at_line(n)) for n in (1, 2, 3, 4)] == [
        LocatedBytes(b"one", 0), LocatedBytes(b"two", 5), LocatedBytes(b"", 9), LocatedBytes(b"four", 10),
    ]  # fmt: skip
    assert _at(content, join(at_bytes(5, 9), at_line(3))) == LocatedBytes(b"four", 10)
    assert _at(content, join("", at_line(1), at_bytes(1, 2))) == LocatedBytes(b"ne", 1)


def test_json_inside_json() -> None:
    inner = json.dumps({"summary": 'say "who"', "ü": [1, {"a/b~c": 2}]}, ensure_ascii=False)
    content = "\ufeff {}".format(json.dumps({"x": [0, {"description": inner}]}, ensure_ascii=False)).encode()
    place = at_json("x", 1, "description")

    assert json.loads(_at(content, place).content) == inner
    found = _at(content, join(place, at_json("ü", 1, "a/b~c")))
    assert (found.content, found.offset) == (b"2", None)
    whole = _at(content, at_json("x", 1))
    assert whole.offset is not None
    assert content[whole.offset :].startswith(whole.content)


@given(value=JSON, data=st.data(), indent=st.none() | st.integers(0, 2))
def test_every_value_is_found_at_its_pointer(value: object, data: st.DataObject, indent: int | None) -> None:
    tokens: list[str | int] = []
    wanted = value
    while isinstance(wanted, (dict, list)) and wanted and data.draw(st.booleans()):
        keys = list(wanted) if isinstance(wanted, dict) else list(range(len(wanted)))
        token = data.draw(st.sampled_from(keys))
        tokens.append(token)
        wanted = wanted[token]
    content = json.dumps(value, indent=indent, ensure_ascii=False).encode("utf-8", "surrogatepass")

    if not tokens or isinstance(value, (dict, list)):
        found = _at(content, at_json(*tokens))
        assert json.loads(found.content.decode("utf-8", "surrogatepass")) == wanted
        assert found.offset is not None
        assert content[found.offset : found.offset + len(found.content)] == found.content


@pytest.mark.parametrize(
    "locator",
    [
        "line:0", "line:9", "line:x", "bytes:1", "bytes:0+99", "bytes:-1+2", "json:/x", "json:/0/1", "nowhere", "a:b",
        "line:1;line:5", "line:1;bytes:2+9", "json:;json:/a",
    ],
)  # fmt: skip
def test_what_leads_nowhere_says_so(locator: str) -> None:
    with pytest.raises(LocatorError):
        _at(b'["a"]\n', locator)


@given(content=st.binary(max_size=200), locator=st.text(max_size=40))
def test_nothing_raises_anything_else(content: bytes, locator: str) -> None:
    for text in (locator, f"json:/{locator}", f"line:1;json:/{locator}", f"bytes:0+{len(content)};json:/0"):
        with contextlib.suppress(LocatorError):
            _at(content, text)


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(LocatorError):
        _at(b"[" * 100_000, "json:/0/0")
