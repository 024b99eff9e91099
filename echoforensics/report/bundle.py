"""Writing the bundle."""

from __future__ import annotations

import shutil
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from echoforensics.errors import CaseError
from echoforensics.export import csv_table
from echoforensics.report import custody_sections, method_sections
from echoforensics.report.markup import escape, evidence, facts, script_data, section
from echoforensics.report.media import Recording, copy_media, recordings
from echoforensics.timeline.query import local_time, rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from chain_of_custody.ledger import Entry
    from echoforensics.case.case import Case

#: Rows in one script of data.
CHUNK = 5000
#: What a row's data holds, in order; report.js knows the same.
COLUMNS = (
    "exhibit", "datetime", "local_time", "timestamp_desc", "message", "data_type", "clock", "recorded_time",
    "device_serial", "device_type", "account", "person", "utterance_id", "transcript", "recording", "evidence", "path",
    "locator", "sha256", "parser", "parser_version", "corroborated_by", "record",
)  # fmt: skip
_ASSETS = ("style.css", "report.js")
_POLICY = (
    "default-src 'none'; script-src 'self' file:; style-src 'self' file:; media-src 'self' file:;"
    " base-uri 'none'; form-action 'none'"
)
_README = """\
Open index.html in a browser; it needs no network. timeline.csv holds the whole timeline for a spreadsheet.
This bundle is made from a case folder and can be checked only against it: echoforensics verify CASE
"""


