"""Where signatures match in a block: at once, later, and without what many places are weeded of."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pytest

from echoforensics.carving import adts, mp3, scanner
from echoforensics.carving.carved import BlockPlaces, Reached, Signature, View
from echoforensics.carving.scanner import KnownPlaces, LaterPlaces, LaterRoom, SignatureScanner

_WORDS = (b'"one"', b'"three"', b'"eleven"')


class _EveryPlace:
    """Takes every place for worth a look."""

    def worth(self, _view: View, block: bytes, _base: int, places: BlockPlaces, _reached: Reached) -> Sequence[int]:
        return places.between(0, len(block))


def _signatures(*, later: bool) -> list[Signature]:
    return [
        Signature(word.decode(), word, lambda *_: None, len(word), group="w", sift=_EveryPlace, located_later=later)
        for word in _WORDS
    ]


def _text(draw: random.Random) -> bytes:
    return b"".join(draw.choice((*_WORDS, b'"', b"one", bytes(draw.choice((1, 900))))) for _ in range(200))


def test_places_that_are_looked_up_later_are_those_known_at_once(
    series: Callable[[int], Iterable[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanner, "_AHEAD", (40, 500))
    for number in series(60):
        draw = random.Random(number)
        text = _text(draw)
        until = draw.randrange(1, len(text) + 1)
        known = KnownPlaces(
            [each.start() for each in re.finditer(b"(?=" + b"|".join(_WORDS) + b")", text) if each.start() < until]
        )
        later = LaterPlaces(LaterRoom(list(enumerate(_signatures(later=True)))), text, until)
        at = 0
        for _ in range(150):
            # It is asked from place to place, and now and then from the beginning.
            at = draw.choice((0, at, at + 1, at + draw.randrange(300)))
            assert later.following(at) == known.following(at)
            assert list(later.between(at, at + 200)) == list(known.between(at, at + 200))
            at = later.following(at) or at


def test_a_signature_that_is_located_later_matches_where_it_does_at_once() -> None:
    text = b"." * 50 + b'"three"."one"' + b"." * 50
    for until in (len(text), 58, 55, 51, 50):
        once = SignatureScanner(_signatures(later=False)).matches(text, until)
        later = SignatureScanner(_signatures(later=True)).matches(text, until)
        if once is None:
            assert later is None
            continue
        assert later is not None
        numbers = [number for number in range(len(_WORDS)) if number in once]
        assert numbers == [number for number in range(len(_WORDS)) if number in later]
        assert list(later.places(numbers).between(0, until)) == list(once.places(numbers).between(0, until))


@pytest.mark.parametrize(("carver", "size"), [(adts, 7), (mp3, 4)])
def test_places_are_weeded_only_of_those_that_lead_to_nothing(carver: object, size: int) -> None:
    draw = random.Random(1)
    heads = (b"\xff\xfb\x90\x04", b"\xff\xf1\x50\x80\x01\x20\x00", b"\xff\xf9\x4c\x80\x00\xff\xfc", b"\xff")
    block = b"".join(draw.choice(heads) + draw.randbytes(draw.randrange(12)) for _ in range(3000))
    block += b"".join(b"\xff\xfb\x90\x04" + bytes(413) for _ in range(9)) + b"\xff\xf1\x50\x80\x01\x3f\xfc\0\0" * 9
    block += heads[0]
    places = np.array([at for at in range(len(block)) if block[at] == 0xFF])
    kept = carver.may_lead(block, places)  # type: ignore[attr-defined]
    assert not kept.all()
    assert kept[places + size > len(block)].all()
    for at in places[~kept].tolist():
        assert not carver.leads(block, at), block[at : at + size]  # type: ignore[attr-defined]
