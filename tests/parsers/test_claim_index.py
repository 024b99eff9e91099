"""Asking only the parsers that may claim a file comes to the same as asking every one."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest

from parsers.alexa_api.items.service_names import HOST_NAME
from parsers.claim_index import worth_asking
from parsers.parser import Parser, Source, looks_like_text
from parsers.registry import load

_TESTS = Path(__file__).parents[1]
_FIXTURES = [
    path
    for path in sorted(_TESTS.rglob("*"))
    if "fixtures" in path.parts and path.is_file() and path.stat().st_size < 1 << 20
]

#: By a path: texts that parsers which need something claim.
_MADE = {
    "last_kmsg": b"[    0.000000] androidboot.serialno=B0F0DEMO\n[    1.500000] mmc0: new card\n[    2.500000] x: y\n",
    "syslog": b"Apr  1 10:00:00 host daemon[12]: started\nApr  1 10:00:01 host daemon[12]: ready\n" * 3,
    "logcat.txt": b"04-01 10:00:00.123  1234  1234 I SpeechClient: state\n" * 5,
}


def _claim(source: Source, asked: Iterable[Parser]) -> list[str]:
    return [parser.name for parser in asked if parser.claims(source)]


def _needs(parser: Parser) -> bool:
    return bool(parser.needs or parser.needs_beginning or parser.needs_path or parser.needs_names)


def _check(source: Source) -> int:
    """Compare the claims of the parsers that need something, asked as the index says and all asked."""
    needing = tuple(parser for parser in load() if _needs(parser))
    text = looks_like_text(source.head)
    every = _claim(source, (parser for parser in needing if text or not parser.text_only))
    asked = chain.from_iterable(worth_asking(source, needing))
    assert sorted(_claim(source, asked)) == sorted(every), source.path
    return len(every)


def test_some_parsers_say_what_they_need() -> None:
    assert {"kernel_log", "syslog", "named_file"} <= {parser.name for parser in load() if _needs(parser)}


def test_nearly_no_parser_is_asked_about_a_file_of_random_bytes() -> None:
    source = Source.of(random.Random(1).randbytes(4096), "data/media/0/file.bin")
    first, second, third = worth_asking(source, load())
    assert len(first) < 20
    assert (second, third) == ([], [])


def test_a_file_that_names_the_service_is_offered_to_parsers_that_need_names() -> None:
    source = replace(Source.of(b"\x80\x81\x82", "file.bin"), names=(HOST_NAME,))
    assert "named_file" in {parser.name for parser in chain.from_iterable(worth_asking(source, load()))}


def test_every_fixture_is_claimed_by_the_same_parsers() -> None:
    for path in _FIXTURES:
        _check(Source.of(path.read_bytes(), str(path.relative_to(_TESTS))))


def test_logs_and_texts_are_claimed_by_the_same_parsers() -> None:
    assert [_check(Source.of(content, path)) > 0 for path, content in _MADE.items()] == [True] * len(_MADE)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-8-sig"])
def test_text_in_other_encodings_is_claimed_by_the_same_parsers(encoding: str) -> None:
    for path, content in _MADE.items():
        _check(Source.of(content.decode("latin-1").encode(encoding), path))
    for fixture in _FIXTURES[::5]:
        content = fixture.read_bytes()[:20_000].decode("latin-1").encode(encoding)
        _check(Source.of(content, fixture.name))


def test_changed_and_torn_files_are_claimed_by_the_same_parsers(series: Callable[[int], Iterable[int]]) -> None:
    for number in series(300):
        draw = random.Random(number)
        path, plain = draw.choice([*_MADE.items(), *((each.name, b"") for each in _FIXTURES)])
        whole = plain or next(each for each in _FIXTURES if each.name == path).read_bytes()
        content = bytearray(whole[: draw.randrange(50, 70_000)])
        for _ in range(draw.randrange(6)):
            if content:
                content[draw.randrange(len(content))] = draw.choice(b"\0\n[]0: \xff")
        _check(Source.of(bytes(content[draw.randrange(100) :]), f"{draw.choice(('var/log/', ''))}{path}"))
