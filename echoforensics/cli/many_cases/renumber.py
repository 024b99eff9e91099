"""``echoforensics renumber``."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import click

from echoforensics.cli.unverified import unverified_option, warn


@click.command("renumber")
@click.argument("old", metavar="OLD", type=click.Path(path_type=Path))
@click.argument("new", metavar="NEW", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="As JSON Lines instead of CSV.")
@unverified_option
def command(*, old: Path, new: Path, as_json: bool, unverified: bool) -> None:
    """Map the exhibits of an old case to those of a new one of the same evidence.

    OLD and NEW are case folders. Writes a table: the exhibit in OLD, its number in NEW (empty if NEW has no such row),
    and the basis.
    """
    from echoforensics.case.comparison.exhibit_map import renumbered
    from echoforensics.library import open_case

    with open_case(old, unverified=unverified) as first, open_case(new, unverified=unverified) as second:
        warn(first)
        warn(second)
        found = sorted(renumbered(first, second))
    if as_json:
        for one in found:
            click.echo(json.dumps(one._asdict()))
        return
    writer = csv.writer(sys.stdout)
    writer.writerow(("old", "new", "basis"))
    writer.writerows(found)
