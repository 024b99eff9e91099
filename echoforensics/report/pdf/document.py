"""Builds the PDF's content for the template: the page's sections, interactions, recordings and the timeline."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from echoforensics.report.markup import FOLDED, number, utc
from echoforensics.report.pdf import timeline_rows
from echoforensics.report.pdf.texts import ShownTexts
from echoforensics.report.pdf.typesetter import json_bytes
from echoforensics.report.sections.blocks import (
    Blanks,
    Bullets,
    Facts,
    Heading,
    Notice,
    Paragraph,
    Run,
    Table,
    code,
    evidence,
    lines,
    quote,
    runs,
    section,
    short,
    table,
)
from echoforensics.report.sections.contents import written_sections
from echoforensics.report.sections.head import warnings
from echoforensics.report.sections.interactions import interactions_section
from echoforensics.report.sections.page import rest_of_table
from echoforensics.report.sections.part import held_sections
from echoforensics.report.sections.recordings import recording_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from echoforensics.report.pdf.timeline_rows import ShownRows
    from echoforensics.report.sections.blocks import Block, Cell, WrittenSection
    from echoforensics.report.sections.context import ReportContext
    from echoforensics.report.words.language import Language

PAPERS = {"a4": "a4", "letter": "us-letter"}
#: The width and height of the signature field on the first page, in points.
FIELD = (300, 92)
#: How many characters fit on a table line; columns are not widened for longer lines or words.
_LINE, _WIDEST, _LONGEST_WORD = 105, 60, 22
_LONG_CELL = 1500
_MOST_CHARACTERS = 200
#: The most evidence items on the first page.
_MOST_ITEMS = 6


@dataclass(frozen=True, slots=True)
class DocumentContent:
    """Everything that a case's PDF contains, before typesetting.

    Attributes:
        context: the case.
        shown: the rows of the timeline.
        attached: the same rows as JSON Lines.
        before: the sections before the timeline.
        after: the sections after the timeline.
    """

    context: ReportContext
    shown: ShownRows
    attached: bytes
    before: tuple[WrittenSection, ...]
    after: tuple[WrittenSection, ...]

    @classmethod
    def of(cls, context: ReportContext, shown: ShownRows) -> DocumentContent:
        """Collect the content from a case, restricted to the selected rows if any."""
        if shown.filtered:
            context = replace(context, exhibits=frozenset(row["exhibit"] for row in shown.rows))
        before, after = written_sections(context)
        before += [interactions_section(context), recording_list(context)]
        return cls(context, shown, shown.as_jsonl(), held_sections(before, context), held_sections(after, context))

    def files(
        self, missing: frozenset[str], fonts: Mapping[str, list[str]], paper: str, signed: bool
    ) -> dict[str, bytes]:
        """Return the files that the template reads.

        Args:
            missing: characters that no font has; they are written out and listed.
            fonts: the font families for text and for code.
            paper: one of :data:`PAPERS`.
            signed: whether the document will be signed.
        """
        texts = ShownTexts(missing)
        after = (*self.after, *([_characters_section(missing, self.context.words)] if missing else []))
        data = {
            **self._head(texts, signed),
            "paper": PAPERS[paper],
            "before": [_section(part, self.context.words, texts) for part in self.before],
            "after": [_section(part, self.context.words, texts) for part in after],
            "timeline": self._timeline(texts),
        }
        rows = [[[_plain(run, texts) for run in cell] for cell in row] for row in self.shown.cells(self.context)]
        named = {"language": self.context.words.code, "fonts": fonts}
        return {
            "document.json": json_bytes({**data, **named}),
            "rows.json": json_bytes(rows),
            "timeline.jsonl": self.attached,
        }

    def characters(self) -> set[str]:
        """Return all non-ASCII characters in the content."""
        texts = ShownTexts()
        for part in (*self.before, *self.after):
            _section(part, self.context.words, texts)
        self._head(texts, signed=False)
        texts.every(self.shown.cells(self.context))
        return texts.seen

    def _head(self, texts: ShownTexts, signed: bool) -> dict[str, Any]:
        say, info, ledger = self.context.words.text, self.context.case.store.info(), self.context.ledger
        reference = info.get("reference", "")[:FOLDED]
        title = say("Echo evidence report")
        marks = [
            say("UNVERIFIED") if self.context.case.unverified else "" if ledger.signed else say("UNSIGNED CASE"),
            say("PART OF THE CASE") if self.shown.is_part else "",
        ]
        last = self.context.actions[-1].time
        notices = list(warnings(self.context))
        if self.shown.is_part:
            notices.append(next(iter(self.shown.intro(self.context, b""))))
        matter = self.context.matter
        cover: list[tuple[str, Cell]] = [
            (say("Reference"), quote(info.get("reference"))),
            (say("Subject"), quote(matter.get("subject"))),
            (say("Request"), quote(matter.get("request"))),
            (say("Authority"), quote(matter.get("authority"))),
            (say("Agency"), quote(info.get("agency"))),
            (say("Examiner"), quote(info.get("examiner"))),
            (say("Evidence"), self._items()),
            (say("Last line of the ledger"), utc(last)),
            (say("Head of the ledger"), code(ledger.head)),
            (say("Tool"), quote(info.get("tool"))),
        ]
        unsigned = say("This document is not signed. The case it was made from can be verified.")
        return {
            "title": texts.plain(title),
            "author": [texts.plain(info.get("examiner", "")[:FOLDED])] if info.get("examiner") else [],
            "description": texts.plain(f"{title} {reference}".strip()),
            "running": texts.shown(" · ".join(filter(None, (title, reference[:100])))),
            "mark": texts.shown(" · ".join(filter(None, marks))),
            "foot": texts.shown(say("Ledger {head}…, line {line}", head=ledger.head[:16], line=ledger.length)),
            "cover": [[texts.shown(name), _cell(cell, texts)] for name, cell in cover if runs(cell)],
            "warnings": [texts.shown(words) for words in notices],
            "signature": {"width": FIELD[0], "height": FIELD[1], "words": "" if signed else texts.shown(unsigned)},
            "words": _template_words(self.context.words, texts),
        }

    def _items(self) -> Cell:
        """Return the evidence items with their SHA-256, for the first page."""
        items = list(self.context.case.evidence())
        found: list[Cell] = []
        for item in items[:_MOST_ITEMS]:
            found += [evidence(item.name[:FOLDED]), code(item.sha256)]
        if len(items) > _MOST_ITEMS:
            found.append(self.context.words.text("and {count} more", count=number(len(items) - _MOST_ITEMS)))
        return lines(found)

    def _timeline(self, texts: ShownTexts) -> dict[str, Any]:
        say = self.context.words.text
        intro: list[Cell] = list(self.shown.intro(self.context, self.attached))
        intro[-1] = code(intro[-1])
        attached = say("The rows of the timeline in this document, as JSON Lines") if self.shown.rows else ""
        return {
            "title": texts.shown(say("Timeline")),
            "intro": [_cell(cell, texts) for cell in intro],
            "head": [texts.shown(name) for name in timeline_rows.head(self.context)],
            "rows": len(self.shown.rows),
            "whole": all(len(row["message"]) + len(row["path"]) <= _LONG_CELL for row in self.shown.rows),
            "attached": texts.plain(attached),
        }


def _template_words(words: Language, texts: ShownTexts) -> dict[str, str]:
    say = words.text
    found = {
        "contents": say("Contents"),
        "none": say("None."),
        "page": say("page {page} of {pages}", page="{page}", pages="{pages}"),
        "legend": say("Words from the evidence are set"),
        "sample": say("like this"),
        "written_out": say(
            "The other words are this report's own. [U+202E] and the like stand for characters that cannot be seen,"
            " that turn a line round, or that the fonts of this document do not have."
        ),
    }
    return {name: texts.shown(text) for name, text in found.items()}


def _section(part: WrittenSection, words: Language, texts: ShownTexts) -> dict[str, Any]:
    return {"title": texts.shown(part.title), "blocks": [_block(block, words, texts) for block in part.blocks]}


def _block(block: Block, words: Language, texts: ShownTexts) -> dict[str, Any]:
    match block:
        case Heading(title=title, level=level):
            made: dict[str, Any] = {"kind": "heading", "level": level, "title": _cell(title, texts)}
        case Paragraph(words=cell):
            made = {"kind": "paragraph", "words": _cell(cell, texts)}
        case Notice(words=text):
            made = {"kind": "notice", "words": texts.shown(text)}
        case Bullets(items=items):
            made = {"kind": "bullets", "items": [_cell(item, texts) for item in items]}
        case Facts(pairs=pairs):
            made = {"kind": "facts", "pairs": [[texts.shown(name), _cell(value, texts)] for name, value in pairs]}
        case Table(head=head, rows=rows):
            made = {
                "kind": "table",
                "head": [texts.shown(name) for name in head],
                "rows": [[_cell(cell, texts) for cell in row] for row in rows],
                "widths": _widths(block),
                "whole": _is_whole(rows),
                "note": texts.shown(rest_of_table(block, words)),
            }
        case Blanks(labels=labels):
            made = {"kind": "blanks", "labels": [texts.shown(label) for label in labels]}
    return made


def _cell(cell: Cell, texts: ShownTexts) -> list[list[str]]:
    return [_plain((run.kind, run.text), texts) for run in runs(cell)]


def _plain(run: tuple[str, str], texts: ShownTexts) -> list[str]:
    """Return a run for the template; evidence is already marked."""
    kind, text = run
    shown = texts.shown(text)
    return [kind, f"‹{shown}›" if kind == "evidence" else shown]


def _is_whole(rows: Iterable[Iterable[Cell]]) -> bool:
    """Whether every row is short enough not to break across pages."""
    return all(sum(len(run.text) for run in runs(cell)) <= _LONG_CELL for row in rows for cell in row)


def _widths(block: Table) -> list[float]:
    """Return the column widths in characters: at least the longest word, then by typical length."""
    least, wanted = [], []
    for at, name in enumerate(block.head):
        cells = [_lines(row[at]) for row in block.rows]
        lengths = sorted(max(map(len, found), default=0) for found in cells)
        usual = lengths[len(lengths) * 9 // 10] if lengths else 0
        words = [word for found in (*cells, [name]) for line in found for word in line.split()]
        narrow = min(max(map(len, words), default=0), _LONGEST_WORD) + 2
        least.append(float(narrow))
        wanted.append(float(max(min(usual, _WIDEST), narrow)))
    spare = max(_LINE - sum(least), 0.0)
    more = [want - narrow for want, narrow in zip(wanted, least, strict=True)]
    share = spare / sum(more) if sum(more) else 0.0
    return [round(narrow + extra * share, 2) for narrow, extra in zip(least, more, strict=True)]


def _lines(cell: Cell) -> list[str]:
    """Return the lines of a cell, so that stacked lines do not widen its column."""
    found = [""]
    for run in runs(cell):
        if run.kind == "break":
            found.append("")
        else:
            found[-1] += run.text
    return found


def _characters_section(missing: frozenset[str], words: Language) -> WrittenSection:
    """List the characters that this document writes out because no font has them."""
    say = words.text
    rows: list[tuple[Run, Run]] = [
        (short(f"U+{ord(each):04X}"), quote(unicodedata.name(each, say("no name")).lower())) for each in sorted(missing)
    ]
    return section(
        "characters",
        say("Characters that this document writes out"),
        Paragraph(
            say(
                "The fonts of this document do not have these {count} characters. Each is written out where it stands,"
                " as in [U+4E2D]; none was left out. The attached timeline has them as they are; report --pdf --fonts"
                " FOLDER takes fonts for further scripts.",
                count=number(len(missing)),
            )
        ),
        [table((say("Character"), say("Its name in Unicode")), rows, most=_MOST_CHARACTERS)],
    )
