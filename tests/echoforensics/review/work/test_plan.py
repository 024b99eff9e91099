from __future__ import annotations

from echoforensics.review.work.plan import rate_of
from echoforensics.review.work.presence import Presence

MINUTE = 60_000


def test_a_rate_leaves_out_pauses() -> None:
    assert rate_of([0, 30_000, 60_000, 60_000 + 11 * MINUTE, 90_000 + 11 * MINUTE]) == 120.0
    assert rate_of([0]) is None
    assert rate_of([0, 11 * MINUTE]) is None


def test_who_is_at_an_item_is_seen_until_they_leave_or_are_silent() -> None:
    presence = Presence(25_000)

    assert presence.here("one", "one", "ann", 0) == []
    assert presence.here("one", "one", "bob", 1_000) == [("ann", "one")]
    assert presence.here("two", "two", "ann", 2_000) == []
    assert presence.here("one", "one", "bob", 3_000) == []
    assert presence.here("one", "one", "ann", 4_000) == [("bob", "one")]
    assert presence.here("one", "one", "ann", 60_000) == []
