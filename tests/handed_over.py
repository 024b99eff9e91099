"""Writing bundles in tests, and checking them with chain_of_custody alone."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from chain_of_custody.folder_check import check_sealed
from chain_of_custody.keys import SigningKey
from chain_of_custody.sealed_list import SEAL_NAME, SealedList, read_seal
from chain_of_custody.signer import Signer
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


def bundle(case: Path, output: Path, key: Signer | None, **asked: object) -> WrittenBundle:
    """A bundle, as the command writes it."""
    with open_case(case) as opened:
        return write_bundle(opened, BundleRequest(output, **asked), key)  # type: ignore[arg-type]


def problems_of(path: Path) -> list[str]:
    """What is wrong with a bundle, as chain_of_custody finds it."""
    found = check_sealed(path)
    assert found.kind == "bundle"
    return [f"{check.name}: {check.detail}" for check in found.checks.checks if not check.ok]


def payload(folder: Path) -> dict[str, str]:
    """SHA-256 of each file in ``data/``."""
    found = (path for path in (folder / "data").rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def seal_of(folder: Path) -> SealedList:
    return read_seal((folder / SEAL_NAME).read_bytes())
