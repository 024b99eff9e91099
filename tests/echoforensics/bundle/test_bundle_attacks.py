"""What is done to a bundle after it was handed over is seen: by ``verify``, and by the script that is in it."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import unicodedata
from collections.abc import Callable
from pathlib import Path

import bagit
import pytest

from chain_of_custody.sealed_list import SEAL_NAME, TAG_MANIFEST
from echoforensics.library import verify
from echoforensics.verification import CaseVerification
from tests.handed_over import HandedOver
from tests.sealed_bundles import append, cut_ledger, edit, rebuild_manifests, splice_ledger

LEDGER, TIMELINE = "data/custody.jsonl", "data/timeline.jsonl"


@pytest.fixture(params=["whole", "part"])
def folder(request: pytest.FixtureRequest, handed_over: HandedOver, tmp_path: Path) -> Path:
    return Path(shutil.copytree(getattr(handed_over, request.param).path, tmp_path / "folder"))


def problems(result: CaseVerification) -> str:
    return "\n".join(str(problem) for check in result.checks.checks for problem in check.problems)


def recordings(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "data" / "recordings").iterdir() if path.stat().st_size)


def script(folder: Path, *options: str) -> int:
    command = ["sh", str(folder / "verify.sh"), *options]
    return subprocess.run(command, env={"PATH": os.environ["PATH"]}, capture_output=True, check=False).returncode


def test_nobody_touched_it(folder: Path, handed_over: HandedOver) -> None:
    fingerprint = handed_over.key.public.fingerprint
    result = verify(folder, fingerprint=fingerprint)
    assert result.ok, problems(result)
    assert "sealed set" in {check.name for check in result.checks.checks}
    assert script(folder, "-k", fingerprint, "-e", result.head) == 0


def test_a_bit_changed_anywhere_shows(folder: Path) -> None:
    chance = random.Random(11)
    chosen = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in chance.sample(chosen, min(12, len(chosen))):
        if content := path.read_bytes():
            at, bit = chance.randrange(len(content)), 1 << chance.randrange(8)
            path.write_bytes(content[:at] + bytes([content[at] ^ bit]) + content[at + 1 :])
            result = verify(folder)
            assert not result.ok, f"{path}: byte {at}, bit {bit}"
            assert path.name in (SEAL_NAME, TAG_MANIFEST) or path.relative_to(folder).as_posix() in problems(result)
            path.write_bytes(content)


def swap(folder: Path) -> None:
    first, *_ = recordings(folder)
    append(first, b"\0")


def nfd(folder: Path) -> None:
    first, *_ = recordings(folder)
    first.rename(first.with_name(unicodedata.normalize("NFD", f"{first.stem}\xe9{first.suffix}")))


def link(folder: Path) -> None:
    first, *_ = recordings(folder)
    outside = folder.parent / "outside"
    first.rename(outside)
    first.symlink_to(outside)


ATTACKS: dict[str, Callable[[Path], object]] = {
    "a recording is another": swap,
    "a row is edited": lambda folder: edit(folder / TIMELINE, b'"exhibit":', b'"exhibid":'),
    "a file is added": lambda folder: (folder / "data/recordings/EF-0000000.wav").write_bytes(b"RIFF"),
    "a file is taken out": lambda folder: recordings(folder)[0].unlink(),
    "a file has another case": lambda folder: recordings(folder)[0].rename(
        recordings(folder)[0].with_name(recordings(folder)[0].name.lower())
    ),
    "a file is renamed": nfd,
    "the ledger is cut": cut_ledger,
    "the ledger is spliced": splice_ledger,
}


@pytest.mark.parametrize("name", ATTACKS)
def test_what_a_bag_does_not_show_the_signed_list_does(name: str, folder: Path) -> None:
    ATTACKS[name](folder)
    rebuild_manifests(folder)
    assert bagit.Bag(str(folder)).validate()
    assert "files" in {check.name for check in verify(folder).checks.checks if not check.ok}
    assert script(folder) == 1


def test_a_link_in_the_place_of_a_recording_shows(folder: Path) -> None:
    link(folder)
    assert "found a link" in problems(verify(folder))
    assert script(folder) == 1


def test_an_older_bundle_shows_against_the_head_of_a_later_one(handed_over: HandedOver) -> None:
    heads = [verify(made.path).head for made in (handed_over.whole, handed_over.part)]
    newest = verify(handed_over.case, sources=False).head
    assert heads[0] != newest
    assert not verify(handed_over.whole.path, expected_head=newest).ok
    assert script(handed_over.whole.path, "-e", newest) == 1
    assert verify(handed_over.part.path, expected_head=heads[0]).ok
    assert script(handed_over.part.path, "-e", heads[0]) == 0


def test_proofs_and_rows_of_the_whole_do_not_go_with_a_part(handed_over: HandedOver, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(handed_over.part.path, tmp_path / "folder"))
    shutil.copy(handed_over.whole.path / TIMELINE, folder / TIMELINE)
    rebuild_manifests(folder)
    assert {"files", "sealed set"} <= {check.name for check in verify(folder).checks.checks if not check.ok}
