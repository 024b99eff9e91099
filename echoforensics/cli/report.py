"""``echoforensics report``."""

from __future__ import annotations

from pathlib import Path

import click

from echoforensics.cli.unverified import export_key_option, unverified_option, warn


@click.command("report")
@click.argument("case_path", metavar="CASE", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="A new folder for the bundle.",
)
@click.option(
    "--timezone",
    default="",
    metavar="ZONE",
    help="IANA zone shown beside UTC. Default: the zone given to extract.",
)
@click.option(
    "--import-marks",
    "marks",
    multiple=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="First add the marks that a reviewer saved from a report to the case, signed; repeat for several files.",
)
@unverified_option
@export_key_option
def command(
    *, case_path: Path, output: Path, timezone: str, marks: tuple[Path, ...], unverified: bool, key_path: Path | None
) -> None:  # fmt: skip
    """Write the reviewers' bundle: pages and recordings that open in a browser, without a network."""
    from echoforensics.cli.keys import key_of_export
    from echoforensics.cli.options.marks import add_marks
    from echoforensics.export.digests import record_export
    from echoforensics.export.sealed_folder import seal_report
    from echoforensics.library import open_case
    from echoforensics.report.bundle import write_report
    from echoforensics.zones import zone

    if marks:
        add_marks(case_path, marks, key_path)
    with open_case(case_path, unverified=unverified) as case:
        warn(case)
        local = zone(timezone or case.store.info().get("timezone", ""))
        key = key_of_export(key_path, [output], replace=False)
        index = write_report(case, output, local)
        sealed = seal_report(case, output, key)
        recorded = record_export(case, [output], key, {"format": "report"})
    click.echo(sealed, err=True)
    click.echo(recorded, err=True)
    click.echo(f"open {index}")
