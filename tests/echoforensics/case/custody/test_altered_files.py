"""Alterations of all in a sealed case but its database: those that carry evidence are seen, the others are listed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from echoforensics.case.custody.names import DATABASE, HEAD, LEDGER
from echoforensics.verification import CaseVerification, verify_case

Alter = Callable[[Path], object]


def _artefact(case: Path) -> Path:
    return min(path for path in (case / "artefacts").rglob("*") if path.is_file())


def _replaced(make: Callable[[Path], object]) -> Alter:
    """An artefact, replaced by something else of its name."""

    def alter(case: Path) -> None:
        path = _artefact(case)
        path.rename(case.parent / "kept")
        make(path)

    return alter


def _grown(path: Path, more: bytes) -> None:
    path.write_bytes(path.read_bytes() + more)


def _planted(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"RIFF")


def _linked_copies(case: Path) -> None:
    (case / "added").mkdir()
    (case / "added" / "ab").symlink_to("/etc")


def _shard_linked(case: Path) -> None:
    shard = _artefact(case).parent
    shard.rename(case.parent / "shard")
    shard.symlink_to(case.parent / "shard")


def _vault_linked(case: Path) -> None:
    (case / "artefacts").rename(case.parent / "vault")
    (case / "artefacts").symlink_to(case.parent / "vault")


def _linked(name: str) -> Alter:
    def alter(case: Path) -> None:
        (case / name).rename(case.parent / name)
        (case / name).symlink_to(case.parent / name)

    return alter


def _piped(name: str) -> Alter:
    def alter(case: Path) -> None:
        (case / name).unlink()
        os.mkfifo(case / name)

    return alter


def _lines(change: Callable[[list[bytes]], list[bytes]], *, head: bool = False) -> Alter:
    """The ledger with other lines; with ``head``, the file that keeps its end is made to agree."""

    def alter(case: Path) -> None:
        lines = change((case / LEDGER).read_bytes().splitlines(keepends=True))
        (case / LEDGER).write_bytes(b"".join(lines))
        if head:
            (case / HEAD).write_text(f"{len(lines)} {hashlib.sha256(lines[-1][:-1]).hexdigest()}\n")

    return alter


def _entry(number: int, change: Callable[[dict[str, Any]], object]) -> Alter:
    def edit(lines: list[bytes]) -> list[bytes]:
        line = json.loads(lines[number])
        change(line)
        return [*lines[:number], json.dumps(line, sort_keys=True, separators=(",", ":")).encode() + b"\n",
                *lines[number:][1:]]  # fmt: skip

    return _lines(edit, head=True)


#: What is done, and a check that sees it.
CAUGHT: dict[str, tuple[Alter, str]] = {
    "artefact: one byte changed": (lambda case: _grown(_artefact(case), b"x"), "artefacts"),
    "artefact: emptied": (lambda case: _artefact(case).write_bytes(b""), "artefacts"),
    "artefact: removed": (lambda case: _artefact(case).unlink(), "artefacts"),
    "artefact: renamed": (lambda case: _artefact(case).rename(_artefact(case).with_name("a" * 64)), "artefacts"),
    "artefact: moved out of its folder": (lambda case: _artefact(case).rename(case / "artefacts" / "x"), "artefacts"),
    "artefact: a pipe": (_replaced(os.mkfifo), "artefacts"),
    "artefact: a folder": (_replaced(Path.mkdir), "artefacts"),
    "artefact: a link to its bytes": (_replaced(lambda path: path.symlink_to(path.parents[3] / "kept")), "artefacts"),
    "artefact: a link to an endless device": (_replaced(lambda path: path.symlink_to("/dev/zero")), "artefacts"),
    "artefact: a link to itself": (_replaced(lambda path: path.symlink_to(path)), "artefacts"),
    "artefact: a broken link": (_replaced(lambda path: path.symlink_to("/nowhere")), "artefacts"),
    "artefact: twice": (lambda case: shutil.copy(_artefact(case), case / "artefacts" / "copy"), "artefacts"),
    "vault: a file planted": (lambda case: (case / "artefacts" / "planted.wav").write_bytes(b"RIFF"), "artefacts"),
    "vault: a hidden file planted": (lambda case: (case / "artefacts" / ".x").write_bytes(b""), "artefacts"),
    "vault: a folder planted": (lambda case: (case / "artefacts" / "planted").mkdir(), "artefacts"),
    "vault: a folder in a folder": (lambda case: (_artefact(case).parent / "00").mkdir(), "artefacts"),
    "vault: a pipe planted": (lambda case: os.mkfifo(case / "artefacts" / "pipe"), "artefacts"),
    "vault: a linked folder": (lambda case: (case / "artefacts" / "00").symlink_to("/etc"), "artefacts"),
    "vault: one of its folders is a link": (_shard_linked, "artefacts"),
    "vault: a link": (_vault_linked, "artefacts"),
    "vault: removed": (lambda case: shutil.rmtree(case / "artefacts"), "artefacts"),
    "ledger: removed": (lambda case: (case / LEDGER).unlink(), "ledger"),
    "ledger: emptied": (lambda case: (case / LEDGER).write_bytes(b""), "ledger"),
    "ledger: a link": (_linked(LEDGER), "ledger"),
    "ledger: a pipe": (_piped(LEDGER), "ledger"),
    "ledger: last line removed": (_lines(lambda lines: lines[:-1]), "ledger"),
    "ledger: last line removed, head edited": (_lines(lambda lines: lines[:-1], head=True), "tables"),
    "ledger: first line alone left, head edited": (_lines(lambda lines: lines[:1], head=True), "tables"),
    "ledger: first line removed": (_lines(lambda lines: lines[1:], head=True), "ledger"),
    "ledger: a line removed": (_lines(lambda lines: lines[:3] + lines[4:], head=True), "ledger"),
    "ledger: a line repeated": (_lines(lambda lines: [*lines, lines[-1]], head=True), "ledger"),
    "ledger: lines exchanged": (
        _lines(lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]], head=True), "ledger",
    ),
    "ledger: another time": (
        _entry(4, lambda line: line["entry"].update(time="2001-01-01T00:00:00.000000Z")), "ledger",
    ),
    "ledger: another examiner": (_entry(1, lambda line: line["entry"].update(actor="Somebody")), "ledger"),
    "ledger: another seal": (
        _entry(-1, lambda line: line["entry"]["detail"]["database"].update(sha256="0" * 64)), "ledger",
    ),
    "ledger: another hash of a source": (_entry(2, lambda line: line["entry"]["detail"].update(sha256="0")), "ledger"),
    "ledger: a signature left out": (_entry(3, lambda line: line.update(sig=None, keyid=None)), "ledger"),
    "ledger: a signature of another line": (_entry(3, lambda line: line.update(sig="MEQCIA==")), "ledger"),
    "ledger: said to be unsigned": (
        _entry(0, lambda line: line["entry"]["detail"].update(signed=False, public_key=None)), "ledger",
    ),
    "ledger: rubbish at its end": (lambda case: _grown(case / LEDGER, b"rubbish\n"), "ledger"),
    "ledger: rubbish without an end": (lambda case: _grown(case / LEDGER, b"rubbish"), "ledger"),
    "ledger: in other words": (
        _lines(lambda lines: [lines[0].replace(b'","', b'", "', 1), *lines[1:]], head=True), "ledger",
    ),
    "head: removed": (lambda case: (case / HEAD).unlink(), "ledger"),
    "head: emptied": (lambda case: (case / HEAD).write_bytes(b""), "ledger"),
    "head: another hash": (lambda case: (case / HEAD).write_text(f"3 {'0' * 64}\n"), "ledger"),
    "head: of a longer ledger": (lambda case: (case / HEAD).write_text(f"99 {'0' * 64}\n"), "ledger"),
    "head: a pipe": (_piped(HEAD), "ledger"),
    "database: removed": (lambda case: (case / DATABASE).unlink(), "database"),
    "database: a link": (_linked(DATABASE), "database"),
    "database: a pipe": (_piped(DATABASE), "database"),
    "database: a journal planted": (lambda case: (case / "case.db-journal").write_bytes(b"x" * 512), "database"),
    "database: an empty journal planted": (lambda case: (case / "case.db-journal").touch(), "database"),
    "database: a log planted": (lambda case: (case / "case.db-wal").write_bytes(b"x" * 512), "database"),
    "database: an index of a log planted": (lambda case: (case / "case.db-shm").touch(), "database"),
    "folder: a letter": (lambda case: (case / "letter.txt").write_text("x"), "case folder"),
    "folder: a hidden file": (lambda case: (case / ".letter").touch(), "case folder"),
    "folder: an older database": (lambda case: shutil.copy(case / DATABASE, case / "case.db.old"), "case folder"),
    "folder: a folder": (lambda case: (case / "exports").mkdir(), "case folder"),
    "folder: a link": (lambda case: (case / "evidence").symlink_to("/etc"), "case folder"),
    "folder: a letter named like a head": (
        lambda case: (case / "custody.head.partial").write_text("Dear Sir,"), "case folder",
    ),
    "folder: a letter named like a database": (
        lambda case: (case / "case.db.renewed").write_text("Dear Sir,"), "case folder",
    ),
    "folder: a letter named like a seed": (lambda case: (case / "custody.seed").write_bytes(bytes(33)), "case folder"),
    "folder: a pipe for copies": (lambda case: os.mkfifo(case / "added"), "case folder"),
    "folder: a file among copies": (lambda case: _planted(case / "added" / "ab" / ("ab" * 32)), "case folder"),
    "folder: a link among copies": (_linked_copies, "case folder"),
    "database: a journal that is a pipe": (lambda case: os.mkfifo(case / "case.db-journal"), "database"),
}  # fmt: skip

#: What is done, why it carries no evidence, and a word of the note that says it; empty if nothing has to be said.
WITHOUT_EVIDENCE: dict[str, tuple[Alter, str, str]] = {
    "an artefact can be written": (lambda case: _artefact(case).chmod(0o666), "its content is checked", ""),
    "an artefact of another time": (lambda case: os.utime(_artefact(case), (1, 1)), "times in a case are those of the"
        " extraction; those of the evidence are in the database", ""),
    "an artefact of two names": (lambda case: (case.parent / "second").hardlink_to(_artefact(case)), "the second lies"
        " outside the case, and the content is checked", ""),
    "an empty folder of the vault": (lambda case: (case / "artefacts" / "00").mkdir(), "it holds nothing", ""),
    "a head that was half written": (lambda case: (case / "custody.head.partial").write_bytes(b"7 0ab"), "what a run"
        " leaves that is killed as it writes it; it is named", "custody.head.partial"),
    "a database that was half written": (lambda case: (case / "case.db.renewed").write_bytes(b"SQLite format 3\0"),
        "what `listen` leaves where it is killed; it is named", "case.db.renewed"),
    "a beginning of a line at the end of the ledger": (
        lambda case: _grown(case / LEDGER, b'{"entry":{"action":"'), "no entry: what a run leaves that is killed as it"
        " writes one; it is named", "",
    ),
    "database of another time": (lambda case: os.utime(case / DATABASE, (1, 1)), "its content is checked", ""),
    "the case folder moved": (lambda case: case.rename(case.parent / "moved").rename(case), "a case names no place of"
        " its own", ""),
}  # fmt: skip


def _failed(result: CaseVerification) -> set[str]:
    return {check.name for check in result.checks.checks if not check.ok}


@pytest.mark.parametrize("name", CAUGHT)
def test_alteration_that_carries_evidence_is_seen(copy_of_sealed: Path, name: str) -> None:
    alter, seen_by = CAUGHT[name]
    alter(copy_of_sealed)
    assert seen_by in _failed(verify_case(copy_of_sealed, sources=False))


@pytest.mark.parametrize("name", WITHOUT_EVIDENCE)
def test_alteration_that_carries_no_evidence_passes(copy_of_sealed: Path, name: str) -> None:
    alter, why, note = WITHOUT_EVIDENCE[name]
    alter(copy_of_sealed)
    result = verify_case(copy_of_sealed, sources=False)
    assert why
    assert _failed(result) == set()
    assert not note or any(note in sentence for sentence in result.notes)


def test_the_table_is_long_enough() -> None:
    """Beside those of the rows of every table of the database."""
    assert len(CAUGHT) + len(WITHOUT_EVIDENCE) >= 60


@pytest.mark.parametrize("given", ["", "00"])
def test_what_was_given_is_compared_also_where_it_is_empty(sealed: Any, given: str) -> None:
    assert _failed(verify_case(sealed.path, sources=False, fingerprint=given)) >= {"ledger"}
    assert _failed(verify_case(sealed.path, sources=False, expected_head=given)) >= {"ledger"}


def test_an_older_copy_is_told_by_the_head_that_was_handed_over(sealed: Any, copy_of_sealed: Path) -> None:
    lines = (copy_of_sealed / LEDGER).read_bytes().splitlines()
    heads = [hashlib.sha256(line).hexdigest() for line in lines]
    with_last = verify_case(copy_of_sealed, sources=False, expected_head=heads[-1].upper())
    with_older = verify_case(copy_of_sealed, sources=False, expected_head=heads[-2])
    without = verify_case(copy_of_sealed, sources=False)

    assert (with_last.ok, with_older.ok, without.ok) == (True, True, True)
    assert with_last.head == heads[-1]
    assert "1 line was added to the ledger after the head that was given" in with_older.notes
    assert any("--expect-head" in note for note in without.notes)
    assert not any("--expect-head" in note for note in with_last.notes)
