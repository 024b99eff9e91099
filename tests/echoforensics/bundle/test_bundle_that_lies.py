"""Bundles that lie. With the examiner's own key, everything is sealed again after it was changed; and still it
shows."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chain_of_custody.bag import seal_bag
from chain_of_custody.chain import left_out_line
from chain_of_custody.disclosure import SealedSet, salt_of, salted_leaf
from chain_of_custody.entry import LedgerEntry, build_line, parse_line
from chain_of_custody.keys import SigningKey
from chain_of_custody.merkle import HashTree
from echoforensics.library import verify
from echoforensics.verification import CaseVerification
from tests.handed_over import HandedOver, bundle, seal_of

UNSEALED = ("custody.dsse.json", "tagmanifest-sha256.txt", "manifest-sha256.txt", "bagit.txt", "bag-info.txt")


@dataclass
class Forger:
    """Changes a copy of a bundle, and seals it again as the program does."""

    folder: Path
    key: SigningKey

    def __post_init__(self) -> None:
        self.detail: dict[str, Any] = dict(seal_of(self.folder).predicate)

    def path(self, name: str) -> Path:
        return self.folder / "data" / name

    def lines(self, name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.path(name).read_text(encoding="utf-8").splitlines()]

    def write(self, name: str, lines: list[dict[str, Any]]) -> None:
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        self.path(name).write_text(text, encoding="utf-8")

    def seal(self) -> Path:
        for name in UNSEALED:
            (self.folder / name).unlink()
        given = ("ledger", "key", "seal", "sealed_set", "whole")
        detail = {name: value for name, value in self.detail.items() if name in given}
        seal_bag(self.folder, self.key, detail=detail)
        return self.folder

    def grow_tree(self) -> None:
        """Make the tree again over the lines that are there now, and have the ledger and the list say so."""
        described = SealedSet.of_json(self.detail["sealed_set"])
        salts = bytes.fromhex(self.path("sealed-set.key").read_text().strip())
        found = [line for name in described.files for line in (self.folder / name).read_bytes().split(b"\n")[:-1]]
        with HashTree(sorted(salted_leaf(salt_of(salts, line), line) for line in found)) as tree:
            self.detail["sealed_set"] |= {"root": tree.root.hex(), "size": tree.size}
            self.rewrite_ledger(tree_recorded={"root": tree.root.hex(), "size": tree.size})

    def rewrite_ledger(self, **changes: dict[str, Any]) -> None:
        """Write the ledger again with other details, by action; every line is signed again."""
        before, written = "0" * 64, []
        for raw in self.path("custody.jsonl").read_bytes().splitlines():
            entry = parse_line(raw)
            detail = {**entry.detail, **changes.get(entry.action.replace(" ", "_"), {})}
            content = {"action": entry.action, "actor": entry.actor, "detail": detail, "prev": before,
                       "seq": entry.seq, "time": entry.time}  # fmt: skip
            line = build_line(content, self.key)
            before = hashlib.sha256(line).hexdigest()
            written.append(line + b"\n")
        self.path("custody.jsonl").write_bytes(b"".join(written))
        self.detail["ledger"] = {**self.detail["ledger"], "head": before}

    def entries(self) -> list[LedgerEntry]:
        return [parse_line(line) for line in self.path("custody.jsonl").read_bytes().splitlines()]


@pytest.fixture
def forger(handed_over: HandedOver, tmp_path: Path) -> Callable[[str], Forger]:
    def make(kind: str) -> Forger:
        shutil.copytree(getattr(handed_over, kind).path, tmp_path / "forged")
        return Forger(tmp_path / "forged", handed_over.key)

    return make


def failed(result: CaseVerification) -> set[str]:
    return {check.name for check in result.checks.checks if not check.ok}


def test_what_is_sealed_again_without_a_change_still_verifies(forger: Callable[[str], Forger]) -> None:
    for kind in ("whole", "part"):
        found = forger(kind)
        assert verify(found.seal()).ok
        shutil.rmtree(found.folder)


def change_row(found: Forger) -> None:
    """A row says something else."""
    rows = found.lines("timeline.jsonl")
    rows[3]["message"] = "The device recorded nothing."
    found.write("timeline.jsonl", rows)


def leave_out_row(found: Forger) -> None:
    """A row is not handed over, and nothing says so."""
    found.write("timeline.jsonl", found.lines("timeline.jsonl")[1:])


def swap_recording(found: Forger) -> None:
    """One recording lies under the name of another."""
    first, second, *_ = sorted(found.path("recordings").iterdir())
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)


def add_recording(found: Forger) -> None:
    """A recording that is in no case."""
    first = min(found.path("recordings").iterdir())
    first.with_name("EF-0000999.wav").write_bytes(first.read_bytes()[:-2] + b"xx")


def change_fields(found: Forger) -> None:
    """A record holds another field."""
    records = found.lines("records.jsonl")
    records[0]["fields"]["wake_word"] = "COMPUTER"
    found.write("records.jsonl", records)


@pytest.mark.parametrize("change", [change_row, leave_out_row, swap_recording, add_recording, change_fields])
@pytest.mark.parametrize("kind", ["whole", "part"])
def test_lines_and_recordings_are_of_the_sealed_set(
    forger: Callable[[str], Forger], kind: str, change: Callable[[Forger], None]
) -> None:
    found = forger(kind)
    if change is swap_recording and kind == "part":
        pytest.skip("it has one recording")
    change(found)
    assert "sealed set" in failed(verify(found.seal()))


@pytest.mark.parametrize("change", [change_row, leave_out_row, change_fields])
def test_another_tree_is_not_that_of_the_database(
    forger: Callable[[str], Forger], change: Callable[[Forger], None]
) -> None:
    # The tree, the ledger and all signatures are made again: only database and ledger know better.
    found = forger("whole")
    change(found)
    found.grow_tree()
    assert "database" in failed(verify(found.seal()))


def test_another_database_is_not_the_one_that_was_sealed(forger: Callable[[str], Forger]) -> None:
    found = forger("whole")
    with closing(sqlite3.connect(found.path("case.db"))) as database, database:
        database.execute("UPDATE forms SET message = 'Nothing was recorded.' WHERE id = 3")
    result = verify(found.seal())
    assert "seal of the case" in failed(result)
    assert "database" in failed(result)


def test_a_tree_of_another_seal_is_refused(forger: Callable[[str], Forger]) -> None:
    found = forger("whole")
    found.rewrite_ledger(tree_recorded={"seal": "00" * 32})
    assert failed(verify(found.seal())) == {"seal of the case"}


def test_a_part_cannot_name_a_seal_that_its_ledger_does_not_have(forger: Callable[[str], Forger]) -> None:
    found = forger("part")
    found.detail["seal"] = "00" * 32
    assert failed(verify(found.seal())) == {"seal of the case"}


@pytest.mark.parametrize("kind", ["whole", "part"])
def test_a_table_that_says_something_else_shows(forger: Callable[[str], Forger], kind: str) -> None:
    found = forger(kind)
    with found.path("timeline.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.reader(stream))
    rows[2][rows[0].index("transcript")] = "alexa call him"
    with found.path("timeline.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(rows)
    assert failed(verify(found.seal())) == {"table and graph"}


@pytest.mark.parametrize("kind", ["whole", "part"])
def test_a_graph_that_says_something_else_shows(forger: Callable[[str], Forger], kind: str) -> None:
    found = forger(kind)
    graph = found.path("timeline.jsonld")
    content = graph.read_text(encoding="utf-8")
    graph.write_text(content.replace("EF-0000003", "EF-0000004"), encoding="utf-8")
    assert failed(verify(found.seal())) == {"table and graph"}
    for name in ("timeline.csv", "timeline.jsonld"):
        with found.path(name).open("ab") as stream:
            stream.write(b"\n")
    graph.write_text(content + " ", encoding="utf-8")
    assert failed(verify(found.seal())) == {"table and graph"}


@pytest.mark.parametrize("content", ["", "{}", "[]", "null", '{"case": 1, "made_at": 2}'])
def test_an_about_that_is_none_shows(forger: Callable[[str], Forger], content: str) -> None:
    found = forger("part")
    found.path("about.json").write_text(content)
    assert failed(verify(found.seal())) == {"table and graph"}


@pytest.mark.parametrize("left_out", [0, 100, 102])
def test_a_part_cannot_hide_how_much_is_left_out(forger: Callable[[str], Forger], left_out: int) -> None:
    found = forger("part")
    found.detail["sealed_set"]["left_out"] = left_out
    assert "sealed set" in failed(verify(found.seal()))


def test_a_whole_cannot_be_sealed_as_a_part_and_a_part_as_a_whole(forger: Callable[[str], Forger]) -> None:
    found = forger("part")
    found.detail["sealed_set"].pop("proofs")
    found.detail["sealed_set"] |= {"key": "data/README.txt", "left_out": 0}
    assert "sealed set" in failed(verify(found.seal()))


def test_a_set_without_a_part_of_it_is_refused(forger: Callable[[str], Forger]) -> None:
    for name in ("root", "size", "files", "left_out"):
        found = forger("whole")
        del found.detail["sealed_set"][name]
        assert "sealed set" in failed(verify(found.seal()))
        shutil.rmtree(found.folder)


def test_fewer_files_are_no_smaller_set(forger: Callable[[str], Forger]) -> None:
    found = forger("whole")
    found.detail["sealed_set"]["files"] = ["data/timeline.jsonl", "data/records.jsonl"]
    assert "sealed set" in failed(verify(found.seal()))
    # And what says nothing of the set is no bundle of ours.
    del found.detail["sealed_set"]
    assert not verify(found.seal()).ok


def test_hashes_may_stand_for_lines_in_a_part_alone(forger: Callable[[str], Forger]) -> None:
    found = forger("whole")
    lines = found.path("custody.jsonl").read_bytes().splitlines(keepends=True)
    lines[1] = left_out_line(hashlib.sha256(lines[1][:-1]).hexdigest())
    found.path("custody.jsonl").write_bytes(b"".join(lines))
    assert "ledger" in failed(verify(found.seal()))


def test_the_proofs_of_two_cases_do_not_mix(
    forger: Callable[[str], Forger], handed_over: HandedOver, sealed: Any, tmp_path: Path
) -> None:
    # A part of the same evidence, of another copy of the case: its salts and its tree are others.
    shutil.copytree(sealed.path, tmp_path / "other")
    other = bundle(tmp_path / "other", tmp_path / "other-part", handed_over.key, only=("IN-4", "EF-3"))
    found = forger("part")
    shutil.copyfile(other.path / "data/proofs.txt", found.path("proofs.txt"))
    assert "sealed set" in failed(verify(found.seal()))


def test_with_another_key_the_fingerprint_is_another(forger: Callable[[str], Forger], handed_over: HandedOver) -> None:
    found = forger("whole")
    found.key = SigningKey.generate()
    (found.folder / "examiner.pem").unlink()
    found.rewrite_ledger(ledger_created={"public_key": found.key.public.pem})
    found.rewrite_ledger(tree_recorded={"seal": next(e for e in found.entries() if e.action == "sealed").line_hash})
    found.detail["seal"] = next(entry for entry in found.entries() if entry.action == "sealed").line_hash
    found.seal()
    assert verify(found.folder).ok
    assert "signature" in failed(verify(found.folder, fingerprint=handed_over.key.public.fingerprint))


def test_digests_planted_beside_a_bundle_do_not_vouch_for_it(
    handed_over: HandedOver, own_case: Path, tmp_path: Path, forger: Callable[[str], Forger]
) -> None:
    made = bundle(own_case, tmp_path / "b.zip", handed_over.key)
    content = bytearray(made.path.read_bytes())
    at = content.index(b"data/recordings/EF-") + 1000
    content[at] ^= 1
    made.path.write_bytes(content)
    (tmp_path / "b.zip.sha256").write_text(f"{hashlib.sha256(content).hexdigest()}  b.zip\n")
    assert not verify(made.path).ok
    folder = forger("whole").folder
    with next(iter((folder / "data/recordings").iterdir())).open("ab") as stream:
        stream.write(b"x")
    names = [path for path in folder.rglob("*") if path.is_file()]
    text = "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(tmp_path)}\n" for path in names)
    (tmp_path / "forged.sha256").write_text(text)
    assert not verify(folder).ok
