from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from echoforensics.carving.carved import Carved, Grade, Signature, View
from echoforensics.carving.scanner import OVERLAP
from echoforensics.carving.search import CarvingSearch


def _thing(view: View, at: int) -> Carved | None:
    """``MARK``, a digit, and as many letters ``x`` as it says."""
    head = view.read(at, 5)
    if len(head) < 5 or not head[4:].isdigit() or view.read(at + 5, int(head[4:])) != b"x" * int(head[4:]):
        return None
    return Carved("thing", ".thing", ((at, 5 + int(head[4:])),), Grade.WHOLE, "its digit says so")


FIXED = Signature("thing", b"MARK", _thing, width=4)
FREE = Signature("free", b"a[bc]{1,3}d", lambda _, at: Carved("free", ".f", ((at, 1),), Grade.WHOLE, ""), width=0)


def _search(content: bytes, block: int, *signatures: Signature, most: int = 100) -> CarvingSearch:
    search = CarvingSearch(View(len(content), lambda at, size: content[at : at + size]), signatures or (FIXED,), most)
    for at in range(0, len(content), block):
        search.feed(content[at : at + block])
    search.finish()
    return search


def _places(search: CarvingSearch) -> list[tuple[int, int]]:
    return [(each.offset, each.length) for each in search.carved]


def test_things_are_found_once_wherever_blocks_end() -> None:
    content = b"..MARK3xxx...MARK2x!MARK0" + bytes(3 * OVERLAP) + b"MARK1x"
    expected = [(2, 8), (20, 5), (25 + 3 * OVERLAP, 6)]

    for block in (7, 1000, OVERLAP - 1, OVERLAP, OVERLAP + 3, len(content)):
        assert _places(_search(content, block)) == expected, block


@settings(max_examples=60, deadline=None)
@given(
    pieces=st.lists(st.sampled_from([b"MARK2xx", b"MAR", b"K9", b"MARK1x", b"abcd", b"ad", b"abbbd", b"\0" * 50])),
    block=st.integers(1, 90),
)
def test_blocks_make_no_difference(pieces: list[bytes], block: int) -> None:
    content = b"".join(pieces)

    in_one = _search(content, max(1, len(content)), FIXED, FREE)
    in_many = _search(content, block, FIXED, FREE)

    assert in_many.carved == in_one.carved
    starts = [at for at in range(len(content)) if _thing(View(len(content), lambda o, s: content[o : o + s]), at)]
    marks = [at for at in starts if content[at : at + 4] == b"MARK"]
    assert [at for at, _ in _places(in_one) if content[at : at + 4] == b"MARK"] == marks


def test_match_begins_before_the_thing_that_is_carved() -> None:
    late = Signature(
        "late", b"MARK", lambda _, at: Carved("late", ".l", ((at, 9),), Grade.WHOLE, ""), width=4, before=4
    )

    # The first match would begin before the media does.
    assert _places(_search(b"MARK....MARK", 5, late)) == [(4, 9)]


def test_what_lies_in_something_of_its_family_is_not_looked_at_again() -> None:
    whole = Signature("whole", b"W", lambda _, at: Carved("w", ".w", ((at, 6),), Grade.WHOLE, ""), 1, group="sound")
    part = Signature("part", b"P", lambda _, at: Carved("p", ".p", ((at, 2),), Grade.WHOLE, ""), 1, group="sound")
    other = Signature("other", b"P", lambda _, at: Carved("o", ".o", ((at, 1),), Grade.WHOLE, ""), 1)

    search = _search(b"..WP....P", 4, whole, part, other)

    assert [(each.kind, each.offset) for each in search.carved] == [("w", 2), ("o", 3), ("p", 8), ("o", 8)]


def test_what_was_written_over_something_of_its_family_is_found_too() -> None:
    whole = Signature("whole", b"W", lambda _, at: Carved("w", ".w", ((at, 6),), Grade.WHOLE, ""), 1, nests=True)

    assert _places(_search(b"..W..W....", 4, whole)) == [(2, 6), (5, 6)]


def test_a_signature_that_matches_often_is_judged_by_the_bytes_first() -> None:
    asked: list[int] = []

    def carve(_: View, at: int) -> Carved | None:
        asked.append(at)
        return None

    often = Signature("often", b"F", carve, 1, leads=lambda block, at: block[at + 1 : at + 2] == b"!")

    _search(b"FFF!F.F", 3, often)

    assert asked == [2]


def test_no_more_is_kept_than_was_asked_for_and_the_rest_is_counted() -> None:
    search = _search(b"MARK0" * 10, 20, FIXED, most=4)

    assert (len(search.carved), search.beyond) == (4, 6)


def test_view_gives_what_can_be_read_and_never_raises() -> None:
    content = bytes(range(200)) * 10

    def read(at: int, size: int) -> bytes:
        if at + size > 1500:
            raise OSError("bad sector")
        return content[at : at + min(size, 300)]

    view = View(len(content), read, window=400)

    assert view.read(10, 20) == content[10:30]
    assert view.read(100, 1000) == content[100:1100]
    assert view.read(1400, 500) == b""
    assert view.read(1990, 50) == b""
    assert (view.read(-1, 5), view.read(5000, 5), view.read(5, 0)) == (b"", b"", b"")
