"""What a bundle holds, and that one head of a ledger gives the same bytes."""

from __future__ import annotations

import csv
import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from chain_of_custody.keys import SigningKey
from chain_of_custody.ledger import read
from echoforensics.bundle import write
from echoforensics.case.custody.names import LEDGER, SALT_SEED
from echoforensics.errors import CaseError, ExaminerKeyError, UnverifiedCaseError, UsageError
from echoforensics.examiner_key import create_key, load_key
from echoforensics.export.handed_over.payload_names import SET_FILES, TIMELINE
from echoforensics.key_record import bind_certificate
from echoforensics.library import extract, open_case
from echoforensics.verification import verify_case
from tests.handed_over import HandedOver, bundle, copy_case, payload, problems_of, seal_of


def test_the_whole_is_handed_over(handed_over: HandedOver) -> None:
    folder = handed_over.whole.path
    assert problems_of(folder) == []
    with open_case(handed_over.case) as case:
        rows = [dict(row) for row in case.rows()]
        sounds = {recording.sha256 for recording in case.recordings()}
        records = case.counts().records
    assert [json.loads(line) for line in (folder / TIMELINE).read_text().splitlines()] == rows
    with (folder / "data" / "timeline.csv").open(newline="", encoding="utf-8") as stream:
        assert [row["exhibit"] for row in csv.DictReader(stream)] == [row["exhibit"] for row in rows]
    graph = json.loads((folder / "data" / "timeline.jsonld").read_text())["@graph"]
    assert sum(node["@type"] == "uco-observable:EventRecord" for node in graph) == len(rows)
    assert len((folder / "data" / "records.jsonl").read_text().splitlines()) == records
    named = {
        path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in (folder / "data/recordings").iterdir()
    }
    assert set(named.values()) == sounds
    by_exhibit = {row["exhibit"]: row["recording"] for row in rows}
    assert all(by_exhibit[exhibit] == sha256 for exhibit, sha256 in named.items())
    assert (folder / "data/case.db").read_bytes() == (handed_over.case / "case.db").read_bytes()
    assert (folder / "data/report/index.html").is_file()
    assert (folder / "data/report/media").is_dir()


def test_the_signed_list_names_everything_and_the_state_of_the_case(handed_over: HandedOver) -> None:
    folder = handed_over.whole.path
    sealed = seal_of(folder)
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert there - set(sealed.files) == {"custody.dsse.json", "tagmanifest-sha256.txt"}
    assert sealed.keyid == handed_over.key.public.fingerprint
    entries = list(read(handed_over.case / LEDGER))
    assert entries[sealed.ledger["length"] - 1].line_hash == sealed.ledger["head"] == handed_over.whole.head  # type: ignore[operator]
    (seal,) = (entry for entry in entries if entry.action == "sealed")
    assert sealed.predicate["seal"] == seal.line_hash
    tree = next(entry for entry in entries if entry.action == "tree recorded")
    described = sealed.predicate["sealed_set"]
    assert isinstance(described, dict)
    assert (tree.detail["root"], tree.detail["size"]) == (described["root"], described["size"])
    assert described["left_out"] == 0
    assert tree.detail["seal"] == seal.line_hash


def test_the_lines_on_bundles_come_after_them(handed_over: HandedOver) -> None:
    entries = list(read(handed_over.case / LEDGER))
    first, second = (entry for entry in entries if entry.detail.get("format") == "bundle")
    assert first.detail["signed_list"] == handed_over.whole.seal_sha256
    assert (first.detail["name"], first.detail["left_out"]) == ("whole", 0)
    assert first.prev == handed_over.whole.head
    assert second.detail["only"] == ["IN-0000004", "EF-0000003"]
    # The tree is recorded once for a seal, and the case verifies with all of it.
    assert [entry.action for entry in entries].count("tree recorded") == 1
    result = verify_case(handed_over.case)
    assert result.ok
    assert not [note for note in result.notes if "not of the case" in note]


