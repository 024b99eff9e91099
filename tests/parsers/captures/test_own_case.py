from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from chain_of_custody.ledger import Ledger
from parsers.captures.own_case import OwnCase
from parsers.parser import Source
from parsers.record import Issue, Record


def _ledger(folder: Path) -> bytes:
    Ledger.open(folder / "custody.jsonl", None, "Tester").append("source taken in", {})
    return (folder / "custody.jsonl").read_bytes()


def _signed_list(_: Path) -> bytes:
    statement = {"_type": "https://in-toto.io/Statement/v1", "predicate": {}}
    payload = base64.b64encode(json.dumps(statement, separators=(",", ":")).encode()).decode()
    return json.dumps(
        {"payload": payload, "payloadType": "application/vnd.in-toto+json"}, separators=(",", ":")
    ).encode()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("case/custody.jsonl", _ledger, "The file is the ledger of a case or bundle of this program."),
        ("renamed.txt", _ledger, "The file is the ledger of a case or bundle of this program."),
        ("b/custody.dsse.json", _signed_list, "The file is the signed list of a bundle, a report or an export"),
    ],
)
def test_a_folder_of_this_program_is_named(
    name: str,
    content: Callable[[Path], bytes],
    words: str,
    parse_all: Callable[..., list[Record | Issue]],
    tmp_path: Path,
) -> None:
    (issue,) = parse_all(OwnCase(), content(tmp_path), name)
    assert isinstance(issue, Issue)
    assert issue.what.startswith(words)
    assert "corroborates nothing" in issue.what


def test_other_files_are_not_claimed(tmp_path: Path) -> None:
    for name, content in (
        ("custody.jsonl", b'{"entry":{"action":"something else"'),
        ("custody.dsse.json", b'{"payload":"e30="}'),
        ("attestation.json", _signed_list(tmp_path)),
    ):
        assert not OwnCase().claims(Source.of(content, name))
