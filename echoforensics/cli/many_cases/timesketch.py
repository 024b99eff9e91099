"""``echoforensics timesketch``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from echoforensics.cli.options.row_filters import query_of, row_filters
from echoforensics.cli.unverified import export_key_option, note_redactions, unverified_option, warn
from echoforensics.counting import counted


@click.command("timesketch")
@click.argument("case_path", metavar="CASE", type=click.Path(path_type=Path))
@click.option("--sketch", required=True, metavar="N", type=click.IntRange(1), help="The number of the sketch.")
@click.option("--name", required=True, metavar="TEXT", help="What the timeline is called there.")
@click.option(
    "--batch",
    default=10_000,
    metavar="N",
    type=click.IntRange(1, 50_000),
    help="How many rows are sent at once.",
    show_default=True,
)
@click.option(
    "--config",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The configuration of Timesketch's client. Default: ~/.timesketchrc.",
)
@click.option("--section", default="timesketch", metavar="NAME", help="Its section.", show_default=True)
@row_filters
@unverified_option
@export_key_option
@click.option("--json", "as_json", is_flag=True, help="Write what was sent as JSON.")
def command(
    *, case_path: Path, sketch: int, name: str, batch: int, config: Path | None, section: str, unverified: bool,
    key_path: Path | None, as_json: bool, **filters: Any,
) -> None:  # fmt: skip
    """Send the timeline of a case to a sketch of Timesketch, in batches.

    Rows without a known time in UTC go to a timeline of their own, at the start of 1970. With --key, the ledger of the
    case says what was sent where, with the SHA-256 of all rows; else that is shown.
    """
    from echoforensics.case.custody.export_line import add_export_line
    from echoforensics.cli.keys import load
    from echoforensics.cli.progress import progress
    from echoforensics.cli.safe_text import given_text, safe
    from echoforensics.export.about import filters_of
    from echoforensics.export.uploads.timesketch import sketch_of, upload
    from echoforensics.library import open_case

    name = given_text(name)
    key = load(key_path) if key_path else None
    with open_case(case_path, unverified=unverified) as case:
        warn(case)
        note_redactions(case)
        query, _ = query_of(case, {**filters, "gaps": False})
        there = sketch_of(sketch, config, section)
        with progress(quiet=as_json) as report:
            sent = upload(case, query, there, name, batch, lambda count: report("sending", count, 0))
        server = str(there.api.api_root)
        detail = {
            "format": "timesketch", "server": server, "sketch": sketch, "name": name, "sha256": sent.sha256,
            "rows": sent.dated + sent.undated, "filters": filters_of(query),
        }  # fmt: skip
        answer = (
            f"{counted(sent.dated, 'row')} sent to the timeline {name!r}, and {sent.undated} without a time in UTC"
            f" to one beside it, of sketch {sketch} at {server}. SHA-256 of all rows: {sent.sha256}"
        )
        found = {**detail, "rows_without_time": sent.undated, "recorded": key is not None}
        click.echo(json.dumps(found) if as_json else safe(answer))
        if key is not None:
            add_export_line(case, key, detail)
            click.echo("It was recorded in the ledger of the case.", err=True)
