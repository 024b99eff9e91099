"""Writes the report: pages, recordings and rows in one folder, for a browser without a network."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from echoforensics.case import row_query
from echoforensics.case.redactions.redacted_case import handed_over
from echoforensics.errors import CaseError
from echoforensics.export import csv_table
from echoforensics.export.added_columns import AddedColumns
from echoforensics.report.first_screen import ReportFindings
from echoforensics.report.interaction_data import write_interactions
from echoforensics.report.issue_list import write_issues
from echoforensics.report.markup import script_string
from echoforensics.report.media import copy_media, recordings
from echoforensics.report.pages import app_page, recordings_page, sections_page
from echoforensics.report.recording_data import write_recordings
from echoforensics.report.report_part import ReportPart, report_part
from echoforensics.report.row_data import CHUNK, write_rows
from echoforensics.report.script_words import words_of_scripts
from echoforensics.report.sections.context import ReportContext
from echoforensics.report.words.language import language
from echoforensics.report.words.vocabulary import CLOCKS, SIGNS, STATES, STATUSES, STRENGTHS, TIMES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from echoforensics.case.case import Case
    from echoforensics.case.exhibits.row import Query, Row

_ASSETS = files("echoforensics.report") / "assets"
#: The greatest height in CSS pixels that every browser can scroll to its end (Firefox stops at 17.8 million).
_TALLEST = 10_000_000
_README = """\
Open index.html in a browser; it needs no network. about.html says how the report was made and what it must not be
taken for; timeline.csv holds the same timeline for a spreadsheet.
VERIFY.txt says how to check that nothing here was changed; in a bundle it lies in the bundle's own folder. What the
report says is from a case folder; whether that holds is checked with: echoforensics verify CASE
"""


def write_report(
    case: Case, folder: Path, local: ZoneInfo | None = None, query: Query | None = None,
    marked: frozenset[str] | None = None, language_code: str = "en", *, unredacted: bool = False,
) -> Path:  # fmt: skip
    """Write the report, without redacted content. The same case gives the same bytes.

    Args:
        case: the case.
        folder: a new or empty folder.
        local: an additional zone for displaying times.
        query: selects the rows; None for all. The folder contains nothing from other rows.
        marked: exhibits whose rows to include; None for no such restriction.
        language_code: the language of the report's own text.
        unredacted: whether to include redacted content anyway.

    Returns:
        The page to open. It is written last: a folder without it is an incomplete report.

    Raises:
        CaseError: the folder is not empty, lies inside the case or a source, or cannot be written; or a recording has
            changed since it was extracted.
    """
    case.refuse_inside(folder)
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise CaseError(f"{folder}: exists and is not an empty folder")
        with handed_over(case, unredacted=unredacted) as shown:
            context = ReportContext.of(shown, language(language_code), local)
            folder.mkdir(parents=True, exist_ok=True)
            part = report_part(shown, query, marked)
            return _write(replace(context, exhibits=part.exhibits), folder, part)
    except OSError as error:
        raise CaseError(f"{folder}: the report cannot be written: {error}") from error


def _write(context: ReportContext, folder: Path, part: ReportPart) -> Path:
    case, words = context.case, context.words
    found = list(recordings(case, part))
    copy_media(case, found, folder / "media")
    data = folder / "data"
    data.mkdir()
    summary = write_rows(case, data, part, words)
    write_recordings(case, folder, found)
    written = write_interactions(case, data, part, found, words)
    head = {
        "case": context.actions[0].line_hash,
        "reference": case.store.info().get("reference", ""),
        "zone": context.zone.key if context.zone else "",
        "language": words.code,
        "part": not part.whole,
        "rows": {"count": part.rows, "chunk": CHUNK},
        "interactions": {"count": written.interactions, "chunks": written.chunks},
        "recordings": len(found),
        "tallest": _TALLEST,
        "terms": {
            name: {term: words.text(english) for term, english in table.items()}
            for name, table in (
                ("times", TIMES),
                ("clocks", CLOCKS),
                ("states", STATES),
                ("statuses", STATUSES),
                ("strengths", STRENGTHS),
                ("signs", SIGNS),
            )
        },
        "words": words.mapping(words_of_scripts()) if words.code != "en" else {},
    }
    (data / "head.js").write_text(f"REPORT.begin(JSON.parse({script_string(head)}));\n", encoding="utf-8")
    _copy_assets(folder)
    # With a byte-order mark: lawyers open these in Excel, which takes them for another encoding without it.
    with (folder / "timeline.csv").open("w", encoding="utf-8-sig", newline="") as stream:
        csv_table.write(_rows(case, part), stream, AddedColumns(context.zone))
    if part.whole:
        with (folder / "issues.csv").open("w", encoding="utf-8-sig", newline="") as stream:
            write_issues(case, stream)
    first = f"UNVERIFIED: {case.unverified}.\n" if case.unverified else ""
    whole = part.sentence(words)
    (folder / "README.txt").write_text(first + (f"{whole}\n" if whole else "") + _README, encoding="utf-8")
    (folder / "recordings.html").write_text(recordings_page(context, part, found), encoding="utf-8")
    (folder / "about.html").write_text(sections_page(context, part), encoding="utf-8")
    index = folder / "index.html"
    shown = ReportFindings(summary, found, written.interactions, written.unintended, written.contradicting)
    index.write_text(app_page(context, part, shown), encoding="utf-8")
    return index


def _copy_assets(folder: Path) -> None:
    (folder / "app").mkdir()
    for asset in sorted((_ASSETS / "app").iterdir(), key=lambda path: path.name):
        (folder / "app" / asset.name).write_bytes(asset.read_bytes())


def _rows(case: Case, part: ReportPart) -> Iterator[Row]:
    for row in row_query.rows(case.store, part.query):
        if part.includes(row["exhibit"]):
            row["corroborated_by"] = list(filter(part.includes, row["corroborated_by"]))
            yield row
