"""A small bundle, sealed as a real one is, and what an attacker may do to it."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chain_of_custody import Ledger, SigningKey
from chain_of_custody.bag import INFO, MANIFEST, manifest_text, seal_bag, tag_manifest_text
from chain_of_custody.chain import left_out_line
from chain_of_custody.disclosure import TREE_RECORDED, SealedSet, proof_line, salt_of, salted_leaf
from chain_of_custody.file_list import find_names, list_files
from chain_of_custody.ledger import read
from chain_of_custody.merkle import HashTree
from chain_of_custody.sealed_list import KEY_NAME, SEAL_NAME, TAG_MANIFEST
from chain_of_custody.verify_script import write_verification

SOUND = "data/recordings/EF-1é.wav"
LEDGER, TIMELINE, RECORDINGS = "data/custody.jsonl", "data/timeline.jsonl", "data/recordings.jsonl"
SALTS = b"s" * 32


def clock() -> Callable[[], datetime]:
    """A clock that ticks with every entry."""
    ticks = iter(range(1000))
    return lambda: datetime(2026, 11, 23, 4, 0, tzinfo=UTC) + timedelta(seconds=next(ticks))


def sound(name: str, number: int) -> bytes:
    """A recording."""
    return f"{name} {number} ".encode() * 300


def set_lines(name: str) -> dict[str, list[bytes]]:
    """The lines of a case's set, by the file they are in."""
    files = [f"data/recordings/EF-{number}é.wav" for number in range(3)]
    rows = [b'{"exhibit":"EF-%d","message":"%s"}' % (number, name.encode()) for number in range(4)]
    sounds = [
        json.dumps({"file": file, "sha256": hashlib.sha256(sound(name, number)).hexdigest()}).encode()
        for number, file in enumerate(files)
    ]
    return {TIMELINE: rows, RECORDINGS: sounds}


def write_ledger(path: Path, key: SigningKey | None, name: str, exports: int = 1) -> Ledger:
    """A case's ledger, with the tree of its set."""
    ledger = Ledger.open(path, key, "A. Examiner", clock=clock())
    ledger.append("source hashed", {"source": name, "sha256": hashlib.sha256(name.encode()).hexdigest()})
    with tree(name) as made:
        ledger.append(TREE_RECORDED, {"root": made.root.hex(), "size": made.size})
    for number in range(exports):
        ledger.append("exported", {"number": number})
    return ledger


def tree(name: str) -> HashTree:
    """The tree of a case's set."""
    lines = [line for each in set_lines(name).values() for line in each]
    return HashTree(sorted(salted_leaf(salt_of(SALTS, line), line) for line in lines))


def make_bundle(
    folder: Path, key: SigningKey | None, name: str = "case one", *, exports: int = 1, part: bool = False,
    ledger_key: SigningKey | None = None,
) -> Path:  # fmt: skip
    """Make and seal a bundle: of all that a case holds, or of one row and one recording."""
    (folder / "data" / "recordings").mkdir(parents=True)
    lines = set_lines(name)
    chosen = {TIMELINE: lines[TIMELINE][1:2], RECORDINGS: lines[RECORDINGS][1:2]} if part else lines
    for number in (1,) if part else range(3):
        (folder / f"data/recordings/EF-{number}é.wav").write_bytes(sound(name, number))
    for file, content in chosen.items():
        (folder / file).write_bytes(b"".join(line + b"\n" for line in content))
    ledger = write_ledger(folder / LEDGER, ledger_key or key, name, exports)
    with tree(name) as made:
        described = SealedSet(made.root.hex(), made.size, 0, (TIMELINE, RECORDINGS), "data/recordings/", key="data/key")
        if part:
            described = SealedSet(
                made.root.hex(), made.size, 5, (TIMELINE, RECORDINGS), "data/recordings/", proofs="data/proofs.txt"
            )
            proofs = [proof_line(made, SALTS, line) for content in chosen.values() for line in content]
            (folder / "data/proofs.txt").write_bytes(b"".join(proofs))
            leave_out(folder / LEDGER, 1)
        else:
            (folder / "data/key").write_text(f"{SALTS.hex()}\n")
    (folder / "README.txt").write_text("What this is.\n")
    public = None if key is None else key.public
    write_verification(folder, kind="bundle", public=public, ledger=(ledger.length, ledger.head), ledger_file=LEDGER)
    seal_bag(folder, key, info={"External-Identifier": name}, detail=detail(ledger, described))
    return folder


