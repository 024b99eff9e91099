from __future__ import annotations

from dataclasses import replace

from chain_of_custody.digest import hash_bytes
from echoforensics.evidence.source import SourceHashes


def test_hashes_are_the_same_by_size_and_sha256_whatever_else_was_taken() -> None:
    before = SourceHashes(hash_bytes(b"a source"))
    media = SourceHashes(hash_bytes(b"segments"), media=hash_bytes(b"media"))

    assert SourceHashes(hash_bytes(b"a source", ["sha256"])).is_same(before)
    assert not SourceHashes(hash_bytes(b"a sourcE", ["sha256"])).is_same(before)
    assert replace(media, media=hash_bytes(b"media", ["sha256"])).is_same(media)
    assert not replace(media, media=hash_bytes(b"mediA", ["sha256"])).is_same(media)
    assert not replace(media, media=None).is_same(media)
