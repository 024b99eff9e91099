"""``echoforensics verify``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from chain_of_custody.verify import Check
    from echoforensics.verification import CaseVerification


@click.command("verify")
@click.argument("case_path", metavar="CASE", type=click.Path(path_type=Path))
@click.option("--fingerprint", metavar="HEX", help="The fingerprint of the key that must have signed the case.")
@click.option(
    "--expect-head",
    "expected_head",
    metavar="HEX",
    help="The head of the ledger when the case was handed over. An older copy of the case does not hold it.",
)
@click.option("--no-sources", is_flag=True, help="Do not hash the sources again.")
@click.option(
    "--allow-incomplete",
    is_flag=True,
    help="An interrupted case passes, as far as it can be checked.",
)
@click.option("--json", "as_json", is_flag=True, help="Say the result as JSON.")
def command(
    *, case_path: Path, fingerprint: str | None, expected_head: str | None, no_sources: bool, allow_incomplete: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Verify a case: ledger, signatures, tables, every artefact, and the sources.

    CASE may also be a file or report that was written out of a case, with its digests beside it (NAME.sha256).

    Exits with 0 only if everything was checked and passed; else with 1. Compare the fingerprint that is shown with the
    examiner's, and the head with the one that was handed over.
    """
    from echoforensics.cli.progress import progress
    from echoforensics.cli.safe_text import safe
    from echoforensics.library import verify

    with progress(quiet=as_json) as report:
        result = verify(
            case_path,
            fingerprint=fingerprint,
            sources=not no_sources,
            allow_incomplete=allow_incomplete,
            expected_head=expected_head,
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
        "lines": result.length,
        "head": result.head,
        "complete": result.complete,
        "unreachable_sources": result.unreachable,
        "checks": result.checks.as_json()["checks"],
        "notes": result.notes,
    }


def _as_text(result: CaseVerification) -> str:
    lines = [f"{_mark(check)}  {check.name}: {check.detail}" for check in result.checks.checks]
    lines += [f"note  {note}" for note in result.notes]
    failed = any(check.made and not check.ok for check in result.checks.checks)
    if failed:
        lines.append("VERIFICATION FAILED")
    elif not result.ok:
        lines.append("NOT VERIFIED: not everything was checked. What was checked passed.")
    elif not result.complete:
        lines.append("Verified as far as the extraction came. The case is NOT COMPLETE.")
    elif not result.signed:
        lines.append("Whole, but UNSIGNED.")
    else:
        lines.append("Verified.")
    return "\n".join(lines)


def _mark(check: Check) -> str:
    return "ok  " if check.ok else "FAIL" if check.made else "--  "
