"""The library: extracting evidence, opening a case, verifying one. The commands are made of these functions.

Everything here is given by ``import echoforensics as ef`` too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from os import PathLike
from pathlib import Path

from chain_of_custody.digest import DEFAULT_ALGORITHMS
from chain_of_custody.keys import SigningKey
from echoforensics.case.case import Case
from echoforensics.examiner_key import load_key
from echoforensics.extraction.options import KeyGiver, Options, Report
from echoforensics.extraction.run import extract as run_extraction
from echoforensics.verification import CaseVerification, verify_case
from echoforensics.zones import zone

AnyPath = str | PathLike[str]


def extract(
    sources: Sequence[AnyPath] | AnyPath, case: AnyPath, *,
    key: AnyPath | SigningKey | KeyGiver | None, passphrase: str | None = None, cross_check: bool = False,
    examiner: str = "", agency: str = "", reference: str = "", timezone: str = "",
    hashes: Iterable[str] = DEFAULT_ALGORITHMS, carve: bool = True, offsets: Iterable[int] = (),
    skip_unreadable: bool = False, maps: Iterable[AnyPath] = (), argv: Sequence[str] = (), report: Report | None = None,
) -> Case:  # fmt: skip
    """Take in sources, extract and parse what they hold, and seal a case.

    Sources are opened read-only, and hashed whole before and after. Repeat a run that was interrupted to complete it.

    Args:
        sources: folders, archives, images or files; see docs/extracting.md.
        case: the case folder; made if it does not exist.
        key: the examiner's: a file, in memory, or a function that gives it once all sources are open. None: unsigned.
        passphrase: of the key file; if None, from ``$ECHOFORENSICS_PASSPHRASE`` or the file beside the key.
        examiner, agency, reference: for the ledger and the report.
        timezone: IANA name of the zone in which the case is also to be read.
        hashes: names of the hash algorithms for sources; SHA-256 is always among them.
        carve: whether images are searched for recordings and records by their own bytes.
        offsets: offsets, in bytes, at which volumes of an image begin.
        cross_check: whether file systems are walked again with a second reader.
        skip_unreadable: whether a source that cannot be read is noted as an issue, and the others are read.
        maps: files that say how tables of a legal-process return are read; see docs/maps.md.
        argv: what called this, for the ledger; ``sys.argv`` if empty.
        report: called with what is being done, how far it is, and of how much (0: unknown).

    Returns:
        The case, opened for reading. Close it, or use it in a ``with`` statement.

    Raises:
        SourceError: a source cannot be opened and is not skipped, or every source is so. Nothing is written.
        CaseError: the case cannot be written, or a source has changed since it was taken in.
        UsageError, ExaminerKeyError: a map, the time zone or the key cannot be used.

    Example:
        >>> with ef.extract(["evidence/alexa-cloud.zip"], "CASE", examiner="A. Examiner", key="examiner.pem") as taken:
        ...     print(taken.counts().rows > 0, taken.sealed)
        True True
    """
    paths = [Path(sources)] if isinstance(sources, (str, PathLike)) else [Path(source) for source in sources]
    zone(timezone)
    signing = load_key(Path(key), passphrase) if isinstance(key, (str, PathLike)) else key
    options = Options(
        examiner=examiner, agency=agency, reference=reference, timezone=timezone, algorithms=tuple(hashes),
        argv=tuple(argv), carve=carve, offsets=tuple(dict.fromkeys(offsets)), cross_check=cross_check,
        skip_unreadable=skip_unreadable, maps=tuple(map(_named_text, maps)),
    )  # fmt: skip
    run_extraction(paths, Path(case), signing, options, report or _silent)
    return Case.open(Path(case))


def open_case(case: AnyPath) -> Case:
    """Open a case for reading. Nothing in its folder is changed.

    Raises:
        CaseError: the folder is not a case.

    Example:
        >>> with ef.open_case("case") as opened:
        ...     print(opened.counts().evidence)
        3
    """
    return Case.open(Path(case))


def verify(
    case: AnyPath, *, fingerprint: str | None = None, sources: bool = True, report: Callable[[str], None] | None = None
) -> CaseVerification:
    """Verify a case: its ledger, signatures, tables and artefacts, and the sources where they can be reached.

    Args:
        case: the case folder.
        fingerprint: of the key that must have signed it, in hexadecimal, with or without colons.
        sources: whether sources are hashed again.
        report: called with what is being verified.

    Returns:
        Every check with its result; ``ok`` says whether all of them passed.

    Example:
        >>> result = ef.verify("case")
        >>> result.ok, result.signed, result.complete
        (True, True, True)
    """
    wanted = fingerprint.lower().replace(":", "") if fingerprint else None
    return verify_case(Path(case), fingerprint=wanted, sources=sources, report=report)


def _named_text(path: AnyPath) -> tuple[str, str]:
    """A file's name and its text."""
    return Path(path).name, Path(path).read_text(encoding="utf-8", errors="replace")


def _silent(_what: str, _done: int, _of: int) -> None:
    """Report nothing."""
