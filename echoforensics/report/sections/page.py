"""Renders the written sections as HTML."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from echoforensics.report import markup
from echoforensics.report.sections.blocks import (
    Blanks,
    Bullets,
    Facts,
    Heading,
    Notice,
    Paragraph,
    Table,
    runs,
)

if TYPE_CHECKING:
    from echoforensics.report.sections.blocks import Block, Cell, Run, WrittenSection
    from echoforensics.report.words.language import Language


def section_html(section: WrittenSection, words: Language) -> str:
    """Render a section with its heading as HTML."""
    return markup.section(section.anchor, section.title, *(_block(block, words) for block in section.blocks))


def _block(block: Block, words: Language) -> str:
    match block:
        case Heading(title=title, level=level):
            kind = ' class="item"' if any(run.kind == "evidence" for run in runs(title)) else ""
            written = f"<h{level}{kind}>{_cell(title)}</h{level}>"
        case Paragraph(words=cell):
            written = f"<p>{_cell(cell)}</p>"
        case Notice(words=text):
            written = markup.notice(text)
        case Bullets(items=items):
            written = "<ul>" + "".join(f"<li>{_cell(item)}</li>" for item in items) + "</ul>"
        case Facts(pairs=pairs):
            written = markup.facts((name, _cell(value)) for name, value in pairs)
        case Table():
            written = _table(block, words)
        case Blanks(labels=labels):
            written = "".join(f'<p class="blank">{markup.escape(label)}</p>' for label in labels)
    return written


def _table(block: Table, words: Language) -> str:
    if not block.rows:
        return f"<p>{markup.escape(words.text('None.'))}</p>"
    rows = ("".join(f"<td>{_cell(cell)}</td>" for cell in row) for row in block.rows)
    body = "".join(f"<tr>{row}</tr>\n" for row in rows)
    top = "".join(f'<th scope="col">{markup.escape(name)}</th>' for name in block.head)
    label = markup.escape(words.text("Table: {columns}", columns=", ".join(block.head)))
    # A table wider than the page scrolls, also by keyboard.
    return (
        f'<div class="wide" tabindex="0" role="group" aria-label="{label}"><table>'
        f"<thead><tr>{top}</tr></thead><tbody>\n{body}</tbody></table></div>{_note(block, words)}"
    )


def _note(block: Table, words: Language) -> str:
    note = rest_of_table(block, words)
    return f"<p>{markup.escape(note)}</p>" if note else ""


def rest_of_table(block: Table, words: Language) -> str:
    """Return the line below a table that does not show every row; empty if it does."""
    if not block.more:
        return ""
    shown, whole = markup.number(len(block.rows)), markup.number(len(block.rows) + block.more)
    return f"{words.text('The first {shown} of {whole} are shown.', shown=shown, whole=whole)} {block.rest}".strip()


def _cell(cell: Cell) -> str:
    return "".join(map(_run, runs(cell)))


def _run(run: Run) -> str:
    return _RUNS[run.kind](run.text)


def _exhibit(number: str) -> str:
    return f'<a href="#{markup.escape(number)}">{markup.escape(number)}</a>'


_RUNS: dict[str, Callable[[str], str]] = {
    "own": markup.escape,
    "quote": markup.text,
    "evidence": markup.evidence,
    "code": markup.code,
    "strong": lambda text: f"<strong>{markup.escape(text)}</strong>",
    "short": lambda text: f'<span class="short">{markup.escape(text)}</span>',
    "exhibit": _exhibit,
    "break": lambda _: "<br>",
}
