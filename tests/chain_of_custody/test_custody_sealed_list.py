"""A sealed folder: every file in a signed list, written in one form."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from pathlib import Path

import pytest

from chain_of_custody import SigningKey, canonical
from chain_of_custody.bag import seal_bag
from chain_of_custody.file_list import FileListError, ListedFile, hash_files, list_files, name_problem
from chain_of_custody.sealed_list import KEY_NAME, SEAL_NAME, SealError, read_seal, write_seal

LEDGER: dict[str, object] = {"head": "ab" * 32, "length": 7, "file": None}


def make_folder(path: Path) -> Path:
    (path / "data" / "recordings").mkdir(parents=True)
    for number in range(3):
        (path / "data" / "recordings" / f"EF-{number}é.opus").write_bytes(b"OggS" + bytes([number]) * 5000)
    (path / "data" / "timeline.jsonl").write_text('{"timestamp":1}\n')
    (path / "README.txt").write_text("what this is\n")
    return path


def test_every_file_is_listed_by_the_bytes_of_its_name(tmp_path: Path) -> None:
    for name in ("b", "a/b", "a.b", "é", "\U0001f50a", "\ue000", "Z"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    listed = list_files(tmp_path, {"Z"})
    assert [file.name for file in listed] == ["a.b", "a/b", "b", "é", "\ue000", "\U0001f50a"]
    assert all(file.sha256 == hashlib.sha256(file.name.encode()).hexdigest() for file in listed)
    assert [file.size for file in listed] == [len(file.name.encode()) for file in listed]


def test_many_files_are_hashed_on_threads_in_their_order(tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / f"{number:03}").write_bytes(b"%d" % number)
    names = [f"{number:03}" for number in range(300)]
    found = list(hash_files(tmp_path, [*names, "missing"], workers=3))
    assert found[:-1] == [
        ListedFile(name, len(str(int(name))), hashlib.sha256(str(int(name)).encode()).hexdigest()) for name in names
    ]
    assert isinstance(found[-1], FileNotFoundError)


def test_a_file_longer_than_a_block_is_hashed_whole(tmp_path: Path) -> None:
    content = os.urandom((1 << 20) + 17)
    (tmp_path / "long").write_bytes(content)
    assert list_files(tmp_path) == [ListedFile("long", len(content), hashlib.sha256(content).hexdigest())]


def test_what_no_list_can_hold_is_refused_by_name(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "folder")
    (folder / "link").symlink_to("README.txt")
    with pytest.raises(FileListError, match="link: a link"):
        list_files(folder)
    (folder / "link").unlink()
    os.mkfifo(folder / "pipe")
    with pytest.raises(FileListError, match="pipe: neither a file nor a folder"):
        list_files(folder)
    (folder / "pipe").unlink()
    (folder / "nothing").mkdir()
    with pytest.raises(FileListError, match="nothing: an empty folder"):
        list_files(folder)
    (folder / "nothing").rmdir()
    for name, why in {
        "README.TXT": "README.TXT and README.txt: one name",
        "data/recordings/EF-0e\u0301.opus": "one name to systems",
        'quo"te': "quotation mark",
        "back\\slash": "backslash",
        "new\nline": "control character",
    }.items():
        (folder / name).write_bytes(b"")
        with pytest.raises(FileListError, match=why):
            list_files(folder)
        (folder / name).unlink()
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.txt")).touch()
    with pytest.raises(FileListError, match=r"udcff\.txt: the name is not UTF-8 text"):
        list_files(folder)


@pytest.mark.parametrize("name", ["-", "/etc/passwd", "../a", "a/../b", "a//b", "./a", "", "a/", "\ud800"])
def test_names_that_lead_elsewhere_are_no_names(name: str) -> None:
    assert name_problem(name)


def test_a_seal_names_every_file_and_verifies(tmp_path: Path, key: SigningKey) -> None:
    folder = make_folder(tmp_path / "report")
    sealed = write_seal(folder, key, "report", {"ledger": LEDGER, "case": "Müller ./. Meier"})
    content = (folder / SEAL_NAME).read_bytes()
    assert read_seal(content) == sealed
    assert sealed.kind == "report"
    assert sealed.ledger == LEDGER
    assert sealed.signature_problem(key.public) is None
    assert (folder / KEY_NAME).read_text() == key.public.pem
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert there - sealed.files.keys() == {SEAL_NAME}
    assert sealed.files == {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in there - {SEAL_NAME}
    }
    assert sealed.predicate["total_size"] == sum((folder / name).stat().st_size for name in sealed.files)
    statement = json.loads(sealed.payload)
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert canonical(statement) == sealed.payload
    with pytest.raises(SealError, match="sealed once"):
        write_seal(folder, key, "report")


def test_a_seal_is_the_same_for_the_same_folder(tmp_path: Path, key: SigningKey) -> None:
    seals = []
    for name in ("one", "two"):
        folder = make_folder(tmp_path / name)
        (folder / "data" / "empty" / name).mkdir(parents=True)
        seal_bag(folder, key, info={"External-Identifier": "ECHO-1"}, detail={"ledger": LEDGER})
        seals.append({path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()})
        assert not (folder / "data" / "empty").exists()
    assert seals[0] == seals[1]
    (tmp_path / "none").mkdir()
    with pytest.raises(SealError, match="needs a payload"):
        seal_bag(tmp_path / "none", key)


def test_a_seal_without_a_key_says_so(tmp_path: Path, key: SigningKey) -> None:
    folder = make_folder(tmp_path / "report")
    sealed = write_seal(folder, None, "report")
    assert sealed.predicate["signed"] is False
    assert str(sealed.predicate["notice"]).startswith("UNSIGNED")
    assert b'"signatures":[]' in (folder / SEAL_NAME).read_bytes()
    assert sealed.signature_problem(key.public) == "the list is not signed"
    assert not (folder / KEY_NAME).exists()
    other = make_folder(tmp_path / "other")
    (other / KEY_NAME).write_text(key.public.pem)
    with pytest.raises(SealError, match="is not the key"):
        write_seal(other, None, "report")


def test_what_was_hashed_as_it_was_written_is_not_hashed_again(tmp_path: Path, key: SigningKey) -> None:
    folder = make_folder(tmp_path / "bundle")
    known = ListedFile("data/timeline.jsonl", 16, "cd" * 32)
    sealed = seal_bag(folder, key, files=[known])
    assert sealed.files["data/timeline.jsonl"] == "cd" * 32
    assert f"{'cd' * 32}  data/timeline.jsonl\n" in (folder / "manifest-sha256.txt").read_text()
    other = make_folder(tmp_path / "other")
    with pytest.raises(SealError, match="another size"):
        seal_bag(other, key, files=[ListedFile("data/timeline.jsonl", 17, "cd" * 32)])
    with pytest.raises(SealError, match="though it was listed"):
        write_seal(other, key, files=[ListedFile("data/none", 17, "cd" * 32)])


def test_what_a_seal_cannot_say_is_refused(tmp_path: Path, key: SigningKey) -> None:
    folder = make_folder(tmp_path / "report")
    refused: list[dict[str, object]] = [
        {"kind": "bundle"},
        {"duration": 1.5},
        {"subject": []},
        {"ledger": {**LEDGER, "name": "custody.jsonl"}},
        {"ledger": {"head": "ab", "length": 1}},
        {"ledger": {"head": "ab" * 32, "length": 0}},
        {"ledger": {"head": "ab" * 32, "length": 1, "file": "data/custody.jsonl"}},
    ]
    for detail in refused:
        with pytest.raises(SealError):
            write_seal(folder, key, "report", detail)
        assert not (folder / SEAL_NAME).exists()
    with pytest.raises(SealError, match="not one line"):
        seal_bag(folder, key, info={"Contact": "a\nb: c"})


def test_a_seal_in_another_form_is_none(tmp_path: Path, key: SigningKey) -> None:
    folder = make_folder(tmp_path / "report")
    write_seal(folder, key, "report", {"ledger": LEDGER})
    content = (folder / SEAL_NAME).read_bytes()
    statement = json.loads(base64.b64decode(json.loads(content)["payload"]))

    def envelope(**changed: object) -> bytes:
        payload = base64.b64encode(canonical({**statement, **changed})).decode()
        return canonical({**json.loads(content), "payload": payload}) + b"\n"

    assert read_seal(envelope()).files
    twice = [statement["subject"][0], *statement["subject"]]
    backwards = statement["subject"][::-1]
    twin = sorted(
        [*statement["subject"], {**statement["subject"][0], "name": "readme.txt"}], key=lambda each: each["name"]
    )
    outside = [{**statement["subject"][0], "name": "../case.db"}]
    for altered in (
        content[:-1],
        content + b"\n",
        b" " + content,
        content.replace(b'"payloadType":', b'"payloadType": '),
        content.replace(b"in-toto+json", b"in-toto+jsom"),
        content.replace(b'"keyid"', b'"keyID"'),
        envelope(subject=[]),
        envelope(subject=twice, predicate={**statement["predicate"], "file_count": len(twice)}),
        envelope(subject=twin, predicate={**statement["predicate"], "file_count": len(twin)}),
        envelope(subject=outside, predicate={**statement["predicate"], "file_count": 1}),
        envelope(subject=backwards),
        envelope(subject=statement["subject"][1:]),
        envelope(predicate={**statement["predicate"], "signed": False}),
        envelope(predicate={**statement["predicate"], "kind": "box"}),
        envelope(predicateType="https://slsa.dev/provenance/v1"),
        b"[" * 100_000,
        b"",
    ):
        assert altered != content
        with pytest.raises(SealError):
            read_seal(altered)
