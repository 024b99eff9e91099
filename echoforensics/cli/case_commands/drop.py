"""``echoforensics case drop``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from echoforensics.cli.options.signing import signing_key_option
from echoforensics.counting import counted

if TYPE_CHECKING:
    from echoforensics.case.custody.removal import RemovedContent


@click.command("drop")
@click.argument("case_path", metavar="CASE", type=click.Path(path_type=Path))
@click.argument("exhibits", nargs=-1, required=True, metavar="EXHIBIT...")
@click.option(
    "--reason", required=True, metavar="TEXT", help="The reason. It is recorded in the ledger and in the exhibits."
)
@click.option("--examiner", default="", metavar="NAME", help="Who drops them. Recorded in the ledger.")
@signing_key_option
@click.option("--unsigned", is_flag=True, help="Allow an unsigned case.")
@click.option("--dry-run", is_flag=True, help="Show what would be dropped, and change nothing.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask first; without a terminal nothing is asked anyway.")
@click.option("--json", "as_json", is_flag=True, help="Write what was dropped as JSON.")
def command(
    *, case_path: Path, exhibits: tuple[str, ...], reason: str, examiner: str, key_path: Path | None, unsigned: bool,
    dry_run: bool, yes: bool, as_json: bool,
) -> None:  # fmt: skip
    """Remove the files of exhibits, and every row made from them: privileged material, or what a court orders removed.

    All exhibits of the same file are removed with it; the others keep their numbers. On a terminal, what would go is
    shown and nothing is dropped before you agree. The ledger keeps the digests and the
    reason, and the case is sealed again. The evidence is not changed. No evidence can be added to the case afterwards.
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
    asked = not (yes or dry_run or as_json) and _on_a_terminal()

    def agreed(found: RemovedContent) -> bool:
        if asked:
            click.echo(f"To be dropped: {_summary(found)}")
            click.confirm("Drop this for good?", abort=True)
        return not dry_run

    removed = drop_artefacts(case_path, list(exhibits), given_text(reason), key, actor, agreed)
    lines, head = read_head(case_path) or (0, "")
    if removed is None:
        click.echo("An interrupted run was completed: what it dropped is in the ledger.")
    elif as_json:
        click.echo(json.dumps({**removed._asdict(), "dry_run": dry_run, "ledger_lines": lines, "head": head}))
    elif dry_run:
        click.echo(f"Nothing was changed. Would be dropped: {_summary(removed)}")
    else:
        click.echo(f"Dropped: {_summary(removed)}\n{ledger_text(lines, head)}")


def _on_a_terminal() -> bool:
    return sys.stdin.isatty()


def _summary(removed: RemovedContent) -> str:
    return (
        f"{counted(len(removed.artefacts), 'file')}, with {counted(removed.records, 'record')} and"
        f" {counted(removed.issues, 'issue')}: {', '.join(removed.exhibits)}"
    )
