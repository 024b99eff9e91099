"""Keys that are skipped quickly, against what is carved when each is followed by itself."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from echoforensics.carving import json_fragment
from echoforensics.carving.account_json import json_sift
from echoforensics.carving.carved import Carved, View
from echoforensics.carving.search import CarvingSearch

_ACTIVITY = json.dumps({"activityStatus": "SUCCESS", "creationTimestamp": 1, "utteranceId": None, "n": [1, {"a": 2}]})
_CARD = json.dumps({"cardType": "TextCard", "primaryActions": [], "sourceDevice": {"serialNumber": "B0"}}, indent=1)
_OTHERS = (
    json.dumps({"cardType": "VISA", "last4": 1234}),
    json.dumps({"utteranceId": "7", "text": "see www.amazon.com/gp", "of": {"url": "x"}}),
    json.dumps({"activities": [{"type": "run", "km": 1.5}], "name": "é"}, ensure_ascii=False),
    json.dumps({"recordKey": "k", "value": 10**45}),
    '{"cardType":NaN}',
    '{"cardType":"a","primaryAc\\u0074ions":[],"x":[',
)
_WITHIN = (f'{{"page":{_ACTIVITY}}}', f"[{_CARD},{_CARD}]", _ACTIVITY[:60], _CARD[30:])
_PIECES = (_ACTIVITY, _CARD, *_OTHERS, *_OTHERS, *_WITHIN)
_JOINTS = ("\n", "\n", "\n", "\r\n", "", ",", "\0", " log: ", '"', "\n\n", "}")


def _view(content: bytes) -> View:
    return View(len(content), lambda at, size: content[at : at + size])


def _found(content: bytes, block: int, *, sift: bool) -> list[Carved]:
    signatures = json_fragment.SIGNATURES if sift else [replace(each, sift=None) for each in json_fragment.SIGNATURES]
    search = CarvingSearch(_view(content), signatures)
    for at in range(0, len(content), block):
        search.feed(content[at : at + block])
    return search.finish()


def _media(number: int) -> bytes:
    draw = random.Random(number)
    # Of many lines of one program most are judged together.
    many = [json.dumps({"utteranceId": str(n), "n": draw.random()}) for n in range(draw.choice((0, 90)))]
    pieces = [*draw.choices(_PIECES, k=draw.randrange(1, 30)), *many]
    draw.shuffle(pieces)
    return "".join(piece + draw.choice(_JOINTS) for piece in pieces).encode()


def test_what_is_passed_over_quickly_is_not_carved_slowly(series: Callable[[int], Iterable[int]]) -> None:
    found = 0
    for number in series(80):
        content = _media(number)
        slowly = _found(content, len(content), sift=False)
        found += len(slowly)
        for block in (len(content), 66_000, 701):
            assert _found(content, block, sift=True) == slowly, (number, block)
    assert found


def test_texts_and_lines_judged_together_come_to_the_same(
    series: Callable[[int], Iterable[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_sift, "_PATIENCE", 1)
    monkeypatch.setattr(json_sift, "_LONG", 1)
    for number in series(80):
        # What follows the last text with a key holds a name of the service too.
        content = _media(2000 + number) + b"\0 alexa.amazon.com \0" * (number % 2)
        slowly = _found(content, len(content), sift=False)
        for block in (len(content), 66_000, 701):
            assert _found(content, block, sift=True) == slowly, (number, block)


def test_what_stands_by_itself_is_carved_as_bracket_by_bracket(series: Callable[[int], Iterable[int]]) -> None:
    for number in series(80):
        content = _media(1000 + number)
        at, places = -1, []
        while (at := content.find(b'"', at + 1)) >= 0:
            if any(content.startswith(each.pattern, at) for each in json_fragment.SIGNATURES):
                places.append(at)
        whole, apart = _view(content), _view(content)
        for at in places:
            if json_fragment._leads(content[max(0, at - 64) : at + 128], min(at, 64)):
                assert json_fragment.carve(whole, at) == json_fragment._by_brackets(apart, at), (number, at)


def test_a_record_in_a_line_that_a_block_ends_in_is_found() -> None:
    lines = [json.dumps({"utteranceId": str(number), "text": "x" * 200}) for number in range(2000)]
    lines[::100] = [_ACTIVITY] * 20
    content = "\n".join(lines).encode()

    assert len(_found(content, len(content), sift=True)) == 20
    assert all(len(_found(content, 66_000 + 17 * shift, sift=True)) == 20 for shift in range(12))
