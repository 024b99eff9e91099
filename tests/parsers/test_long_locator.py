"""Locators lead into files that are longer than what a step may give."""

from __future__ import annotations

import io
import json

import pytest

from parsers import locator
from parsers.formats.json import large_value
from parsers.locator import LocatorError, resolve

VALUE = {
    "a": [{"b": number, "text": f"ö {number}"} for number in range(200)],
    "~/": {"deep": [[1, 2], ["x" * 900, {"y": "z"}]]},
    "end": "last",
}
PLACES = ("/a/0", "/a/199/text", "/~0~1/deep/1/1/y", "/end", "/~0~1/deep/1/0")


@pytest.fixture(autouse=True)
def _lower_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locator, "MAX_STEP_BYTES", 1000)
    monkeypatch.setattr(large_value, "WINDOW", 128)


def _at(pointer: str) -> object:
    value: object = VALUE
    for token in locator._tokens(pointer):
        value = value[token] if isinstance(value, dict) else value[int(token)]  # type: ignore[index]
    return value


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("before", ["", "\ufeff", ")]}'\n"])
def test_a_pointer_leads_into_a_long_file(place: str, before: str) -> None:
    content = (before + json.dumps(VALUE, ensure_ascii=False, indent=1)).encode()
    guarded = len(before) if before.startswith(")") else 0
    prefix = f"bytes:{guarded}+{len(content) - guarded};" if guarded else ""
    found = resolve(io.BytesIO(content), f"{prefix}json:{place}")
    assert json.loads(found.content) == _at(place)
    assert found.offset is not None
    assert content[found.offset :].startswith(found.content)


@pytest.mark.parametrize("encoding", ["utf-16le", "utf-16be", "utf-32le"])
def test_a_pointer_leads_into_a_long_file_of_wide_characters(encoding: str) -> None:
    content = json.dumps(VALUE, ensure_ascii=False).encode(encoding)
    found = resolve(io.BytesIO(content), f"coding:{encoding};json:/a/150")
    assert json.loads(found.content) == VALUE["a"][150]  # type: ignore[index]
    assert found.offset is None


def test_of_equal_names_the_last_is_meant() -> None:
    content = b'{"a": [1], "b": [' + b"0, " * 500 + b'1], "a": [2]}'
    assert resolve(io.BytesIO(content), "json:/a/0").content == b"2"


@pytest.mark.parametrize("place", ["/b", "/a/200", "/a/x", "/end/0", "/a/0/b/1"])
def test_a_place_that_is_not_there_is_an_error(place: str) -> None:
    content = json.dumps(VALUE).encode()
    with pytest.raises(LocatorError):
        resolve(io.BytesIO(content), f"json:{place}")
