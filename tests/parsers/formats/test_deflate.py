"""zlib-ng and zlib, side by side: each call returns the same, leaves the same input, and fails with the same words."""

from __future__ import annotations

import zlib
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.formats import deflate

_RAW, _ZLIB, _GZIP = -zlib.MAX_WBITS, zlib.MAX_WBITS, zlib.MAX_WBITS + 16
_FORMS = st.sampled_from([_RAW, _ZLIB, _GZIP])
#: As much less as a compressor's window may have.
_LESS = st.integers(0, 6)
_CONTENTS = st.one_of(
    st.binary(max_size=300),
    st.lists(st.sampled_from([b"alpha ", b"beta\n", b'"key":', b"\0" * 300, b"\xff"]), max_size=400).map(b"".join),
    st.builds(bytes.__mul__, st.binary(max_size=40), st.integers(0, 3000)),
)


@st.composite
def _streams(draw: st.DrawFn) -> tuple[int, bytes]:
    """A form and a stream of it: whole, cut, changed, with bytes behind it, or no stream at all."""
    form, content, less = draw(_FORMS), draw(_CONTENTS), draw(_LESS)
    engine = zlib.compressobj(
        draw(st.sampled_from([0, 1, 6, 9])),
        wbits=form + less if form < 0 else form - less,
        memLevel=draw(st.integers(1, 9)),
        strategy=draw(st.sampled_from([zlib.Z_DEFAULT_STRATEGY, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE, zlib.Z_FIXED])),
    )
    packed = bytearray(engine.compress(content) + engine.flush())
    for at, value in draw(st.lists(st.tuples(st.integers(0, 1 << 14), st.integers(0, 255)), max_size=3)):
        packed[at % len(packed)] = value
    if draw(st.booleans()):
        del packed[draw(st.integers(0, len(packed))) :]
    return form, bytes(packed) + draw(st.binary(max_size=20))


def _calls(module: ModuleType, form: int, packed: bytes, piece: int, most: int) -> list[tuple[object, ...]]:
    """What each call returns and leaves. After an error, the bytes of the last piece one by one up to it."""
    engine, calls, pending = module.decompressobj(form), list[tuple[object, ...]](), b""
    while not engine.eof and (pending or packed):
        if not pending:
            pending, packed = packed[:piece], packed[piece:]
        before = engine.copy()
        try:
            content = engine.decompress(pending, most)
        except module.error as error:
            return [*calls, (str(error),), *_one_by_one(module, before, pending)]
        calls.append((content, engine.unconsumed_tail, engine.unused_data, engine.eof))
        pending = engine.unconsumed_tail
    return calls


def _one_by_one(module: ModuleType, engine: zlib._Decompress, pending: bytes) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for at in range(len(pending)):
        try:
            found.append((engine.decompress(pending[at : at + 1]),))
        except module.error as error:
            return [*found, (at, str(error))]
    return found


@given(_streams(), st.sampled_from([1, 7, 500, 16384]), st.sampled_from([0, 1, 300, 4096, 65536]))
def test_each_call_is_zlibs(stream: tuple[int, bytes], piece: int, most: int) -> None:
    form, packed = stream

    assert _calls(deflate, form, packed, piece, most) == _calls(zlib, form, packed, piece, most)


@given(_FORMS, st.binary(max_size=200), st.sampled_from([1, 16384]))
def test_bytes_that_are_no_stream_fail_as_with_zlib(form: int, packed: bytes, piece: int) -> None:
    assert _calls(deflate, form, packed, piece, 0) == _calls(zlib, form, packed, piece, 0)


@pytest.mark.parametrize("at", range(20))
def test_damage_to_the_codes_of_a_block_is_named_as_zlib_names_it(at: int) -> None:
    packed = bytearray(zlib.compress(b"".join(b"%d sheep, " % number for number in range(900)), 9)[2:])
    packed[at] ^= 0x55

    found = _calls(deflate, _RAW, bytes(packed), 4096, 0)

    assert found == _calls(zlib, _RAW, bytes(packed), 4096, 0)


@given(st.binary(max_size=5000), st.integers(0, 0xFFFFFFFF))
def test_checksums_are_zlibs(content: bytes, before: int) -> None:
    assert deflate.crc32(content, before) == zlib.crc32(content, before)
    assert deflate.adler32(content, before) == zlib.adler32(content, before)
    assert deflate.crc32(content) == zlib.crc32(content)
    assert deflate.adler32(content) == zlib.adler32(content)
