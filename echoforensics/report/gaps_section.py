"""The sections on what is missing: what could not be read, what nobody claimed, and what the words mean."""

from __future__ import annotations

import csv
from collections import defaultdict
from typing import TYPE_CHECKING, TextIO

from echoforensics.case.entry_table import paths_with, unclaimed_files, unread_files
from echoforensics.evidence.entry import INSIDE
from echoforensics.export.csv_table import cell
from echoforensics.report.markup import code, counted, escape, evidence, facts, number, section, size, table, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.case import Case

_MOST_ENDINGS = 20
_LONGEST_ENDING = 20


def write_issues(case: Case, stream: TextIO) -> None:
    """Write every issue as CSV: the page shows the first of them only."""
    writer = csv.writer(stream)
    writer.writerow(("evidence", "path", "found_by", "locator", "what", "first_bytes_hex"))
    for issue in case.issues():
        writer.writerow([cell(value) for value in (*issue[:-1], issue.excerpt.hex().upper())])


def issues_section(case: Case) -> str:
    """What could not be read, and what nobody claimed."""
    rows = (
        (evidence(issue.evidence), evidence(issue.path), code(issue.parser), code(issue.locator), text(issue.what))
        for issue in case.issues()
    )
    unread = unread_files(case.store)
    endings, archives = _unclaimed(case)
    total = sum(count for count, _ in endings.values())
    volume = sum(length for _, length in endings.values())
    most = sorted(endings.items(), key=lambda item: (-item[1][0], item[0]))[:_MOST_ENDINGS]
    return section(
        "issues",
        "What was not parsed",
        "<h3>Issues: what could not be read</h3>",
        '<p>The same list, whole: <a href="issues.csv">issues.csv</a>.</p>',
        table(("Evidence", "Path", "Found by", "Where", "What"), rows, "The others are in issues.csv."),
        "<h3>Files without content to read</h3>",
        facts(
            [
                ("Deleted", f"{counted(unread.deleted, 'name')} whose content is not there any more"),
                ("Encrypted", f"{counted(unread.encrypted, 'file')} that the tool has no key for"),
                ("Others", f"{counted(unread.other, 'file')} listed, of which nothing could be read"),
            ]
        ),
        *_searched(case),
        "<h3>Files that no parser claims</h3>",
        f"<p>Read and hashed, and claimed by no parser: {counted(total, 'file')} ({escape(size(volume))}). Such files"
        f" may hold more than this tool reads. Not counted here: {counted(archives, 'archive')}, opened and read file"
        " by file. The most frequent endings:</p>",
        table(("Ending", "Files", "Bytes"), ((evidence(e) or "none", number(c), number(b)) for e, (c, b) in most)),
    )


def _searched(case: Case) -> list[str]:
    """Which images were searched for recordings and records outside files; nothing where there is no image."""
    images: list[tuple[str, str]] = []
    for entry in case.actions():
        if entry.action != "source taken in" or "carving" not in entry.detail or not entry.detail.get("described"):
            continue
        found = entry.detail["carving"]
        if isinstance(found, dict):
            new = int(found["found"]) - int(found["within_files_that_were_read"])
            result = f"searched by content: {counted(new, 'find')} beside the files that were listed"
        else:
            result = "not searched by content: deleted recordings and records outside its files were not looked for"
        images.append((evidence(str(entry.detail["evidence"])), result))
    return ["<h3>Images, outside their files</h3>", table(("Image", "Outside its files"), images)] if images else []


def _unclaimed(case: Case) -> tuple[dict[str, list[int]], int]:
    """Files that were read and not claimed, as [files, bytes] by ending; and how many archives were opened."""
    opened = {(item, outer) for item, path in paths_with(case.store, INSIDE) for outer in _containers(path)}
    endings: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    archives = 0
    for item, path, length in unclaimed_files(case.store):
        if (item, path) in opened:
            archives += 1
            continue
        found = endings[_ending(path)]
        found[0] += 1
        found[1] += length
    return endings, archives


def _containers(path: str) -> Iterator[str]:
    at = path.find(INSIDE)
    while at >= 0:
        yield path[:at]
        at = path.find(INSIDE, at + 1)


def _ending(path: str) -> str:
    stem, dot, ending = path.rpartition("/")[2].rpartition(".")
    return f".{ending[:_LONGEST_ENDING].lower()}" if dot and stem else ""


def limits_section() -> str:
    """What the whole must not be taken for, and the words used."""
    words = (
        ("artefact", "a file taken out of the evidence, kept by the SHA-256 of its content"),
        ("exhibit", "a numbered row of the timeline; the same evidence gives the same numbers again"),
        ("hash", "a number reckoned from bytes (MD5, SHA-256); if one byte changes, so does the hash"),
        ("locator", "where in a file a record stands; `echoforensics trace` reads it again"),
        ("record", "one thing that a file says; it gives a row for each time it holds"),
        ("transcript", "text that the Alexa service recognised; it can be wrong, and the recording is what to hear"),
        ("unallocated", "space that a file system no longer counts as in use"),
        ("UTC", "the time that zones are reckoned from; it knows no summer time"),
        ("utterance", "one stream of audio that a device sent, named by an utterance id"),
    )
    return section(
        "limits",
        "Limits and words",
        "<p>The timeline holds what the parsers listed above can read. What is absent from it may still have happened:"
        " records are deleted, logs are rotated away, and not every artefact is known. A record says what a device or a"
        " service wrote; who spoke, and whether anybody meant to, it does not say.</p>",
        facts((word, escape(meaning)) for word, meaning in words),
    )
