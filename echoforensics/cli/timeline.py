"""``echoforensics timeline``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from echoforensics.cli.options.row_filters import query_of, row_filters
from echoforensics.cli.unverified import export_key_option, note_redactions, unverified_option, warn
from echoforensics.counting import counted
from echoforensics.export.formats import FORMATS

if TYPE_CHECKING:
    from chain_of_custody.signer import Signer
    from echoforensics.case.case import Case
    from echoforensics.case.exhibits.row import Query
    from echoforensics.export.about import Written


@click.command("timeline")
@click.argument("case_path", metavar="CASE", type=click.Path(path_type=Path))
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(sorted(FORMATS)),
    help="; ".join(f"{form.name}: {form.what}" for form in FORMATS.values())
    + ". Default: what FILE ends in, else csv.",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write to FILE (for dat: to a folder), which must not exist. Default, or -: standard output.",
)
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@click.option("--excel", is_flag=True, help="With csv: begin with a byte-order mark, so that Excel reads it as UTF-8.")
@click.option(
    "--partition-by",
    type=click.Choice(("day",)),
    help="With parquet: write a folder with one folder for each day in UTC.",
)
@click.option(
    "--plot",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Plot the rows by day, hour and device to FILE.svg or FILE.png, instead of writing them; with -o, also write "
    "them.",
)
@row_filters
@click.option("--gaps", is_flag=True, help="With csv, jsonl or xlsx: also write what is missing, as rows gap:...")
@click.option(
    "--correct-clocks",
    is_flag=True,
    help="With csv, jsonl, xlsx or parquet: also write times corrected to the service's clock, where the evidence "
    "shows how far the device's was off.",
)
@unverified_option
@export_key_option
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="With -o or --plot: say as JSON what was written. The rows themselves as JSON: -f jsonl.",
)
def command(
    *, case_path: Path, form: str | None, output: Path | None, force: bool, excel: bool, partition_by: str | None,
    plot: Path | None, unverified: bool, key_path: Path | None, gaps: bool, correct_clocks: bool,
    as_json: bool, **filters: Any,
) -> None:  # fmt: skip
    """Write the timeline of a case.

    Rows without a known time in UTC come last, and are left out where --from or --to is given.
    """
    from echoforensics.cli.keys import key_of_export
    from echoforensics.cli.safe_text import SafeStream
    from echoforensics.export.chart.write import write
    from echoforensics.export.output import Target, export
    from echoforensics.library import open_case

    target = Target.of(
        output, form, replace=force, excel=excel, by_day=partition_by is not None, correct_clocks=correct_clocks
    )
    if as_json and target.path is None and plot is None:
        raise click.UsageError("--json says what was written to a file: give -o FILE. Rows as JSON: -f jsonl")
    if gaps and (plot is not None or target.form not in ("csv", "jsonl", "xlsx")):
        raise click.UsageError("--gaps works with csv, jsonl and xlsx only")
    key = key_of_export(key_path, [path for path in (target.path, plot) if path is not None], replace=force)
    with open_case(case_path, unverified=unverified) as case:
        warn(case)
        note_redactions(case)
        query, local = query_of(case, {**filters, "gaps": gaps})
        done = []
        if plot is None or output is not None or form is not None:
            written = export(case, query, target, local, SafeStream)
            outputs = [path for path in (target.path, target.sidecar) if path is not None]
            done.append(_report(case, query, written, outputs, target.form, key))
        if plot is not None:
            done.append(_report(case, query, write(case, query, plot, local, replace=force), [plot], "plot", key))
    if as_json:
        click.echo(json.dumps({"written": done}))


def _report(
    case: Case, query: Query, written: Written, outputs: list[Path], form: str, key: Signer | None
) -> dict[str, Any]:
    """Say on standard error what was written, what was left out, why there is nothing, and where it was recorded.

    Returns:
        The same for ``--json``.
    """
    from echoforensics.case.query_check import why_none
    from echoforensics.export.about import filters_of
    from echoforensics.export.digests import record_export

    if written.left_out:
        click.echo(f"{counted(written.left_out, 'row')} left out: {written.why}.", err=True)
    elif not written.rows:
        click.echo(f"No rows: {why_none(case.store, query)}.", err=True)
    detail = {"format": form, "rows": written.rows, "filters": filters_of(query)}
    recorded = ""
    if outputs:
        click.echo(f"{counted(written.rows, 'row')} written to {outputs[0]}", err=True)
        recorded = record_export(case, outputs, key, detail)
        click.echo(recorded, err=True)
    else:
        sys.stdout.flush()
    files = {"files": [str(path) for path in outputs], "rows_left_out": written.left_out}
    return {**files, **detail, "left_out_because": written.why, "recorded": recorded}
