"""Scanning bytes in memory as an image is scanned, and what may stand around what is planted there."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from echoforensics.carving.carved import Carved, Signature, View
from echoforensics.carving.search import CarvingSearch

_TEXT = b"Call me Ishmael. Some years ago, never mind how long precisely. " * 60

#: What may follow a recording: nothing, random bytes, zeros, text, erased flash.
SURROUNDINGS = {
    "end": b"",
    "random": random.Random(11).randbytes(4000),
    "zeros": bytes(4000),
    "text": _TEXT,
    "ff": b"\xff" * 4000,
}


def view_of(media: bytes) -> View:
    """The media of some bytes."""
    return View(len(media), lambda offset, size: media[offset : offset + size])


@pytest.fixture(params=list(SURROUNDINGS.values()), ids=list(SURROUNDINGS))
def after(request: pytest.FixtureRequest) -> bytes:
    """What follows a recording."""
    found: bytes = request.param
    return found


@pytest.fixture(scope="session")
def scan_for() -> Callable[..., list[Carved]]:
    """Scans bytes for some signatures, in blocks of a size in bytes."""

    def scan(media: bytes, *signatures: Signature, block: int = 1 << 20) -> list[Carved]:
        search = CarvingSearch(view_of(media), signatures)
        for at in range(0, len(media), block):
            search.feed(media[at : at + block])
        return search.finish()

    return scan
