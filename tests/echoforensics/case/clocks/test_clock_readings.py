"""Offsets of clocks out of pairs of times: by period, whatever the order, and only what was measured."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from echoforensics.case.clocks.clock_facts import Basis, ClockSetting, PairedTimes, owner_of
from echoforensics.case.clocks.clock_readings import ClockReading, clock_readings

S = 1_000_000


def pair(time: int, least: int, most: int, basis: Basis = Basis.STREAM, exhibit: str = "EF-0000001") -> PairedTimes:
    return PairedTimes("echo", "device", basis, time, least, most, exhibit)


def test_a_period_ends_where_the_clock_was_set() -> None:
    pairs = [pair(10 * S, S, 2 * S), pair(20 * S, 2 * S, 3 * S), pair(110 * S, -S, 0), pair(120 * S, -S, 0)]
    setting = ClockSetting("echo", "device", 100 * S, -2 * S, "EF-0000009")
    assert clock_readings(pairs, [setting], []) == [
        ClockReading("echo", "device", None, 100 * S, str(Basis.STREAM), 2, 3 * S // 2, S, 3 * S, ("EF-0000001",) * 2),
        ClockReading("echo", "device", 100 * S, None, str(Basis.STREAM), 2, -S // 2, -S, 0, ("EF-0000001",) * 2),
    ]


def test_one_pair_measures_nothing_but_a_time_servers_correction_does() -> None:
    (read,) = clock_readings([pair(S, 5, 5, Basis.SERVER)], [], [])
    assert (read.offset, read.pairs) == (5, 1)
    assert read.sentence == (
        "echo: the device's clock was 0.000 s ahead of the time server's; one pair of times says so"
        " (corrections by a time server, which the device's log records)."
    )
    assert clock_readings([pair(S, 5, 5)], [], []) == []


def test_what_nothing_measures_is_listed() -> None:
    (unknown,) = clock_readings([pair(S, 5, 5)], [], [("echo", "device")])
    assert (unknown.offset, unknown.pairs, unknown.exhibits) == (None, 0, ())
    assert unknown.sentence == (
        "echo: nothing in the case measures the device's clock; its times are given as recorded."
    )
    assert unknown.as_json()["offset_us"] is None


def test_a_reading_in_words() -> None:
    (read,) = clock_readings([pair(0, -4 * S, -3 * S), pair(S, -5 * S, -3 * S)], [], [("echo", "device")])
    assert read.sentence == (
        "echo: the device's clock was 4.000 s behind the service's; 2 pairs of times say between -5.000 and -3.000 s"
        f" ({Basis.STREAM})."
    )


def test_a_setting_in_words() -> None:
    setting = ClockSetting("echo", "device", 1_640_699_294 * S, 1506 * S, "EF-0000009")
    assert setting.sentence == (
        "echo: the log records at 2021-12-28 13:48:14 UTC that the clock was set by +1506.000 s. It had been"
        " 1506.000 s behind; since when is not recorded."
    )


def test_each_file_system_of_a_folder_has_a_clock_of_its_own() -> None:
    assert owner_of("seized", "one/var/local/log/messages") == "seized: one"
    assert owner_of("seized", "two/data/data/com.amazon.dee.app/Cache/f") == "seized: two"
    assert owner_of("echo.img", "/var/log/messages") == "echo.img"
    assert owner_of("export.zip", "activities.json") == "export.zip"


_PAIRS = st.lists(
    st.builds(pair, st.integers(0, 200 * S), st.integers(-9 * S, 0), st.integers(0, 9 * S), st.sampled_from(Basis)),
    max_size=20,
)
_SETTINGS = st.lists(
    st.builds(ClockSetting, st.just("echo"), st.just("device"), st.integers(0, 200 * S), st.none(), st.just("x")),
    max_size=4,
)


@given(_PAIRS, _SETTINGS, st.randoms())
def test_neither_order_nor_copies_change_a_reading(
    pairs: list[PairedTimes], settings: list[ClockSetting], any_: object
) -> None:
    shuffled, again = [*pairs, *pairs], [*settings, *settings]
    any_.shuffle(shuffled)  # type: ignore[attr-defined]
    any_.shuffle(again)  # type: ignore[attr-defined]
    read = clock_readings(pairs, settings, [])
    assert clock_readings(shuffled, again, []) == read
    for one in read:
        assert (one.least or 0) <= (one.offset or 0) <= (one.most or 0)
