"""Texts in TOML as values of JSON."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.formats.toml_text import MAX_LENGTH, toml_value


def test_tables_lists_and_dates_are_read() -> None:
    first = '# kept\ntitle = "a"\n\n[[records]]\nat = 2024-01-01T09:23:51Z\n'
    assert toml_value(first + "day = 2024-01-01\n\n  [records.device]\n  n = 7\n") == {
        "title": "a",
        "records": [{"at": "2024-01-01T09:23:51+00:00", "day": "2024-01-01", "device": {"n": 7}}],
    }


@pytest.mark.parametrize(
    "text", ["", "[12:00] a log\n", "a = 1\nb: 2\n", '{"a": 1}', "a = 1\n" + "#" * MAX_LENGTH, "a = " + "[" * 9000]
)
def test_other_texts_are_none(text: str) -> None:
    assert toml_value(text) is None


@given(st.text(max_size=60))
def test_any_text_is_read_or_none(text: str) -> None:
    toml_value(f"a = {text}")
