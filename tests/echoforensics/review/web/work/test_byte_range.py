from __future__ import annotations

import pytest

from echoforensics.review.web.work.byte_range import OutsideError, byte_range


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (None, None), ("", None), ("bytes=-", None), ("bytes=0-", (0, 100)), ("bytes=0-0", (0, 1)),
        ("bytes=10-19", (10, 20)), ("bytes=90-500", (90, 100)), ("bytes=-10", (90, 100)), ("bytes=-500", (0, 100)),
        ("BYTES= 1 - 2 ", (1, 3)), ("bytes=5-4", None), ("bytes=0-1,5-6", None), ("lines=0-1", None),
        ("bytes=a-b", None), ("bytes=1-2\r\nX: y", None), ("bytes=٣-٤", None),
    ],
)  # fmt: skip
def test_one_range_is_read_and_others_are_passed_over(header: str | None, found: tuple[int, int] | None) -> None:
    assert byte_range(header, 100) == found


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=9999999999999999999-", "bytes=-0"])
def test_a_range_behind_the_end_is_refused(header: str) -> None:
    with pytest.raises(OutsideError):
        byte_range(header, 100)


def test_nothing_has_no_range() -> None:
    assert byte_range(None, 0) is None
    with pytest.raises(OutsideError):
        byte_range("bytes=0-", 0)
