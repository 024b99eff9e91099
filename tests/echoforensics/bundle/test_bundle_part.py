"""A part of a case: what was asked for, with proofs, and nothing of the rest but its number."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chain_of_custody.chain import verify
from chain_of_custody.ledger import read
from echoforensics.case.case import Case
from echoforensics.export.handed_over.payload_names import GRAPH, LEDGER, RECORDINGS, RECORDS, TABLE, TIMELINE
from echoforensics.library import open_case
from tests.handed_over import HandedOver, bundle, problems_of, seal_of

#: A word in what was handed over is a run of these; one that is shorter says nothing of anybody.
WORD = re.compile(r"[^\s\"'(),;:=\[\]{}<>|\\]+")
SHORTEST = 4
#: Hashes, texts in base64, and times, in which any few digits stand by chance.
HASH = re.compile(r"[0-9a-f]{40,}|[A-Za-z0-9+/=]{80,}|\d{4}-\d\d-\d\dT[\d:.]+")
#: A number that stands by chance in sizes and counts as well.
SMALL_NUMBER = re.compile(r"[\d.:-]{1,7}")
#: Words that every bundle has: of JSON, of the ledger and of the signed list.
OF_THE_FORMAT = frozenset(
    (
        "changed",
        "created",
        "null",
        "recordings.",
        "sign",
        "signed",
        "true",
        "false",
        "none",
        "size",
        "files",
        "value",
        "within",
    )
)


def lines(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines()]


def test_what_was_asked_for_is_there_with_proofs(handed_over: HandedOver) -> None:
    folder = handed_over.part.path
    assert problems_of(folder) == []
    with open_case(handed_over.case) as case:
        wanted = {member.record for member in case.interaction("IN-4").members} | {case.row("EF-3")["record"]}
        rows = [dict(row) for row in case.rows() if row["record"] in wanted]
        sounds = {row["sha256"] for row in rows if str(row["data_type"]).startswith("recording:")}
        total = case.counts().rows + case.counts().records + case.counts().recordings
    assert len(sounds) == 1
    assert lines(folder, TIMELINE) == rows
    assert {line["record"] for line in lines(folder, RECORDS)} == wanted
    assert {line["sha256"] for line in lines(folder, RECORDINGS)} == sounds
    described = handed_over.part.sealed_set
    assert described.size == total
    assert described.left_out == total - len(rows) - len(wanted) - 1
    assert (described.root, described.size) == (handed_over.whole.sealed_set.root, handed_over.whole.sealed_set.size)
    names = {str(path.relative_to(folder / "data")) for path in (folder / "data").rglob("*") if path.is_file()}
    assert not names & {"case.db", "sealed-set.key"}
    assert "index.html" not in " ".join(names)


def test_the_ledger_of_a_part_names_what_is_handed_over_alone(handed_over: HandedOver) -> None:
    part, whole = handed_over.part.path / LEDGER, handed_over.case / "custody.jsonl"
    entries = list(read(part, partial=True))
    assert {entry.action for entry in entries} <= {
        "ledger created", "tree recorded", "source taken in", "source hashed again",
    }  # fmt: skip
    named = {entry.detail["evidence"] for entry in entries if "evidence" in entry.detail}
    assert named == {line["evidence"] for line in lines(handed_over.part.path, TIMELINE)}
    hashes = {entry.seq: entry.line_hash for entry in read(whole)}
    assert all(hashes[entry.seq] == entry.line_hash for entry in entries)
    report = verify(part, partial=True)
    assert report.ok
    assert (report.length, report.head) == (handed_over.part.length, handed_over.part.head)
    assert report.left_out == report.length - len(entries) > 0


def test_a_part_of_one_source_names_no_other(handed_over: HandedOver, own_case: Path, tmp_path: Path) -> None:
    with open_case(own_case) as case:
        row = next(row for row in case.rows() if row["evidence"] == "phone")
        others = [item for item in case.evidence() if item.name != "phone"]
    made = bundle(own_case, tmp_path / "part", handed_over.key, only=(row["exhibit"],))
    assert problems_of(made.path) == []
    content = all_text(made.path)
    for item in others:
        assert item.name not in content
        assert str(item.sha256) not in content


def all_text(folder: Path) -> str:
    """All that a bundle holds, its names too, and what its signed list says; but how it is checked."""
    found = [path.name for path in folder.rglob("*")]
    files = (path for path in folder.rglob("*") if path.is_file() and path.name not in ("VERIFY.txt", "verify.sh"))
    found += [path.read_bytes().decode("utf-8", "backslashreplace") for path in files]
    return "\n".join([*found, seal_of(folder).payload.decode()])


def words(value: object) -> Iterator[str]:
    """Every text and number in a value, and each word of the texts."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from words(key)
            yield from words(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from words(each)
    elif isinstance(value, str):
        yield value
        yield from WORD.findall(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield str(value)


def said_by(case: Case) -> Iterator[tuple[str, object]]:
    """What the tables of a case say, by the id of the record that says it; empty for what no record says."""
    for row in case.rows():
        yield row["record"], dict(row)
    for record, fields in case.store.db.execute("SELECT 'REC-' || lower(hex(id)), fields FROM records"):
        yield record, json.loads(fields)
    for name in ("entries", "issues", "gaps", "joins", "spoken", "record_keys", "interaction_context", "artefacts"):
        cursor = case.store.db.execute(f"SELECT * FROM {name}")
        for found in cursor:
            yield "", [each for each in found if not isinstance(each, bytes)]


def test_no_word_that_stands_only_in_the_rest_is_handed_over(handed_over: HandedOver) -> None:
    folder = handed_over.part.path
    kept = {line["record"] for line in lines(folder, RECORDS)}
    with open_case(handed_over.case) as case:
        every = list(said_by(case))
        rest = {word for record, value in every if record not in kept for word in words(value)}
        shown = {word for record, value in every if record in kept for word in words(value)}
        # What the bundle says about itself: how it was made, for whom, and of which evidence.
        info = case.store.info()
        items = [
            item for item in case.evidence() if item.name in {line["evidence"] for line in lines(folder, TIMELINE)}
        ]
    shown |= set(words(info)) | {word for item in items for word in words([item.name, str(item.location), item.kind])}
    shown |= {word for item in items for word in words([item.sha256, *item.hashes.values(), item.size, item.described])}
    own = handed_over.whole.path
    shown |= set(words((folder / "data/README.txt").read_text())) | set(words((folder / "data/about.json").read_text()))
    secret = sorted(word for word in rest - shown - OF_THE_FORMAT if len(word) >= SHORTEST)
    secret = [word for word in secret if not SMALL_NUMBER.fullmatch(word)]
    assert len(secret) > 500
    text = all_text(folder)
    handed = HASH.sub("", text)
    long_enough = " ".join(HASH.findall(text))
    program = all_text(own)  # the same search finds them where all is handed over
    found = [word for word in secret if word in handed or (len(word) > 15 and word in long_enough)]
    found = [word for word in found if not is_part_of_shown(word, shown)]
    assert not found, found
    assert sum(word in program for word in secret) > 400


def is_part_of_shown(word: str, shown: set[str]) -> bool:
    """Whether a word is a piece of one that is handed over, such as a number in a longer one."""
    return any(word in each for each in shown)


def test_recordings_of_the_rest_are_not_handed_over(handed_over: HandedOver) -> None:
    content = [path.read_bytes() for path in handed_over.part.path.rglob("*") if path.is_file()]
    with open_case(handed_over.case) as case:
        left_out = [recording for recording in case.recordings() if all(
            row["record"] not in {line["record"] for line in lines(handed_over.part.path, RECORDS)}
            for row in recording.rows
        )]  # fmt: skip
        assert len(left_out) == 5
        searched = 0
        kept = b"".join(path.read_bytes() for path in (handed_over.part.path / "data/recordings").iterdir())
        for recording in left_out:
            sound = case.read(recording.sha256)
            pieces = (sound[at : at + 64] for at in range(1000, len(sound) - 64, 64))
            # All of them begin with the same spoken word, and one breaks off.
            loud = [piece for piece in pieces if len(set(piece)) > 30 and piece not in kept][:5]
            searched += bool(loud)
            assert not any(piece in each for piece in loud for each in content)
            assert not any(recording.sha256.encode() in each for each in content)
    assert searched >= 3


@pytest.mark.parametrize("named", ["EF-0000057", "ef-57", "57"])
def test_a_recording_is_handed_over_by_its_own_exhibit(
    handed_over: HandedOver, own_case: Path, tmp_path: Path, named: str
) -> None:
    made = bundle(own_case, tmp_path / "part", handed_over.key, only=(named,))
    (sound,) = (made.path / "data/recordings").iterdir()
    assert sound.name == "EF-0000057.wav"
    with open_case(own_case) as case:
        assert sound.read_bytes() == case.read(case.row("57")["sha256"])
    assert json.loads((made.path / "data/about.json").read_text())["filters"] == {"only": ["EF-0000057"]}


def test_a_record_may_be_named_by_its_id(handed_over: HandedOver, own_case: Path, tmp_path: Path) -> None:
    with open_case(own_case) as case:
        row = case.row("3")
    made = bundle(own_case, tmp_path / "part", handed_over.key, only=(row["record"],))
    assert [line["exhibit"] for line in lines(made.path, TIMELINE)] == ["EF-0000003"]
    assert not (made.path / "data/recordings").exists()
    assert (made.path / RECORDINGS).read_bytes() == b""
    assert problems_of(made.path) == []


def test_all_rows_of_a_record_are_handed_over(handed_over: HandedOver, own_case: Path, tmp_path: Path) -> None:
    with open_case(own_case) as case:
        by_record: dict[str, list[str]] = {}
        for row in case.rows():
            by_record.setdefault(row["record"], []).append(row["exhibit"])
    several = next(exhibits for exhibits in by_record.values() if len(exhibits) > 1)
    made = bundle(own_case, tmp_path / "part", handed_over.key, only=(several[1],))
    assert sorted(line["exhibit"] for line in lines(made.path, TIMELINE)) == sorted(several)


def test_the_table_and_the_graph_have_the_rows_of_the_part(handed_over: HandedOver) -> None:
    folder = handed_over.part.path
    exhibits = [line["exhibit"] for line in lines(folder, TIMELINE)]
    table = (folder / TABLE).read_text(encoding="utf-8").splitlines()
    assert [line.partition(",")[0] for line in table[1:]] == exhibits
    graph = json.loads((folder / GRAPH).read_text(encoding="utf-8"))["@graph"]
    assert [node["uco-core:name"] for node in graph if node["@type"] == "uco-observable:EventRecord"] == exhibits
    assert {"EF-0000003", "IN-0000004"} <= set(words(json.loads((folder / "data/about.json").read_text())))


def test_one_head_and_one_choice_give_the_same_part(handed_over: HandedOver, own_case: Path, tmp_path: Path) -> None:
    again = bundle(
        own_case, tmp_path / "again", handed_over.key, head=handed_over.part.head, only=("ef-3", "in-4", "EF-0000003")
    )
    assert again.seal_sha256 == handed_over.part.seal_sha256
