"""Decode text quoted in other text: doubled quotes, percent signs, terminal colours.

References:
    RFC 4180 (a quote within a quoted field is doubled); ISO/IEC 9075 (likewise SQL's apostrophes); YAML 1.2, section
    7.3.2 (single-quoted scalars and how their lines are folded); RFC 3986, section 2.1; the URL Standard,
    application/x-www-form-urlencoded; ECMA-48 (control sequences); POSIX, uuencode.
"""

from __future__ import annotations

import re
from binascii import Error as BinasciiError
from binascii import a2b_uu
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from parsers.formats.document_text import rtf_text, tagless
from parsers.formats.hex_listing import listed_bytes
from parsers.formats.http.curl_trace import traced_bytes

_FOLDED = re.compile(rb"[ \t]*(\r?\n)([ \t]*(?:\r?\n[ \t]*)*)")
_CONTROL = re.compile(rb"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|\][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)|[@-Z\\^_])")


def without_doubled_quotes(content: bytes) -> bytes:
    """Decode a CSV field, given without its quotes: each pair of quotes is one."""
    return content.replace(b'""', b'"')


def without_single_quotes(content: bytes) -> bytes:
    """Decode text from between apostrophes: each pair is one, and folded lines are joined by a blank."""
    return _FOLDED.sub(_unfolded, content.replace(b"''", b"'"))


def _unfolded(match: re.Match[bytes]) -> bytes:
    return b"\n" * match[2].count(b"\n") or b" "


def without_percents(content: bytes) -> bytes:
    """Percent-decode a part of an address."""
    return unquote_to_bytes(content)


def without_form_coding(content: bytes) -> bytes:
    """Decode a form field, in which a plus sign is a blank."""
    return unquote_to_bytes(content.replace(b"+", b" "))


def without_control_sequences(content: bytes) -> bytes:
    """Remove the control sequences for colours and cursor movement from terminal output."""
    return _CONTROL.sub(b"", content)


def without_uuencoding(content: bytes) -> bytes:
    """Undo uuencode: the lines between ``begin`` and ``end``. A line that is damaged ends the content."""
    plain = bytearray()
    for line in content.splitlines():
        if line.startswith((b"begin ", b"end", b"`")) or not line.strip():
            continue
        try:
            plain += a2b_uu(line)
        except BinasciiError:
            break
    return bytes(plain)


#: The notations by their name in locators.
NOTATIONS: dict[str, Callable[[bytes], bytes]] = {
    "doubled-quotes": without_doubled_quotes,
    "single-quoted": without_single_quotes,
    "percent": without_percents,
    "form": without_form_coding,
    "terminal": without_control_sequences,
    "hex-listing": listed_bytes,
    "curl-trace": traced_bytes,
    "rtf": rtf_text,
    "tagless": tagless,
    "uuencode": without_uuencoding,
}
