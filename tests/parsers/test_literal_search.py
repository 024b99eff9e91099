from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from parsers.literal_search import LiteralSearch

_WORDS = (b"abc", b".b(", b"\0x\0", b"\xff\xfe", b"cab")
_SEARCH = LiteralSearch(_WORDS)


@given(st.lists(st.sampled_from([*_WORDS, b"a", b"b", b"(", b"\0", b"x", b"\xff", b"\n"]), max_size=12))
def test_it_says_what_looking_for_each_word_says(pieces: list[bytes]) -> None:
    content = b"".join(pieces)

    assert _SEARCH.is_in(content) is any(word in content for word in _WORDS)
