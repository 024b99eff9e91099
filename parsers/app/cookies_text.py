"""Cookies exported as text, in the form of Netscape's ``cookies.txt``, as browser add-ons, curl and wget write it.

A line: host, whether subdomains count, path, whether secure, expiry in seconds since 1970 (0 for a session), name,
value, separated by tabs. ``#HttpOnly_`` before the host is part of the form; other lines with ``#`` are comments.

References:
    https://curl.se/docs/http-cookies.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from parsers.app.cookie_hosts import COOKIE_FILE_TYPE, COOKIE_TYPE, is_listed, other_cookies
from parsers.bounded_issues import bounded
from parsers.locator import at_line
from parsers.parser import About, Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp
from parsers.registry import register
from parsers.secret import hidden
from parsers.times import from_milliseconds
from parsers.values import shown

#: Longer lines are not read.
MAX_LINE = 64 * 1024
_HTTP_ONLY = "#HttpOnly_"
_HEADER = re.compile(rb"(?:\xef\xbb\xbf)?# (?:Netscape )?HTTP Cookie File")
_NOTE = "Until when the server wanted the cookie kept; recorded as seconds since 1970."


@register
class CookiesText(Parser):
    """Reads cookies of Amazon and Alexa hosts; the others are counted."""

    name: ClassVar[str] = "cookies_text"
    version: ClassVar[str] = "1"
    needs: ClassVar[tuple[bytes, ...]] = (rb"HTTP Cookie File",)
    text_only: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Cookies exported as text (cookies.txt)",
        data_types=(COOKIE_TYPE, COOKIE_FILE_TYPE),
        known_by=("the first line, # Netscape HTTP Cookie File or # HTTP Cookie File",),
        shows="That somebody exported, or a program kept, a cookie of this address.",
        does_not_show="When the cookie was set or used, from which browser it came, or who exported it.",
        validated_on=("Made files only.",),
        limits=(
            "Cookies of other hosts are counted, not listed.",
            "Values are never kept: their length is, and a SHA-256 if they are long.",
            f"Lines longer than {MAX_LINE} bytes are not read.",
        ),
        references=("https://curl.se/docs/http-cookies.html",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the first line has the expected form."""
        return _HEADER.match(source.head) is not None

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each cookie of an Amazon or Alexa host, and one that counts the others."""
        yield from bounded(_read(source))


def _read(source: Source) -> Iterator[Record | Issue]:
    others = number = 0
    with source.open() as stream:
        while line := stream.readline(MAX_LINE + 1):
            number += 1
            if len(line) > MAX_LINE:
                yield Issue(f"Line {number} is longer than {MAX_LINE} bytes; not read.", at_line(number))
                while line and not line.endswith(b"\n"):
                    line = stream.readline(MAX_LINE + 1)
                continue
            text = line.decode("utf-8", "backslashreplace").rstrip("\r\n")
            if not text.strip() or (text.startswith("#") and not text.startswith(_HTTP_ONLY)) or number == 1:
                continue
            parts = text.split("\t")
            if len(parts) != 7:
                # No excerpt: the line may hold the value of a cookie.
                yield Issue(f"Line {number} has {len(parts)} parts; a cookie has seven.", at_line(number))
            elif is_listed(parts[0]):
                yield _record(parts, number)
            else:
                others += 1
    if others:
        yield other_cookies(others)


def _record(parts: list[str], number: int) -> Record:
    host, subdomains, path, secure, expires, name, value = parts
    plain = host.removeprefix(_HTTP_ONLY)
    timestamp = from_milliseconds(f"{expires}000")
    return Record(
        COOKIE_TYPE,
        f"The file lists the cookie {shown(name, 120) or 'without a name'} of {shown(plain, 200)}.",
        at_line(number),
        (Timestamp("Expiration Time", expires, Clock.CLOUD, timestamp, _NOTE),) if timestamp is not None else (),
        fields={
            "host": plain[:400],
            "name": name[:400],
            "path": path[:400],
            "value": hidden(value) if value else "empty",
            "secure": secure.upper() == "TRUE",
            "http_only": host.startswith(_HTTP_ONLY),
            "subdomains": subdomains.upper() == "TRUE",
            "expires": expires[:40],
        },
    )
