"""AudioSpecificConfig, as encoders write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.formats.audio.aac_configuration import AacConfiguration, read_configuration
from parsers.formats.audio.bits import Bits


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("1408", AacConfiguration("AAC-LC", 16000, 1, 1024, 16000)),
        ("1210", AacConfiguration("AAC-LC", 44100, 2, 1024, 44100)),
        ("1214", AacConfiguration("AAC-LC", 44100, 2, 960, 44100)),
        # HE-AAC, stated at once, and behind plain AAC; HE-AAC v2 the same.
        ("2b920800", AacConfiguration("HE-AAC", 44100, 2, 1024, 22050)),
        ("139056e5a0", AacConfiguration("HE-AAC", 44100, 2, 1024, 22050)),
        ("138856e5a54880", AacConfiguration("HE-AAC v2", 44100, 2, 1024, 22050)),
        ("eb8a0800", AacConfiguration("HE-AAC v2", 44100, 2, 1024, 22050)),
        # A rate of its own; low delay.
        ("178020a508", AacConfiguration("AAC-LC", 16714, 1, 1024, 16714)),
        ("f8e620", AacConfiguration("AAC-ELD", 48000, 1, 512, 48000)),
        ("", AacConfiguration("MPEG-4 audio, object type 0", 96000, None, 1024, 96000)),
    ],
)
def test_configurations(raw: str, expected: AacConfiguration) -> None:
    assert read_configuration(Bits(bytes.fromhex(raw))) == expected


def test_channels_that_a_list_of_elements_states() -> None:
    fields = [
        (2, 5), (3, 4), (0, 4), (0, 3),  # AAC-LC, 48000 Hz, channels stated below
        (0, 4), (1, 2), (3, 4), (2, 4), (0, 4), (1, 4), (1, 2), (0, 3), (0, 4), (0, 3),
        (0, 5), (1, 1), (1, 4), (1, 1), (2, 4), (0, 4),  # one in front, a pair in front, a pair behind; low tones
    ]  # fmt: skip
    text = "".join(f"{value:0{width}b}" for value, width in fields)
    text = text.ljust((len(text) + 7) // 8 * 8, "0") + "0" * 8
    raw = int(text, 2).to_bytes(len(text) // 8, "big")
    assert read_configuration(Bits(raw)) == AacConfiguration("AAC-LC", 48000, 6, 1024, 48000)


@given(st.binary(max_size=40))
def test_arbitrary_bytes(raw: bytes) -> None:
    found = read_configuration(Bits(raw))
    assert found.rate is None or 0 < found.rate < 1 << 24
    assert found.channels is None or 0 < found.channels < 100


def test_bits_that_are_not_there_count_as_zeros() -> None:
    bits = Bits(b"\xf0")
    assert (bits.take(4), bits.take(2), bits.left) == (15, 0, 2)
    assert (bits.take(8), bits.left) == (0, -6)
