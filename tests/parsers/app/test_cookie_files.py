"""Cookies: Apple's binary files, and exports as text."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.app.binary_cookies import BinaryCookies
from parsers.app.cookies_text import CookiesText
from parsers.locator import resolve
from parsers.parser import Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp

Found = tuple[list[Record], list[Issue]]
CallsOf = Callable[[Callable[[], Any]], tuple[Any, int]]
Reader = Callable[[Parser, Source], Found]
TEXT = (
    "# Netscape HTTP Cookie File\n# made up\n\n"
    ".amazon.com\tTRUE\t/\tTRUE\t1700000000\tsession-id\t000-0000000-0000000\n"
    "#HttpOnly_alexa.amazon.de\tFALSE\t/api\tFALSE\t0\tat-acbde\t\r\n"
    ".example.org\tTRUE\t/\tFALSE\t1700000000\ta\tb\n"
)


def _cookie(host: str, name: str, value: str, created: float, expires: float, flags: int = 5) -> bytes:
    texts = [text.encode() + b"\0" for text in (host, name, "/", value)]
    offsets = [56 + sum(map(len, texts[:number])) for number in range(4)]
    size = 56 + sum(map(len, texts))
    return struct.pack("<4I4I8xdd", size, 0, flags, 0, *offsets, expires, created) + b"".join(texts)


def _page(*cookies: bytes) -> bytes:
    start = 12 + 4 * len(cookies)
    offsets = [start + sum(map(len, cookies[:number])) for number in range(len(cookies))]
    return b"\0\0\1\0" + struct.pack(f"<{len(cookies) + 1}I", len(cookies), *offsets) + bytes(4) + b"".join(cookies)


def _file(*pages: bytes) -> bytes:
    sizes = struct.pack(f">{len(pages)}I", *map(len, pages))
    return b"cook" + struct.pack(">I", len(pages)) + sizes + b"".join(pages) + b"\0\0\1\2\x07\x17\x20\x05bplist00"


GOOD = _file(
    _page(_cookie(".amazon.com", "at-main", "Atza|made-up-token-that-opens-nothing", 500_000_000.5, 1_000_000_000.0)),
    _page(_cookie("example.org", "a", "b", 1.0, 2.0), _cookie("alexa.amazon.de", "csrf", "", 0.0, 0.0, 0)),
)


def test_cookies_of_amazon_are_reported_and_others_counted(read_with: Reader) -> None:
    source = Source.of(GOOD, "Library/Cookies/Cookies.binarycookies")
    (first, second, others), issues = read_with(BinaryCookies(), source)
    assert issues == []
    assert first == Record(
        "alexa:web:cookie",
        "The app or browser keeps the cookie at-main of .amazon.com.",
        "bytes:32+116",
        (
            Timestamp(
                "Creation Time",
                "500000000.5",
                Clock.UNKNOWN,
                1_478_307_200_500_000,
                "When the app or browser stored the cookie, in UTC. Recorded as seconds since 2001.",
            ),
            Timestamp(
                "Expiration Time",
                "1000000000.0",
                Clock.CLOUD,
                1_978_307_200_000_000,
                "Until when the server wanted it kept. Recorded as seconds since 2001.",
            ),
        ),
        fields={
            "host": ".amazon.com",
            "name": "at-main",
            "path": "/",
            "value": "present, 37 characters, SHA-256 a99e148aedefd517acfeb2a619013ef951619e6983bb9df1fafefe92c81f49a9",
            "secure": True,
            "http_only": True,
        },
    )
    with source.open() as stream:
        assert resolve(stream, first.locator).content.endswith(b"Atza|made-up-token-that-opens-nothing\0")
    assert (second.fields["host"], second.fields["value"], second.timestamps) == ("alexa.amazon.de", "empty", ())
    assert others.message == "The file keeps 1 cookie of hosts that are not Amazon's or Alexa's; not listed."


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"cook\xff\xff\xff\xff", "The file says that it has 4294967295 pages; more than 4096 are not read."),
        (b"cook\0\0\0\1\0\0\xff\xff", "A page of 65535 bytes at byte 12 reaches beyond the end of the file."),
        (b"cook\0\0\0\2\0\0", "The file breaks off within the sizes of its 2 pages."),
        (b"cook", "The file does not begin as a file of cookies does."),
        (b"cook\0\0\0\1\0\0\0\4abcd", "A page does not begin as a page of cookies does."),
        (_file(b"\0\0\1\0\1\0\0\0\xff\xff\xff\xff"), "A cookie is damaged."),
        (_file(_page(b"\xff" * 60)), "A cookie is damaged."),
    ],
)
def test_what_cannot_be_read_is_an_issue(content: bytes, expected: str) -> None:
    (issue,) = BinaryCookies().parse(Source.of(content, "x"))
    assert isinstance(issue, Issue)
    assert issue.what == expected


def test_cookies_that_overlap_do_not_cost_time(calls_of: CallsOf) -> None:
    cookie = _cookie("example.org", "a", "v" * 1_000_000, 1.0, 2.0)
    count = 100_000
    page = b"\0\0\1\0" + struct.pack("<I", count) + struct.pack("<I", 8 + 4 * count) * count + cookie
    found, calls = calls_of(lambda: list(BinaryCookies().parse(Source.of(_file(page), "x"))))
    assert calls < 1000
    assert isinstance(found[0], Issue)
    assert found[0].what == "The cookies of a page overlap; the others of the page were not read."


def test_claims() -> None:
    assert not BinaryCookies().claims(Source.of(b"cook\xff\xff\xff\xff", "recipe"))
    assert not BinaryCookies().claims(Source.of(b"cook", "x"))
    assert not CookiesText().claims(Source.of(b"# cookies", "cookies.txt"))


@settings(deadline=None, max_examples=150)
@given(st.integers(0, len(GOOD)), st.binary(max_size=8))
def test_damage_never_raises(at: int, piece: bytes) -> None:
    for content in (GOOD[:at] + piece + GOOD[at + len(piece) :], GOOD[:at], b"cook" + piece):
        for item in BinaryCookies().parse(Source.of(content, "x")):
            assert isinstance(item, (Record, Issue))


def test_cookies_exported_as_text(read_with: Reader) -> None:
    (first, second, others), issues = read_with(CookiesText(), Source.of(TEXT.encode(), "cookies.txt"))
    assert issues == []
    assert first == Record(
        "alexa:web:cookie",
        "The file lists the cookie session-id of .amazon.com.",
        "line:4",
        (
            Timestamp(
                "Expiration Time",
                "1700000000",
                Clock.CLOUD,
                1_700_000_000_000_000,
                "Until when the server wanted the cookie kept; recorded as seconds since 1970.",
            ),
        ),
        fields={
            "host": ".amazon.com",
            "name": "session-id",
            "path": "/",
            "value": "present, 19 characters",
            "secure": True,
            "http_only": False,
            "subdomains": True,
            "expires": "1700000000",
        },
    )
    assert (second.fields["host"], second.fields["http_only"], second.timestamps) == ("alexa.amazon.de", True, ())
    assert others.fields == {"other_cookies": 1}


def test_lines_that_are_no_cookies() -> None:
    content = TEXT.encode() + b"amazon.com\tTRUE\n" + b"a" * 70_000 + b"\n.amazon.com\tTRUE\t/\tTRUE\tx\ta\tb\n"
    found = list(CookiesText().parse(Source.of(content, "x")))
    assert [item.what for item in found if isinstance(item, Issue)] == [
        "Line 7 has 2 parts; a cookie has seven.",
        "Line 8 is longer than 65536 bytes; not read.",
    ]
    assert [item.locator for item in found if isinstance(item, Record)] == ["line:4", "line:5", "line:9", ""]


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=200))
def test_any_text_never_raises(content: bytes) -> None:
    source = Source.of(b"# HTTP Cookie File\n.amazon.com\t" + content, "x")
    assert CookiesText().claims(source)
    assert list(CookiesText().parse(source))
