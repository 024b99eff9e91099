from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from echoforensics.errors import SourceError
from echoforensics.evidence.media.opener import open_image
from echoforensics.evidence.source import open_source


def zip_with(comment: bytes) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        archive.writestr("version.txt", "major=1\n")
        archive.comment = comment
    return raw.getvalue()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (
            bytes.fromhex("10b72b7f") + b"Ext2 Image 1.0" + bytes(65528),
            r"format of e2image \(structure without the content of files\) is not read",
        ),
        (b"sprs\0\0\0\3" + bytes(65528), "format of Apple.s sparse images .SPARSEIMAGE. is not read"),
        (b"\xbe\xba\xfe\xca" + bytes(65532), "format of VMware.s SE sparse extents is not read"),
        (b"AFF10\r\n\0" + bytes(65528), "format of AFF is not read"),
        (b"encrcdsa\0\0\0\2" + bytes(65524), "format of Apple.s encrypted disk images .DMG. is not read"),
        (b"partclone-image\0" + bytes(65520), "format of partclone is not read"),
        (bytes(65536) + b"koly\0\0\0\x04\0\0\x02\0" + bytes(500), r"\(DMG\) is not read"),
        (zip_with(b"aff4://1234"), "format of AFF4 is not read"),
    ],
)
def test_formats_that_are_known_and_not_read_are_named(content: bytes, what: str, tmp_path: Path) -> None:
    path = tmp_path / "image"
    path.write_bytes(content)

    with pytest.raises(SourceError, match=what):
        open_source(path)


@pytest.mark.parametrize(("form", "what"), [("qed", "QED"), ("parallels", "Parallels")])
def test_images_by_qemu_are_refused_with_the_command(
    form: str, what: str, tmp_path: Path, disk_bytes: bytes, run_program: Callable[..., str]
) -> None:
    (tmp_path / "raw").write_bytes(disk_bytes)
    run_program("qemu-img", "convert", "-f", "raw", "-O", form, tmp_path / "raw", tmp_path / "x")

    with pytest.raises(SourceError, match=f"{what}.* is not read; .*qemu-img convert -O raw"):
        open_source(tmp_path / "x")


def test_other_zips_are_no_images(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(zip_with(b"a comment"))

    assert open_image(path, path.read_bytes()) is None
