"""Records the digest of an export: in the case's ledger, or in a file next to it."""

from __future__ import annotations

import hashlib
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from echoforensics.case.custody.export_line import add_export_line
from echoforensics.errors import CaseError, UsageError

if TYPE_CHECKING:
    from chain_of_custody.signer import Signer
    from echoforensics.case.case import Case

#: The suffix of the file with an export's digest.
ENDING = ".sha256"


def refuse_digest_file(output: Path, *, replace: bool) -> None:
    """Refuse an export whose digest file already exists.

    An existing export file itself is refused where it is written, with advice.

    Raises:
        UsageError: it exists and is not to be replaced.
    """
    path = _beside(output)
    if output.is_file() and not replace:
        return
    if path.is_symlink() or (path.exists() and not (replace and path.is_file())):
        raise UsageError(
            f"{path}: already exists; the digest of {output.name} would be written there. Name another output, or move"
            " that file away"
        )


def record_export(case: Case, outputs: list[Path], key: Signer | None, detail: dict[str, Any]) -> str:
    """Record an export with its digest.

    Args:
        case: the exported case.
        outputs: the file or folder, and its companion files.
        key: the examiner's key, to record the digest in the ledger; None to write it next to the export.
        detail: further details for the ledger entry: the filters.

    Returns:
        Where it was recorded, as a sentence.

    Raises:
        UsageError: the file with its digest cannot be written.
    """
    try:
        lines = [line for output in outputs for line in digest_lines(output)]
        if key is None:
            return _write(case.unverified, outputs[0], lines, "")
        try:
            # A single digest for everything: the SHA-256 of the lines that `sha256sum` reads.
            listed = {"sha256": hashlib.sha256("".join(lines).encode()).hexdigest(), "files": len(lines)}
            whole = lines[0].removeprefix("\\").partition(" ")[0] if outputs[0].is_file() else None
            named = {"name": outputs[0].name, "sha256": whole} if whole else {"name": outputs[0].name}
            add_export_line(case, key, {**named, "digest_list": listed, **detail})
        except CaseError as error:
            return _write(case.unverified, outputs[0], lines, f" It could not be recorded in the ledger: {error}.")
    except OSError as error:
        raise UsageError(f"{outputs[0]}: its digest cannot be recorded: {error.strerror or error}") from error
    if outputs[0].is_file():
        return "Its digest was recorded in the ledger of the case."
    return _write(
        case.unverified, outputs[0], lines, " The SHA-256 of that list was recorded in the ledger of the case."
    )


def record_beside(output: Path, unverified: str) -> str:
    """Record the digest of an export from several cases, which no ledger contains.

    Args:
        output: the file or folder.
        unverified: why nothing vouches for the exported cases; empty if all were checked.

    Returns:
        Where it was recorded, as a sentence.

    Raises:
        UsageError: the file with its digest cannot be written.
    """
    try:
        return _write(unverified, output, digest_lines(output), "")
    except OSError as error:
        raise UsageError(f"{output}: its digest cannot be recorded: {error.strerror or error}") from error


def _write(unverified: str, output: Path, lines: list[str], more: str) -> str:
    first = f"# UNVERIFIED: {' '.join(unverified.split())}\n" if unverified else ""
    path = _beside(output)
    path.write_text(first + "".join(lines), encoding="utf-8", errors="surrogateescape", newline="")
    # Names are relative to its folder: sha256sum looks for them where it is run.
    there = "" if path.parent == Path() else f"cd {shlex.quote(str(path.parent))} && "
    what = f"The digest of {output.name} is" if output.is_file() else f"The digests of the files in {output.name} are"
    return f"{what} in {path}; `{there}sha256sum -c {shlex.quote(path.name)}` compares.{more}"


def _beside(output: Path) -> Path:
    return output.with_name(output.name + ENDING)


def digest_lines(output: Path) -> list[str]:
    """Return ``sha256sum`` lines for a file, or for every file in a folder, by path."""
    files = [output] if output.is_file() else sorted(path for path in output.rglob("*") if path.is_file())
    return [_digest_line(path, path.relative_to(output.parent).as_posix()) for path in files]


def _digest_line(path: Path, name: str) -> str:
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    written = name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    escaped = "\\" if written != name else ""
    return f"{escaped}{digest}  {written}\n"
