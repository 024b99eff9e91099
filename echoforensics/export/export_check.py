"""Verifies an export against the digests recorded next to it."""

from __future__ import annotations

import hashlib
import os
import re
from typing import TYPE_CHECKING

from chain_of_custody.open_flags import careful
from echoforensics.case.custody.names import DATABASE
from echoforensics.errors import UsageError
from echoforensics.export.digests import ENDING
from echoforensics.verification import CaseVerification

if TYPE_CHECKING:
    from pathlib import Path

_LINE = re.compile(r"(\\?)([0-9a-f]{64})  (.+)")
_WRITTEN = re.compile(r"\\(.)")
_CHARACTERS = {"n": "\n", "r": "\r"}


def has_digests(output: Path) -> bool:
    """Whether a file or folder is an export with its digests next to it."""
    return output.with_name(output.name + ENDING).is_file() and os.path.lexists(output)


def refuse_without_digests(output: Path) -> None:
    """Refuse a path that is neither a case folder nor an export with digests.

    Raises:
        UsageError: it is a file other than a case's database without digests next to it; or it is encrypted.
    """
    if output.is_file() and output.suffix == ".age":
        raise UsageError(f"{output}: is encrypted; decrypt it first: age -d -i KEY -o {output.stem} {output.name}")
    if output.is_file() and output.name != DATABASE and not has_digests(output):
        raise UsageError(
            f"{output}: is not a case folder, a bundle or a report, and no {output.name}{ENDING} with its digest is"
            " beside it. The SHA-256 of an export that was recorded with --key is in a line `exported` of the case's"
            " ledger"
        )


def verify_export(output: Path, asked: str = "") -> CaseVerification:
    """Compare an export with its digests. Needs neither the case nor the sources.

    Args:
        output: the file or folder; its digests are next to it in ``NAME.sha256``.
        asked: a requested check that an export cannot support, such as a fingerprint; empty for none.
    """
    result = CaseVerification()
    result.complete, result.kind = True, "export"
    beside = output.with_name(output.name + ENDING)
    if asked:
        result.checks.skipped("ledger", f"{asked} was given, and an export has no ledger")
    listed, damaged = read_digests(output, result.notes)
    for sentence in damaged:
        result.checks.add("digests", False, sentence)
    known = {output.parent / name: sha256 for name, sha256 in listed.items()}
    problems = [sentence for path, sha256 in sorted(known.items()) if (sentence := _problem(path, sha256))]
    if output.is_dir():
        there = {path for path in output.rglob("*") if path.is_symlink() or not path.is_dir()}
        problems += [f"{path.name} was not there when it was written" for path in sorted(there - known.keys())]
    if output.is_file() and output not in known:
        problems.append(f"{beside.name} has no digest of {output.name}")
    result.checks.add("files", bool(known) and not problems, "; ".join(problems[:10]) or f"{len(known)} as written")
    result.notes.append(
        f"the digests in {beside.name} are not signed; where the export was recorded with the examiner's key, compare"
        " them with the line `exported` of the case's ledger"
    )
    return result


def read_digests(output: Path, notes: list[str] | None = None) -> tuple[dict[str, str], list[str]]:
    """Read the digests next to an export.

    Args:
        output: the file or folder, with its digests next to it.
        notes: collects the comments in the digest file.

    Returns:
        The SHA-256 of each file by its path next to the output; and a sentence for each invalid line.
    """
    beside = output.with_name(output.name + ENDING)
    known: dict[str, str] = {}
    damaged = []
    for line in beside.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        if line.startswith("#"):
            if notes is not None:
                notes.append(line.removeprefix("#").strip())
        elif found := _LINE.fullmatch(line):
            name = _WRITTEN.sub(lambda mark: _CHARACTERS.get(mark[1], mark[1]), found[3]) if found[1] else found[3]
            known[name] = found[2]
        else:
            damaged.append(f"{beside.name} has a line that is none: {line[:80]}")
    return known, damaged


def _problem(path: Path, sha256: str) -> str:
    try:
        with os.fdopen(os.open(path, careful(os.O_RDONLY)), "rb") as stream:
            now = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        return f"{path.name}: {error.strerror}"
    return "" if now == sha256 else f"{path.name}: SHA-256 was {sha256}, is {now}"
