"""Words, sentences and ids that contents are made of."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

#: Makes a content: given bytes at least, what is drawn from, and a folder to write in.
Make = Callable[[int, random.Random, Path], bytes]

WORDS = (
    "alarm", "app", "battery", "bluetooth", "bridge", "button", "cache", "camera", "channel",
    "client", "cloud", "config", "connect", "contact", "controller", "data", "device", "display",
    "driver", "error", "event", "file", "filter", "frame", "handler", "header", "history",
    "home", "image", "index", "input", "item", "kernel", "key", "layout", "list",
    "listener", "location", "manager", "media", "memory", "message", "model", "monitor", "music",
    "network", "note", "object", "packet", "page", "parser", "player", "power", "process",
    "profile", "query", "queue", "record", "remote", "request", "response", "result", "route",
    "scene", "screen", "sensor", "server", "service", "session", "setting", "signal", "socket",
    "speaker", "state", "status", "storage", "stream", "system", "table", "task", "text",
    "thread", "timer", "token", "track", "update", "user", "value", "version", "video",
    "view", "volume", "wake", "window", "worker", "zone",
)  # fmt: skip


def filled(size: int, pieces: Iterator[bytes]) -> bytes:
    """Pieces up to a size in bytes."""
    out = bytearray()
    while len(out) < size:
        out += next(pieces)
    return bytes(out)


def padded(text: str) -> bytes:
    """A text up to the next block of a file system."""
    content = text.encode()
    return content + bytes(-len(content) % 4096)


def sentence(draw: random.Random, words: int) -> str:
    """At most this many words."""
    return " ".join(draw.choices(WORDS, k=words))


def utterance_id(draw: random.Random) -> str:
    """The id of an utterance that was never spoken."""
    stream = uuid.UUID(int=draw.getrandbits(128), version=4)
    date = f"2023/04/{draw.randrange(1, 29):02}/{draw.randrange(24):02}"
    clock = f"{draw.randrange(60):02}:{draw.randrange(60):02}"
    return f"AB72C64C86AW2:1.0/{date}/B0F0{draw.randrange(10**12):012}/{clock}::TNIH_2V.{stream}ZXV"
