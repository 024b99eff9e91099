"""Ids that are recognised at a glance, against what the whole look at the text around them gives."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable

import pytest

from echoforensics.carving import utterance
from echoforensics.carving.carved import View

ID = "AB72C64C86AW2:1.0/2024/03/08/20/B0DEM0000000EF01/31:47::TNIH_2V.1d4c2a70-5b1e-4f0a-9c3d-000000000005ZXV"
_PIECES = (
    *(ID, ID + "/0", ID.replace("/03/08/", "/02/30/"), ID.replace("2024", "0000"), ID[:40], ID[40:]),
    *("%2F", '"', "/", "-", ":", "=", " ", "a", "7", "\0", "AB", "1.0/", "é"),
)


def test_what_is_told_at_a_glance_is_what_the_text_around_gives(
    series: Callable[[int], Iterable[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = 0
    for number in series(400):
        draw = random.Random(number)
        text = "".join(draw.choices(_PIECES, k=draw.randrange(1, 7))).encode()
        view = View(len(text), lambda at, size, text=text: text[at : at + size])
        for at in (at for at in range(len(text)) if text[at : at + 7] == b"/31:47:"):
            quick = utterance.carve(view, at)
            seen += utterance._plainly(text[max(0, at - 180) : at + 180], min(at, 180)) is not None
            with monkeypatch.context() as without:
                without.setattr(utterance, "_plainly", lambda *_: None)
                assert utterance.carve(view, at) == quick, text
    assert seen
