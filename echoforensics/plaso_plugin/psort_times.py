"""The time of an event in what psort writes as text, with the zeros that its fraction of a second begins with.

plaso 20260720 takes the fraction as dfDateTime counts it, in whatever unit, and multiplies it until it has six digits
(``plaso/output/formatting_helper.py``, ``_FormatDateTime``). So 7 ms, which are 7000 µs, become 700000 µs: the formats
``dynamic``, ``tln`` and ``l2ttln`` have the event 0.693 s late. Times before 1970 are moved the wrong way.
"""

from __future__ import annotations

import copy
from functools import wraps
from typing import TYPE_CHECKING, Any

from plaso.output.formatting_helper import FieldFormattingHelper

if TYPE_CHECKING:
    from collections.abc import Callable

_SECOND = 1_000_000
_MARK = "_echoforensics_corrected"


def correct() -> None:
    """Have plaso format such times by the event's timestamp, as it does in its other formats. Done again, no change."""
    theirs = FieldFormattingHelper._FormatDateTime  # noqa: SLF001 (it is what is corrected)
    if not hasattr(theirs, _MARK):
        FieldFormattingHelper._FormatDateTime = _corrected(theirs)  # noqa: SLF001


def _corrected(theirs: Callable[..., str]) -> Callable[..., str]:
    @wraps(theirs)
    def format_date_time(
        self: FieldFormattingHelper, output_mediator: Any, event: Any, event_data: Any, event_data_stream: Any
    ) -> str:
        if not output_mediator.dynamic_time and _loses_zeros(event.timestamp):
            # Without the value it was made of, plaso formats the timestamp itself.
            event = copy.copy(event)
            event.date_time = None
        return theirs(self, output_mediator, event, event_data, event_data_stream)

    setattr(format_date_time, _MARK, True)
    return format_date_time


def _loses_zeros(timestamp: int | None) -> bool:
    """Whether plaso may change a time: it is before 1970, or its fraction, rounded or not, begins with a zero."""
    return timestamp is not None and (timestamp < 0 or timestamp % _SECOND <= _SECOND // 10)