def test_one_head_gives_the_same_bytes(
    handed_over: HandedOver, own_case: Path, tmp_path: Path, unpack: Callable[[Path], Path]
) -> None:
    head = handed_over.whole.head
    # From another folder, and after the ledger has grown.
    again = bundle(own_case, tmp_path / "again", handed_over.key, head=head)
    zipped = bundle(own_case, tmp_path / "again.zip", handed_over.key, head=head)
    expected = payload(handed_over.whole.path)
    assert payload(again.path) == payload(unpack(zipped.path)) == expected
    # The signature is the same too, and so all of it is.
    assert again.seal_sha256 == zipped.seal_sha256 == handed_over.whole.seal_sha256
    zipped.path.rename(tmp_path / "kept.zip")
    (tmp_path / "again.zip.tsq").unlink()
    bundle(own_case, tmp_path / "again.zip", handed_over.key, head=head)
    assert (tmp_path / "kept.zip").read_bytes() == (tmp_path / "again.zip").read_bytes()


def test_the_next_head_gives_the_same_lines(handed_over: HandedOver, own_case: Path, tmp_path: Path) -> None:
    later = bundle(own_case, tmp_path / "later", handed_over.key)
    assert later.length > handed_over.whole.length
    assert later.sealed_set == handed_over.whole.sealed_set
    for name in SET_FILES:
        assert (later.path / name).read_bytes() == (handed_over.whole.path / name).read_bytes()
    assert problems_of(later.path) == []


def test_no_path_of_the_machine_is_handed_over(handed_over: HandedOver, own_case: Path, tmp_path: Path) -> None:
    made = bundle(own_case, tmp_path / "an-output-folder", handed_over.key)
    for path in made.path.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for name in (b"own-case", b"an-output-folder", b".echoforensics-", str(tmp_path).encode()):
                assert name not in content, path


def test_a_seed_is_made_once_and_never_handed_over(handed_over: HandedOver) -> None:
    seed = handed_over.case / SALT_SEED
    assert seed.stat().st_mode & 0o777 == 0o600
    content = seed.read_bytes()
    assert len(content) == 32
    for folder in (handed_over.whole.path, handed_over.part.path):
        for path in folder.rglob("*"):
            if path.is_file():
                found = path.read_bytes()
                assert content not in found
                assert content.hex().encode() not in found


def test_an_unsigned_case_gives_a_bundle_that_says_so_everywhere(
    handed_over: HandedOver, tmp_path: Path, sample_sources: list[Path]
) -> None:
    extract(sample_sources[1], tmp_path / "case", key=None, argv=("test",)).close()
    made = bundle(tmp_path / "case", tmp_path / "bundle", None)
    assert problems_of(made.path) == []
    assert seal_of(made.path).predicate["signed"] is False
    assert not (made.path / "examiner.pem").exists()
    for name in ("data/README.txt", "data/about.json", "bag-info.txt", "data/report/index.html"):
        assert "UNSIGNED" in (made.path / name).read_text(), name
    with pytest.raises(ExaminerKeyError, match="the case is unsigned; do not give a key"):
        bundle(tmp_path / "case", tmp_path / "other", handed_over.key)


def test_another_key_or_none_is_refused_before_anything_is_written(
    handed_over: HandedOver, own_case: Path, tmp_path: Path
) -> None:
    before = (own_case / LEDGER).read_bytes()
    for key in (SigningKey.generate(), None):
        with pytest.raises(ExaminerKeyError, match="the case is signed with the key"):
            bundle(own_case, tmp_path / "bundle", key)
    assert not (tmp_path / "bundle").exists()
    assert (own_case / LEDGER).read_bytes() == before


def test_an_altered_case_is_refused(handed_over: HandedOver, own_case: Path, tmp_path: Path) -> None:
    with (own_case / "case.db").open("r+b") as stream:
        stream.seek(-1, os.SEEK_END)
        stream.write(b"x")
    with pytest.raises(UnverifiedCaseError, match="not the file that was sealed"):
        bundle(own_case, tmp_path / "bundle", handed_over.key)
    with open_case(own_case, unverified=True) as case, pytest.raises(CaseError, match="not the file that was sealed"):
        write.write_bundle(case, write.BundleRequest(tmp_path / "bundle"), handed_over.key)


