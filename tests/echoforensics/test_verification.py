from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from chain_of_custody.keys import SigningKey
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract
from echoforensics.verification import verify_case


def _database(statement: str) -> Callable[[Path], None]:
    def attack(case: Path) -> None:
        with sqlite3.connect(case / "case.db") as db:
            changed = db.execute(statement).rowcount
        assert changed != 0
        db.close()

    return attack


def _ledger(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Path], None]:
    def attack(case: Path) -> None:
        path = case / "custody.jsonl"
        lines = path.read_bytes().splitlines(keepends=True)
        changed = change(list(lines))
        assert changed != lines
        path.write_bytes(b"".join(changed))

    return attack


def _edited(lines: list[bytes]) -> list[bytes]:
    lines[0] = lines[0].replace(b"Tester", b"Taster")
    return lines


def _unsigned_line(lines: list[bytes]) -> list[bytes]:
    last = json.loads(lines[-1])
    last["entry"]["seq"] += 1
    last["keyid"] = last["sig"] = None
    return [*lines, json.dumps(last, sort_keys=True, separators=(",", ":")).encode() + b"\n"]


def _one_byte(case: Path) -> None:
    path = next(item for item in sorted((case / "artefacts").rglob("*")) if item.is_file())
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)


def _missing(case: Path) -> None:
    next(item for item in sorted((case / "artefacts").rglob("*")) if item.is_file()).unlink()


def _foreign(case: Path) -> None:
    (case / "artefacts" / "planted.wav").write_bytes(b"RIFF")


ATTACKS: dict[str, tuple[Callable[[Path], None], str]] = {
    "artefact changed": (_one_byte, "artefacts"),
    "artefact missing": (_missing, "artefacts"),
    "artefact planted": (_foreign, "artefacts"),
    "ledger line edited": (_ledger(_edited), "ledger"),
    "ledger line dropped": (_ledger(lambda lines: lines[:2] + lines[3:]), "ledger"),
    "ledger's first line dropped": (_ledger(lambda lines: lines[1:]), "ledger"),
    "ledger's last line dropped": (_ledger(lambda lines: lines[:-1]), "ledger"),
    "ledger removed": (lambda case: (case / "custody.jsonl").unlink(), "ledger"),
    "ledger emptied": (_ledger(lambda _: []), "ledger"),
    "ledger reordered": (_ledger(lambda lines: [lines[0], lines[2], lines[1], *lines[3:]]), "ledger"),
    "ledger line added unsigned": (_ledger(_unsigned_line), "ledger"),
    "ledger line repeated": (_ledger(lambda lines: [*lines, lines[-1]]), "ledger"),
    "row changed": (_database("UPDATE forms SET message = 'x' WHERE id = 1"), "tables"),
    "row's time changed": (
        _database("UPDATE exhibits SET timestamp = timestamp + 1 WHERE timestamp IS NOT NULL"),
        "tables",
    ),
    "row removed": (_database("DELETE FROM exhibits WHERE number = 2"), "tables"),
    "row added": (_database("INSERT INTO case_info VALUES ('x', 'y')"), "tables"),
    "issue removed": (_database("DELETE FROM issues"), "tables"),
    "record's field changed": (_database("UPDATE record_values SET v1 = 'x'"), "tables"),
    "evidence hash changed": (_database("UPDATE evidence SET sha256 = 'a' || sha256"), "tables"),
    "trigger added": (
        _database("CREATE TRIGGER t AFTER INSERT ON case_info BEGIN DELETE FROM issues; END"),
        "tables",
    ),
    "search index emptied": (_database("INSERT INTO search (search) VALUES ('delete-all')"), "database"),
    "search index falsified": (_database("DELETE FROM search_data WHERE id > 10"), "database"),
}


def test_untouched_case_verifies(copy_of_sealed: Path) -> None:
    result = verify_case(copy_of_sealed)

    assert [(check.name, check.ok) for check in result.checks.checks] == [
        ("ledger", True),
        ("signatures", True),
        ("database", True),
        ("tables", True),
        ("artefacts", True),
        ("case folder", True),
        ("source echo-data.img", True),
        ("source alexa-cloud.zip", True),
        ("source phone", True),
    ]
    assert (result.ok, result.signed, result.complete, result.unreachable) == (True, True, True, [])


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_is_seen(name: str, copy_of_sealed: Path) -> None:
    attack, seen_by = ATTACKS[name]
    attack(copy_of_sealed)

    result = verify_case(copy_of_sealed, sources=False)

    assert not result.ok
    assert seen_by in [check.name for check in result.checks.checks if not check.ok]


def test_rebuilt_ledger_of_another_key_is_seen_by_the_fingerprint(
    sample_sources: list[Path], signing_key: SigningKey, tmp_path: Path
) -> None:

    forger = SigningKey.generate()
    extract(sample_sources[1:2], tmp_path / "case", forger, Options(argv=("test",)), lambda *_: None)

    assert verify_case(tmp_path / "case").ok
    assert not verify_case(tmp_path / "case", fingerprint=signing_key.public.fingerprint).ok
    assert verify_case(tmp_path / "case", fingerprint=forger.public.fingerprint).ok


def test_changed_source_is_seen_and_a_missing_one_is_reported(sample_sources: list[Path], tmp_path: Path) -> None:

    source, case = tmp_path / "source", tmp_path / "case"
    source.mkdir()
    (source / "1.wav").write_bytes((sample_sources[2] / "sdcard/Download/half.wav").read_bytes())
    extract([source], case, None, Options(argv=("test",)), lambda *_: None)
    assert verify_case(case).ok
    assert not verify_case(case).signed

    (source / "2.wav").write_bytes(b"new")
    changed = verify_case(case)
    assert [check.name for check in changed.checks.checks if not check.ok] == ["source source"]

    source.rename(tmp_path / "elsewhere")
    moved = verify_case(case)
    assert (moved.ok, moved.unreachable) == (False, ["source"])
    (missing,) = [check for check in moved.checks.checks if not check.ok]
    assert (missing.name, missing.made) == ("source source", False)
    assert verify_case(case, sources=False).ok


def test_a_stranger_computes_the_digests_of_tables_with_sqlite_alone(sealed: Any) -> None:
    seal = json.loads((sealed.path / "custody.jsonl").read_text("utf-8").splitlines()[-1])["entry"]["detail"]
    queries = {
        "timestamps": "SELECT json_array(record, ordinal, kind, recorded, timestamp, locator) FROM timestamps"
        " ORDER BY record, ordinal",
        "forms": "SELECT json_array(id, kind, message, fields, state) FROM forms ORDER BY id",
        "record_values": "SELECT json_array(number, hex(id), kind, form, locator, device_serial, device_type, account,"
        " person, utterance_id, transcript, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12)"
        " FROM record_values ORDER BY number",
        "schema": "SELECT json_array(type, name, tbl_name, sql) FROM sqlite_schema ORDER BY type, name",
    }
    with closing(sqlite3.connect(f"file:{sealed.path}/case.db?mode=ro", uri=True)) as db:
        for table, query in queries.items():
            lines = "".join(f"{row}\n" for (row,) in db.execute(query))
            assert hashlib.sha256(lines.encode()).hexdigest() == seal["tables"][table]
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    # The declaration of the index is in the schema; its content is covered by the digest of the file.
    assert tables - seal["tables"].keys() == {"search", "search_config", "search_data", "search_idx"}
