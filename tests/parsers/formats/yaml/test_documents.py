"""YAML as values: what plain words mean, where values are, and texts that are hostile."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from parsers.formats.yaml.documents import MAX_DEPTH, YamlError, begins, documents

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=1, max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(min_size=1, max_size=8), PLAIN, max_size=4), st.booleans())
def test_what_pyyaml_writes_is_read(value: dict[str, object], as_unicode: bool) -> None:
    text = yaml.safe_dump(value, allow_unicode=as_unicode, sort_keys=False)
    (found,) = documents(text)
    assert found.value == value


def test_each_object_has_its_place() -> None:
    text = "# a note\nöffnen:\n  tür: {a: 1, b: [x, 2.5]}\nname: >-\n  two\n  words\n---\n- ~\n- yes\n"
    first, second = documents(text)
    assert first.value == {"öffnen": {"tür": {"a": 1, "b": ["x", 2.5]}}, "name": "two words"}
    assert second.value == [None, "yes"]
    assert {tokens: text[start:end] for tokens, (start, end) in first.spans.items() if len(tokens) > 1} == {
        ("öffnen", "tür"): "{a: 1, b: [x, 2.5]}",
        ("öffnen", "tür", "b"): "[x, 2.5]",
    }
    assert text[second.start : second.end].startswith("- ~")


def test_bytes_are_their_base64_and_tags_make_nothing() -> None:
    (found,) = documents(
        "body: !!binary |\n  H4sI\n  AAAA\nother: !!python/object/apply:os.system [x]\nat: 2024-01-01\n"
    )
    assert found.value == {"body": "H4sIAAAA", "other": ["x"], "at": "2024-01-01"}


@pytest.mark.parametrize(
    "text",
    [
        "a: [1", "a: b: c: [", "x: {" * (MAX_DEPTH + 2), "[" * 100_000, "a: \x00",
        'debug: {"a": 1}\ndebug: {"a": 2}\n',
        "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
            f"{name}: &{name} [{','.join([f'*{before}'] * 10)}]\n"
            for before, name in zip("abcdef", "bcdefg", strict=True)
        ),
    ],
)  # fmt: skip
def test_what_is_none_or_is_hostile_is_refused(text: str) -> None:
    with pytest.raises(YamlError):
        documents(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\na: 1\n", True), ("# x\n\n- a\n", True), ("request:\n  uri: x\n", True), ("'a b': 1\n", True),
        (json.dumps({"a": 1}), False), ("2024-01-01 10:00:00 debug: {}\n", False), ("<a>", False), ("", False),
    ],
)  # fmt: skip
def test_a_text_that_begins_like_yaml_is_tried(text: str, expected: bool) -> None:
    assert begins(text) is expected
