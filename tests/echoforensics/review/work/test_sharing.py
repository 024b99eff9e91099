from __future__ import annotations

import hashlib

from echoforensics.review.work.sharing import is_drawn, share_of

SOUNDS = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(3000)]


def test_everybody_gets_about_as_much_and_equal_sounds_go_to_one() -> None:
    shares = [share_of(sound, ["ann", "bob", "cy"]) for sound in SOUNDS]

    assert {name: 900 < shares.count(name) < 1100 for name in ("ann", "bob", "cy")} == dict.fromkeys(
        ("ann", "bob", "cy"), True
    )
    assert shares == [share_of(sound, ["cy", "bob", "ann"]) for sound in SOUNDS]
    assert share_of(SOUNDS[0], []) is None


def test_who_joins_takes_only_their_own_share() -> None:
    changed = [
        (before, after)
        for sound in SOUNDS
        if (before := share_of(sound, ["ann", "bob"])) != (after := share_of(sound, ["ann", "bob", "cy"]))
    ]

    assert {after for _, after in changed} == {"cy"}
    assert 900 < len(changed) < 1100


def test_a_sample_can_be_drawn_again_and_a_larger_one_holds_it() -> None:
    small = {sound for sound in SOUNDS if is_drawn("seed", sound, 0.1)}
    large = {sound for sound in SOUNDS if is_drawn("seed", sound, 0.3)}

    assert 250 < len(small) < 350
    assert small < large
    assert small == {sound for sound in SOUNDS if is_drawn("seed", sound, 0.1)}
    assert small != {sound for sound in SOUNDS if is_drawn("other", sound, 0.1)}
    assert not any(is_drawn("seed", sound, 0.0) for sound in SOUNDS)
    assert all(is_drawn("seed", sound, 1.0) for sound in SOUNDS)


def test_the_rule_is_as_written_down() -> None:
    number = int.from_bytes(hashlib.sha256(b"sample\nseed\nkey\n").digest()[:8])

    assert is_drawn("seed", "key", (number + 1) / 2**64) == (number < (number + 1) / 2**64 * 2**64)
    assert is_drawn("seed", "key", min(1.0, number / 2**64 + 0.001))
    assert not is_drawn("seed", "key", max(0.0, number / 2**64 - 0.001))
