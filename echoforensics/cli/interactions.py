"""``echoforensics interactions``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from echoforensics.cli.unverified import export_key_option, note_redactions, unverified_option, warn
from echoforensics.counting import counted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

    from chain_of_custody.signer import Signer
    from echoforensics.case.case import Case
    from echoforensics.case.interactions.interaction_query import InteractionQuery
    from echoforensics.case.spoken.interaction import CaseInteraction
    from echoforensics.export.jsonl import Writable

#: At most this many characters of a text a table shows.
_CELL = 70


@click.command("interactions")
@click.argument("paths", nargs=-1, required=True, metavar="CASE...", type=click.Path(path_type=Path))
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(("text", "csv", "jsonl")),
    help="text (everything, for people), csv or jsonl. Default: what FILE ends in; a table on a terminal, else a line"
    " for each.",
)
@click.option("--json", "as_json", is_flag=True, help="As one JSON document.")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write to FILE, which must not exist. Default: standard output.",
)
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@click.option(
    "--timezone",
    default="",
    metavar="ZONE",
    help="Also show times in this IANA zone, and read --from and --to in it. Default for reading: the case's zone.",
)
@click.option("--from", "start", metavar="TIME", help="Only what began at or after this date or time.")
@click.option("--to", "end", metavar="TIME", help="Only what began before this time; a date alone includes that day.")
@click.option("--search", default="", metavar="TEXT", help="Only what has this text in it, or in one of its records.")
@click.option(
    "--device", "devices", multiple=True, metavar="NAME", help="Only of this device: serial number, type or name."
)
@click.option(
    "--unintended",
    is_flag=True,
    help="Only those with signs that they were not intended, with what speaks for and against it.",
)
@click.option("--gaps", is_flag=True, help="Show what is missing instead, with its possible explanations.")
@unverified_option
@export_key_option
def command(
    *, paths: tuple[Path, ...], form: str | None, as_json: bool, output: Path | None, force: bool, timezone: str,
    start: str | None, end: str | None, search: str, devices: tuple[str, ...], unintended: bool, gaps: bool,
    unverified: bool, key_path: Path | None,
) -> None:  # fmt: skip
    """Show each time somebody or something spoke to a device, with every record about it.

    Each record has the reason why it belongs, and how strong that reason is. Where two answers are possible, nothing is
    joined. `trace CASE IN-0000012` shows the bytes of one. Of several cases, each interaction also lists those of the
    other cases with which it shares a record, an utterance id or a recording.
    """
    from echoforensics.case.interactions.interaction_check import refuse_unknown_names
    from echoforensics.case.interactions.interaction_query import InteractionQuery
    from echoforensics.cli.keys import key_of_export
    from echoforensics.cli.many_cases.interactions_of_cases import show
    from echoforensics.cli.safe_text import given_text
    from echoforensics.library import open_case
    from echoforensics.zones import instant, zone

    form = _form(form, output, as_json=as_json)
    if gaps and (search or devices or unintended or start or end):
        raise click.UsageError("--gaps cannot be combined with filters")
    if len(paths) > 1 and (gaps or key_path):
        raise click.UsageError("--gaps and --key are for one case")
    local = zone(timezone)

    def query_in(read: ZoneInfo | None) -> InteractionQuery:
        return InteractionQuery(
            instant(start, read) if start else None, instant(end, read, end=True) if end else None,
            given_text(search), tuple(map(given_text, devices)), unintended,
        )  # fmt: skip

    if len(paths) > 1:
        _say_zone(query_in(local), local)
        show(paths, query_in(local), form, output, local, replace=force, unverified=unverified)
        return
    key = key_of_export(key_path, [output] if output else [], replace=force)
    with open_case(paths[0], unverified=unverified) as case:
        warn(case)
        note_redactions(case)
        read = local or zone(case.store.info().get("timezone", ""))
        query = query_in(read)
        refuse_unknown_names(case.store, query)
        _say_zone(query, read)
        _show(case, query, form, output, local, key, gaps=gaps, replace=force)


def _say_zone(query: InteractionQuery, read: ZoneInfo | None) -> None:
    if query.start is not None or query.end is not None:
        click.echo(f"--from and --to are read in {read.key if read else 'UTC'}.", err=True)


def _show(
    case: Case, query: InteractionQuery, form: str | None, output: Path | None, local: ZoneInfo | None,
    key: Signer | None, *, gaps: bool, replace: bool,
) -> None:  # fmt: skip
    """Show what is asked for of one case."""
    from echoforensics.cli.safe_text import SafeStream
    from echoforensics.export.digests import record_export

    what = "gap" if gaps else "interaction"
    if output is None:
        terminal = sys.stdout.isatty()
        stream: Writable = SafeStream(sys.stdout) if terminal else sys.stdout
        form = form or ("table" if terminal and not gaps else "lines")
        count = _write(case, query, form, stream, local, gaps=gaps)
        sys.stdout.flush()
        click.echo(f"{counted(count, what)}{_why(case, query, gaps=gaps) if not count else ''}", err=True)
    else:
        count = _write_file(case, query, form or "text", output, local, gaps=gaps, replace=replace)
        why = _why(case, query, gaps=gaps) if not count else ""
        click.echo(f"{counted(count, what)} written to {output}{why}", err=True)
        click.echo(record_export(case, [output], key, {"format": form or "text", f"{what}s": count}), err=True)


def _why(case: Case, query: Any, *, gaps: bool) -> str:
    """Why there is nothing, to be put behind the number."""
    from echoforensics.case.interactions.interaction_check import why_no_interaction

    if gaps:
        return ": nothing in the case shows that something is missing, which does not mean that nothing is."
    return f": {why_no_interaction(case.store, query)}."


def _write_file(
    case: Case, query: Any, form: str, output: Path, local: ZoneInfo | None, *, gaps: bool, replace: bool
) -> int:
    """Write a file that appears whole or not at all."""
    from echoforensics.errors import UsageError
    from echoforensics.export.files import refuse_existing, whole_file

    case.refuse_inside(output)
    refuse_existing(output, replace=replace)
    try:
        with whole_file(output) as partial, partial.open("w", encoding="utf-8", newline="") as stream:
            count = _write(case, query, form, stream, local, gaps=gaps)
            stream.flush()
    except OSError as error:
        raise UsageError(f"{output}: cannot be written: {error.strerror}") from error
    return count


def _form(form: str | None, output: Path | None, *, as_json: bool) -> str | None:
    if as_json:
        if form:
            raise click.UsageError("give --json or -f, not both")
        return "json"
    ending = output.suffix.lower().removeprefix(".") if output else ""
    return form or {"csv": "csv", "jsonl": "jsonl", "json": "json"}.get(ending)


def _write(case: Case, query: Any, form: str, stream: Writable, local: ZoneInfo | None, *, gaps: bool) -> int:
    from echoforensics.case.interactions import interaction_query as asked
    from echoforensics.case.spoken.gap_query import gaps as gaps_of
    from echoforensics.export import interaction_list as lists

    if form in ("csv", "jsonl", "json"):
        as_table = form == "csv"
        columns: tuple[str, ...]
        if gaps:
            made = (lists.gap_rows if as_table else lists.gap_values)(gaps_of(case.store), local)
            name, columns = "gaps", lists.GAP_COLUMNS
        else:
            found = asked.interactions(case.store, query)
            made = (lists.interaction_rows if as_table else lists.interaction_values)(found, local)
            name, columns = "interactions", lists.INTERACTION_COLUMNS
        if as_table:
            return lists.write_csv(made, columns, stream, local)
        return (
            lists.write_jsonl(made, stream)
            if form == "jsonl"
            else lists.write_json(made, name, case.unverified, stream)
        )
    if gaps:
        return _lines((lists.gap_lines(gap) for gap in gaps_of(case.store)), stream)
    found = asked.interactions(case.store, query)
    if form == "table":
        return _table(found, local)
    if form == "lines" and not query.unintended:
        return _lines(([f"{one.number}  {one.sentence}"] for one in found), stream)
    return _lines((lists.interaction_lines(one) for one in found), stream)


def _lines(found: Iterable[Iterable[str]], stream: Writable) -> int:
    """Write text for people; also in a file and a pipe, nothing in it steers the terminal on which it is shown."""
    from echoforensics.cli.safe_text import safe

    count = 0
    for count, lines in enumerate(found, 1):  # noqa: B007 (the count is wanted)
        for line in lines:
            stream.write(safe(line.replace("\n", " ")) + "\n")
    return count


def _table(found: Iterable[CaseInteraction], local: ZoneInfo | None) -> int:
    """A table on the terminal: one row an interaction."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from echoforensics.cli.safe_text import safe
    from echoforensics.zones import local_time

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("Number", f"Start ({local.key if local else 'UTC'})", "Device", "Text", "Status", "Sources", "Signs"):
        table.add_column(name)
    count = 0
    for count, one in enumerate(found, 1):  # noqa: B007 (the count is wanted)
        when = (local_time(one.start, local) if local else one.datetime) or "not known"
        devices = ", ".join(device.name or device.serial or device.type or "" for device in one.devices)
        statuses = ", ".join(dict.fromkeys(status.status for status in one.statuses if status.source == "account"))
        signs = ", ".join(one.unintended.signs) if one.unintended else ""
        cells = (one.number, when[:19].replace("T", " "), devices, one.transcript or "", statuses,
                 ", ".join(one.sources), signs)  # fmt: skip
        table.add_row(*(Text(safe(text if len(text) <= _CELL else text[: _CELL - 3] + "...")) for text in cells))
    Console().print(table)
    return count
