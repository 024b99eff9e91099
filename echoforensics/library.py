"""The library: extracting evidence, opening a case, verifying one. The commands are made of these functions.

Everything here is given by ``import echoforensics as ef`` too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from os import PathLike
from pathlib import Path

from chain_of_custody.digest import DEFAULT_ALGORITHMS
from chain_of_custody.signer import Signer
from echoforensics.case.case import Case
from echoforensics.case.custody.standing import why_unverified
from echoforensics.errors import UnverifiedCaseError, UsageError
from echoforensics.examiner_key import load_key
from echoforensics.export.export_check import has_digests, refuse_without_digests, verify_export
from echoforensics.export.sealed_folder import is_sealed_output, verify_sealed
from echoforensics.extraction.options import KeyGiver, Options, Report
from echoforensics.verification import CaseVerification, verify_case
from echoforensics.zones import zone

AnyPath = str | PathLike[str]


def extract(
    sources: Sequence[AnyPath] | AnyPath, case: AnyPath, *, join_case: bool = False,
    key: AnyPath | Signer | KeyGiver | None, passphrase: str | None = None, cross_check: bool = False,
    examiner: str = "", agency: str = "", reference: str = "", timezone: str = "",
    hashes: Iterable[str] = DEFAULT_ALGORITHMS, carve: bool = True, offsets: Iterable[int] = (),
    skip_unreadable: bool = False, maps: Iterable[AnyPath] = (), argv: Sequence[str] = (), report: Report | None = None,
    folder_metadata: bool = False, workers: int = 0, dask: str = "",
) -> Case:  # fmt: skip
    """Take in sources, extract and parse what they hold, and seal a case.

    Sources are only read. An interrupted run is completed by repeating it.

    Args:
        sources: folders, archives, images or files; see docs/extracting.md. case: the folder; made if it is not there.
        key: a file, an address on a token (``pkcs11:...``), one in memory, or a function that gives it. None: unsigned.
        passphrase: of the key file, or PIN; if None, from ``$ECHOFORENSICS_PASSPHRASE`` or the file beside the key.
        examiner, agency, reference: of the matter, for the ledger and the report; join_case: to add others to a case.
        timezone: IANA name of the zone in which the case is also to be read.
        hashes: for sources, by name, beside SHA-256; carve, offsets, cross_check, skip_unreadable, folder_metadata: as
            the command's options of these names.
        maps: files that say how tables of a legal-process return are read; see docs/maps.md.
        workers: how many processes work at once; 0: as many as there are processors. The case is the same.
        dask: address of a scheduler whose workers read the sources, also from ``s3://...``; see docs/scale.md.
        argv: what called this, for the ledger; ``sys.argv`` if empty.
        report: called with what is being done, how far it is, and of how much (0: unknown).

    Returns:
        The case, opened for reading; close it, or use it in a ``with`` statement.

    Raises:
        SourceError: a source cannot be opened and is not skipped, or every source is so. Nothing is written.
        CaseError: the case cannot be written or is not what was sealed, or a source or the matter is another.
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
    """Open a case for reading, once its ledger and its seal were checked. Nothing in its folder is changed.

    The check hashes ``case.db``; that it passed is remembered for that very file in the user's state folder. The files
    in ``artefacts/`` are checked as each is read, and the sources by :func:`verify`.

    Args:
        case: the case folder.
        unverified: whether a case that is not complete, or not as it was sealed, is opened anyway. Its
            ``unverified`` then says why it does not hold, and the message of each of its rows begins with a mark.

    Raises:
        UnverifiedCaseError: it is not complete or not as it was sealed.
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
    """Verify a case, a bundle (its folder or zip), a report or an export; it is recognised by what it holds.

    Of a case: its ledger, signatures, tables, artefacts and sources. Of what is sealed by itself: the signed list, each
    file against it, that nothing else is there, ledger, proofs and timestamps. Of another export: its digests.

    Args:
        case: the case folder, the sealed folder or zip; or a file or folder with its ``.sha256`` beside it.
        fingerprint: of the key that must have signed it, in hexadecimal, with or without colons or spaces. An empty
            one matches no key.
        sources: whether sources are hashed again. One that is not where it lay then counts as not checked.
        allow_incomplete: whether an interrupted case passes, as far as it can be checked.
        expected_head: hash of the ledger's last line when it was handed over; an older case or bundle does not hold it.
        ca_files: certificates, in PEM, of timestamp authorities that are believed.
        tokens: files of timestamps over a bundle; None for those beside it. Empty leaves timestamps out.
        timestamps_required: how many timestamps must be there and hold.
        report: called with what is being verified.

    Returns:
        Every check with its result; ``ok`` says whether everything was checked and passed.

    Raises:
        CaseError, UsageError: it is nothing that can be verified; or timestamps are asked of what has none.

    Example:
        >>> result = ef.verify("case")
        >>> result.ok, result.signed, result.complete
        (True, True, True)
    """
    path, head = Path(case), None if expected_head is None else expected_head.strip()
    wanted = None if fingerprint is None else "".join(fingerprint.lower().replace(":", " ").split())
    if is_sealed_output(path):
        return verify_sealed(
            path, fingerprint=wanted, expected_head=head, ca_files=[Path(each) for each in ca_files],
            tokens=None if tokens is None else [Path(each) for each in tokens],
            timestamps_required=timestamps_required, report=report,
        )  # fmt: skip
    refuse_without_digests(path)
    if timestamps_required or tokens:
        raise UsageError(f"{path}: only bundles and other sealed folders have timestamps")
    if has_digests(path):
        given = {"a fingerprint": fingerprint, "a head": expected_head}
        return verify_export(path, " and ".join(name for name, value in given.items() if value is not None))
    return verify_case(
        path, fingerprint=wanted, sources=sources, allow_incomplete=allow_incomplete, expected_head=head, report=report
    )


def _signing(key: AnyPath | Signer | KeyGiver | None, passphrase: str | None) -> Signer | KeyGiver | None:
    return load_key(Path(key), passphrase) if isinstance(key, (str, PathLike)) else key


def _named_text(path: AnyPath) -> tuple[str, str]:
    """A file's name and its text."""
    return Path(path).name, Path(path).read_text(encoding="utf-8", errors="replace")


def _silent(_what: str, _done: int, _of: int) -> None:
    """Report nothing."""
