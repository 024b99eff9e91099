"""A paper as data, rendered as plain text or as one HTML page without scripts.

Text from evidence or people is data here. It is escaped on the page, and characters that control a terminal or reverse
text are written out in both forms.
"""

from __future__ import annotations

import html
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_WIDTH = 92
_STYLE = """
body { font: 11pt/1.45 Georgia, 'Times New Roman', serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem;
  color: #000; background: #fff }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin: 1.4rem 0 .4rem }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 }
th, td { border: 1px solid #555; padding: .3rem .45rem; text-align: left; vertical-align: top; overflow-wrap: anywhere;
  font-size: .9rem }
th { overflow-wrap: normal }
dl { display: grid; grid-template-columns: 13rem 1fr; gap: .25rem 1rem } dd { margin: 0; overflow-wrap: anywhere }
.notice { border: 2px solid #000; padding: .5rem .7rem; font-weight: bold }
.blank { display: flex; gap: 1rem; margin: 1.3rem 0 0 } .blank span { flex: 1; border-bottom: 1px solid #000 }
@media print { body { margin: 0; max-width: none } h2 { break-after: avoid } tr, .blank { break-inside: avoid } }
@page { margin: 22mm 20mm }
"""


@dataclass(frozen=True, slots=True)
class PaperHeading:
    """A heading within a paper."""

    text: str


@dataclass(frozen=True, slots=True)
class PaperText:
    """A paragraph; a note stands out."""

    text: str
    note: bool = False


@dataclass(frozen=True, slots=True)
class PaperList:
    """Sentences or terms in a list, numbered or not."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class PaperFields:
    """Names and values; empty ones are omitted."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PaperTable:
    """A table. As text, each row is a block of lines, so that no hash is broken."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class PaperBlanks:
    """Lines to fill in by hand; the program never fills them in."""

    names: tuple[str, ...]


PaperBlock = PaperHeading | PaperText | PaperList | PaperFields | PaperTable | PaperBlanks


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper.

    Attributes:
        title: its title.
        blocks: its content, in order.
    """

    title: str
    blocks: tuple[PaperBlock, ...]


def as_text(paper: Paper) -> str:
    """Render the paper as plain text, wrapped to fit a page."""
    title = plain(paper.title)
    parts = [f"{title}\n{'=' * len(title)}", *("\n".join(_text_lines(block)) for block in paper.blocks)]
    return "\n\n".join(filter(None, parts)) + "\n"


def as_html(paper: Paper) -> str:
    """Render the paper as one printable page without scripts or external resources."""
    title = _escape(paper.title)
    body = "\n".join(_html(block) for block in paper.blocks)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n{body}\n</body>\n</html>\n"
    )


def plain(text: str) -> str:
    """Return one line of text in which every character is shown as itself or written out."""
    return "".join(
        c if c.isprintable() else f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}" for c in text
    )


def _text_lines(block: PaperBlock) -> Iterator[str]:
    if isinstance(block, PaperHeading):
        yield from (plain(block.text), "-" * len(plain(block.text)))
    elif isinstance(block, PaperText):
        yield from _wrapped(f"*** {block.text} ***" if block.note else block.text)
    elif isinstance(block, PaperList):
        for number, item in enumerate(block.items, 1):
            yield from _wrapped(item, f"{number}. " if block.numbered else "- ")
    elif isinstance(block, PaperFields):
        yield from _pairs(block.pairs)
    elif isinstance(block, PaperTable):
        for number, row in enumerate(block.rows):
            yield from ("",) if number else ()
            yield from _pairs(zip(block.heads, row, strict=True))
    else:
        for name in block.names:
            yield from ("", f"{plain(name)}: ".ljust(30) + "_" * 56)


def _pairs(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    given = [(plain(name), value) for name, value in pairs if value]
    width = max((len(name) for name, _ in given), default=0) + 2
    for name, value in given:
        yield from _wrapped(value, name.ljust(width))


def _wrapped(text: str, lead: str = "") -> list[str]:
    # A hash or path is never broken: it could not be found any more.
    return textwrap.wrap(
        plain(text), _WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead), break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


def _html(block: PaperBlock) -> str:
    if isinstance(block, PaperHeading):
        return f"<h2>{_escape(block.text)}</h2>"
    if isinstance(block, PaperText):
        return f"<p{' class=notice' * block.note}>{_escape(block.text)}</p>"
    if isinstance(block, PaperList):
        kind = "ol" if block.numbered else "ul"
        return f"<{kind}>{''.join(f'<li>{_escape(item)}</li>' for item in block.items)}</{kind}>"
    if isinstance(block, PaperFields):
        pairs = (f"<dt>{_escape(name)}</dt><dd>{_escape(value)}</dd>" for name, value in block.pairs if value)
        return f"<dl>{''.join(pairs)}</dl>"
    if isinstance(block, PaperTable):
        heads = "".join(f'<th scope="col">{_escape(head)}</th>' for head in block.heads)
        rows = ("".join(f"<td>{_escape(cell)}</td>" for cell in row) for row in block.rows)
        return (
            f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(f'<tr>{row}</tr>' for row in rows)}</tbody></table>"
        )
    return "".join(f'<p class="blank">{_escape(name)}: <span></span></p>' for name in block.names)


def _escape(text: str) -> str:
    return html.escape(plain(text))
