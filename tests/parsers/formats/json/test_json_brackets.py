"""Which brackets enclose a key, distinguished from the key outwards."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.formats.json import brackets
from parsers.formats.json.brackets import MAX_AFTER, MAX_BEFORE, MAX_NESTED, MAX_OPEN, Bracket, segment

KEY = b'"cardType"'
KEYS = frozenset({KEY})


class _Counted:
    """Bytes that count how many are asked of them."""

    def __init__(self, content: bytes) -> None:
        self.size = len(content)
        self.bytes = 0
        self._content = content

    def read(self, at: int, size: int) -> bytes:
        piece = self._content[at : at + size] if at >= 0 else b""
        self.bytes += len(piece)
        return piece


def _around(content: bytes, number: int = 0) -> list[tuple[bytes, bool]] | None:
    """The text of each bracket around a key, the innermost first, and whether more is known to enclose it.

    Of a bracket without an end the text is its sign alone. None if the key is in no bracket.
    """
    at = -1
    for _ in range(number + 1):
        at = content.index(KEY, at + 1)
    bracket = segment(_Counted(content), at, KEYS).keys.get(at)
    if bracket is None:
        return None
    found = []
    each: Bracket | None = bracket
    while each is not None:
        assert content[each.start : each.start + 1] == each.sign
        found.append((content[each.start : each.end] if each.end > 0 else each.sign, each.within))
        each = each.parent
    return found


@pytest.mark.parametrize("before", [b"", b"\0", b"\xff", b"words ", b'a "quoted" log ', b"}", b"7", b'"'])
@pytest.mark.parametrize("after", [b"", b"\0", b"\xff", b" words", b' a "quoted" log', b"{", b"7", b'"'])
def test_the_object_of_a_key_in_whatever_stands_around(before: bytes, after: bytes) -> None:
    assert _around(before + b'{"cardType":1}' + after) == [(b'{"cardType":1}', False)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b'[{"a":[1,{}],"cardType":[]},2]', [b'{"a":[1,{}],"cardType":[]}', b'[{"a":[1,{}],"cardType":[]},2]']),
        (b'{"a":{ "cardType" : null }\n}', [b'{ "cardType" : null }', b'{"a":{ "cardType" : null }\n}']),
        (b'{"a":"}{][\\"\\\\","cardType":"}"}', [b'{"a":"}{][\\"\\\\","cardType":"}"}']),
        (b'{"a":"\\\\\\\\","b":"\\\\\\"","cardType":1}', [b'{"a":"\\\\\\\\","b":"\\\\\\"","cardType":1}']),
        (b'{"a":-1.5e+10,"b":true,"c":false,"cardType":1}', [b'{"a":-1.5e+10,"b":true,"c":false,"cardType":1}']),
        ('{"ä":"日本","cardType":"é"}'.encode(), ['{"ä":"日本","cardType":"é"}'.encode()]),
    ],
    ids=range(6),
)
def test_every_bracket_around_a_key(text: bytes, expected: list[bytes]) -> None:
    assert _around(b"\0" + text + b"\0") == [(each, False) for each in expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # The end of what encloses it is gone.
        (b'{"cards":[{"cardType":1},{"card', [(b'{"cardType":1}', False), (b"[", False), (b"{", False)]),
        (b'{"cards":[{"cardType":1', [(b"{", False), (b"[", False), (b"{", False)]),
        (b'{"cards":[{"cardType":"cut', [(b"{", False), (b"[", False), (b"{", False)]),
        # Its beginning is gone: within a text, a number, a list.
        (b'ext","b":[1,{"cardType":1}]}', [(b'{"cardType":1}', False), (b'[1,{"cardType":1}]', True)]),
        (b'"b":1},{"cardType":1}', [(b'{"cardType":1}', True)]),
        (b'\0:{"cardType":1}', [(b'{"cardType":1}', False)]),
        # A bracket that is closed by another sign closes nothing.
        (b'[{"cardType":1]]', [(b"{", False), (b"[", False)]),
        # Two values without a comma between them are not one text.
        (b'{"a":1}{"cardType":1}', [(b'{"cardType":1}', False)]),
        (b'"a"{"cardType":1}', [(b'{"cardType":1}', False)]),
        (b'{"cardType":1}{"a":1}', [(b'{"cardType":1}', False)]),
        # A list of which both ends are gone goes on behind a comma.
        (b'{"a":1},{"cardType":1},{"b":1}', [(b'{"cardType":1}', True)]),
    ],
    ids=range(11),
)
def test_of_a_text_that_is_cut_what_is_left_of_its_brackets(text: bytes, expected: list[tuple[bytes, bool]]) -> None:
    assert _around(text) == expected
    assert _around(b"\0" + text + b"\0") == expected


@pytest.mark.parametrize("text", [b'"cardType"', b',"cardType":1}', b'words "cardType": 1', b'"a":1,"cardType":1'])
def test_a_key_in_no_bracket_is_not_given(text: bytes) -> None:
    assert _around(text) is None


def test_a_second_key_is_found_with_the_first_and_not_one_within_a_text() -> None:
    content = b'[{"cardType":"\\"cardType\\":1"},{"x":{"cardType":2}}]'
    first, second = content.index(KEY), content.rindex(KEY)
    found = segment(_Counted(content), first, KEYS)

    assert sorted(found.keys) == [first, second]
    assert (found.at, found.end) == (first, len(content))
    assert found.keys[first].parent is not None
    assert content[found.keys[second].start : found.keys[second].end] == b'{"cardType":2}'


@pytest.mark.parametrize("size", [4000, 4096, 4097, 65_500, 65_536, 70_000])
def test_texts_longer_than_the_piece_that_is_looked_at_first(size: int) -> None:
    long = b'"' + b'x\\"' * (size // 3) + b'"'
    inner = b'{"a":' + long + b',"cardType":1,"b":' + long + b"}"
    text = b"[" + inner + b"]"

    assert _around(b"\0" + text + b"\0") == [(inner, False), (text, False)]


@pytest.mark.parametrize("depth", [1, MAX_OPEN - 1, MAX_OPEN, MAX_OPEN + 1, 500])
def test_no_more_brackets_are_open_than_the_bound(depth: int) -> None:
    found = _around(b"[" * (depth - 1) + b'{"cardType":1}' + b"]" * (depth - 1))

    assert found is not None
    assert len(found) == min(depth, MAX_OPEN)


@pytest.mark.parametrize("closed", [True, False])
def test_deep_nesting_after_a_key_ends_the_text_at_the_bound(closed: bool) -> None:
    depth = MAX_NESTED - 2 if closed else MAX_NESTED + 10
    text = b'{"cardType":' + b"[" * depth + b"]" * depth + b"}"
    found = _around(text)

    assert found == [(text if closed else b"{", False)]


@pytest.mark.parametrize(
    "hostile",
    [
        b"{" * (4 << 20),
        b"[" * (4 << 20),
        b'"' * (4 << 20),
        b"\\" * (4 << 20),
        b'\\"' * (2 << 20),
        b" " * (4 << 20),
        b"{}," * (1 << 17),
        b'"",' * (1 << 17),
        b"1" * (4 << 20),
    ],
    ids=range(9),
)
def test_hostile_runs_are_read_up_to_the_bounds_and_not_again(hostile: bytes) -> None:
    content = hostile + b'{"cardType":1,"x":' + hostile
    media = _Counted(content)
    segment(media, len(hostile) + 1, KEYS)

    # Each piece that is looked at is sixteen times as large as the one before; the last is what there is.
    assert len(hostile) < MAX_AFTER
    assert media.bytes < len(hostile) + 2 * MAX_BEFORE * 17 // 15


@given(st.binary(max_size=400), st.binary(max_size=400), st.booleans())
def test_arbitrary_bytes_never_raise_nor_lead_beyond_the_media(before: bytes, after: bytes, comma: bool) -> None:
    content = before + (b"," if comma else b"{") + KEY + b":" + after
    found = segment(_Counted(content), len(before) + 1, KEYS)

    assert 0 <= found.back.start <= found.at <= found.end <= len(content)
    for bracket in found.keys.values():
        assert content[bracket.start : bracket.start + 1] == bracket.sign
        assert bracket.end <= len(content)


def _values() -> st.SearchStrategy[Any]:
    texts = st.text(st.sampled_from('a"\\{}[],:é\n 1'), max_size=8)
    leaves = st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False, allow_infinity=False) | texts
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=12
    )


@settings(max_examples=200, deadline=None)
@given(_values(), _values(), st.sampled_from([None, 1]), st.booleans(), st.binary(max_size=5), st.binary(max_size=5))
def test_any_json_around_a_key_is_reported_to_its_brackets(
    first: Any, last: Any, indent: int | None, plain: bool, before: bytes, after: bytes
) -> None:
    inner = {"before": first, "cardType": last, "after": first}
    text = json.dumps([last, {"inner": inner}, first], indent=indent, ensure_ascii=plain).encode()
    # What a text of words would go on with is told apart in the other tests.
    found = _around(before + b"\0" + text + b"\0" + after, before.count(KEY))

    assert found is not None
    assert [json.loads(each) for each, _ in found] == [
        inner,
        {"inner": inner},
        [last, {"inner": inner}, first],
    ]
    assert found[-1] == (text, False)


def test_a_piece_that_is_looked_at_again_gives_what_one_look_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [b'"' + bytes([0x61 + number]) * (number * 7 % 90) + b'\\"\\\\"' for number in range(26)]
    content = b'{"l":[' + b",".join(texts) + b'],"cardType":[' + b",".join(texts) + b"]}\0"
    wanted = _around(content)
    for step in range(1, 120):
        monkeypatch.setattr(brackets, "_FIRST_STEP", step)
        assert _around(content) == wanted
    assert wanted == [(content[:-1], False)]
