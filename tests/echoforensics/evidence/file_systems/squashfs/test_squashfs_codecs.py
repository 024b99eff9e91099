from __future__ import annotations

import lzma
import struct
import tracemalloc
import zlib
from collections.abc import Callable

import lz4.block
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from echoforensics.evidence.file_systems.squashfs.codecs import expander

Pack = Callable[[bytes], bytes]


def _alone(data: bytes) -> bytes:
    packed = lzma.compress(data, lzma.FORMAT_ALONE)
    return packed[:5] + struct.pack("<Q", len(data)) + packed[13:]


def _lz4(data: bytes) -> bytes:
    packed: bytes = lz4.block.compress(data, store_size=False)
    return packed


CODECS: dict[int, Pack] = {1: zlib.compress, 2: _alone, 4: lzma.compress, 5: _lz4, 6: zstandard.compress}


@pytest.mark.parametrize("number", CODECS)
def test_data_is_expanded_up_to_the_bound_and_not_beyond(number: int) -> None:
    expand, data = expander(number), bytes(range(256)) * 16
    packed = CODECS[number](data)

    assert expand(packed, 4096) == data
    assert expand(packed, 100_000) == data
    with pytest.raises(OSError, match="expands beyond"):
        expand(packed, 4095)


@pytest.mark.parametrize("number", CODECS)
def test_a_bomb_takes_no_more_memory_than_a_dictionary(number: int) -> None:
    expand, bomb = expander(number), CODECS[number](bytes(50_000_000))
    tracemalloc.start()
    with pytest.raises(OSError, match="expands beyond"):
        expand(bomb, 8192)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # The dictionary of lzma has 8 MiB here; up to 16 MiB are allowed.
    assert peak < (16 * 1024 * 1024 if number in (2, 4) else 1_000_000)


@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_block_cut_off_is_an_error(number: int) -> None:
    packed = CODECS[number](bytes(range(256)) * 16)
    with pytest.raises(OSError, match="is cut off"):
        expander(number)(packed[:-9], 8192)


def test_a_dictionary_too_large_is_an_error() -> None:
    # 1 GiB is asked for; a block has at most 1 MiB.
    packed = _alone(b"small")
    with pytest.raises(OSError, match="an lzma block is damaged: Memory usage limit exceeded"):
        expander(2)(packed[:1] + struct.pack("<I", 1 << 30) + packed[5:], 8192)
    frame = bytes.fromhex("28b52ffd00a0") + b"\x01\x00\x00"  # a window of 1 GiB
    with pytest.raises(OSError, match="a zstd block is damaged"):
        expander(6)(frame, 8192)


def test_the_length_in_a_frame_of_zstd_is_not_believed() -> None:
    frame = bytes.fromhex("28b52ffde0") + struct.pack("<Q", 2**50) + b"\x01\x00\x00"
    with pytest.raises(OSError, match="a zstd block is damaged"):
        expander(6)(frame, 8192)


@pytest.mark.parametrize(("number", "name"), [(3, "lzo"), (9, "9")])
def test_what_is_not_read_is_named(number: int, name: str) -> None:
    with pytest.raises(OSError, match=f"compressed with {name}, which is not read"):
        expander(number)


@given(st.sampled_from(sorted(CODECS)), st.binary(max_size=300), st.integers(0, 300), st.binary(max_size=4))
def test_damaged_data_raises_nothing_else(number: int, data: bytes, at: int, new: bytes) -> None:
    packed = CODECS[number](data * 20)
    for damaged in (data, packed[:at] + new + packed[at + len(new) :], packed[:at]):
        try:
            assert len(expander(number)(damaged, 8192)) <= 8192
        except OSError:
            continue
