"""How fast what a search cannot do without runs by itself: inflating, and decoding of JSON."""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Callable

from parsers.formats import deflate

#: Compressed bytes that are inflated at once.
_PIECE = 64 * 1024
#: How often each is run: the least counts.
_TIMES = 3
#: Bytes of a gzip member's header, as :func:`gzip.compress` writes it, and behind its compressed data.
_HEAD, _TAIL = 10, 8


def inflated(content: bytes) -> None:
    """Inflate each of the gzip members that some bytes begin with, by zlib-ng alone: no checksum is compared."""
    view = memoryview(content)
    at = 0
    while at + _HEAD < len(content):
        engine, at = deflate.decompressobj(-zlib.MAX_WBITS), at + _HEAD
        while not engine.eof and at < len(content):
            engine.decompress(view[at : at + _PIECE])
            at += len(view[at : at + _PIECE]) - len(engine.unused_data)
        if not engine.eof:
            return
        at += _TAIL


def decoded(content: bytes) -> None:
    """Decode each of the JSON texts in some bytes, which are between zeros, by Python's own decoder."""
    for text in content.split(b"\0"):
        if text.endswith(b"}"):
            json.loads(text)


#: By the name of a content: what its search waits for, in words, and that by itself.
FLOORS: dict[str, tuple[str, Callable[[bytes], None]]] = {
    "gzip members": ("zlib-ng inflates them", inflated),
    "Alexa history": ("Python's JSON decoder, which is written in C, reads it", decoded),
}


def floor(name: str, content: bytes) -> str:
    """What is to be said of a content whose search waits for something; empty if it does not."""
    if name not in FLOORS:
        return ""
    words, run = FLOORS[name]
    took = min(_timed(run, content) for _ in range(_TIMES))
    return f"{name}: {words} at {len(content) / 1024**2 / took:.0f} MiB/s"


def _timed(run: Callable[[bytes], None], content: bytes) -> float:
    begun = time.process_time()
    run(content)
    return time.process_time() - begun
