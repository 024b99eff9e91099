"""Arbitrary and mutated caches: nothing is raised, every locator leads into its file, and it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parsers.browser.blockfile import MAGIC as INDEX_MAGIC
from parsers.browser.blockfile import BlockFileCache
from parsers.browser.blockfile_members import BlockfileMembers
from parsers.browser.glide_journal import GlideJournal
from parsers.browser.okhttp_cache import OkHttpCache
from parsers.browser.simple_cache import SimpleCache
from parsers.browser.simple_index import SimpleIndexParser
from parsers.formats.chromium_cache.http_info import HttpInfo, HttpInfoError
from parsers.parser import Parser, Source
from parsers.record import Issue, Record

Files = dict[str, bytes]
Read = Callable[..., tuple[list[Record], list[Issue]]]

URL = "https://alexa.amazon.com/api/wake-word"
BODY = json.dumps({"wakeWords": [{"active": True, "wakeWord": "ALEXA"}]}).encode()
PARSERS: tuple[Parser, ...] = (
    SimpleCache(), SimpleIndexParser(), BlockFileCache(), BlockfileMembers(), OkHttpCache(), GlideJournal(),
)  # fmt: skip
IMAGES = "com.amazon.dee.app/cache/"
_quick = settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
_edits = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=8)), max_size=6)


def _mutated(content: bytes, edits: list[tuple[float, bytes]], cut: float) -> bytes:
    changed = bytearray(content)
    # Most of a block file is zeros, and what is there is what matters.
    there = [at for at, byte in enumerate(content) if byte]
    for place, put in edits:
        at = there[int(place * len(there))]
        changed[at : at + len(put)] = put
    return bytes(changed[: max(16, int(len(changed) * cut))])


@pytest.fixture(scope="session")
def samples(made: Any) -> Callable[[], dict[str, Files]]:
    """One cache of each kind, by the name of its main file; called for, so that no failure prints it whole."""
    name = made.simple_name(URL)
    parts = [(0, b"ID3\x04" + bytes(500)), (504, bytes(300))]
    third = made.block_part(0, bytes(3000), 7)
    blocks = [
        made.Block(URL, (made.http_info(), BODY, b"")),
        made.Block(f"{URL}?{'z' * 1200}", (made.http_info(), BODY * 50, b""), linked=False, allocated=False),
        made.Block(f"{URL}?s", (made.http_info(), b"", (7).to_bytes(8, "little").ljust(192, b"\0")), flags=1),
        made.Block(f"Range_{URL}?s:7:0", (b"", bytes(3000), third), flags=2),
    ]
    okhttp = f"{URL}\nGET\n0\nHTTP/1.1 200 OK\n1\nOkHttp-Sent-Millis: 1499932800123\n\n".encode()
    journal = "\n".join(("libcore.io.DiskLruCache", "1", "1", "1", "", f"CLEAN {'a' * 64} 5", "")).encode()
    caches = {
        f"{name}_0": {
            f"{name}_0": made.simple_main(URL, made.http_info(), b""),
            f"{name}_s": made.simple_parts(URL, parts),
            "index-dir/the-real-index": made.simple_index({name: made.USED}),
        },
        "index": made.BlockMaker(table=4).files(blocks),
        f"{'a' * 32}.0": {f"{'a' * 32}.0": okhttp, f"{'a' * 32}.1": BODY},
        f"{IMAGES}journal": {f"{IMAGES}journal": journal},
    }
    return lambda: caches


@_quick
@given(data=st.data(), edits=_edits, cut=st.sampled_from([1.0, 1.0, 1.0, 0.9, 0.5, 0.1]))
def test_mutated_caches_raise_nothing(
    data: st.DataObject,
    edits: list[tuple[float, bytes]],
    cut: float,
    samples: Callable[[], dict[str, Files]],
    read_cache: Read,
) -> None:
    main = data.draw(st.sampled_from(sorted(samples())))
    files = dict(samples()[main])
    victim = data.draw(st.sampled_from(sorted(files)))
    files[victim] = _mutated(files[victim], edits, cut)
    for path in files:
        if any(parser.claims(_as_source(files, path)) for parser in PARSERS):
            _, issues = read_cache(files, path, *PARSERS)
            assert all(len(issue.excerpt) <= 64 for issue in issues)


def _as_source(files: Files, path: str) -> Source:
    return Source.of(files[path], path)


@_quick
@given(
    start=st.sampled_from([b"\x30\x5c\x72\xa7\x1b\x6d\xfb\xfc", INDEX_MAGIC, b"\xc3\xca\x04\xc1", b""]),
    body=st.binary(max_size=700),
    path=st.sampled_from(
        ["a/index", "data_1", "f_000001", f"{'0' * 16}_0", f"{IMAGES}journal", f"{IMAGES}{'a' * 32}.1"]
    ),
)
def test_arbitrary_bytes_raise_nothing(start: bytes, body: bytes, path: str, read_cache: Read) -> None:
    files = {path: start + body}
    source = _as_source(files, path)
    if any(parser.claims(source) for parser in PARSERS):
        read_cache(files, path, *PARSERS)
    for parser in PARSERS:
        assert all(isinstance(item, (Record, Issue)) for item in parser.parse(source))


@_quick
@given(content=st.binary(max_size=200))
def test_arbitrary_notes_are_refused_or_read(content: bytes) -> None:
    try:
        info = HttpInfo.parse(content)
    except HttpInfoError:
        return
    assert len(info.headers) <= len(content)
