"""Measures the offset of a device's clock from the service's, from pairs of times of one event in the evidence.

A pair is a device's own time and the second in the utterance id of the same stream. The service makes the id when
it opens the stream, and truncates the time to seconds. So a pair says that the device's clock is ahead of the
service's by the difference, or by up to a second less. One pair alone gives no measurement.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import NamedTuple

#: With fewer pairs, the offset of a period is unknown.
FEWEST_PAIRS = 2


class StreamPair(NamedTuple):
    """One event, by two clocks.

    Attributes:
        device: the device with the measured clock: a serial number, or the evidence item that holds its log.
        device_time: by that clock, in microseconds since 1970 UTC.
        reference_time: by the service's clock, likewise.
        resolution: microseconds truncated from the reference time.
    """

    device: str
    device_time: int
    reference_time: int
    resolution: int = 1_000_000

    @property
    def least(self) -> int:
        """Lower bound of how far the device's clock is ahead, in microseconds; negative if it is behind."""
        return self.device_time - self.reference_time - self.resolution

    @property
    def most(self) -> int:
        """Upper bound of how far the device's clock is ahead, in microseconds."""
        return self.device_time - self.reference_time


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """The offset of a device's clock in one period without a setting.

    Attributes:
        device: see :class:`StreamPair`.
        start, end: of the period, by the device's clock, in microseconds; None if it is open.
        pairs: number of pairs it was measured from.
        offset: by how much the clock is ahead of the service's, in microseconds: the median of the pairs.
        least, most: the smallest and the largest value of any pair: the measured error.
    """

    device: str
    start: int | None
    end: int | None
    pairs: int
    offset: int
    least: int
    most: int

    @property
    def spread(self) -> int:
        """Microseconds between the smallest and the largest value of the pairs."""
        return self.most - self.least

    def seconds(self, device_time: int) -> tuple[int, int]:
        """Between which times by the service's clock, cut off to a second, a time that the device showed may be."""
        return device_time - self.most - 1_000_000, device_time - self.least

    @property
    def sentence(self) -> str:
        """The offset in words."""
        ahead = "ahead of" if self.offset >= 0 else "behind"
        return (
            f"The clock of {self.device} was {abs(self.offset) / 1e6:.3f} s {ahead} the service's, by {self.pairs}"
            f" pairs; they say between {self.least / 1e6:+.3f} and {self.most / 1e6:+.3f} s."
        )


class ClockOffsets:
    """The offsets of devices' clocks, by period."""

    def __init__(self, offsets: Iterable[ClockOffset]) -> None:
        self._by_device: dict[str, list[ClockOffset]] = defaultdict(list)
        for offset in offsets:
            self._by_device[offset.device].append(offset)

    def __iter__(self) -> Iterator[ClockOffset]:
        return iter([offset for device in sorted(self._by_device) for offset in self._by_device[device]])

    def at(self, device: str, device_time: int) -> ClockOffset | None:
        """Return the offset of a device's clock at a time it showed; None if that period was not measured."""
        for offset in self._by_device.get(device, ()):
            after = offset.start is None or offset.start <= device_time
            if after and (offset.end is None or device_time < offset.end):
                return offset
        return None


def measure(pairs: Iterable[StreamPair], steps: Mapping[str, Sequence[int]]) -> ClockOffsets:
    """Measure the offset of each device's clock between the times at which it was set.

    Args:
        pairs: in any order; equal pairs count once.
        steps: for each device, the times at which its clock was set or it started, in microseconds, in order.
    """
    periods: dict[tuple[str, int], list[StreamPair]] = defaultdict(list)
    for pair in sorted(set(pairs), key=lambda pair: (pair.device, pair.device_time, pair.reference_time)):
        periods[pair.device, bisect_right(steps.get(pair.device, ()), pair.device_time)].append(pair)
    return ClockOffsets(
        _offset(device, number, found, steps.get(device, ()))
        for (device, number), found in sorted(periods.items())
        if len(found) >= FEWEST_PAIRS
    )


def _offset(device: str, number: int, pairs: list[StreamPair], steps: Sequence[int]) -> ClockOffset:
    return ClockOffset(
        device=device,
        start=steps[number - 1] if number else None,
        end=steps[number] if number < len(steps) else None,
        pairs=len(pairs),
        offset=median_low((pair.least + pair.most) // 2 for pair in pairs),
        least=min(pair.least for pair in pairs),
        most=max(pair.most for pair in pairs),
    )
