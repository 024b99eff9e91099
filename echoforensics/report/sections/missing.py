"""The sections on what is missing: gaps, unreadable parts, and files that no parser claimed."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from echoforensics.case.entry_table import paths_with, unclaimed_files, unread_files
from echoforensics.case.overview.leftovers import issue_groups
from echoforensics.evidence.entry import INSIDE
from echoforensics.report.markup import number
from echoforensics.report.sections.blocks import (
    Heading,
    Paragraph,
    code,
    evidence,
    exhibits,
    facts,
    lines,
    quote,
    section,
    table,
)
from echoforensics.report.sections.received import size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.case import Case
    from echoforensics.report.sections.blocks import Block, WrittenSection
    from echoforensics.report.sections.context import ReportContext

_MOST_GAPS = 100
_MOST_ENDINGS = 20
_LONGEST_ENDING = 20


def gaps_section(context: ReportContext) -> WrittenSection:
    """List what is missing, relative to the content of the case, with every explanation."""
    say, case = context.words.text, context.case
    rows = [] if case.store.lacks_interactions else [
        (
            code(gap.number),
            quote(gap.message),
            lines(quote(reason) for reason in gap.explanations),
            exhibits(at.exhibit for at in gap.derived_from if at.exhibit),
        )
        for gap in case.gaps()
    ]  # fmt: skip
    intro = say(
        "A gap is something that other records of this case would lead one to expect. It is no record, and is not"
        " counted with what was found. No explanation is preferred."
    )
    nothing = say("No gap was found. That does not say that nothing is missing.")
    head = say("Gap"), say("What is missing"), say("It may be that"), say("Derived from")
    shown: Block = table(head, rows, most=_MOST_GAPS) if rows else Paragraph(nothing)
    return section("missing", say("What is missing"), Paragraph(intro), [shown])


def issues_section(context: ReportContext) -> WrittenSection:
    """List what could not be read, grouping similar issues, and what no parser claimed."""
    say, words, store = context.words.text, context.words, context.case.store
    unread = unread_files(store)
    return section(
        "issues",
        say("What was not parsed"),
        Heading(say("Issues: what could not be read")),
        Paragraph(say("Issues that differ in names and numbers only are counted together. issues.csv lists each.")),
        table(
            (say("Issues"), say("Found by"), say("What one of them says"), say("Evidence"), say("Path of that one")),
            (
                (
                    number(group.issues),
                    code(group.parser),
                    quote(group.what),
                    evidence(group.evidence),
                    evidence(group.path),
                )
                for group in issue_groups(store)
            ),
            say("The others are in issues.csv."),
        ),
        Heading(say("Files without content to read")),
        facts(
            [
                (
                    say("Deleted"),
                    say("{names} whose content is not there any more", names=words.counted(unread.deleted, "name")),
                ),
                (
                    say("Encrypted"),
                    say("{files} that the tool has no key for", files=words.counted(unread.encrypted, "file")),
                ),
                (
                    say("Others"),
                    say("{files} listed, of which nothing could be read", files=words.counted(unread.other, "file")),
                ),
            ]
        ),
        _searched(context),
        _unclaimed(context),
    )


def _searched(context: ReportContext) -> Iterator[Block]:
    """Yield which images were searched for recordings and records outside files; nothing without an image."""
    say, words = context.words.text, context.words
    images = []
    for entry in context.actions:
        if entry.action != "source taken in" or "carving" not in entry.detail or not entry.detail.get("described"):
            continue
        found = entry.detail["carving"]
        if isinstance(found, dict):
            new = int(found["found"]) - int(found["within_files_that_were_read"])
            beside = words.counted(new, "find")
            result = say("searched by content: {finds} beside the files that were listed", finds=beside)
        else:
            result = say(
                "not searched by content: deleted recordings and records outside its files were not looked for"
            )
        images.append((evidence(str(entry.detail["evidence"])), result))
    if images:
        yield Heading(say("Images, outside their files"))
        yield table((say("Image"), say("Outside its files")), images)


def _unclaimed(context: ReportContext) -> Iterator[Block]:
    say, words = context.words.text, context.words
    endings, archives = _endings(context.case)
    total = sum(count for count, _ in endings.values())
    volume = sum(length for _, length in endings.values())
    most = sorted(endings.items(), key=lambda item: (-item[1][0], item[0]))[:_MOST_ENDINGS]
    yield Heading(say("Files that no parser claims"))
    yield Paragraph(
        say(
            "Read and hashed, and claimed by no parser: {files} ({size}). Such files may hold more than this tool"
            " reads. Not counted here: {archives}, opened and read file by file. The most frequent endings:",
            files=words.counted(total, "file"),
            size=size(volume, words),
            archives=words.counted(archives, "archive"),
        )
    )
    none = say("none")
    rows = ((evidence(ending) if ending else none, number(c), number(b)) for ending, (c, b) in most)
    yield table((say("Ending"), say("Files"), say("Bytes")), rows)


def _endings(case: Case) -> tuple[dict[str, list[int]], int]:
    """Return unclaimed files as [files, bytes] per suffix, and the number of opened archives."""
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
