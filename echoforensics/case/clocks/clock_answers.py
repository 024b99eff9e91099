"""What a case answers about clocks and zones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.case.clocks.clock_facts import ClockSetting, clock_pairs, clock_settings, running_clocks
from echoforensics.case.clocks.clock_readings import ClockReading, clock_readings
from echoforensics.case.clocks.zone_proposals import ProposedZone, proposed_zones
from echoforensics.case.results import Results

if TYPE_CHECKING:
    from echoforensics.case.store import Store


class ClockAnswers:
    """The part of a case that answers about clocks.

    Attributes:
        store: the case's database.
    """

    store: Store

    def clocks(self) -> Results[ClockReading]:
        """How far each clock was off and in which period, by pairs of times that the evidence holds.

        A clock of which the case holds times, and which nothing measures, is listed too: its ``offset`` is None.

        Example:
            >>> [(reading.clock, reading.pairs, reading.offset) for reading in case.clocks()]
            [('device', 0, None), ('device', 4, 1377000)]
        """
        return Results("clock readings", self._readings)

    def clock_settings(self) -> Results[ClockSetting]:
        """When clocks were set by a second or more, or their devices started, as the records say.

        Example:
            >>> print(case.clock_settings()[0].sentence)
            echo-data.img: the log records at 2024-03-09 17:30:00 that the clock was set, or the device started.
        """
        return Results("clock settings", lambda: clock_settings(self.store))

    def zones(self) -> Results[ProposedZone]:
        """The time zones that settings in the evidence name. They are proposed; nothing is shown in them unasked.

        Example:
            >>> [(zone.zone, zone.setting) for zone in case.zones()]
            []
        """
        return Results("proposed zones", lambda: proposed_zones(self.store))

    def _readings(self) -> list[ClockReading]:
        return clock_readings(clock_pairs(self.store), clock_settings(self.store), running_clocks(self.store))
