from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from echoforensics.errors import SourceError
from echoforensics.evidence.media.opener import open_image


@pytest.mark.parametrize(
    ("at", "number", "message"),
    [
        (68, 0x00020001, "the VDI image is of version 2.1, and only version 1 is read"),
        (76, 4, "the VDI image holds only what differs from another image"),
        (368, 0, "the VDI image says that its media has 0 bytes"),
        (376, 1000, "the VDI image says that its media has .* blocks of 1000"),
        (384, 0xFFFFFFFF, "the VDI image says that it has 4294967295 blocks"),
        (340, 0x7FFFFFFF, "the VDI image breaks off in its table of blocks"),
    ],
)
def test_vdi_that_cannot_be_read_is_refused(
    at: int, number: int, message: str, tmp_path: Path, disk_bytes: bytes, run_program: Callable[..., str]
) -> None:
    (tmp_path / "x.raw").write_bytes(disk_bytes)
    path = tmp_path / "x.vdi"
    run_program("qemu-img", "convert", "-f", "raw", "-O", "vdi", tmp_path / "x.raw", path)
    content = bytearray(path.read_bytes())
    content[at : at + 4] = number.to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(SourceError, match=message):
        open_image(path, path.read_bytes()[:65536])
    path.write_bytes(content[:200])
    with pytest.raises(SourceError, match="the VDI image breaks off in its header"):
        open_image(path, path.read_bytes()[:65536])
