"""Writing bundles in tests, and checking them with the parts of chain_of_custody alone."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from chain_of_custody.disclosure import SealedSet, set_problems
from chain_of_custody.file_list import list_files
from chain_of_custody.keys import PublicKey, SigningKey
from chain_of_custody.ledger import verify
from chain_of_custody.sealed_list import KEY_NAME, SEAL_NAME, TAG_MANIFEST, SealedList, read_seal
from echoforensics.bundle.write import BundleRequest, WrittenBundle, write_bundle
from echoforensics.library import open_case


@dataclass(frozen=True)
class HandedOver:
    """A case and what was written out of it."""

    case: Path
    key: SigningKey
    whole: WrittenBundle
    part: WrittenBundle


def copy_case(case: Path, target: Path) -> Path:
    """A copy of a case that can be written to."""
    shutil.copytree(case, target)
    for item in (target / "artefacts").rglob("*"):
        item.chmod(0o755 if item.is_dir() else 0o644)
    return target


def bundle(case: Path, output: Path, key: SigningKey | None, **asked: object) -> WrittenBundle:
    """A bundle, as the command writes it."""
    with open_case(case) as opened:
        return write_bundle(opened, BundleRequest(output, **asked), key)  # type: ignore[arg-type]


def problems_of(folder: Path) -> list[str]:
    """What is wrong with a bundle's folder, found with the parts of chain_of_custody alone."""
    sealed = read_seal((folder / SEAL_NAME).read_bytes())
    now = {file.name: file.sha256 for file in list_files(folder, {SEAL_NAME, TAG_MANIFEST})}
    found = [f"{name}: changed" for name in {*now, *sealed.files} if now.get(name) != sealed.files.get(name)]
    if sealed.signature is not None:
        problem = sealed.signature_problem(PublicKey.from_pem((folder / KEY_NAME).read_text()))
        found += [problem] if problem else []
    head, length = str(sealed.ledger["head"]), int(str(sealed.ledger["length"]))
    ledger = verify(folder / str(sealed.ledger["file"]), known=(length, head), partial=True)
    found += ledger.failures
    found += [] if ledger.length == length else ["the ledger is longer than its bundle says"]
    described = SealedSet.of_json(sealed.predicate["sealed_set"])
    return found + set_problems(described, lambda name: (folder / name).open("rb"), sealed.files)


def payload(folder: Path) -> dict[str, str]:
    """SHA-256 of each file in ``data/``."""
    found = (path for path in (folder / "data").rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def seal_of(folder: Path) -> SealedList:
    return read_seal((folder / SEAL_NAME).read_bytes())
