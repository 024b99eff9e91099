from __future__ import annotations

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from parsers.formats.audio.checksums import crc16
from parsers.formats.audio.flac.frame_checksums import checksums


@given(st.lists(st.binary(min_size=1, max_size=700), min_size=1, max_size=12))
def test_each_frame_has_the_checksum_that_it_has_by_itself(frames: list[bytes]) -> None:
    found = checksums(b"".join(frames) + b"beyond", list(accumulate(map(len, frames))))

    assert found.tolist() == [crc16(frame) for frame in frames]


def test_a_frame_with_its_checksum_behind_it_comes_to_nothing() -> None:
    frames = [bytes([number]) * (250 + number) for number in range(12)]
    whole = [frame + crc16(frame).to_bytes(2, "big") for frame in frames]
    ends = list(accumulate(map(len, whole)))

    assert not checksums(b"".join(whole), ends).any()
    # One bit changes one checksum, and no other's.
    changed = bytearray(b"".join(whole))
    changed[ends[4]] ^= 1
    assert checksums(bytes(changed), ends).nonzero()[0].tolist() == [5]
