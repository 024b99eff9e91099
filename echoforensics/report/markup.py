"""HTML and script data in which evidence can do nothing but be read."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Sequence
from itertools import islice

#: Characters that cannot be seen, or that change the direction of what follows, and so could make a line read
#: other than it is. report.js knows the same. Tabs, line feeds and the joiners that writing needs are left alone.
_HIDDEN = re.compile(
    "[\ud800-\udfff\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff"
    "\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_TIME = re.compile(r"(\d+-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?(\S*)")
#: Texts longer than twice this many characters are folded away behind this much of their beginning.
FOLDED = 300
#: Texts up to this long are not broken in a table.
_SHORT = 32
#: Rows of a table on the page; a line below it names what holds the rest.
MOST_ROWS = 1000


def visible(text: str) -> str:
    """Text with its invisible and direction-changing characters written out."""
    return _HIDDEN.sub(lambda match: f"[U+{ord(match[0]):04X}]", text)


def escape(value: object) -> str:
    """A value as HTML text, also good inside a quoted attribute."""
    return "" if value is None else html.escape(visible(str(value)), quote=True)


def evidence(value: object) -> str:
    """A value from the evidence, set apart from our own words; a long one can be shown whole."""
    if value in (None, ""):
        return ""
    kind = "evidence short" if len(str(value)) <= _SHORT else "evidence"
    return _folded(str(value), f'<q class="{kind}" dir="auto">', "</q>")


def code(value: object) -> str:
    """A hash, a locator or a name of the tool's own."""
    kind = ' class="short"' if len(str(value)) <= _SHORT else ""
    return "" if value in (None, "") else f"<code{kind}>{escape(value)}</code>"


def text(value: object) -> str:
    """Our own words, which may be long because they quote the evidence."""
    return "" if value in (None, "") else _folded(str(value), "<span>", "</span>")


def _folded(value: str, before: str, after: str) -> str:
    if len(value) <= 2 * FOLDED:
        return before + escape(value) + after
    return (
        f'<details class="long"><summary>{before}{escape(value[:FOLDED])}{after} … show whole'
        f" ({number(len(value))} characters)</summary>{before}{escape(value)}{after}</details>"
    )


def heading(value: object) -> str:
    """A value from the evidence where there is room for a line only."""
    words = str(value)
    shown = words if len(words) <= FOLDED else words[:FOLDED] + "…"
    return f'<q class="evidence" dir="auto">{escape(shown)}</q>'


def table(head: Sequence[str], rows: Iterable[Sequence[str]], rest: str = "", most: int = MOST_ROWS) -> str:
    """A table. The cells are HTML already.

    Args:
        head: the columns' names.
        rows: the rows. All are counted; only the first are shown.
        rest: what to say of the others, after their number; HTML already.
        most: how many are shown.
    """
    remaining = iter(rows)
    shown = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>\n" for row in islice(remaining, most)]
    if not shown:
        return "<p>None.</p>"
    more = sum(1 for _ in remaining)
    top = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    note = f"<p>The first {number(most)} of {number(most + more)} are shown. {rest}</p>" if more else ""
    # A table wider than the page scrolls, by the keyboard too.
    return (
        f'<div class="wide" tabindex="0" role="group" aria-label="Table: {escape(", ".join(head))}"><table>'
        f"<thead><tr>{top}</tr></thead><tbody>\n{''.join(shown)}</tbody></table></div>{note}"
    )


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """A list of names and values. The values are HTML already; empty ones are left out."""
    return "<dl>" + "".join(f"<dt>{escape(name)}</dt><dd>{value}</dd>" for name, value in pairs if value) + "</dl>"


def notice(words: str) -> str:
    """A warning that cannot be overlooked."""
    return f'<p class="notice">{escape(words)}</p>'


def section(anchor: str, title: str, *content: str) -> str:
    """A section with its heading."""
    return (
        f'<section id="{anchor}" aria-labelledby="{anchor}-title"><h2 id="{anchor}-title">{escape(title)}</h2>\n'
        + "\n".join(content)
        + "\n</section>\n"
    )


def script_data(value: object) -> str:
    """JSON for a script: nothing in it can end the script or start a comment."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for mark in "<>&\u2028\u2029":
        written = written.replace(mark, f"\\u{ord(mark):04x}")
    return written


def script_string(value: object) -> str:
    """The same as a string of a script, for ``JSON.parse``: browsers read that faster than a literal."""
    return "'" + script_data(value).replace("\\", "\\\\").replace("'", "\\'") + "'"


def number(count: int) -> str:
    """A number with its thousands set apart."""
    return f"{count:,}".replace(",", "\u202f")


def size(count: int) -> str:
    """A number of bytes."""
    return f"{number(count)} bytes"


def counted(count: int, one: str, several: str = "") -> str:
    """A number with its noun: ``1 record``, ``2 records``."""
    return f"{number(count)} {one if count == 1 else several or one + 's'}"


def utc(time: str | None) -> str:
    """An ISO 8601 time in UTC, for reading: ``2017-07-17 06:20:31.5 UTC``."""
    return f"{_plain(time)[0]} UTC" if time else ""


def local(time: str | None, zone: str) -> str:
    """A local ISO 8601 time, for reading: ``2017-07-17 15:20:31.5 +09:00 Asia/Seoul``."""
    return " ".join((*_plain(time), zone)) if time else ""


def _plain(time: str) -> tuple[str, str]:
    """Date and time without the zeros at the end of a fraction, and the offset."""
    if (parts := _TIME.fullmatch(time)) is None:
        return time, ""
    fraction = (parts[3] or "").rstrip("0").rstrip(".")
    return f"{parts[1]} {parts[2]}{fraction}", parts[4]
