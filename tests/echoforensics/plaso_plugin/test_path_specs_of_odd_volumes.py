"""Path specifications of volumes that dfVFS reads otherwise, or not at all, say so."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

LINE = b"20240309:211402 ASRD[1596]: I ASRD:WakeWord:nothing\n"
TREE = {"log/messages", "log/messages.gz", "log/messages.gz!/messages", "sound.wav"}


def _tree(folder: Path) -> Path:
    (folder / "log").mkdir(parents=True)
    (folder / "log/messages").write_bytes(LINE * 50)
    (folder / "log/messages.gz").write_bytes(gzip.compress(LINE * 40, mtime=0))
    (folder / "sound.wav").write_bytes(_wav())
    return folder


def _wav() -> bytes:
    body = bytes(range(250)) * 128
    head = b"WAVEfmt \x10\0\0\0\x01\0\x01\0" + (16000).to_bytes(4, "little") + (32000).to_bytes(4, "little")
    content = head + b"\x02\0\x10\0data" + len(body).to_bytes(4, "little") + body
    return b"RIFF" + len(content).to_bytes(4, "little") + content


def test_partitions_of_damaged_and_odd_tables_are_placed_by_their_bytes(
    tmp_path: Path, make_image: Callable[..., Path], run_program: Callable[..., str], specs: Any
) -> None:
    image = make_image(_tree(tmp_path / "tree"), "ext4")
    disk = tmp_path / "disk.dd"
    for name, program, options, script, damage in (
        ("gpt", "sgdisk", ("-n", "2:4096:20479"), None, 512),
        ("both-differ", "sgdisk", ("-n", "2:4096:20479"), None, 1024 + 128 + 16),
        ("order", "sfdisk", ("-q",), b"label: dos\n4096,16384,83\n2048,512,83\n", None),
        ("logical", "sfdisk", ("-q",), b"label: dos\n1024,512\n2048,28000,5\n4096,16384,83\n", None),
    ):
        disk.write_bytes(bytes(16 * 1024 * 1024))
        run_program(program, *options, disk, stdin=script)
        with disk.open("r+b") as stream:
            stream.seek(4096 * 512)
            stream.write(image.read_bytes())
            if damage:
                stream.seek(damage)
                stream.write(bytes(8))
        found = specs.located(disk, tmp_path / f"{name}-case")
        assert {path.partition("/")[2] for path in found} == TREE, name
        assert specs.check(found) == set(), name
        if damage:
            assert all("GPT" not in located.path_spec.comparable for located, _, _ in found.values())


@pytest.mark.parametrize("features", ["stable_inodes", "sparse_super2", "large_dir", "mmp", "revision 0", "backup"])
def test_ext_file_systems_that_dfvfs_does_not_open_are_never_called_exact(
    features: str, tmp_path: Path, run_program: Callable[..., str], specs: Any
) -> None:
    image, tree = tmp_path / "image.dd", _tree(tmp_path / "tree")
    image.write_bytes(bytes(24 * 1024 * 1024))
    asked = {"revision 0": ("-t", "ext2", "-r", "0"), "backup": ("-t", "ext4", "-b", "1024")}
    run_program("mke2fs", "-q", "-F", *asked.get(features, ("-t", "ext4", "-O", features)), "-d", tree, image)
    if features == "backup":
        with image.open("r+b") as stream:
            stream.seek(1024)
            stream.write(bytes(1024))
    found = {path: located.exact for path, (located, _, _) in specs.located(image, tmp_path / "case").items()}
    assert set(found) == TREE
    assert not any(found.values())


def test_a_fat_name_with_a_caret_is_never_called_exact(
    tmp_path: Path, make_image: Callable[..., Path], specs: Any
) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "a^b.wav").write_bytes(_wav())
    (tree / "plain.wav").write_bytes(_wav())
    found = specs.located(make_image(tree, "fat", 32), tmp_path / "case")
    exact = {path: found[path][0].exact for path in ("a^b.wav", "plain.wav")}
    assert exact == {"a^b.wav": False, "plain.wav": True}
    assert specs.check({path: value for path, value in found.items() if "$" not in path}) == {"a^b.wav"}
