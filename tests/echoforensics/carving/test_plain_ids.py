"""Ids that are recognised at a glance, against what the whole look at the text around them gives."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable

import pytest

from echoforensics.carving import utterance
from echoforensics.carving.carved import Carved, CarvedRun, Reached, View
from echoforensics.carving.scanner import KnownPlaces
from echoforensics.carving.search import CarvingSearch

ID = "AB72C64C86AW2:1.0/2024/03/08/20/B0DEM0000000EF01/31:47::TNIH_2V.1d4c2a70-5b1e-4f0a-9c3d-000000000005ZXV"
_PIECES = (
    *(ID, ID + "/0", ID.replace("/03/08/", "/02/30/"), ID.replace("2024", "0000"), ID[:40], ID[40:]),
    *("%2F", '"', "/", "-", ":", "=", " ", "a", "7", "\0", "AB", "1.0/", "é"),
)


def _view(text: bytes) -> View:
    return View(len(text), lambda at, size: text[at : at + size])


def test_what_is_told_at_a_glance_is_what_the_text_around_gives(
    series: Callable[[int], Iterable[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = 0
    for number in series(400):
        draw = random.Random(number)
        text = "".join(draw.choices(_PIECES, k=draw.randrange(1, 7))).encode()
        view = _view(text)
        for at in (at for at in range(len(text)) if text[at : at + 7] == b"/31:47:"):
            quick = utterance.carve(view, at)
            seen += utterance._plainly(text[max(0, at - 180) : at + 180], min(at, 180)) is not None
            with monkeypatch.context() as without:
                without.setattr(utterance, "_plainly", lambda *_: None)
                assert utterance.carve(view, at) == quick, text
    assert seen


def test_many_ids_at_once_are_what_each_is_by_itself(series: Callable[[int], Iterable[int]]) -> None:
    recognised = 0
    for number in series(60):
        draw = random.Random(number)
        base = draw.choice((ID, ID + "/0", ID.replace("ZXV", "")))
        pieces = [base.replace("/08/", f"/{day:02}/") for day in (0, 1, 9, 28, 29, 32)]
        pieces += [base.replace("31:47", "59:00"), base + "x", base + "/7", "x" + base, "-" + base, base.upper()]
        pieces += [base.replace("DEM", "_M_"), "%22" + base, *_PIECES]
        text = "".join(draw.choice((" ", " ", '"', "\n")) + draw.choice(pieces) for _ in range(200)).encode()
        view = _view(text)
        places = [at for at in range(len(text)) if utterance._END.match(text, at)]
        found = utterance.UtteranceSift().worth(view, text, 0, KnownPlaces(places), Reached())
        given = [one for each in found for one in (each.items if isinstance(each, CarvedRun) else (each,))]
        recognised += sum(isinstance(each, Carved) for each in given)
        assert len(given) == len(places)
        for at, each in zip(places, given, strict=True):
            assert each == at or each == utterance.carve(view, at), text[at - 90 : at + 80]
    assert recognised


def test_plain_ids_and_encoded_ones_among_each_other_are_all_found() -> None:
    text = b" ".join(
        (ID.encode(), ID.encode().replace(b"/", b"%2F").replace(b":", b"%3A"))[n % 3 == 0] for n in range(90)
    )
    search = CarvingSearch(View(len(text), lambda at, size: text[at : at + size]), utterance.SIGNATURES)
    search.feed(text)

    assert len(search.finish()) == 90