def test_a_case_that_is_altered_after_it_was_opened_is_refused(
    handed_over: HandedOver, own_case: Path, tmp_path: Path
) -> None:
    with open_case(own_case) as case:
        content = (own_case / "case.db").read_bytes()
        (own_case / "case.db").write_bytes(content[:-1] + b"x")
        with pytest.raises(CaseError, match="is not the file that was sealed"):
            write.write_bundle(case, write.BundleRequest(tmp_path / "bundle"), handed_over.key)
    assert not (tmp_path / "bundle").exists()


def test_an_altered_recording_is_refused(handed_over: HandedOver, own_case: Path, tmp_path: Path) -> None:
    with open_case(own_case) as case:
        victim = case.vault.path(next(iter(case.recordings())).sha256)
    victim.write_bytes(victim.read_bytes() + b"x")
    with pytest.raises(CaseError, match="has changed since it was extracted"):
        bundle(own_case, tmp_path / "bundle", handed_over.key)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["own-case"]


@pytest.mark.parametrize(
    ("name", "asked", "what"),
    [
        ("there", {}, "already exists"),
        ("no/such/folder/b", {}, "is not a folder; create it first"),
        ("b.zip.age", {}, "say for whom with --encrypt-to"),
        ("b.zip", {"encrypt_to": ("age1x",)}, "name it FILE.zip.age"),
        ("b.zip.age", {"encrypt_to": ("age1x",)}, "is not a public key of a receiver"),
        ("b", {"only": ("EF-9999999",)}, "there is no exhibit"),
        ("b", {"only": ("IN-9999999",)}, "there is no interaction"),
        ("b", {"only": ("REC-00000000000000000000",)}, "there is no record"),
        ("b", {"head": "00" * 32}, "is not a head of this case"),
        ("own-case/b", {}, "is inside the case folder"),
        ("beside", {}, "beside.tsq: already exists"),
        ("\x01.zip", {}, "is not the plain name of a folder"),
    ],
)
def test_what_cannot_be_written_is_refused(
    handed_over: HandedOver, own_case: Path, tmp_path: Path, name: str, asked: dict[str, object], what: str
) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "beside.tsq").touch()
    before = sorted(tmp_path.iterdir())
    lines = (own_case / LEDGER).read_bytes()
    with pytest.raises((UsageError, CaseError), match=what):
        bundle(own_case, tmp_path / name, handed_over.key, **asked)
    assert sorted(tmp_path.iterdir()) == before
    assert (own_case / LEDGER).read_bytes() == lines


def test_a_head_before_the_first_bundle_is_refused(handed_over: HandedOver, own_case: Path, tmp_path: Path) -> None:
    entries = list(read(own_case / LEDGER))
    seal = next(entry for entry in entries if entry.action == "sealed")
    with pytest.raises(UsageError, match="no bundle was made of that head"):
        bundle(own_case, tmp_path / "b", handed_over.key, head=seal.line_hash)
    with pytest.raises(UsageError, match="up to there seals the case"):
        bundle(own_case, tmp_path / "b", handed_over.key, head=entries[0].line_hash)


def test_a_head_of_a_case_that_has_grown_since_is_refused(
    handed_over: HandedOver, own_case: Path, sample_sources: list[Path], tmp_path: Path
) -> None:
    more = tmp_path / "more"
    shutil.copytree(sample_sources[2], more)
    (more / "notes.txt").write_text("more")
    extract(more, own_case, key=handed_over.key, examiner="Tester", agency="Laboratory", reference="T-1").close()
    with pytest.raises(UsageError, match="sealed again since that head"):
        bundle(own_case, tmp_path / "b", handed_over.key, head=handed_over.whole.head)
    later = bundle(own_case, tmp_path / "b", handed_over.key)
    assert problems_of(later.path) == []
    assert later.sealed_set.root != handed_over.whole.sealed_set.root


