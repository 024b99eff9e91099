"""Headers of AMR files of one channel and of several, and what the first byte of a frame says."""

from __future__ import annotations

import pytest

from parsers.formats.audio.amr.frames import LONGEST_HEADER, NARROW, WIDE, AmrCodec, AmrFileHeader, AmrFrame


@pytest.mark.parametrize("codec", [NARROW, WIDE], ids=lambda codec: codec.name)
def test_file_headers(codec: AmrCodec) -> None:
    name = codec.magic
    assert AmrFileHeader.parse(name + b"\nmore") == AmrFileHeader(codec, len(name) + 1, 1, is_single=True)
    for channels in (1, 2, 6):
        head = name + b"_MC1.0\n\0\0\0" + bytes([channels])
        assert len(head) <= LONGEST_HEADER
        assert AmrFileHeader.parse(head + b"more") == AmrFileHeader(codec, len(head), channels, is_single=False)
    for rest in (
        b"",
        b"_MC1.0\n\0\0\0",
        b"_MC1.0\n\0\0\0\0",
        b"_MC1.0\n\0\0\0\7",
        b"_MC1.0\n\1\0\0\1",
        b"_MC2.0\n\0\0\0\1",
    ):
        assert AmrFileHeader.parse(name + rest) is None


@pytest.mark.parametrize("codec", [NARROW, WIDE], ids=lambda codec: codec.name)
def test_first_bytes_of_frames(codec: AmrCodec) -> None:
    found = {first: frame for first, frame in enumerate(codec.frames) if frame is not None}
    # Each type there is, damaged and not.
    expected = {
        kind << 3 | good << 2: AmrFrame(kind, 1 + size, bool(good))
        for kind, size in codec.sizes.items()
        for good in (0, 1)
    }
    assert found == expected
