"""What is said of a volume besides the files that its file system gives."""

from __future__ import annotations

import pytest

from echoforensics.evidence.file_systems.remarks import remarks


def _remarks(content: bytes) -> list[str]:
    return remarks(lambda at, size: content[at : at + size])


@pytest.mark.parametrize(("identifier", "is_udf"), [(b"NSR02", True), (b"NSR03", True), (b"CD001", False)])
def test_udf_beside_iso_9660_is_named(identifier: bytes, is_udf: bool) -> None:
    volume = bytearray(40 * 2048)
    for sector, name in ((16, b"CD001"), (17, b"BEA01"), (18, identifier)):
        volume[sector * 2048 + 1 : sector * 2048 + 6] = name

    found = _remarks(bytes(volume))

    assert [text.startswith("the volume has a UDF file system beside ISO 9660") for text in found] == [True] * is_udf


def test_no_remark_on_a_volume_that_is_short() -> None:
    assert _remarks(b"") == []
