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
@click.argument("path", metavar="PATH", type=click.Path(path_type=Path))
@click.option("--fingerprint", metavar="HEX", help="The fingerprint of the key that must have signed it.")
@click.option(
    "--expect-head",
    "expected_head",
    metavar="HEX",
    help="The head of the ledger when it was handed over. An older copy does not have it.",
)
@click.option("--no-sources", is_flag=True, help="Do not hash the sources of a case.")
@click.option("--allow-incomplete", is_flag=True, help="Accept an interrupted case, as far as it can be checked.")
@click.option(
    "--ca-file",
    "ca_files",
    metavar="FILE",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Certificates, in PEM, of timestamp authorities that you trust. May be given several times.",
)
@click.option(
    "--timestamp",
    "tokens",
    metavar="FILE",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A timestamp over a bundle. Default: NAME.tsr, NAME.2.tsr and so on beside it.",
)
@click.option(
    "--require-timestamps",
    "timestamps_required",
    metavar="N",
    default=0,
    type=click.IntRange(min=0),
    help="Fail unless at least N timestamps are present and valid.",
)
@click.option("--no-timestamps", is_flag=True, help="Ignore the timestamps beside a bundle.")
@click.option("--json", "as_json", is_flag=True, help="Write the result as JSON.")
def command(
    *, path: Path, fingerprint: str | None, expected_head: str | None, no_sources: bool, allow_incomplete: bool,
    ca_files: tuple[Path, ...], tokens: tuple[Path, ...], timestamps_required: int, no_timestamps: bool, as_json: bool,
) -> None:  # fmt: skip
    """Verify a case, a bundle, a report, an export or a review room.

    What PATH is, is recognised by its content. Of a case folder: ledger, signatures, tables, every artefact, and the
    sources. Of a bundle (its folder or its zip), a report or another sealed folder: the signed list first, then every
    file against it, that there is nothing else, the ledger, proofs and timestamps. Of another file or folder written
    from a case: the digests beside it (NAME.sha256). Of a review room: every line of its audit, and that its database
    agrees.

    The exit code is 0 only if everything was checked and passed, and 1 otherwise. Compare the fingerprint with the
    examiner's, and the head with the one you were given.
    """
    from echoforensics.cli.progress import progress
    from echoforensics.errors import UsageError
    from echoforensics.library import verify

    if no_timestamps and (tokens or timestamps_required):
        raise UsageError(
            "--no-timestamps leaves out what --timestamp and --require-timestamps ask for; give one of them"
        )
    wanted, head = _hash("--fingerprint", fingerprint), _hash("--expect-head", expected_head)
    if _is_room(path):
        from echoforensics.review.audit.room_check import verify_room

        _show(verify_room(path, fingerprint=wanted, expected_head=head), as_json=as_json)
        return
    with progress(quiet=as_json) as report:
        result = verify(
            path,
            fingerprint=wanted,
            sources=not no_sources,
            allow_incomplete=allow_incomplete,
            expected_head=head,
            ca_files=ca_files,
            tokens=() if no_timestamps else tokens or None,
            timestamps_required=timestamps_required,
            report=lambda what: report(f"verifying {what}", 0, 0),
        )
    _show(result, as_json=as_json)


def _is_room(path: Path) -> bool:
    """Whether a folder is a review room: a case, a bundle and a report have no file of this name."""
    return (path / "audit.jsonl").is_file() or (path / "room.db").is_file()


def _show(result: CaseVerification, *, as_json: bool) -> None:
    """Show what a verification came to; end with 1 where it failed."""
    from echoforensics.cli.safe_text import safe_lines

    click.echo(json.dumps(_as_json(result)) if as_json else safe_lines(_lines(result)))
    if not result.ok:
        sys.exit(1)


def _hash(option: str, given: str | None) -> str | None:
    from chain_of_custody.verify import hash_as_given
    from echoforensics.errors import UsageError

    try:
        return None if given is None else hash_as_given(given)
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from None


def _as_json(result: CaseVerification) -> dict[str, object]:
    return {
        "ok": result.ok,
        "kind": result.kind,
        "signed": result.signed,
        "fingerprint": result.fingerprint,
        "lines": result.length,
        "head": result.head,
        "complete": result.complete,
        "unreachable_sources": result.unreachable,
        "timestamps": result.timestamps,
        "checks": result.checks.as_json()["checks"],
        "notes": result.notes,
    }


def _lines(result: CaseVerification) -> list[str]:
    from chain_of_custody.checking.wording import lines_of, verdict

    lines = [line for check in result.checks.checks for line in lines_of(check)]
    lines += [f"note  {note}" for note in result.notes]
    if result.ok and not result.complete:
        lines.append("Verified as far as the extraction got. The case is NOT COMPLETE.")
    else:
        lines.append(verdict(result.checks, signed=result.signed))
    return lines
