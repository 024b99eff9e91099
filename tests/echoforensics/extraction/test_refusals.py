from __future__ import annotations

from pathlib import Path

import pytest

from chain_of_custody.keys import SigningKey
from chain_of_custody.stored_zip.writing import write_zip
from echoforensics.case.case import Case
from echoforensics.errors import CaseError, SourceError
from echoforensics.evidence.folder import Folder
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract


def _extract(sources: list[Path], case: Path, key: SigningKey | None = None) -> None:
    extract(sources, case, key, Options(argv=("test",)), lambda *_: None)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.mkdir()
    (path / "note.txt").write_text("x")
    return path


@pytest.mark.parametrize("inside", [".", "case", "a/b"])
def test_case_inside_a_source_is_refused_and_nothing_is_written(inside: str, source: Path) -> None:
    before = sorted(source.rglob("*"))

    with pytest.raises(CaseError, match="is inside the source"):
        _extract([source], source / inside)

    assert sorted(source.rglob("*")) == before


def test_source_inside_the_case_is_refused(source: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is inside the case"):
        _extract([source], tmp_path)


def test_one_missing_source_stops_before_anything_is_made(source: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        _extract([source, tmp_path / "absent"], tmp_path / "case")

    assert not (tmp_path / "case").exists()


def test_several_sources_in_one_argument_are_named(source: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=f"argument of its own: {source} {tmp_path}$"):
        _extract([Path(f"{source}, {tmp_path}")], tmp_path.with_name("case"))


@pytest.mark.parametrize(
    ("name", "files", "message"),
    [
        ("made", ("case.db", "custody.jsonl"), "is a case of this program.* give .*/made/artefacts"),
        ("made/case.db", ("case.db", "custody.jsonl"), "is a file of the case .*/made: it holds copies"),
        ("made", ("custody.dsse.json",), "is a bundle or a report of this program.*`verify` checks it"),
    ],
)
def test_what_this_program_made_is_no_source(name: str, files: tuple[str, ...], message: str, tmp_path: Path) -> None:
    (tmp_path / "made" / "artefacts").mkdir(parents=True)
    for file in files:
        (tmp_path / "made" / file).write_bytes(b"x")
    with pytest.raises(SourceError, match=message):
        _extract([tmp_path / name], tmp_path / "case")
    assert not (tmp_path / "case").exists()


def test_a_bundle_in_a_zip_is_no_source(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "VERIFY.txt").write_text("how to")
    write_zip(tmp_path / "b", tmp_path / "b.zip", "b")
    with pytest.raises(SourceError, match="is a bundle or a report of this program"):
        _extract([tmp_path / "b.zip"], tmp_path / "case")


def test_folder_that_is_no_case_is_left_alone(source: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")

    with pytest.raises(CaseError, match="is not a case folder"):
        _extract([source], other)

    assert sorted(path.name for path in other.iterdir()) == ["thesis.txt"]


def test_another_key_may_not_go_on_with_a_case(source: Path, tmp_path: Path) -> None:
    _extract([source], tmp_path / "case", SigningKey.generate())

    with pytest.raises(CaseError, match=r"custody\.jsonl"):
        _extract([source], tmp_path / "case", SigningKey.generate())


def test_source_that_changed_since_it_was_taken_in_is_refused(source: Path, tmp_path: Path) -> None:
    _extract([source], tmp_path / "case")
    (source / "note.txt").write_text("y")

    with pytest.raises(CaseError, match="has changed since it was taken in"):
        _extract([source], tmp_path / "case")


def test_unreadable_file_is_an_issue_and_the_rest_is_read(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (source / "bad").write_text("x")
    real = Folder.open_path

    def fail(self: Folder, path: bytes) -> object:
        if path == b"bad":
            raise OSError(5, "Input/output error")
        return real(self, path)

    monkeypatch.setattr(Folder, "open_path", fail)
    _extract([source], tmp_path / "case")

    with Case.open(tmp_path / "case") as case:
        issues = case.store.db.execute("SELECT path, what FROM issues ORDER BY path, what").fetchall()
        entries = case.store.db.execute("SELECT path FROM entries WHERE sha256 IS NOT NULL").fetchall()
    assert issues == [
        ("", "bad: cannot be read: Input/output error"),
        ("bad", "cannot be read: [Errno 5] Input/output error"),
    ]
    assert entries == [("note.txt",)]
