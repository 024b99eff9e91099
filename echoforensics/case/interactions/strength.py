"""How strongly a record is tied to its interaction: a fixed scale, strongest first."""

from __future__ import annotations

from enum import StrEnum


class Strength(StrEnum):
    """Why a record is a member, strongest first.

    ``utterance id``: it names the stream itself. ``request id``: the device's or the service's name of the request.
    ``record key``: another name that both records hold, such as the key of an activity. ``same bytes``: the recording
    is byte for byte that of another member. ``time``: its time falls within the other's, and the error of the clocks
    was measured. ``alone``: it is the only record of its interaction.
    """

    UTTERANCE_ID = "utterance id"
    REQUEST_ID = "request id"
    RECORD_KEY = "record key"
    SAME_BYTES = "same bytes"
    TIME = "time"
    ALONE = "alone"

    @property
    def rank(self) -> int:
        """0 for the strongest."""
        return list(Strength).index(self)
