"""``echoforensics verify``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from echoforensics.verification import CaseVerification


@click.command("verify")
@click.argument("case_path", metavar="CASE", type=click.Path(path_type=Path))
@click.option("--fingerprint", metavar="HEX", help="The fingerprint of the key that must have signed the case.")
@click.option("--no-sources", is_flag=True, help="Do not hash the sources again.")
@click.option("--json", "as_json", is_flag=True, help="Say the result as JSON.")
def command(*, case_path: Path, fingerprint: str | None, no_sources: bool, as_json: bool) -> None:
    """Verify a case: ledger, signatures, tables, every artefact, and the sources where they can be reached.

    Exits with 1 if a check fails. Compare the fingerprint that is shown with the examiner's.
    """
    from echoforensics.cli.progress import progress
    from echoforensics.cli.safe_text import safe
    from echoforensics.library import verify

    with progress(quiet=as_json) as report:
        result = verify(
            case_path,
            fingerprint=fingerprint,
            sources=not no_sources,
            report=lambda what: report(f"verifying {what}", 0, 0),
        )
    click.echo(json.dumps(_as_json(result)) if as_json else safe(_as_text(result), "\n"))
    if not result.ok:
        sys.exit(1)


def _as_json(result: CaseVerification) -> dict[str, object]:
    return {
        "ok": result.ok,
        "signed": result.signed,
        "fingerprint": result.fingerprint,
        "complete": result.complete,
        "unreachable_sources": result.unreachable,
        "checks": [{"name": c.name, "ok": c.ok, "detail": c.detail} for c in result.checks.checks],
    }


def _as_text(result: CaseVerification) -> str:
    lines = [f"{'ok  ' if check.ok else 'FAIL'}  {check.name}: {check.detail}" for check in result.checks.checks]
    lines += [f"--    source {name}: not found where it lay, so not compared" for name in result.unreachable]
    if not result.ok:
        lines.append("VERIFICATION FAILED")
    elif not result.complete:
        lines.append("Verified as far as the extraction came. The case is NOT COMPLETE.")
    elif not result.signed:
        lines.append("Whole, but UNSIGNED.")
    else:
        lines.append("Verified.")
    return "\n".join(lines)
