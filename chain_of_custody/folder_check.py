"""Checks a sealed folder or zip: the signed list first, then everything else against it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from chain_of_custody.bag import DECLARATION
from chain_of_custody.checking.file_checks import check_bag, check_files
from chain_of_custody.checking.hand_over_checks import check_hand_overs
from chain_of_custody.checking.ledger_checks import check_head, check_ledger, check_set
from chain_of_custody.checking.source import SealedSource, open_source
from chain_of_custody.checking.time_checks import check_timestamps, tokens_beside
from chain_of_custody.keys import KeyFileError, PublicKey
from chain_of_custody.sealed_list import (
    CERTIFICATE_NAME,
    KEY_NAME,
    SEAL_MAX,
    SEAL_NAME,
    SealedList,
    SealError,
    read_seal,
)
from chain_of_custody.stored_zip import ZipRefusedError
from chain_of_custody.verify import Problem, Verification

if TYPE_CHECKING:
    from chain_of_custody.statements.certificate import KeyCertificate

_KEY_MAX = 1 << 16
_ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")


@dataclass(slots=True)
class SealedCheck:
    """The result of checking a sealed folder.

    Attributes:
        checks: every check with its result, in order.
        kind: the folder's kind: ``bundle``, ``report`` or ``export``; empty if its seal cannot be read.
        signed: whether the list is signed.
        fingerprint: the fingerprint of the signing key, for the reader to compare; None if unsigned.
        head: the hash of the last ledger line that the list names; empty if it names none.
        length: the number of lines in that ledger.
        predicate: everything that the list says apart from its files.
        files: maps the name of each listed file to its SHA-256.
        timestamps: what each valid timestamp says.
        notes: what the reader must know besides the checks, one sentence each.
    """

    checks: Verification = field(default_factory=Verification)
    kind: str = ""
    signed: bool = False
    fingerprint: str | None = None
    head: str = ""
    length: int = 0
    predicate: dict[str, object] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    timestamps: list[dict[str, object]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every check was made and passed."""
        return self.checks.ok

    def as_json(self) -> dict[str, object]:
        """The result as JSON values."""
        return {
            "ok": self.ok,
            "kind": self.kind,
            "signed": self.signed,
            "fingerprint": self.fingerprint,
            "lines": self.length,
            "head": self.head,
            "timestamps": self.timestamps,
            "checks": self.checks.as_json()["checks"],
            "notes": self.notes,
        }


def is_sealed(path: Path) -> bool:
    """Whether a path is a sealed folder, or a zip that may hold one."""
    if path.is_dir():
        return os.path.lexists(path / SEAL_NAME)
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return stream.read(4) in _ZIP_MARKS


def check_sealed(
    path: Path,
    *,
    fingerprint: str | None = None,
    expected_head: str | None = None,
    ca_files: Sequence[Path] = (),
    tokens: Sequence[Path] | None = None,
    timestamps_required: int = 0,
    report: Callable[[str], None] | None = None,
) -> SealedCheck:
    """Check every byte of a sealed folder, or of a zip of one.

    Without ``fingerprint``, this shows only that the folder is intact under the key it contains; anyone can seal
    another folder with their own key. Without ``expected_head``, replacing it with an older one goes unnoticed.

    Args:
        path: the folder or zip; opened read-only.
        fingerprint: the fingerprint, in hexadecimal, of the key that must have signed. An empty one matches no key.
        expected_head: the hash of a ledger line: the ledger's head when this or something later was handed over.
        ca_files: certificates of timestamp authorities that the reader trusts.
        tokens: timestamp files; None for those next to the folder or zip, see :func:`tokens_beside`.
        timestamps_required: how many timestamps must be present and valid.
        report: called with a description of the current check.

    Returns:
        Every check with its result. Whatever is at ``path``, no content raises an exception.
    """
    result = SealedCheck()
    say = report or (lambda _: None)
    say("signed list")
    try:
        with open_source(path) as source:
            opened = _open_seal(result, source)
            if opened is not None:
                seal, sealed = opened
                _check_signature(result, source, sealed, fingerprint)
                _check_content(result, source, sealed, seal, expected_head, say)
                found = tokens_beside(path) if tokens is None else tokens
                say("timestamps")
                result.timestamps = check_timestamps(result.checks, seal, found, ca_files)
                _check_number(result, timestamps_required)
    except ZipRefusedError as error:
        meaning = "Two programs could read two things in it. Ask for it as it was written, or for the folder."
        problem = Problem(path.name, "a zip as this program writes it", str(error), meaning)
        result.checks.add("zip", False, "it is not as it was written", [problem])
        result.checks.skipped("files", "the zip is not read")
    except OSError as error:
        result.checks.skipped("files", f"{error.filename or path}: {error.strerror or error}")
    return result


def _open_seal(result: SealedCheck, source: SealedSource) -> tuple[bytes, SealedList] | None:
    """Return the signed list as bytes and parsed; None if there is none."""
    try:
        with source.open(SEAL_NAME) as stream:
            seal = stream.read(SEAL_MAX + 1)
        sealed = read_seal(seal)
    except (OSError, SealError) as error:
        shown = (error.strerror if isinstance(error, OSError) else None) or str(error)
        meaning = "Without it nothing vouches for what is in the folder."
        problem = Problem(SEAL_NAME, "a list of every file, as it was written", shown, meaning)
        result.checks.add("signed list", False, "it cannot be read", [problem])
        result.checks.skipped("files", "there is no list to check them against")
        return None
    result.kind, result.predicate, result.files = sealed.kind, dict(sealed.predicate), sealed.files
    count = "1 file" if len(sealed.files) == 1 else f"{len(sealed.files)} files"
    result.checks.add("signed list", True, f"a {sealed.kind} of {count}")
    ledger = sealed.ledger
    if ledger:
        result.head, result.length = str(ledger["head"]), int(str(ledger["length"]))
    return seal, sealed


