"""Parts of a sealed set: what belongs to it passes, and nothing else does."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import pytest

from chain_of_custody import Ledger, SigningKey, read_ledger, verify_ledger
from chain_of_custody.chain import left_out_line
from chain_of_custody.disclosure import (
    DisclosureError,
    SealedSet,
    proof_line,
    salt_of,
    salted_leaf,
    set_problems,
)
from chain_of_custody.entry import read_lines
from chain_of_custody.merkle import HashTree

KEY = b"k" * 32
ROWS = [b'{"exhibit":"EF-%d","message":"%s"}' % (number, text) for number, text in enumerate((b"yes", b"no", b"stop"))]
SOUNDS = {"data/recordings/EF-1.wav": b"sound one", "data/recordings/EF-2.wav": b"sound two"}
FILES = ("data/timeline.jsonl", "data/recordings.jsonl")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def recording_line(name: str) -> bytes:
    return json.dumps({"file": name, "sha256": sha256(SOUNDS[name])}).encode()


LINES = {FILES[0]: ROWS, FILES[1]: [recording_line(name) for name in SOUNDS]}


@dataclass
class HandedOver:
    """Files by name, and what is said of them."""

    files: dict[str, bytes]
    described: SealedSet

    def problems(self, **other: object) -> list[str]:
        def open_file(name: str) -> BinaryIO:
            return io.BytesIO(self.files[name])

        digests = {name: sha256(content) for name, content in self.files.items()}
        return set_problems(replace(self.described, **other), open_file, digests)  # type: ignore[arg-type]


def tree() -> HashTree:
    lines = [line for each in LINES.values() for line in each]
    return HashTree(sorted(salted_leaf(salt_of(KEY, line), line) for line in lines))


def handed_over(chosen: Mapping[str, list[bytes]] | None = None) -> HandedOver:
    """The whole set, or the chosen lines of it with their proofs."""
    lines = LINES if chosen is None else chosen
    files = {name: b"".join(line + b"\n" for line in lines.get(name, [])) for name in FILES}
    files |= {name: sound for name, sound in SOUNDS.items() if recording_line(name) in lines.get(FILES[1], [])}
    with tree() as made:
        described = SealedSet(made.root.hex(), 5, 0, FILES, "data/recordings/", key="data/sealed-set.key")
        if chosen is None:
            return HandedOver({**files, "data/sealed-set.key": f"{KEY.hex()}\n".encode()}, described)
        count = sum(len(each) for each in chosen.values())
        files["data/proofs.txt"] = b"".join(
            proof_line(made, KEY, line) for name in FILES for line in chosen.get(name, [])
        )
        return HandedOver(files, replace(described, left_out=5 - count, key="", proofs="data/proofs.txt"))


PART = {FILES[0]: ROWS[1:2], FILES[1]: [recording_line("data/recordings/EF-2.wav")]}


@pytest.mark.parametrize("chosen", [None, PART, {FILES[0]: ROWS}, {}])
def test_what_belongs_to_the_set_passes(chosen: Mapping[str, list[bytes]] | None) -> None:
    assert handed_over(chosen).problems() == []


def test_what_is_said_of_a_set_is_read_back() -> None:
    for made in (handed_over(), handed_over(PART)):
        assert SealedSet.of_json(json.loads(json.dumps(made.described.as_json()))) == made.described


@pytest.mark.parametrize(
    "change",
    [
        {"root": "ab"}, {"root": None}, {"size": -1}, {"size": True}, {"files": "data/timeline.jsonl"}, {"files": [1]},
        {"left_out": "0"}, {"proofs": "data/proofs.txt"}, {"key": None}, {"key": 7},
    ],
)  # fmt: skip
def test_what_is_no_description_of_a_set_is_refused(change: dict[str, object]) -> None:
    described = handed_over().described.as_json() | change
    with pytest.raises(DisclosureError, match="sealed set"):
        SealedSet.of_json({name: value for name, value in described.items() if value is not None})
    with pytest.raises(DisclosureError, match="not an object"):
        SealedSet.of_json([])


def test_a_changed_added_or_missing_line_of_the_whole_fails() -> None:
    for lines in ([*ROWS[:2], ROWS[2].replace(b"stop", b"go")], [*ROWS, ROWS[0]], ROWS[:2]):
        made = handed_over()
        made.files[FILES[0]] = b"".join(line + b"\n" for line in lines)
        assert any("not of the set that was sealed" in problem for problem in made.problems())


def test_another_key_of_the_salts_fails() -> None:
    made = handed_over()
    made.files["data/sealed-set.key"] = b"00" * 32 + b"\n"
    assert "not of the set that was sealed" in made.problems()[0]
    made.files["data/sealed-set.key"] = b"00" * 32
    assert made.problems() == ["data/sealed-set.key: is not a key of 64 hexadecimal digits"]


def test_a_changed_line_of_a_part_fails() -> None:
    made = handed_over(PART)
    made.files[FILES[0]] = ROWS[1].replace(b"no", b"yes") + b"\n"
    assert made.problems()[0].startswith("data/timeline.jsonl: the proof for line 1 of the set leads to the root")


def test_a_line_of_a_part_cannot_be_taken_for_two() -> None:
    made = handed_over({FILES[0]: [ROWS[1], ROWS[1]]})
    assert "a line of the set occurs twice" in made.problems()[0]


def test_a_proof_for_another_tree_fails() -> None:
    made = handed_over(PART)
    with HashTree([salted_leaf(salt_of(KEY, line), line) for line in ROWS[1:2]]) as other:
        content = made.files["data/proofs.txt"].splitlines(keepends=True)
        made.files["data/proofs.txt"] = proof_line(other, KEY, ROWS[1]) + content[1]
    assert "leads to no root" in made.problems()[0]


def cut(made: HandedOver) -> None:
    made.files["data/proofs.txt"] = made.files["data/proofs.txt"].splitlines(keepends=True)[0]


def double(made: HandedOver) -> None:
    made.files["data/proofs.txt"] *= 2


def damage(made: HandedOver) -> None:
    made.files["data/proofs.txt"] = b"0 zz\n"


def no_newline(made: HandedOver) -> None:
    made.files[FILES[0]] = ROWS[1]


def forget(made: HandedOver) -> None:
    del made.files["data/proofs.txt"]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (cut, "has no proof for line 2"), (double, "has proofs for lines that are not there"),
        (damage, "has no proof for line 1"), (no_newline, "a line is cut off"),
        (forget, "is not among the files that were signed"),
    ],
)  # fmt: skip
def test_proofs_that_do_not_match_the_lines_fail(change: Callable[[HandedOver], None], what: str) -> None:
    made = handed_over(PART)
    change(made)
    assert what in made.problems()[0]


def test_the_number_left_out_must_be_right() -> None:
    assert (
        "2 lines were handed over and 2 are said to be left out, of a set of 5"
        in handed_over(PART).problems(left_out=2)[0]
    )
    assert "left out" in handed_over().problems(left_out=1)[0]


def test_a_recording_must_be_the_one_that_its_line_names() -> None:
    made = handed_over(PART)
    made.files["data/recordings/EF-2.wav"] = b"another sound"
    assert made.problems()[0].startswith("data/recordings/EF-2.wav: the sealed set has SHA-256")
    del made.files["data/recordings/EF-2.wav"]
    assert "no such file" in made.problems()[0]


def test_a_recording_that_no_line_names_fails() -> None:
    for made in (handed_over(), handed_over(PART)):
        made.files["data/recordings/EF-9.wav"] = b"planted"
        assert made.problems() == ["data/recordings/EF-9.wav: is named by no line of the sealed set"]


def test_a_line_that_was_left_out_is_not_found_by_guessing_what_it_says() -> None:
    made = handed_over({FILES[0]: [ROWS[0]]})
    given = b" ".join(made.files.values())
    for guess in (*ROWS[1:], *LINES[FILES[1]]):
        for salt in (b"", bytes(32), bytes.fromhex(made.files["data/proofs.txt"].split()[1].decode())):
            assert salted_leaf(salt, guess).hex().encode() not in given


def partial(path: Path, left_out: set[int]) -> bytes:
    """A ledger with hashes in place of some of its lines."""
    with path.open("rb") as stream:
        lines = list(read_lines(stream))
    return b"".join(
        left_out_line(sha256(line[:-1])) if number in left_out else line for number, line in enumerate(lines)
    )


@pytest.mark.parametrize("left_out", [{1}, {1, 2}, {2, 4}, {4}, {1, 2, 3, 4}, set()])
def test_the_chain_of_a_partial_ledger_holds(tmp_path: Path, key: SigningKey, good: bytes, left_out: set[int]) -> None:
    whole, part = tmp_path / "whole.jsonl", tmp_path / "part.jsonl"
    whole.write_bytes(good)
    part.write_bytes(partial(whole, left_out))
    expected = verify_ledger(whole)
    found = verify_ledger(part, known=(expected.length, expected.head), partial=True)
    assert found.ok, found.failures
    assert (found.left_out, found.length, found.head) == (len(left_out), expected.length, expected.head)
    assert found.fingerprint == key.public.fingerprint
    assert [entry.seq for entry in read_ledger(part, partial=True)] == sorted(set(range(5)) - left_out)
    assert verify_ledger(part).ok == (not left_out)


def test_a_partial_ledger_that_was_changed_fails(tmp_path: Path, good: bytes) -> None:
    whole, part = tmp_path / "whole.jsonl", tmp_path / "part.jsonl"
    whole.write_bytes(good)
    lines = partial(whole, {2}).splitlines(keepends=True)
    other = left_out_line("0" * 64)
    changes = {
        "the hash of the line before": [*lines[:2], other, *lines[3:]],
        "the sequence number is 3, where 4 is due": [*lines[:2], other, *lines[2:]],
        "the sequence number is 3, where 2 is due": [*lines[:2], *lines[3:]],
        "the first line is left out": [left_out_line(sha256(lines[0][:-1])), *lines[1:]],
        "not canonical JSON": [*lines[:2], lines[2].replace(b'{"', b'{ "'), *lines[3:]],
    }
    for what, changed in changes.items():
        part.write_bytes(b"".join(changed))
        failures = verify_ledger(part, partial=True).failures
        assert any(what in failure for failure in failures), (what, failures)


def test_a_ledger_that_is_added_to_takes_no_hash_for_a_line(tmp_path: Path, key: SigningKey, good: bytes) -> None:
    path = tmp_path / "custody.jsonl"
    path.write_bytes(good)
    path.write_bytes(partial(path, {2}))
    with pytest.raises(ValueError, match="broken"):
        Ledger.open(path, key, "A. Examiner")
