"""HTML and script data in which evidence can do nothing but be read."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Sequence

#: Characters that change the direction of what follows, and so could make a line read other than it is.
_DIRECTION = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
#: Longer texts are cut on the page; the timeline file has them whole.
SHOWN = 600


def visible(text: str) -> str:
    """Text with its invisible and direction-changing characters written out."""
    text = _DIRECTION.sub(lambda match: f"[U+{ord(match[0]):04X}]", text)
    return _CONTROL.sub(lambda match: f"[U+{ord(match[0]):04X}]", text)


def escape(value: object) -> str:
    """A value as HTML text, also good inside a quoted attribute."""
    if value is None:
        return ""
    text = visible(str(value))
    if len(text) > SHOWN:
        text = f"{text[:SHOWN]} … ({len(text)} characters; whole in timeline.csv)"
    return html.escape(text, quote=True)


def evidence(value: object) -> str:
    """A value that stands in the evidence, set apart from our own words."""
    return f'<q class="evidence">{escape(value)}</q>' if value not in (None, "") else ""


def table(head: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "") -> str:
    """A table. The cells are HTML already."""
    top = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>\n" for row in rows)
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    if not body:
        return "<p>None.</p>"
    return f'<div class="wide"><table>{title}<thead><tr>{top}</tr></thead><tbody>\n{body}</tbody></table></div>'


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """A list of names and values. The values are HTML already; empty ones are left out."""
    return "<dl>" + "".join(f"<dt>{escape(name)}</dt><dd>{value}</dd>" for name, value in pairs if value) + "</dl>"


def section(anchor: str, title: str, *content: str) -> str:
    """A section with its heading."""
    return f'<section id="{anchor}"><h2>{escape(title)}</h2>\n' + "\n".join(content) + "\n</section>\n"


def script_data(value: object) -> str:
    """JSON that can stand in a script: nothing in it can end the script or start a comment."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for mark in "<>&\u2028\u2029":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text


def size(count: int) -> str:
    """A number of bytes, with its thousands set apart."""
    return f"{count:,} bytes".replace(",", "\u202f")
