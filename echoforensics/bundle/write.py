"""Writes a bundle atomically, as a folder, a zip or an encrypted zip."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from chain_of_custody.bag import seal_bag
from chain_of_custody.disclosure import TREE_RECORDED
from chain_of_custody.file_list import FileListError
from chain_of_custody.keys import sync_folder
from chain_of_custody.sealed_list import SEAL_NAME, SealError
from chain_of_custody.stored_zip import ZipRefusedError, write_zip
from chain_of_custody.verify_script import write_verification
from echoforensics.bundle.encryption import encrypt, recipients_of
from echoforensics.bundle.ledger_part import LedgerState, state_at
from echoforensics.bundle.payload import PayloadSource, case_as_sealed, write_payload
from echoforensics.bundle.readme import UNSIGNED
from echoforensics.bundle.sealed_set import SetWriter
from echoforensics.bundle.selection import Selection, select
from echoforensics.bundle.stamps import fetch_tokens, refuse_beside, write_request
from echoforensics.case.custody.export_line import add_export_line
from echoforensics.case.custody.later_line import add_line
from echoforensics.case.custody.salt_seed import set_key
from echoforensics.case.redactions.redacted_case import handed_over
from echoforensics.errors import CaseError, ExaminerKeyError, UsageError
from echoforensics.examiner_key import ExaminerKey
from echoforensics.export.files import partial_folder, whole_file
from echoforensics.export.handed_over.payload_names import GRAPH, LEDGER
from echoforensics.key_record import key_words
from echoforensics.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from chain_of_custody.disclosure import SealedSet
    from chain_of_custody.merkle import HashTree
    from chain_of_custody.signer import Signer
    from chain_of_custody.timestamp import TrustedTimestamp
    from echoforensics.case.case import Case

_ZIP, _AGE = ".zip", ".age"
#: The agency's certificate for the key, if one is attached to it.
CERTIFICATE = "examiner.crt"


#: Endings of archives and documents that a bundle is not.
_OTHER_ENDINGS = frozenset({".tar", ".tgz", ".gz", ".xz", ".bz2", ".zst", ".7z", ".rar", ".iso", ".pdf", ".html"})


@dataclass(frozen=True, slots=True)
class BundleRequest:
    """What to hand over, and how.

    Attributes:
        output: a new folder; or a file that ends in ``.zip``, or ``.zip.age`` if encrypted.
        only: the exhibits, interactions and record ids to hand over; empty for everything.
        head: the hash of the bundle's ledger line; None for the last one.
        encrypt_to: the recipients' public keys; empty for a bundle that anybody can read.
        timestamps: the URLs of timestamp authorities to ask.
        unredacted: whether to hand over redacted content too.
    """

    output: Path
    only: tuple[str, ...] = ()
    head: str | None = None
    encrypt_to: tuple[str, ...] = ()
    timestamps: tuple[str, ...] = ()
    unredacted: bool = False

    @property
    def top(self) -> str:
        """The name of the folder in a zip."""
        return self.output.name.removesuffix(_AGE).removesuffix(_ZIP)


@dataclass(slots=True)
class WrittenBundle:
    """The result of writing a bundle.

    Attributes:
        path: the path of the bundle.
        files: the number of files in its signed list.
        head, length: head and length of its ledger.
        fingerprint: the fingerprint of the signing key; None if unsigned.
        key_words: the ledger's statement about that key, as a sentence; may be empty.
        seal_sha256: the SHA-256 of its signed list, which timestamps cover.
        sealed_set: root and size of the tree, and the number of omitted leaves.
        redacted: whether redacted content was left out.
        stamps: the timestamps received.
        failures: why timestamps were not received, one sentence each.
        not_recorded: why the ledger has no line about it; empty if it has one.
    """

    path: Path
    files: int
    head: str
    length: int
    fingerprint: str | None
    key_words: str
    seal_sha256: str
    sealed_set: SealedSet
    redacted: bool = False
    stamps: list[TrustedTimestamp] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    not_recorded: str = ""


def write_bundle(
    case: Case, request: BundleRequest, key: Signer | None, report: Callable[[str], None] = lambda _: None
) -> WrittenBundle:
    """Write a bundle of a sealed case, and record it in the ledger.

    Everything is written under a temporary name and renamed last, so an interrupted run leaves no bundle.

    Args:
        case: the case, whose seal was checked when it was opened.
        request: what to hand over, and how.
        key: the key that signed the case; None for an unsigned case.
        report: called with a description of the current step.

    Raises:
        UsageError: the output exists or cannot be written; or a requested item does not exist.
        CaseError: the case differs from what was sealed, or cannot be written.
        ExaminerKeyError: the key did not sign the case.
    """
    if case.unverified:
        raise CaseError(case.unverified)
    _refuse_output(case, request)
    state = _state(case, request.head)
    _refuse_key(state, key)
    recipients_of(request.encrypt_to)
    beside = case.path if request.encrypt_to else request.output
    try:
        # Plaintext on its way to encryption lies only where the case is.
        with partial_folder(beside) as work:
            written = _write(case, request, key, state, work, report)
        stamp = write_request(request.output, bytes.fromhex(written.seal_sha256))
        if request.timestamps:
            report("asking for timestamps")
        written.stamps, written.failures = fetch_tokens(request.output, stamp, request.timestamps)
    except (FileListError, SealError, ZipRefusedError) as error:
        raise UsageError(f"{request.output}: {error}") from error
    except OSError as error:
        raise UsageError(f"{request.output}: cannot be written: {error.strerror or error}") from error
    try:
        add_export_line(case, key, _ledger_detail(request, written))
    except CaseError as error:
        written.not_recorded = str(error)
    return written


def _refuse_output(case: Case, request: BundleRequest) -> None:
    output = request.output
    case.refuse_inside(output)
    if request.encrypt_to and not output.name.endswith(_ZIP + _AGE):
        raise UsageError(f"{output}: what is encrypted is one file; name it FILE{_ZIP}{_AGE}")
    if output.name.endswith(_AGE) and not request.encrypt_to:
        raise UsageError(f"{output}: the name is that of an encrypted file; say for whom with --encrypt-to")
    if output.suffix.lower() in _OTHER_ENDINGS:
        raise UsageError(f"{output}: a bundle is a folder or a zip; name it without an ending, or FILE{_ZIP}")
    if os.path.lexists(output):
        raise UsageError(f"{output}: already exists; name another output")
    if not output.absolute().parent.is_dir():
        raise UsageError(f"{output.absolute().parent}: is not a folder; create it first")
    refuse_beside(output)


def _state(case: Case, head: str | None) -> LedgerState:
    """Return the ledger at a head, or at its end. Raises if the case was different at that head."""
    now = state_at(case.ledger_path)
    if head is None:
        return now
    then = state_at(case.ledger_path, head.strip().lower())
    if then.seal.line_hash != now.seal.line_hash:
        raise UsageError(f"{head}: the case has been sealed again since that head, and its earlier state is not kept")
    if then.tree is None:
        raise UsageError(f"{head}: no bundle was made of that head; give a head that a bundle names")
    return then


def _refuse_key(state: LedgerState, key: Signer | None) -> None:
    given = key.public.fingerprint if key is not None else None
    if given != state.fingerprint:
        raise ExaminerKeyError(f"the case is signed with the key {state.fingerprint}, and this is {given or 'none'}"
                               if state.signed else "the case is unsigned; do not give a key")  # fmt: skip


def _write(
    case: Case, request: BundleRequest, key: Signer | None, state: LedgerState, work: Path,
    report: Callable[[str], None],
) -> WrittenBundle:  # fmt: skip
    seal, made = state.seal, work / "made"
    (made / "data").mkdir(parents=True)
    report("reading the case")
    with case_as_sealed(case, seal.detail, work) as opened:
        selection = select(opened, request.only)
        salts = set_key(case.path, seal.line_hash, make=request.head is None)
        with handed_over(opened, unredacted=request.unredacted) as shown:
            selection = replace(selection, redacted=shown is not opened)
            with SetWriter(opened, shown, made, selection, salts) as lines:
                state = _with_tree(case, key, state, lines.tree, repeat=request.head is not None)
                described = lines.finish()
                report("writing what is handed over")
                source = PayloadSource(shown, case.ledger_path, state, selection)
                files = write_payload(made, source, lines, described)
    report("sealing")
    public, ledger = None if key is None else key.public, (state.length, state.head)
    if isinstance(key, ExaminerKey) and key.record.certificate is not None:
        (made / CERTIFICATE).write_text(key.record.certificate.pem, encoding="ascii")
    write_verification(made, kind="bundle", public=public, ledger=ledger, ledger_file=LEDGER, graph=GRAPH)
    detail = _statement_detail(state, described, selection)
    sealed = seal_bag(made, key, info=_bag_info(case, state), detail=detail, files=files)
    digest = hashlib.sha256((made / SEAL_NAME).read_bytes()).hexdigest()
    written = WrittenBundle(
        request.output,
        len(sealed.files),
        state.head,
        state.length,
        state.fingerprint,
        key_words(state.key),
        digest,
        described,
        selection.redacted,
    )
    report("putting it in its place")
    _put(made, request)
    return written


def _with_tree(case: Case, key: Signer | None, state: LedgerState, tree: HashTree, *, repeat: bool) -> LedgerState:
    """Return the ledger with a line that records the tree of the sealed set, adding it if it is missing."""
    recorded = state.tree.detail if state.tree is not None else {}
    if (recorded.get("root"), recorded.get("size")) == (tree.root.hex(), tree.size):
        return state
    if repeat:
        raise CaseError(
            f"{case.path}: the ledger records another tree for that head. It was made by"
            f" {recorded.get('program')}, or with another custody.seed; the bundle cannot be repeated here"
        )
    detail: dict[str, Any] = {
        "program": f"echoforensics {__version__}", "root": tree.root.hex(), "seal": state.seal.line_hash,
        "size": tree.size,
    }  # fmt: skip
    actor = [entry.actor for entry in case.actions()][-1]
    return state_at(case.ledger_path, add_line(case.path, key, actor, TREE_RECORDED, detail).line_hash)


def _statement_detail(state: LedgerState, described: SealedSet, selection: Selection) -> dict[str, object]:
    return {
        "ledger": {"file": LEDGER, "head": state.head, "length": state.length},
        "key": dict(state.key),
        "seal": state.seal.line_hash,
        "sealed_set": described.as_json(),
        "whole": selection.is_whole,
    }


def _bag_info(case: Case, state: LedgerState) -> dict[str, str]:
    info = case.store.info()
    facts = {
        "Source-Organization": info.get("agency", ""),
        "Contact-Name": info.get("examiner", ""),
        "External-Identifier": info.get("reference", ""),
        "Bagging-Date": state.time[:10],
        "Bag-Software-Agent": f"echoforensics {__version__}",
        "Internal-Sender-Description": "" if state.signed else UNSIGNED,
    }
    written = {label: "".join(mark if mark.isprintable() else " " for mark in text) for label, text in facts.items()}
    return {label: text for label, text in written.items() if text}


def _put(made: Path, request: BundleRequest) -> None:
    """Rename the bundle into place in the requested form."""
    output = request.output
    if request.encrypt_to:
        plain = made.with_name("bundle.zip")
        write_zip(made, plain, request.top)
        with whole_file(output) as partial:
            encrypt(plain, partial, recipients_of(request.encrypt_to))
    elif output.name.endswith(_ZIP):
        with whole_file(output) as partial:
            write_zip(made, partial, request.top)
    else:
        if hasattr(os, "sync"):
            os.sync()
        made.rename(output)
    sync_folder(output.absolute().parent)


def _ledger_detail(request: BundleRequest, written: WrittenBundle) -> dict[str, Any]:
    detail: dict[str, Any] = {
        "format": "bundle", "name": written.path.name, "signed_list": written.seal_sha256,
        "head": written.head, "length": written.length, "left_out": written.sealed_set.left_out,
    }  # fmt: skip
    detail |= {"only": list(request.only)} if request.only else {}
    detail |= {"redacted": True} if written.redacted else {}
    detail |= {"unredacted": True} if request.unredacted else {}
    detail |= {"encrypted_to": list(request.encrypt_to)} if request.encrypt_to else {}
    return detail | ({"timestamps": [stamp.as_json() for stamp in written.stamps]} if written.stamps else {})