def detail(ledger: Ledger, described: SealedSet) -> dict[str, object]:
    """What a bundle's seal says."""
    state = {"head": ledger.head, "length": ledger.length, "file": LEDGER}
    return {"ledger": state, "sealed_set": described.as_json()}


def leave_out(path: Path, seq: int) -> None:
    """Put its hash in the place of a line of a ledger."""
    hashes = [entry.line_hash for entry in read(path)]
    lines = path.read_bytes().splitlines(keepends=True)
    lines[seq] = left_out_line(hashes[seq])
    path.write_bytes(b"".join(lines))


def rebuild_manifests(folder: Path) -> None:
    """Write everything again that is not signed, as an attacker would after changing files."""
    for name in find_names(folder).empty_folders:
        (folder / name).rmdir()
    payload = list_files(folder / "data")
    oxum = f"Payload-Oxum: {sum(file.size for file in payload)}.{len(payload)}"
    (folder / INFO).write_text(re.sub("Payload-Oxum: .*", oxum, (folder / INFO).read_text()))
    every = list_files(folder, {SEAL_NAME, TAG_MANIFEST, MANIFEST})
    manifest = manifest_text(file for file in every if file.name.startswith("data/"))
    (folder / MANIFEST).write_bytes(manifest)
    digests = {file.name: file.sha256 for file in every} | {MANIFEST: hashlib.sha256(manifest).hexdigest()}
    (folder / TAG_MANIFEST).write_bytes(tag_manifest_text(digests, (folder / SEAL_NAME).read_bytes()))


def edit(path: Path, old: bytes, new: bytes) -> None:
    """Replace bytes that are in a file."""
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new))


def append(path: Path, content: bytes) -> None:
    """Add bytes to the end of a file."""
    path.write_bytes(path.read_bytes() + content)


def cut_ledger(folder: Path) -> None:
    """Take away the last line of the ledger."""
    lines = (folder / LEDGER).read_bytes().splitlines(keepends=True)
    (folder / LEDGER).write_bytes(b"".join(lines[:-1]))


def splice_ledger(folder: Path) -> None:
    """Take out a line of the ledger."""
    lines = (folder / LEDGER).read_bytes().splitlines(keepends=True)
    (folder / LEDGER).write_bytes(b"".join([*lines[:1], *lines[2:]]))


def other_ledger(key: SigningKey) -> Callable[[Path], None]:
    """Put the ledger of another case in its place."""

    def replay(folder: Path) -> None:
        (folder / LEDGER).unlink()
        write_ledger(folder / LEDGER, key, "case two")

    return replay


_ATTACKS: dict[str, tuple[Callable[[Path], object], str]] = {
    "a recording is exchanged": (lambda f: shutil.copy(f / "data/recordings/EF-2é.wav", f / SOUND), SOUND),
    "a row is edited": (lambda f: edit(f / TIMELINE, b"EF-1", b"EF-9"), TIMELINE),
    "a script is added to a page": (lambda f: append(f / "README.txt", b"<script></script>"), "README.txt"),
    "a file is added": (lambda f: (f / "data/recordings/EF-7.wav").write_bytes(b"1"), "data/recordings/EF-7.wav"),
    "a hidden file is added": (lambda f: (f / ".hidden").write_bytes(b""), ".hidden"),
    "a second tag manifest": (lambda f: (f / "tagmanifest-md5.txt").write_bytes(b""), "tagmanifest-md5.txt"),
    "a file is taken out": (lambda f: (f / SOUND).unlink(), SOUND),
    "two files change names": (
        lambda f: [(f / SOUND).rename(f / "x"), (f / "data/recordings/EF-2é.wav").rename(f / SOUND),
                   (f / "x").rename(f / "data/recordings/EF-2é.wav")], SOUND,
    ),
    "the ledger is cut": (cut_ledger, LEDGER),
    "the ledger is spliced": (splice_ledger, LEDGER),
    "a line of the ledger is edited": (lambda f: edit(f / LEDGER, b'"number":0', b'"number":1'), LEDGER),
    "the ledger is another's": (other_ledger(SigningKey.generate()), LEDGER),
    "what the bag says is edited": (lambda f: edit(f / "bag-info.txt", b"one", b"two"), "bag-info.txt"),
    "another key is put in": (
        lambda f: (f / KEY_NAME).write_text(SigningKey.generate().public.pem), KEY_NAME,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Attack:
    """A change of a bundle, and a file that it shows in."""

    change: Callable[[Path], object]
    file: str


def attacks() -> dict[str, Attack]:
    """Changes that manifests do not show once they are written again, by what is done."""
    return {name: Attack(*attack) for name, attack in _ATTACKS.items()}
