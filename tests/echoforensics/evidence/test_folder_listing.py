"""A folder's hash names everything in it, each thing in one way only."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from echoforensics.evidence.folder_listing import FIRST, SECOND, WITH_METADATA, hash_folder
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract
from echoforensics.verification import verify_case

Change = Callable[[Path], object]


def _hash(folder: Path, form: str = SECOND) -> str:
    return hash_folder(folder, ("sha256",), form=form).whole.values["sha256"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "evidence"
    (path / "logs").mkdir(parents=True)
    (path / "messages").write_bytes(b"log\n")
    (path / "zz.txt").write_bytes(b"other content\n")
    (path / "logs" / "a").write_bytes(b"a")
    (path / "way").symlink_to("logs/a")
    return path


def _one_file_named_as_two(folder: Path) -> None:
    content = (folder / "zz.txt").read_bytes()
    (folder / "zz.txt").unlink()
    name = f"messages\n{hashlib.sha256(content).hexdigest()}  {len(content)}  zz.txt"
    (folder / "messages").rename(folder / name)


def _instead(name: str, make: Callable[[Path], object]) -> Change:
    """Something is removed, and something else of its name is made."""

    def change(folder: Path) -> None:
        (folder / name).unlink()
        make(folder / name)

    return change


CHANGES: dict[str, Change] = {
    "content": lambda folder: (folder / "zz.txt").write_bytes(b"x" * 14),
    "a file whose name is two lines": _one_file_named_as_two,
    "file removed": lambda folder: (folder / "zz.txt").unlink(),
    "file renamed": lambda folder: (folder / "zz.txt").rename(folder / "zz.txs"),
    "file moved": lambda folder: (folder / "zz.txt").rename(folder / "logs" / "zz.txt"),
    "empty file added": lambda folder: (folder / "new").touch(),
    "empty folder added": lambda folder: (folder / "new").mkdir(),
    "file made a folder": _instead("zz.txt", Path.mkdir),
    "link leads elsewhere": _instead("way", lambda path: path.symlink_to("zz.txt")),
    "link made a file": _instead("way", lambda path: path.write_bytes(b"a")),
    "link to a name with spaces": lambda folder: (folder / "a  b").symlink_to("c"),
    "pipe added": lambda folder: os.mkfifo(folder / "pipe"),
    "file made a pipe": _instead("zz.txt", os.mkfifo),
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_change_of_what_is_in_a_folder_changes_its_hash(folder: Path, name: str) -> None:
    before = _hash(folder)
    CHANGES[name](folder)
    assert _hash(folder) != before


def test_names_that_only_escapes_tell_apart(tmp_path: Path) -> None:
    hashes = set()
    for number, name in enumerate((b"a\nb", b"a\\nb", b"a\rb", b"a\\rb", b"a\\\nb", b"a\xffb", b"a\\xffb")):
        folder = tmp_path / str(number)
        folder.mkdir()
        Path(os.fsdecode(os.path.join(os.fsencode(folder), name))).touch()  # noqa: PTH118 (bytes)
        hashes.add(_hash(folder))
    assert len(hashes) == 7


def test_modes_and_times_are_hashed_where_that_is_asked_for(folder: Path) -> None:
    changes: tuple[Change, ...] = (
        lambda folder: (folder / "zz.txt").chmod(0o600), lambda folder: os.utime(folder / "logs", ns=(1, 1)),
    )  # fmt: skip
    for change in changes:
        before = _hash(folder), _hash(folder, WITH_METADATA)
        change(folder)
        assert _hash(folder) == before[0]
        assert _hash(folder, WITH_METADATA) != before[1]


def test_the_listing_of_earlier_versions_can_still_be_made(folder: Path) -> None:
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("messages", "zz.txt")}
    lines = (
        f"{hashlib.sha256(b'a').hexdigest()}  1  logs/a\n{digests['messages']}  4  messages\n"
        f"link  a link to logs/a; not followed  way\n{digests['zz.txt']}  14  zz.txt\n"
    )
    assert _hash(folder, FIRST) == hashlib.sha256(lines.encode()).hexdigest()
    with pytest.raises(ValueError, match="no listing of the form"):
        _hash(folder, "3")


@pytest.mark.parametrize("metadata", [False, True])
def test_a_case_says_which_listing_it_has_and_is_verified_by_it(folder: Path, tmp_path: Path, metadata: bool) -> None:
    case = tmp_path / "case"
    options = Options(argv=("test",), folder_metadata=metadata)
    for _ in range(2):
        extract([folder], case, None, options, lambda *_: None)
    assert verify_case(case).ok
    (folder / "zz.txt").chmod(0o611)
    assert verify_case(case).ok is not metadata
