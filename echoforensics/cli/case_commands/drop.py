"""``echoforensics case drop``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from echoforensics.cli.options.signing import signing_key_option
from echoforensics.counting import counted


@click.command("drop")
@click.argument("case_path", metavar="CASE", type=click.Path(path_type=Path))
@click.argument("exhibits", nargs=-1, required=True, metavar="EXHIBIT...")
@click.option("--reason", required=True, metavar="TEXT", help="Why: it goes into the ledger and into the exhibits.")
@click.option("--examiner", default="", metavar="NAME", help="Who drops them; goes into the ledger.")
@signing_key_option
@click.option("--unsigned", is_flag=True, help="The case is unsigned.")
@click.option("--json", "as_json", is_flag=True, help="Say what was dropped as JSON.")
def command(
    *, case_path: Path, exhibits: tuple[str, ...], reason: str, examiner: str, key_path: Path | None, unsigned: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Remove the files of exhibits, and all they say, from a case: privileged material, or what a court orders out.

    Every exhibit of the same file goes with it; the others keep their numbers. The ledger keeps the digests and the
    reason, and the case is sealed anew. The evidence is not touched. A case from which something was dropped takes no
    more evidence.
    """
    from echoforensics.case.custody.head_file import read_head
    from echoforensics.cli import keys
    from echoforensics.cli.extract import ledger_text
    from echoforensics.cli.safe_text import given_text
    from echoforensics.extraction.dropping import drop_artefacts
    from echoforensics.extraction.options import Options

    signing = keys.for_signing(key_path, case_path, unsigned=unsigned)
    key = signing() if callable(signing) else signing
    actor = Options(examiner=given_text(examiner)).actor
    removed = drop_artefacts(case_path, list(exhibits), given_text(reason), key, actor)
    lines, head = read_head(case_path) or (0, "")
    if removed is None:
        click.echo("An interrupted run was completed: what it dropped is in the ledger.")
    elif as_json:
        click.echo(json.dumps({**removed._asdict(), "ledger_lines": lines, "head": head}))
    else:
        click.echo(
            f"{counted(len(removed.artefacts), 'file')} dropped, with {counted(removed.records, 'record')} and"
            f" {counted(removed.issues, 'issue')}:"
            f" {', '.join(removed.exhibits)}\n{ledger_text(lines, head)}"
        )
