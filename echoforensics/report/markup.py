"""Produces HTML and script data in which evidence is inert: it can only be read."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Sequence
from itertools import islice

#: Characters that are invisible, or that change the text direction, and so could make a line read differently.
#: report.js has the same list. Tabs, line feeds and the joiners that scripts need are left alone.
_HIDDEN = re.compile(
    "[\ud800-\udfff\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff"
    "\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_TIME = re.compile(r"(\d+-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?(\S*)")
#: Texts longer than twice this many characters are collapsed to this many.
FOLDED = 300
#: Texts up to this length are not wrapped in a table.
_SHORT = 32
#: The most rows of a table on the page; a line below it says where the rest is.
MOST_ROWS = 1000


def visible(text: str) -> str:
    """Write out a text's invisible and direction-changing characters."""
    return _HIDDEN.sub(lambda match: f"[U+{ord(match[0]):04X}]", text)


def escape(value: object) -> str:
    """Escape a value as HTML text, also safe inside a quoted attribute."""
    return "" if value is None else html.escape(visible(str(value)), quote=True)


def evidence(value: object) -> str:
    """Render a value from the evidence, distinct from the report's own words; a long value is collapsed."""
    if value in (None, ""):
        return ""
    kind = "evidence short" if len(str(value)) <= _SHORT else "evidence"
    return _folded(str(value), f'<q class="{kind}" dir="auto">', "</q>")


def code(value: object) -> str:
    """Render a hash, a locator or one of the tool's own names."""
    kind = ' class="short"' if len(str(value)) <= _SHORT else ""
    return "" if value in (None, "") else f"<code{kind}>{escape(value)}</code>"


def text(value: object) -> str:
    """Render the report's own words, which may be long because they quote the evidence."""
    return "" if value in (None, "") else _folded(str(value), "<span>", "</span>")


def _folded(value: str, before: str, after: str) -> str:
    if len(value) <= 2 * FOLDED:
        return before + escape(value) + after
    return (
        f'<details class="long"><summary>{before}{escape(value[:FOLDED])}{after} … show whole'
        f" ({number(len(value))} characters)</summary>{before}{escape(value)}{after}</details>"
    )


def heading(value: object) -> str:
    """Render a value from the evidence where only one line fits."""
    words = str(value)
    shown = words if len(words) <= FOLDED else words[:FOLDED] + "…"
    return f'<q class="evidence" dir="auto">{escape(shown)}</q>'


def table(head: Sequence[str], rows: Iterable[Sequence[str]], rest: str = "", most: int = MOST_ROWS) -> str:
    """Render a table. The cells are already HTML.

    Args:
        head: the column names.
        rows: the rows. All are counted; only the first are shown.
        rest: the text after the number of omitted rows; already HTML.
        most: the most rows to show.
    """
    remaining = iter(rows)
    shown = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>\n" for row in islice(remaining, most)]
    if not shown:
        return "<p>None.</p>"
    more = sum(1 for _ in remaining)
    top = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    note = f"<p>The first {number(most)} of {number(most + more)} are shown. {rest}</p>" if more else ""
    # A table wider than the page scrolls, also by keyboard.
    return (
        f'<div class="wide" tabindex="0" role="group" aria-label="Table: {escape(", ".join(head))}"><table>'
        f"<thead><tr>{top}</tr></thead><tbody>\n{''.join(shown)}</tbody></table></div>{note}"
    )


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Render a list of names and values. The values are already HTML; empty ones are omitted."""
    return "<dl>" + "".join(f"<dt>{escape(name)}</dt><dd>{value}</dd>" for name, value in pairs if value) + "</dl>"


def notice(words: str) -> str:
    """Render a prominent warning."""
    return f'<p class="notice">{escape(words)}</p>'


def section(anchor: str, title: str, *content: str) -> str:
    """Render a section with its heading."""
    return (
        f'<section id="{anchor}" aria-labelledby="{anchor}-title"><h2 id="{anchor}-title">{escape(title)}</h2>\n'
        + "\n".join(content)
        + "\n</section>\n"
    )


def script_data(value: object) -> str:
    """Encode JSON for a script so that nothing in it can end the script or start a comment."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for mark in "<>&\u2028\u2029":
        written = written.replace(mark, f"\\u{ord(mark):04x}")
    return written


def script_string(value: object) -> str:
    """Encode JSON as a string for ``JSON.parse``, which browsers read faster than a literal."""
    return "'" + script_data(value).replace("\\", "\\\\").replace("'", "\\'") + "'"


def number(count: int) -> str:
    """Format a number with thousands separators."""
    return f"{count:,}".replace(",", "\u202f")


def size(count: int) -> str:
    """Format a number of bytes."""
    return f"{number(count)} bytes"


def counted(count: int, one: str, several: str = "") -> str:
    """Format a number with its noun: ``1 record``, ``2 records``."""
    return f"{number(count)} {one if count == 1 else several or one + 's'}"


def utc(time: str | None) -> str:
    """Format an ISO 8601 time in UTC for reading: ``2017-07-17 06:20:31.5 UTC``."""
    return f"{_plain(time)[0]} UTC" if time else ""


def local(time: str | None, zone: str) -> str:
    """Format a local ISO 8601 time for reading: ``2017-07-17 15:20:31.5 +09:00 Asia/Seoul``."""
    return " ".join((*_plain(time), zone)) if time else ""


def _plain(time: str) -> tuple[str, str]:
    """Split a time into date and time, without trailing zeros of a fraction, and the offset."""
    if (parts := _TIME.fullmatch(time)) is None:
        return time, ""
    fraction = (parts[3] or "").rstrip("0").rstrip(".")
    return f"{parts[1]} {parts[2]}{fraction}", parts[4]
