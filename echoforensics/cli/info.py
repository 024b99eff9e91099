"""``echoforensics info``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from echoforensics.cli.unverified import unverified_option, warn
from echoforensics.counting import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from echoforensics.case.overview.overview import Overview
    from echoforensics.case.recording_query import FoundRecording

#: At most this many lines of a list are shown; ``--json`` has them all.
_MOST = 30


@click.command("info")
@click.argument("paths", nargs=-1, required=True, metavar="CASE...", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@unverified_option
def command(*, paths: tuple[Path, ...], as_json: bool, unverified: bool) -> None:
    """Show what is in a case: evidence, devices, accounts, persons, data types, times, clocks, gaps and issues.

    Of several cases it shows what they have in common: the same device, account, person, network, utterance, recording
    or file. Nothing is copied between cases.
    """
    from echoforensics.cli.safe_text import safe_lines
    from echoforensics.library import open_case

    if len(paths) > 1:
        from echoforensics.cli.many_cases.info_of_cases import show

        show(paths, as_json=as_json, unverified=unverified)
        return
    with open_case(paths[0], unverified=unverified) as case:
        warn(case)
        found = case.overview()
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=sys.stdout.isatty()))
    else:
        click.echo(safe_lines(_lines(found)))


def _lines(found: Overview) -> Iterable[str]:
    there, known = found.counts, found.period
    stated = "; ".join(f"{name}: {text}" for name, text in found.about.items())
    yield f"Case {found.case}" + (f" ({stated})" if stated else "")
    yield (
        f"{counted(there.records, 'record')} in {counted(there.rows, 'row')};"
        f" {counted(there.recordings, 'distinct recording')}; {counted(there.artefacts, 'artefact')};"
        f" {counted(there.entries, 'entry', 'entries')} read, {there.carved} of them carved;"
        f" {counted(there.issues, 'issue')}"
    )
    if found.interactions is not None:
        yield f"{counted(found.interactions, 'interaction')}, shown by `echoforensics interactions CASE`"
    yield f"Earliest and latest time: {known.first or 'none known'} to {known.last or 'none known'}"
    yield (
        f"Rows not in these: {known.planned} about a plan or an expiry, {known.unknown} without a known time in UTC,"
        f" {known.timeless} without any time"
    )
    yield from _named(found)
    yield from _section("Recordings", list(map(_recording, found.recordings)), there.recordings)
    if found.gaps is not None:
        yield from _section("Gaps", [f"{kind}  {count}" for kind, count in found.gaps.items()])
    groups = [
        f"{group.issues} × {group.parser}: {group.what} ({group.evidence}: {group.path})"
        if group.issues > 1
        else f"{group.parser}: {group.what} ({group.evidence}: {group.path})"
        for group in found.issues
    ]
    yield from _section("Issues: what could not be read", groups)
    files, size = found.unread
    unread = [f"{file.evidence}: {file.path} ({counted(file.size, 'byte')})" for file in found.unread_files]
    yield from _section(f"Files that no parser read: {files}, of {counted(size, 'byte')}", unread, files)


def _named(found: Overview) -> Iterable[str]:
    """The sections on evidence, on what rows name, and on clocks."""
    items = [
        f"{item.name}  {item.kind}, {counted(item.size, 'byte')}, SHA-256 {item.sha256};"
        f" {counted(counts.entries, 'entry', 'entries')}, {counted(counts.artefacts, 'artefact')},"
        f" {counted(counts.issues, 'issue')}"
        for item, counts in found.evidence
    ]
    yield from _section("Evidence", items)
    devices = [
        f"{one.serial}  {one.type or 'type not known'}; {', '.join(one.names) or 'not named'};"
        f" {counted(one.records, 'record')}" + _between(one.first, one.last)
        for one in found.devices
    ]
    yield from _section("Devices that rows name", devices)
    for title, several in (("Accounts", found.accounts), ("Persons", found.persons)):
        lines = [f"{one.name}  {counted(one.records, 'record')}{_between(one.first, one.last)}" for one in several]
        yield from _section(f"{title} that rows name", lines)
    yield from _section(
        "Data types",
        [f"{kind.name}  {counted(kind.records, 'record')}, {counted(kind.rows, 'row')}" for kind in found.data_types],
    )
    yield from _section("Clocks", [*found.clocks, *(f"a setting in the evidence names {zone}" for zone in found.zones)])


def _recording(one: FoundRecording) -> str:
    row = one.rows[0]
    where = "; ".join(one.references)
    return f"{row['exhibit']}  {row['datetime'] or 'no time'}; {row['state']}; SHA-256 {one.sha256}; {where}"


def _between(first: str | None, last: str | None) -> str:
    return f", {first} to {last}" if first else ""


def _section(title: str, lines: Sequence[str], count: int | None = None) -> Iterable[str]:
    yield ""
    yield title
    yield from (f"  {line}" for line in lines[:_MOST])
    more = (len(lines) if count is None else count) - len(lines[:_MOST])
    if more:
        yield f"  and {more} more; --json lists them"
    elif not lines:
        yield "  none"
