"""Runs of what carvers look for, made so that each find would be looked at from the start again."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echoforensics.carving import json_fragment, sqlite_page
from echoforensics.carving.carved import Carved, View
from parsers.formats.json import brackets
from parsers.formats.sqlite import leaf_page
from parsers.formats.sqlite.leaf_outlines import LeafOutline, outlines

KEY = b'"activityStatus"'
PARTS = [b"{", b"}", b"[", b"]", b",", b":", b'"', b"1", b" ", b"\\", b"\0", b"{" + KEY + b":", b"," + KEY + b":2"]


def _view(content: bytes) -> View:
    return View(len(content), lambda at, size: content[at : at + size])


def _places(content: bytes) -> list[int]:
    found, at = [], -1
    while (at := content.find(KEY, at + 1)) >= 0:
        found.append(at)
    return found


@pytest.mark.parametrize(
    "run",
    [
        b"," + KEY + b":1",  # no bracket is open: each key would be followed back to the first
        b"{" + KEY + b":",
        b"{" + KEY + b":1},",
        b"{" + KEY + b":1}:",
        b"," + KEY + b":[]",
        b"[[[" + b"{" + KEY + b":1}" + b"]]],",
    ],
)
def test_the_signs_read_grow_with_the_text_and_not_with_its_square(run: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    read, plain = 0, brackets._signs

    def counted(*given: object) -> Iterator[tuple[bytes, int, int]]:
        nonlocal read
        for sign in plain(*given):  # type: ignore[arg-type]
            read += 1
            yield sign

    monkeypatch.setattr(brackets, "_signs", counted)
    content = run * 1500
    view = _view(content)
    for at in _places(content):
        json_fragment.carve(view, at)

    assert 0 < read < 60 * 1500


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=60))
def test_what_is_remembered_of_one_key_changes_nothing_for_the_next(parts: list[bytes]) -> None:
    content = b"".join(parts)
    view, known = _view(content), None
    for at in _places(content):
        known = brackets.segment(view, at, frozenset({KEY}), known)
        alone = brackets.segment(view, at, frozenset({KEY}))

        assert (known.back.opened, known.back.within) == (alone.back.opened, alone.back.within)
        assert known.end == alone.end
        assert _spans(known.keys) == _spans(alone.keys)


def _spans(keys: dict[int, brackets.Bracket]) -> dict[int, list[tuple[int, int, bool]]]:
    found: dict[int, list[tuple[int, int, bool]]] = {}
    for at, bracket in keys.items():
        each: brackets.Bracket | None = bracket
        found[at] = []
        while each is not None:
            found[at].append((each.start, each.end, each.within))
            each = each.parent
    return found


def test_what_no_parser_claims_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def is_claimed(content: bytes) -> bool:
        asked.append(len(content))
        return False

    monkeypatch.setattr(json_fragment, "_is_claimed", is_claimed)
    content = b"[" + b",".join([b'{"activities":1}'] * 400) + b"]"
    view, found = _view(content), list[Carved | None]()
    for at in range(2, len(content), 17):
        found.append(json_fragment.carve(view, at))

    assert found == [None] * 400
    assert asked == [len(content)]


def test_line_ends_are_not_tried_as_pages_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[object] = []

    def looked_at(room: bytes, places: list[tuple[int, int]]) -> list[LeafOutline | bool]:
        looked.extend(places)
        return outlines(room, places)

    monkeypatch.setattr(sqlite_page, "outlines", looked_at)
    content = b"\r" * 200_000

    assert sqlite_page.page_around(_view(content), 100_000) is None
    assert looked == []
    # Where one may begin it is looked at.
    assert (
        sqlite_page.page_around(
            _view(content + bytes(-len(content) % 512) + b"\x0d\0\0\0\1\1\xf0\0" + bytes(504)), 200_300
        )
        is None
    )
    assert looked


def test_headers_that_may_be_so_are_all_found(series: Callable[[int], Iterable[int]]) -> None:
    for number in series(300):
        source = random.Random(number)
        room = bytearray(source.randbytes(4096))
        for place in range(0, 4096, 16):
            room[place] = 0x0D
            room[place + 1 : place + 5] = bytes([0, 0, 0, source.randrange(4)])
        content = bytes(room[source.randrange(8) :])
        slow = [
            at
            for at in range(0, len(content) - 7, 8)
            if any(leaf_page.may_begin(content[at : at + 8], size) for size in leaf_page.SIZES)
        ]
        assert set(slow) <= set(sqlite_page._headers(content)[0])
