"""``echoforensics query``."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from echoforensics.cli.unverified import note_redactions, unverified_option
from echoforensics.counting import counted

if TYPE_CHECKING:
    from echoforensics.querying.answers import QueryAnswer
    from echoforensics.querying.inputs import QueryInputs


@click.command("query")
@click.argument("paths", nargs=-1, metavar="CASE_OR_PARQUET...", type=click.Path(path_type=Path))
@click.argument("sql", metavar="SQL")
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(("table", "csv", "jsonl")),
    help="Default: what FILE ends in; a table on a terminal, else csv.",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write to FILE, which must not exist. Default: standard output.",
)
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@unverified_option
def command(
    *, paths: tuple[Path, ...], sql: str, form: str | None, output: Path | None, force: bool, unverified: bool
) -> None:
    """Query cases and timelines in Parquet with SQL. Nothing is written to them.

    The tables are rows, interactions, members, recordings, devices, accounts, persons, evidence, issues and gaps; each
    has a column "case". Parquet, as `timeline -f parquet` writes it, has rows only. The seal of each case and the
    digests of each timeline are checked first. The SQL is DuckDB's; it can open neither files nor the network.
    `DESCRIBE rows` lists the columns.
    """
    from echoforensics.case.sql_query.query_database import QueryDatabase
    from echoforensics.cli.safe_text import safe
    from echoforensics.querying.answers import QueryAnswer
    from echoforensics.querying.inputs import open_inputs

    if not paths:
        raise click.UsageError('give a case and a query, such as: query CASE "SELECT count(*) FROM rows"')
    form = _form(form, output)
    with ExitStack() as opened:
        database = opened.enter_context(QueryDatabase())
        inputs = open_inputs(paths, opened, unverified=unverified)
        if inputs.unverified:
            click.echo(safe(f"UNVERIFIED: {inputs.unverified}."), err=True)
        for _, case in inputs.cases:
            note_redactions(case)
        names = inputs.names()
        database.fill(
            [(names[path], case) for path, case in inputs.cases],
            [(names[one.path], one.files) for one in inputs.timelines],
            sql,
        )
        answer = QueryAnswer(database, sql, inputs.unverified)
        if output is not None:
            _write_file(inputs, answer, form, output, replace=force)
        elif form == "table":
            _show(answer)
        else:
            sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
            count = _write(answer, form, sys.stdout)
            sys.stdout.flush()
            click.echo(counted(count, "row"), err=True)


def _form(form: str | None, output: Path | None) -> str:
    if output is None:
        return form or ("table" if sys.stdout.isatty() else "csv")
    ending = output.suffix.lower().removeprefix(".")
    form = form or (ending if ending in ("csv", "jsonl") else "csv")
    if form == "table":
        raise click.UsageError("-f table is for a terminal; use csv or jsonl with -o")
    return form


def _write(answer: QueryAnswer, form: str, stream: TextIO) -> int:
    from echoforensics.cli.safe_text import SafeStream

    guarded = SafeStream(stream) if stream.isatty() else stream
    return answer.write_jsonl(guarded) if form == "jsonl" else answer.write_csv(guarded)


def _write_file(inputs: QueryInputs, answer: QueryAnswer, form: str, output: Path, *, replace: bool) -> None:
    """Write a file that appears whole or not at all, with its digest beside it."""
    from echoforensics.errors import UsageError
    from echoforensics.export.digests import record_beside, refuse_digest_file
    from echoforensics.export.files import refuse_existing, whole_file

    for _, case in inputs.cases:
        case.refuse_inside(output)
    refuse_digest_file(output, replace=replace)
    refuse_existing(output, replace=replace)
    try:
        with whole_file(output) as partial, partial.open("w", encoding="utf-8", newline="") as stream:
            count = _write(answer, form, stream)
            stream.flush()
    except OSError as error:
        raise UsageError(f"{output}: cannot be written: {error.strerror or error}") from error
    click.echo(f"{counted(count, 'row')} written to {output}", err=True)
    click.echo(record_beside(output, inputs.unverified), err=True)


def _show(answer: QueryAnswer) -> None:
    """A table, on a terminal or not."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from echoforensics.cli.safe_text import safe

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in answer.columns:
        table.add_column(safe(name))
    rows, is_cut = answer.shown()
    for row in rows:
        table.add_row(*(Text(safe(text)) for text in row))
    Console(width=None if sys.stdout.isatty() else 10_000).print(table)
    click.echo(f"The first {len(rows)} rows; -o FILE writes all." if is_cut else counted(len(rows), "row"), err=True)
