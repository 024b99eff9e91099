"""The library: extracting evidence, opening a case, verifying one. The commands are made of these functions.

Everything here is given by ``import echoforensics as ef`` too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from chain_of_custody.digest import DEFAULT_ALGORITHMS
from chain_of_custody.signer import Signer
from echoforensics.case.case import Case
from echoforensics.case.custody.standing import why_unverified
from echoforensics.errors import UnverifiedCaseError, UsageError
from echoforensics.extraction.options import KeyGiver, Options, Report
from echoforensics.zones import zone

if TYPE_CHECKING:
    from echoforensics.verification import CaseVerification

AnyPath = str | PathLike[str]


def extract(
    sources: Sequence[AnyPath] | AnyPath, case: AnyPath, *, join_case: bool = False,
    key: AnyPath | Signer | KeyGiver | None, passphrase: str | None = None, cross_check: bool = False,
    examiner: str = "", agency: str = "", reference: str = "", timezone: str = "",
    hashes: Iterable[str] = DEFAULT_ALGORITHMS, carve: bool = True, offsets: Iterable[int] = (),
    skip_unreadable: bool = False, maps: Iterable[AnyPath] = (), argv: Sequence[str] = (), report: Report | None = None,
    folder_metadata: bool = False, workers: int = 0, dask: str = "",
) -> Case:  # fmt: skip
    """Read sources, extract and parse their content, and seal a case.

    Sources are opened read-only. Repeat an interrupted run to complete it.

    Args:
        sources: folders, archives, images or files; see docs/extracting.md. case: the folder; made if it is not there.
        key: a file, an address on a token (``pkcs11:...``), one in memory, or a function that gives it. None: unsigned.
        passphrase: of the key file, or PIN; if None, from ``$ECHOFORENSICS_PASSPHRASE`` or the file beside the key.
        examiner, agency, reference: of the matter, for the ledger and the report; join_case: to add others to a case.
        timezone: IANA name of an additional time zone for reading the case.
        hashes: for sources, by name, beside SHA-256; carve, offsets, cross_check, skip_unreadable, folder_metadata: as
            the command's options of these names.
        maps: files that describe the tables of a legal-process return; see docs/maps.md.
        workers: the number of parallel processes; 0: one per processor. The result is the same.
        dask: address of a scheduler whose workers read the sources, also from ``s3://...``; see docs/scale.md.
        argv: the calling command line, for the ledger; ``sys.argv`` if empty.
        report: called with the current step, the progress, and the total (0: unknown).

    Returns:
        The case, opened for reading; close it, or use it in a ``with`` statement.

    Raises:
        SourceError: a source cannot be opened and is not skipped, or no source can be opened. Nothing is written.
        CaseError: the case cannot be written or differs from what was sealed, or a source or the matter differs.
        UsageError, ExaminerKeyError: a map, the time zone or the key cannot be used.

    Example:
        >>> with ef.extract(["evidence/alexa-cloud.zip"], "CASE", examiner="A. Examiner", key="examiner.pem") as taken:
        ...     print(taken.counts().rows > 0, taken.sealed)
        True True
    """
    from echoforensics.extraction.parts.here_or_there import extract_on  # to open or verify a case takes none of it

    zone(timezone)
    options = Options(
        examiner=examiner, agency=agency, reference=reference, timezone=timezone, algorithms=tuple(hashes),
        argv=tuple(argv), carve=carve, offsets=tuple(dict.fromkeys(offsets)), cross_check=cross_check,
        skip_unreadable=skip_unreadable, join_case=join_case, maps=tuple(map(_named_text, maps)),
        folder_metadata=folder_metadata, workers=workers,
    )  # fmt: skip
    extract_on(dask, sources, Path(case), _signing(key, passphrase), options, report or _silent)
    return Case.open(Path(case))


def open_case(case: AnyPath, *, unverified: bool = False) -> Case:
    """Open a case for reading, after checking its ledger and seal. Its folder is not changed.

    The check hashes ``case.db``; the user's state folder remembers for exactly that file that it passed. Files in
    ``artefacts/`` are checked when they are read, and sources by :func:`verify`.

    Args:
        case: the case folder.
        unverified: whether to open a case even if it is incomplete or not as it was sealed. Its ``unverified``
            attribute then says why, and the message of each of its rows begins with a mark.

    Raises:
        UnverifiedCaseError: the case is incomplete or not as it was sealed.
        CaseError: the folder is not a case.

    Example:
        >>> with ef.open_case("case") as opened:
        ...     print(opened.counts().evidence)
        3
    """
    path = Path(case)
    found = why_unverified(path)
    if found and not unverified:
        raise UnverifiedCaseError(
            f"{path}: {found}. `echoforensics verify` says more; --unverified reads it anyway, and marks all output"
        )
    opened = Case.open(path)
    if found:
        opened.mark_unverified(found)
    return opened


def verify(
    case: AnyPath, *, fingerprint: str | None = None, sources: bool = True, allow_incomplete: bool = False,
    expected_head: str | None = None, ca_files: Iterable[AnyPath] = (), tokens: Iterable[AnyPath] | None = None,
    timestamps_required: int = 0, report: Callable[[str], None] | None = None,
) -> CaseVerification:  # fmt: skip
    """Verify a case, a bundle (folder or zip), a report or an export. Its content decides which it is.

    For a case: its ledger, signatures, tables, artefacts and sources. For a sealed folder: the signed list, every file,
    that there are no others, the ledger, proofs and timestamps. For any other export: its digests.

    Args:
        case: the case folder, the sealed folder or zip; or a file or folder with its ``.sha256`` next to it.
        fingerprint: the fingerprint of the key that must have signed it, in hexadecimal; colons and spaces are ignored.
            An empty one matches no key.
        sources: whether to hash the sources again. A source that is no longer at its path counts as not checked.
        allow_incomplete: whether an interrupted case passes, as far as it can be checked.
        expected_head: hash of the ledger's last line at an earlier hand-over; an older case or bundle lacks it.
        ca_files: certificates, in PEM, of trusted timestamp authorities.
        tokens: timestamp files for a bundle; None for those next to it. Empty skips timestamps.
        timestamps_required: how many timestamps must be present and valid.
        report: called with a description of the current check.

    Returns:
        Every check with its result; ``ok`` says whether everything was checked and passed.

    Raises:
        CaseError, UsageError: there is nothing to verify; or timestamps are requested for something that has none.

    Example:
        >>> result = ef.verify("case")
        >>> result.ok, result.signed, result.complete
        (True, True, True)
    """
    from echoforensics.export.sealed_folder import is_sealed_output, verify_sealed
    from echoforensics.verification import verify_case

    path, head = Path(case), None if expected_head is None else expected_head.strip()
    wanted = None if fingerprint is None else "".join(fingerprint.lower().replace(":", " ").split())
    if is_sealed_output(path):
        return verify_sealed(
            path, fingerprint=wanted, expected_head=head, ca_files=[Path(each) for each in ca_files],
            tokens=None if tokens is None else [Path(each) for each in tokens],
            timestamps_required=timestamps_required, report=report,
        )  # fmt: skip
    given = {"a fingerprint": fingerprint, "a head": expected_head}
    return _verify_digests(path, given, timestamps=bool(timestamps_required or tokens)) or verify_case(
        path, fingerprint=wanted, sources=sources, allow_incomplete=allow_incomplete, expected_head=head, report=report
    )


def _verify_digests(path: Path, given: dict[str, str | None], *, timestamps: bool) -> CaseVerification | None:
    """Verify an export that has its digests next to it; None if the path is no such export."""
    from echoforensics.export.export_check import has_digests, refuse_without_digests, verify_export

    refuse_without_digests(path)
    if timestamps:
        raise UsageError(f"{path}: only bundles and other sealed folders have timestamps")
    if has_digests(path):
        return verify_export(path, " and ".join(name for name, value in given.items() if value is not None))
    return None


def _signing(key: AnyPath | Signer | KeyGiver | None, passphrase: str | None) -> Signer | KeyGiver | None:
    if not isinstance(key, (str, PathLike)):
        return key
    from echoforensics.examiner_key import load_key

    return load_key(Path(key), passphrase)


def _named_text(path: AnyPath) -> tuple[str, str]:
    """Return a file's name and text."""
    return Path(path).name, Path(path).read_text(encoding="utf-8", errors="replace")


def _silent(_what: str, _done: int, _of: int) -> None:
    """Report nothing."""