def write_report(case: Case, folder: Path, local: ZoneInfo | None = None) -> Path:
    """Write the bundle; the same case gives the same bytes.

    Args:
        case: the case.
        folder: a new or empty folder.
        local: a zone in which times are also shown.

    Returns:
        The page to open.

    Raises:
        CaseError: the folder is not empty, lies in the case or in a source, or cannot be written.
    """
    case.refuse_inside(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CaseError(f"{folder}: exists and is not an empty folder")
    actions = list(case.actions())
    if not actions:
        raise CaseError(f"{case.path}: the extraction had only begun; repeat the extract command")
    found = list(recordings(case))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        copy_media(case, found, folder / "media")
        chunks = _write_rows(case, folder / "data", found, local)
        for name in _ASSETS:
            with (
                (files("echoforensics.report") / "assets" / name).open("rb") as source,
                (folder / name).open("wb") as to,
            ):
                shutil.copyfileobj(source, to)
        with (folder / "timeline.csv").open("w", encoding="utf-8", newline="") as stream:
            csv_table.write(rows(case.store), stream, local)
        (folder / "README.txt").write_text(_README, encoding="utf-8")
        index = folder / "index.html"
        index.write_text(_page(case, actions, found, chunks, local), encoding="utf-8")
    except OSError as error:
        raise CaseError(f"{folder}: the report cannot be written: {error}") from error
    return index


def _write_rows(case: Case, folder: Path, found: list[Recording], local: ZoneInfo | None) -> list[str]:
    """The rows as scripts, because a page opened from a disk may not fetch; returns their names."""
    folder.mkdir()
    media = {recording.sha256: [recording.name, recording.playable] for recording in found}
    zone = local.key if local else ""
    head = {"columns": list(COLUMNS), "media": media, "zone": zone, "total": case.store.count("rows")}
    (folder / "head.js").write_text(f"window.REPORT = {script_data(head)};\nwindow.ROWS = [];\n", encoding="utf-8")
    names = ["head.js"]
    written = _data(case, local)
    while chunk := list(islice(written, CHUNK)):
        name = f"rows-{len(names) - 1:03}.js"
        lines = ",\n".join(script_data(row) for row in chunk)
        (folder / name).write_text(f"window.ROWS.push(\n{lines}\n);\n", encoding="utf-8")
        names.append(name)
    return names


def _data(case: Case, local: ZoneInfo | None) -> Iterator[list[object]]:
    for row in rows(case.store):
        row["local_time"] = local_time(row["timestamp"], local) if local else None
        row["corroborated_by"] = " ".join(row["corroborated_by"])
        yield [row[column] for column in COLUMNS]


def _page(case: Case, actions: list[Entry], found: list[Recording], chunks: list[str], local: ZoneInfo | None) -> str:
    sections = [
        custody_sections.case_section(case, actions, local),
        custody_sections.summary_section(case),
        custody_sections.evidence_section(case, actions),
        custody_sections.ledger_section(actions),
        method_sections.method_section(case),
        _recordings_section(found, local),
        _timeline_section(local),
        method_sections.issues_section(case),
        method_sections.limits_section(),
    ]
    names = (
        ("case", "Case"), ("summary", "Summary"), ("evidence", "Evidence"), ("custody", "Custody"),
        ("method", "Method"), ("recordings", "Recordings"), ("timeline", "Timeline"), ("issues", "Not parsed"),
        ("limits", "Limits"),
    )  # fmt: skip
    links = "".join(f'<li><a href="#{anchor}">{name}</a></li>' for anchor, name in names)
    scripts = "".join(f'<script src="data/{name}"></script>\n' for name in chunks)
    title = escape(case.store.info().get("reference") or "Echo evidence report")
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<link rel="stylesheet" href="style.css">
</head>
<body>
<a class="skip" href="#case">Skip to the report</a>
<nav aria-label="Sections"><p class="name">Echo evidence report</p><ul>{links}</ul></nav>
<main>
<h1>{title}</h1>
<p class="legend">Words that stand in the evidence look <q class="evidence">like this</q>;
all else is said by this report.</p>
{"".join(sections)}</main>
{scripts}<script src="report.js"></script>
</body>
</html>
"""


def _recordings_section(found: list[Recording], local: ZoneInfo | None) -> str:
    parts = [
        f"<p>{len(found)} distinct recordings. The same bytes at several places are one recording with several"
        " references. Text beside a recording is what the Alexa service recognised; listen before relying on it.</p>"
    ]
    parts += [_recording(recording, local) for recording in found]
    return section("recordings", "Recordings", *parts)


def _recording(recording: Recording, local: ZoneInfo | None) -> str:
    row, fields = recording.row, recording.fields
    source = f"media/{recording.name}"
    if recording.playable:
        player = f'<audio controls preload="none" src="{source}" aria-label="{escape(recording.exhibits[0])}"></audio>'
    else:
        player = "<p>Browsers cannot play this kind of recording.</p>"
    texts = "<br>".join(f'{evidence(text)} (<a href="#{exhibit}">{exhibit}</a>)' for exhibit, text in recording.texts)
    duration = fields.get("duration_us")
    times = escape(row["datetime"] or "no time in UTC is known")
    if local and row["timestamp"] is not None:
        times += f" · {escape(local_time(row['timestamp'], local))} ({escape(local.key)})"
    whole = "well formed" if fields.get("whole") else f"not whole: {escape(fields.get('fault') or 'see the message')}"
    sound = ", ".join(
        escape(part)
        for part in (
            fields.get("container"), fields.get("codec"), f"{fields['rate_hz']} Hz" if fields.get("rate_hz") else None,
            f"{fields['channels']} channel(s)" if fields.get("channels") else None,
        )
        if part
    )  # fmt: skip
    numbers = ", ".join(f'<a href="#{exhibit}">{exhibit}</a>' for exhibit in recording.exhibits)
    body = facts(
        [
            ("Time", times),
            ("Duration", f"{duration / 1_000_000:.3f} s" if isinstance(duration, int) else "unknown"),
            ("Text recognised by the service", texts or "none recorded"),
            ("Tied to its utterance", escape(f"it {recording.basis}") if recording.basis else ""),
            ("Utterance", evidence(row["utterance_id"])),
            ("Sound", f"{sound}; {whole}"),
            ("SHA-256", f"<code>{recording.sha256}</code>"),
            ("Found at", "<br>".join(evidence(reference) for reference in recording.references)),
            ("File", f'<a href="{source}" download>{escape(recording.name)}</a>'),
        ]
    )
    return f'<article class="recording"><h3>{numbers}</h3>{player}{body}</article>\n'


def _timeline_section(local: ZoneInfo | None) -> str:
    zone = f"UTC, and {escape(local.key)}" if local else "UTC"
    return section(
        "timeline",
        "Timeline",
        f"<p>Times in {zone}. Rows whose zone is unknown stand at the end, with the time as recorded.</p>",
        '<noscript><p class="notice">The table needs JavaScript. <a href="timeline.csv">timeline.csv</a> holds the same'
        " rows.</p></noscript>",
        """<form id="filters" class="filters" autocomplete="off">
<label>Text <input type="search" id="filter-text"></label>
<label>Type <select id="filter-type"><option value="">any</option></select></label>
<label>Device <select id="filter-device"><option value="">any</option></select></label>
<label>From <input type="date" id="filter-from"></label>
<label>To <input type="date" id="filter-to"></label>
<label class="tick"><input type="checkbox" id="filter-recordings"> with a recording</label>
<label class="tick"><input type="checkbox" id="filter-fold"> one row a record</label>
</form>
<p id="count" role="status" aria-live="polite"></p>
<div class="split">
<div id="grid" role="grid" aria-label="Timeline" tabindex="0"><div id="spacer"><div id="window"></div></div></div>
<aside id="detail" aria-label="The chosen row" hidden></aside>
</div>""",
    )
