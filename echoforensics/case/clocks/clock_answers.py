"""Answers of a case about clocks and time zones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.case.results import Results

if TYPE_CHECKING:
    from echoforensics.case.clocks.clock_facts import ClockSetting
    from echoforensics.case.clocks.clock_readings import ClockReading
    from echoforensics.case.clocks.zone_proposals import ProposedZone
    from echoforensics.case.store import Store


def readings_of_case(store: Store) -> list[ClockReading]:
    """The offset of each clock of a case in each period, measured from pairs of times in its records."""
    from echoforensics.case.clocks.clock_facts import clock_pairs, clock_settings, running_clocks
    from echoforensics.case.clocks.clock_readings import clock_readings

    return clock_readings(clock_pairs(store), clock_settings(store), running_clocks(store))


class ClockAnswers:
    """The part of a case that answers about clocks.

    Attributes:
        store: the case's database.
    """

    store: Store

    def clocks(self) -> Results[ClockReading]:
        """The offset of each clock in each period, from pairs of times in the evidence.

        A clock that has times in the case but no measurement is listed too: its ``offset`` is None.

        Example:
            >>> [(reading.clock, reading.pairs, reading.offset) for reading in case.clocks()]
            [('device', 0, None), ('device', 4, 1377000)]
        """
        return Results("clock readings", lambda: readings_of_case(self.store))

    def clock_settings(self) -> Results[ClockSetting]:
        """When clocks were set by a second or more, or their devices started, according to the records.

        Example:
            >>> print(case.clock_settings()[0].sentence)
            echo-data.img: the log records at 2024-03-09 17:30:00 that the clock was set, or the device started.
        """
        from echoforensics.case.clocks.clock_facts import clock_settings

        return Results("clock settings", lambda: clock_settings(self.store))

    def zones(self) -> Results[ProposedZone]:
        """Time zones named by settings in the evidence. They are proposals: no time is shown in them unless requested.

        Example:
            >>> [(zone.zone, zone.setting) for zone in case.zones()]
            []
        """
        from echoforensics.case.clocks.zone_proposals import proposed_zones

        return Results("proposed zones", lambda: proposed_zones(self.store))
