"""Seals a report, and verifies sealed folders: bundles and reports."""

from __future__ import annotations

import hashlib
import os
import zipfile
from typing import TYPE_CHECKING

from chain_of_custody.file_list import FileListError, remove_empty_folders
from chain_of_custody.folder_check import check_sealed, is_sealed
from chain_of_custody.sealed_list import CERTIFICATE_NAME, SEAL_NAME, SealError, write_seal, write_whole
from chain_of_custody.verify import Problem
from chain_of_custody.verify_script import write_verification
from echoforensics.case.custody.names import DATABASE, LEDGER
from echoforensics.counting import counted
from echoforensics.errors import UsageError
from echoforensics.examiner_key import ExaminerKey
from echoforensics.export.digests import ENDING
from echoforensics.export.export_check import has_digests, read_digests
from echoforensics.export.handed_over.contents_check import check_contents
from echoforensics.verification import CaseVerification

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from chain_of_custody.folder_check import SealedCheck
    from chain_of_custody.signer import Signer
    from echoforensics.case.case import Case

#: The bundle checks that must pass before its content is examined.
_NEEDED = ("signed list", "signature", "files", "bag", "ledger", "sealed set")


def seal_report(case: Case, folder: Path, key: Signer | None, detail: Mapping[str, object] | None = None) -> str:
    """Seal a finished report: add the instructions for checking it, and the signed list of its files.

    Args:
        case: the reported case.
        folder: the complete report. Empty folders in it are removed.
        key: the examiner's key; with None, the list is unsigned and says so.
        detail: further claims in the list, such as the filters.

    Returns:
        What was done, as a sentence for the terminal.

    Raises:
        CaseError: the ledger of the case cannot be read.
        UsageError: the folder cannot be sealed or written.
    """
    length, head, signer = _ledger_state(case)
    stated: dict[str, object] = {
        "ledger": {"head": head, "length": length},
        "case_signed_with": signer,
        **(detail or {}),
    }
    if case.unverified:
        stated["unverified"] = case.unverified
    if isinstance(key, ExaminerKey):
        stated["key"] = key.record.as_detail(key.public)
    public = key.public if key is not None else None
    try:
        remove_empty_folders(folder)
        if isinstance(key, ExaminerKey) and key.record.certificate is not None:
            write_whole(folder / CERTIFICATE_NAME, key.record.certificate.pem.encode("ascii"))
        write_verification(folder, kind="report", public=public, ledger=(length, head))
        sealed = write_seal(folder, key, "report", stated)
    except (FileListError, SealError) as error:
        raise UsageError(f"{folder}: cannot be sealed: {error}") from error
    except OSError as error:
        raise UsageError(f"{folder}: cannot be sealed: {error.strerror or error}") from error
    listed = f"{SEAL_NAME} in it lists its {counted(len(sealed.files), 'file')}"
    if public is None:
        return f"{listed}, and is UNSIGNED: anybody could write it anew. With --key FILE it is signed."
    return f"{listed}, signed with the key {public.fingerprint}."


def _ledger_state(case: Case) -> tuple[int, str, str | None]:
    """Return a ledger's length and head, and the fingerprint of the key that signed its last line."""
    length, head, signer = 0, "", None
    for entry in case.actions():
        length, head, signer = length + 1, entry.line_hash, entry.keyid
    return length, head, signer


def is_sealed_output(path: Path) -> bool:
    """Whether a path is a sealed folder, or a zip of one, and not a case.

    A zip without a signed list does not count: it may be evidence, or an export with its digest next to it.
    """
    if path.is_dir():
        return is_sealed(path) and not any(os.path.lexists(path / name) for name in (DATABASE, LEDGER))
    return path.suffix.lower() == ".zip" and is_sealed(path) and _may_hold_seal(path)


def _may_hold_seal(path: Path) -> bool:
    """Whether a zip has a signed list, or is too damaged to tell."""
    try:
        with zipfile.ZipFile(path) as opened:
            return any(name.rpartition("/")[2] == SEAL_NAME for name in opened.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return True


def verify_sealed(
    path: Path, *, fingerprint: str | None = None, expected_head: str | None = None, ca_files: Sequence[Path] = (),
    tokens: Sequence[Path] | None = None, timestamps_required: int = 0, report: Callable[[str], None] | None = None,
) -> CaseVerification:  # fmt: skip
    """Verify a sealed folder or zip. See :func:`~chain_of_custody.folder_check.check_sealed` for the arguments."""
    sealed = check_sealed(
        path,
        fingerprint=fingerprint,
        expected_head=expected_head,
        ca_files=ca_files,
        tokens=tokens,
        timestamps_required=timestamps_required,
        report=report,
    )
    result = CaseVerification()
    result.checks, result.notes, result.timestamps = sealed.checks, sealed.notes, sealed.timestamps
    result.kind, result.signed, result.fingerprint = sealed.kind or "export", sealed.signed, sealed.fingerprint
    result.head, result.length, result.complete = sealed.head, sealed.length, True
    if sealed.kind == "bundle":
        if all(check.ok for check in sealed.checks.checks if check.name in _NEEDED):
            _check_contents(result, path, report or (lambda _: None))
        else:
            result.checks.skipped("contents", "files, list or ledger are not as they were sealed")
    if sealed.files and path.is_dir() and has_digests(path):
        _compare_digests(result, path, sealed)
    return result


def _check_contents(result: CaseVerification, path: Path, say: Callable[[str], None]) -> None:
    """Compare the parts of a bundle with each other; a missing required part is a failure."""
    try:
        check_contents(result, path, say)
    except (OSError, ValueError, KeyError, TypeError) as error:
        shown = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename else str(error)
        meaning = "It is not a bundle as this program makes it, though it is as it was sealed."
        problem = Problem(path.name, "what every bundle holds", shown, meaning)
        result.checks.add("contents", False, "they could not be compared", [problem])


def _compare_digests(result: CaseVerification, path: Path, sealed: SealedCheck) -> None:
    """Check that the digests next to a sealed folder match its list, which its files were compared with."""
    listed = {f"{path.name}/{name}": sha256 for name, sha256 in sealed.files.items()}
    listed[f"{path.name}/{SEAL_NAME}"] = hashlib.sha256((path / SEAL_NAME).read_bytes()).hexdigest()
    known, problems = read_digests(path)
    problems += [
        f"{name} is another or missing" for name, sha256 in sorted(listed.items()) if known.get(name) != sha256
    ]
    problems += [f"{name} is not in the signed list" for name in sorted(known.keys() - listed.keys())]
    detail = "; ".join(problems[:10]) or "they are those of the signed list"
    result.checks.add(path.name + ENDING, not problems, detail)
