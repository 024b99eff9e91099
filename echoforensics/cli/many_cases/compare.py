"""``echoforensics compare``."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from echoforensics.cli.unverified import unverified_option, warn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from echoforensics.case.comparison.comparison import ComparedEvidence, Comparison, RecordDifference


@click.command("compare")
@click.argument("old", metavar="OLD", type=click.Path(path_type=Path))
@click.argument("new", metavar="NEW", type=click.Path(path_type=Path))
@click.option("--list", "listed", is_flag=True, help="Write every record that differs as CSV, followed by the counts.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, with every record that differs.")
@unverified_option
def command(*, old: Path, new: Path, listed: bool, as_json: bool, unverified: bool) -> None:
    """Compare two cases of the same evidence, record by record.

    OLD and NEW are case folders, made by two examiners or by two versions of the program. Two records are the same if
    they come from the same bytes, at the same place, by the same parser. Exhibit numbers and parser versions are not
    compared.
    """
    from echoforensics.case.comparison.comparison import Comparison, compared_evidence, differences
    from echoforensics.cli.safe_text import safe
    from echoforensics.library import open_case

    with open_case(old, unverified=unverified) as first, open_case(new, unverified=unverified) as second:
        warn(first)
        warn(second)
        comparison = Comparison()
        found: Iterable[RecordDifference] = differences(first, second, comparison)
        if as_json:
            listing = [one._asdict() for one in found]
            evidence = compared_evidence(first, second)
            click.echo(json.dumps(_as_json(evidence, comparison, listing), ensure_ascii=sys.stdout.isatty()))
            return
        _write(found, listed=listed)
        click.echo(safe(_as_text(compared_evidence(first, second), comparison), "\n"))


def _write(found: Iterable[RecordDifference], *, listed: bool) -> None:
    from echoforensics.export.csv_table import cell

    writer = csv.writer(sys.stdout)
    if listed:
        columns = ("outcome", "record", "data_type", "old", "new", "changed", "old_message", "new_message", "path")
        writer.writerow(columns)
    for one in found:
        if listed:
            writer.writerow([cell(list(value) if isinstance(value, tuple) else value) for value in one])


def _as_json(evidence: ComparedEvidence, comparison: Comparison, listing: list[dict[str, object]]) -> dict[str, object]:
    return {
        "equal": comparison.equal,
        "evidence": {"both": evidence.both, "old_only": evidence.old, "new_only": evidence.new},
        "records": dict(comparison.counts),
        "differences": listing,
    }


def _as_text(evidence: ComparedEvidence, comparison: Comparison) -> str:
    lines = [f"Evidence in both: {', '.join(evidence.both) or 'none'}."]
    lines += [f"Only in the {which} case: {name}." for which in ("old", "new") for name in getattr(evidence, which)]
    lines.append(
        "Records: "
        + ", ".join(f"{comparison.counts[word]} {word}" for word in ("equal", "added", "missing", "changed"))
    )
    lines += [
        f"  {outcome:8}{count:>8}  {name}"
        for (outcome, name), count in sorted(comparison.by_type.items())
        if outcome != "equal"
    ]
    lines.append("The cases are the same." if comparison.equal else "The cases DIFFER.")
    return "\n".join(lines)
