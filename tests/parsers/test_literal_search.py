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


def test_all_words_that_are_there_are_given_in_one_pass() -> None:
    search = LiteralSearch((b"adbd", b"0.", b"bad", b"x\0y"), any_case=True)

    assert search.present(b"..ADBD 10.1 b a d") == {b"adbd", b"0."}
    assert search.present(b"X\0Y badbd") == {b"adbd", b"bad", b"x\0y"}
    assert search.present(b"") == search.present(b"nothing") == frozenset()


def test_case_counts_unless_it_is_not_to() -> None:
    assert LiteralSearch((b"adbd",)).present(b"ADBD") == frozenset()
    # Only letters of ASCII have two cases.
    assert LiteralSearch(("é".encode("latin-1"),), any_case=True).present("É".encode("latin-1")) == frozenset()
