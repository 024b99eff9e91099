from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from echoforensics.errors import SourceError
from echoforensics.evidence.source import open_source


def _sample(tmp_path: Path, kind: str) -> Path:
    path = tmp_path / f"sample.{kind}"
    if kind == "folder":
        path.mkdir()
        (path / "a").write_bytes(b"x")
    elif kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a", b"x")
    else:
        with tarfile.open(path, "w:" + kind.partition("-")[2]) as archive:  # type: ignore[call-overload]
            info = tarfile.TarInfo("a")
            info.size = 1
            archive.addfile(info, io.BytesIO(b"x"))
    return path


@pytest.mark.parametrize(
    ("kind", "known_as"),
    [("folder", "folder"), ("zip", "zip"), ("tar-", "tar"), ("tar-gz", "tar"), ("tar-xz", "tar"), ("tar-bz2", "tar")],
)
def test_kinds_are_known_by_content_not_by_name(kind: str, known_as: str, tmp_path: Path) -> None:
    path = _sample(tmp_path, kind).rename(tmp_path / "renamed.bin")

    source = open_source(path)

    assert source.kind == known_as
    (entry,) = source.container.entries()
    assert entry.path == "a"
    source.close()


def test_file_is_hashed_whole(tmp_path: Path) -> None:
    path = _sample(tmp_path, "zip")

    hashes = open_source(path).hash(("md5", "sha256"))

    assert hashes.whole.values == {
        "md5": hashlib.md5(path.read_bytes()).hexdigest(),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }


def test_folder_hash_can_be_made_by_hand(tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    folder.mkdir()
    (folder / "b").write_bytes(b"2")
    (folder / "a").write_bytes(b"1")
    (folder / "l").symlink_to("a")
    (folder / "none").mkdir()
    (folder / "x\ny").write_bytes(b"")
    lines = [
        "folder listing 2\n",
        f"file  {hashlib.sha256(b'1').hexdigest()}  1  a\n",
        f"file  {hashlib.sha256(b'2').hexdigest()}  1  b\n",
        f"link  {hashlib.sha256(b'a').hexdigest()}  1  l\n",
        "folder  -  0  none\n",
        f"file  {hashlib.sha256(b'').hexdigest()}  0  x\\ny\n",
    ]

    hashes = open_source(folder).hash(("sha256",))

    assert hashes.whole.sha256 == hashlib.sha256("".join(lines).encode()).hexdigest()
    (folder / "b").write_bytes(b"3")
    assert open_source(folder).hash(("sha256",)).whole != hashes.whole


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "there is no such file or folder"),
        (b"", "the file is empty"),
        (b"%PDF-1.7 nothing we know " * 50, "file system that is known"),
        (b"PK\x03\x04 but no more", "cannot be opened"),
        (b"EVF\x09\x0d\x0a\xff\x00\x01\x01\x00\x00\x00junk", "EWF image cannot be opened"),
    ],
)
def test_what_cannot_be_opened_is_refused_in_one_line(content: bytes | None, says: str, tmp_path: Path) -> None:
    path = tmp_path / "source.bin"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(SourceError) as caught:
        open_source(path)

    assert says in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