def _check_signature(result: SealedCheck, source: SealedSource, sealed: SealedList, fingerprint: str | None) -> None:
    if sealed.signature is None:
        words = "THE LIST IS UNSIGNED: anybody could have written it, and everything it lists"
        problems = []
        if fingerprint is not None:
            problems = [Problem(SEAL_NAME, f"a signature of {fingerprint}", "none", "Nothing shows who made it.")]
        result.checks.add("signature", not problems, words, problems)
        return
    public: PublicKey | None = None
    try:
        with source.open(KEY_NAME) as stream:
            text = stream.read(_KEY_MAX).decode("ascii", "replace")
        public = PublicKey.from_pem(text)
        problem = sealed.signature_problem(public)
        if problem is None and text != public.pem:
            problem = f"{KEY_NAME} is not in the one form of a public key"
    except KeyFileError as error:
        problem = f"{KEY_NAME}: {error}"
    except OSError as error:
        problem = f"{KEY_NAME}: {error.strerror or error}"
    meaning = "The list was written by somebody without that key, or was changed after it was signed."
    problems = [Problem(SEAL_NAME, f"a signature of the key in {KEY_NAME}", problem, meaning)] if problem else []
    if public is not None and fingerprint is not None and fingerprint.lower() != public.fingerprint:
        wanted = fingerprint or "the empty fingerprint that was given"
        another = "Somebody else made this, or sealed it again after changing it."
        problems.append(Problem(KEY_NAME, f"the key {wanted}", f"the key {public.fingerprint}", another))
    result.signed, result.fingerprint = public is not None, public.fingerprint if public else None
    detail = "it does not hold" if problems else f"the list is signed by the key {result.fingerprint}"
    result.checks.add("signature", not problems, detail, problems)
    if public is not None:
        _check_certificate(result, source, sealed, public)
    _note_key(result, sealed)
    if fingerprint is None and not problems:
        result.notes.append(
            f"compare the fingerprint {result.fingerprint} with the examiner's, from another source than this"
            f" {sealed.kind}, or give it with --fingerprint: anyone can seal with a key of their own"
        )


def _check_certificate(result: SealedCheck, source: SealedSource, sealed: SealedList, public: PublicKey) -> None:
    """Check that a certificate in the folder belongs to the signing key."""
    if CERTIFICATE_NAME not in sealed.files:
        return
    try:
        with source.open(CERTIFICATE_NAME) as stream:
            # Imported only if there is a certificate, because its reader is slow to load.
            certificates = import_module("chain_of_custody.statements.certificate")
            found: KeyCertificate = certificates.KeyCertificate.of_key(stream.read(_KEY_MAX), public)
    except (KeyFileError, OSError) as error:
        meaning = "Whoever is named in it is not shown to have signed."
        problem = Problem(CERTIFICATE_NAME, f"a certificate of the key {public.fingerprint}", str(error), meaning)
        result.checks.add("certificate", False, "it is not one of the key that signed", [problem])
        return
    words = f"{found.issuer} certifies that the key is of {found.subject}, {found.not_before:%Y-%m-%d} to"
    result.checks.add("certificate", True, f"{words} {found.not_after:%Y-%m-%d}")
    result.notes.append(f"whether {found.issuer} can be believed, and has not revoked the certificate, was not checked")


def _note_key(result: SealedCheck, sealed: SealedList) -> None:
    """Note what the list says about the key's owner."""
    key = sealed.predicate.get("key")
    if not isinstance(key, dict):
        return
    if key.get("provisional") is True:
        result.notes.append("the key was PROVISIONAL when this was sealed: no examiner had put a name to it")
    elif isinstance(name := key.get("name"), str) and name:
        result.notes.append(f"the list says that the key is that of {name}")


def _check_content(
    result: SealedCheck, source: SealedSource, sealed: SealedList, seal: bytes, expected_head: str | None,
    say: Callable[[str], None],
) -> None:  # fmt: skip
    if isinstance(why := sealed.predicate.get("unverified"), str):
        meaning = "What it says was read all the same, and nothing vouches for that."
        problem = Problem(SEAL_NAME, "what was written of a case that holds", why, meaning)
        result.checks.add("case", False, "it was written of a case that was not as it was sealed", [problem])
    say("files")
    check_files(result.checks, source, sealed)
    if sealed.kind == "bundle" or DECLARATION in sealed.files:
        check_bag(result.checks, source, sealed, seal)
    say("ledger")
    found = check_ledger(result.checks, source, sealed, expected_head)
    if found is not None:
        result.notes += check_hand_overs(result.checks, source, str(sealed.ledger["file"]), found)
    if expected_head is not None:
        note = check_head(result.checks, sealed, found, expected_head)
        result.notes += [note] if note else []
    elif result.head:
        result.notes.append(
            f"made when the ledger of the case had {result.length} lines and ended in {result.head}; whether an older"
            f" {sealed.kind} was put in its place cannot be seen without --expect-head"
        )
    if found is None and sealed.kind == "bundle" and not sealed.ledger.get("file"):
        result.checks.skipped("ledger", "the bundle holds none")
    check_set(result.checks, source, sealed)


def _check_number(result: SealedCheck, required: int) -> None:
    if required > len(result.timestamps):
        there = f"{len(result.timestamps)} that hold"
        meaning = "Nothing but the examiner's own clock shows when it was sealed."
        problem = Problem("timestamps", f"at least {required}", there, meaning)
        result.checks.add("timestamps", False, "there are fewer than were asked for", [problem])
