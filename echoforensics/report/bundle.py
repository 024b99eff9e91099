"""Writing the bundle: one page, its recordings and its rows, for a browser without a network."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from echoforensics.errors import CaseError
from echoforensics.export import csv_table
from echoforensics.export.added_columns import AddedColumns
from echoforensics.report.issue_list import write_issues
from echoforensics.report.markup import FOLDED, escape, notice
from echoforensics.report.media import Recording, copy_media, recordings
from echoforensics.report.recordings_section import recordings_section
from echoforensics.report.row_data import write_rows
from echoforensics.report.sections.contents import sections_after, sections_before
from echoforensics.report.sections.context import ReportContext
from echoforensics.report.sections.page import section_html
from echoforensics.report.words.language import language

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from echoforensics.case.case import Case

_ASSETS = files("echoforensics.report") / "assets"
_SCRIPTS = ("players.js", "report.js")
_README = """\
Open index.html in a browser; it needs no network, and timeline.csv holds the same timeline for a spreadsheet.
This bundle was made from a case folder and can be checked only against it, with: echoforensics verify CASE
"""


def write_report(case: Case, folder: Path, local: ZoneInfo | None = None) -> Path:
    """Write the bundle; the same case gives the same bytes.

    Args:
        case: the case.
        folder: a new or empty folder.
        local: a zone in which times are also shown.

    Returns:
        The page to open. It is written last: a folder without it is not a bundle.

    Raises:
        CaseError: the folder is not empty, lies in the case or in a source, or cannot be written; or a recording
            is not what was extracted.
    """
    case.refuse_inside(folder)
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise CaseError(f"{folder}: exists and is not an empty folder")
        context = ReportContext.of(case, language("en"), local)
        found = list(recordings(case))
        folder.mkdir(parents=True, exist_ok=True)
        copy_media(case, found, folder / "media")
        scripts = write_rows(case, folder / "data", found, local)
        for name in ("style.css", *_SCRIPTS):
            (folder / name).write_bytes((_ASSETS / name).read_bytes())
        with (folder / "timeline.csv").open("w", encoding="utf-8", newline="") as stream:
            csv_table.write(case.rows(), stream, AddedColumns(local))
        with (folder / "issues.csv").open("w", encoding="utf-8", newline="") as stream:
            write_issues(case, stream)
        first = f"UNVERIFIED: {case.unverified}.\n" if case.unverified else ""
        (folder / "README.txt").write_text(first + _README, encoding="utf-8")
        index = folder / "index.html"
        index.write_text(_page(context, found, scripts), encoding="utf-8")
    except OSError as error:
        raise CaseError(f"{folder}: the report cannot be written: {error}") from error
    return index


def _page(context: ReportContext, found: list[Recording], scripts: list[str]) -> str:
    case, words = context.case, context.words
    before = [section_html(part, words) for part in sections_before(context)]
    reference = case.store.info().get("reference", "")[:FOLDED]
    names = [*(f"data/{name}" for name in scripts), *_SCRIPTS]
    return _template("page.html").substitute(
        title=escape(f"{case.store.row_mark}Echo evidence report {reference}".strip()),
        banner=notice(f"UNVERIFIED: {case.unverified}.") if case.unverified else "",
        before="".join([*before, recordings_section(found, context.zone)]),
        timeline=_timeline(context.zone),
        after="".join(section_html(part, words) for part in sections_after(context)),
        scripts="\n".join(f'<script src="{name}"></script>' for name in names),
    )


def _timeline(local: ZoneInfo | None) -> str:
    zone = escape(local.key) if local else ""
    return _template("timeline.html").substitute(
        zone=f"UTC, with the time in {zone} below" if zone else "UTC",
        day=zone or "UTC",
        beside=f", below it {zone}" if zone else "",
    )


def _template(name: str) -> Template:
    return Template((_ASSETS / name).read_text(encoding="utf-8"))