def test_without_the_seed_an_earlier_bundle_is_not_repeated(
    handed_over: HandedOver, own_case: Path, tmp_path: Path
) -> None:
    (own_case / SALT_SEED).unlink()
    with pytest.raises(CaseError, match="is missing; without it"):
        bundle(own_case, tmp_path / "b", handed_over.key, head=handed_over.whole.head)
    # A new one gives another tree, which is recorded.
    made = bundle(own_case, tmp_path / "b", handed_over.key)
    assert problems_of(made.path) == []
    with pytest.raises(CaseError, match="records another tree for that head"):
        bundle(own_case, tmp_path / "c", handed_over.key, head=handed_over.whole.head)
    (own_case / SALT_SEED).write_bytes(b"short")
    with pytest.raises(CaseError, match="is damaged"):
        bundle(own_case, tmp_path / "d", handed_over.key)


def test_a_ledger_that_cannot_be_written_leaves_a_whole_bundle_and_says_so(
    handed_over: HandedOver, own_case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_line(*_: object) -> None:
        raise CaseError("another run is writing to this case")

    monkeypatch.setattr(write, "add_export_line", no_line)
    made = bundle(own_case, tmp_path / "b", handed_over.key)
    assert made.not_recorded == "another run is writing to this case"
    assert problems_of(made.path) == []


def test_a_disk_without_links_holds_a_bundle_too(
    handed_over: HandedOver, own_case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    monkeypatch.setattr(os, "symlink", no_links)
    made = bundle(own_case, tmp_path / "b", handed_over.key, head=handed_over.whole.head)
    assert payload(made.path) == payload(handed_over.whole.path)


def test_two_copies_of_a_case_that_was_never_handed_over_differ_in_salts(
    handed_over: HandedOver, sealed: object, tmp_path: Path
) -> None:
    # The line that records the tree makes their heads different as well.
    made = []
    for name in ("a", "b"):
        case = copy_case(sealed.path, tmp_path / name)  # type: ignore[attr-defined]
        made.append(bundle(case, tmp_path / f"bundle-{name}", handed_over.key))
    assert made[0].sealed_set.root != made[1].sealed_set.root
    assert made[0].head != made[1].head


def test_what_the_ledger_says_of_the_key_is_handed_over(sample_sources: list[Path], tmp_path: Path) -> None:
    key, _ = create_key(tmp_path / "examiner.pem", "a passphrase", provisional=True)
    extract(sample_sources[1], tmp_path / "case", key=key, argv=("test",)).close()
    made = bundle(tmp_path / "case", tmp_path / "b", key)
    assert "PROVISIONAL" in made.key_words
    assert "PROVISIONAL" in (made.path / "data/README.txt").read_text()
    assert json.loads((made.path / "data/about.json").read_text())["key"]["provisional"] is True
    assert seal_of(made.path).predicate["key"] == {"fingerprint": key.public.fingerprint, "provisional": True}
    assert problems_of(made.path) == []
    assert not (made.path / write.CERTIFICATE).exists()


def test_the_agency_s_certificate_goes_with_its_key(
    sample_sources: list[Path], tmp_path: Path, run_program: Callable[..., str]
) -> None:
    create_key(tmp_path / "examiner.pem", "a passphrase")
    run_program(
        "openssl", "req", "-x509", "-new", "-key", tmp_path / "examiner.pem", "-passin", "pass:a passphrase",
        "-subj", "/O=An Agency/CN=An Examiner", "-days", "30", "-out", tmp_path / "given.pem",
    )  # fmt: skip
    key = load_key(tmp_path / "examiner.pem", "a passphrase")
    bind_certificate(key.place, key.public, (tmp_path / "given.pem").read_bytes())
    key = load_key(tmp_path / "examiner.pem", "a passphrase")
    extract(sample_sources[1], tmp_path / "case", key=key, argv=("test",)).close()
    made = bundle(tmp_path / "case", tmp_path / "b", key)
    assert problems_of(made.path) == []
    assert write.CERTIFICATE in seal_of(made.path).files
    public = run_program("openssl", "x509", "-in", made.path / write.CERTIFICATE, "-noout", "-pubkey")
    assert public == (made.path / "examiner.pem").read_text()
    assert "An Agency" in (made.path / "data/README.txt").read_text()
