"""Times whose instants are known, zones, the error of a device's clock, and the interactions of a known household."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from echoforensics.case.case import Case
from echoforensics.demo.build import clip
from echoforensics.demo.story import EARLIER, NEAR_MISSES, UTTERANCES
from echoforensics.selftest.answer import KnownAnswer, compared
from echoforensics.selftest.truth import CLOCK_ANSWERS, stated
from echoforensics.zones import instant, local_time, zone

CLOCK, JOINED = "clock", "interactions"
_MICROSECONDS = 1_000_000


def clock_answers(case: Case) -> Iterator[KnownAnswer]:
    """Zones against what the authorities of each decided, and the clock of the device in the known household."""
    truth = stated(CLOCK_ANSWERS)
    for known in truth["zones"]:
        local = zone(known["zone"])
        found = None if local is None else local_time(instant(known["utc"], None), local)
        yield compared(CLOCK, f"{known['zone']} at {known['utc']}", known["local"], found)
    readings = [reading for reading in case.clocks() if reading.owner == "device" and reading.pairs]
    found_clock = [
        {"pairs": each.pairs, "offset_us": each.offset, "least_us": each.least, "most_us": each.most}
        for each in readings
    ]
    yield compared(CLOCK, "a device's clock that is 90 s ahead", [truth["device_clock"]], found_clock)


def interaction_answers(case: Case) -> Iterator[KnownAnswer]:
    """Whether each time somebody spoke in the known household is one interaction, with its text and its recording."""
    found = {each.start: each for each in case.interactions() if each.start is not None}
    for utterance in (EARLIER, *UTTERANCES):
        second = int(utterance.start.timestamp()) * _MICROSECONDS
        each = found.pop(second, None)
        expected = {
            "transcript": utterance.text,
            "recordings": [] if utterance is EARLIER else [hashlib.sha256(clip(utterance.clip)).hexdigest()],
            "account's status": utterance.status,
        }
        given = None if each is None else {
            "transcript": each.transcript,
            "recordings": list(each.recordings),
            "account's status": next((given.status for given in each.statuses if given.source == "account"), None),
        }  # fmt: skip
        yield compared(JOINED, f"{utterance.start:%Y-%m-%d %H:%M:%S} UTC", expected, given)
    yield compared(JOINED, "near misses, and nothing else", len(NEAR_MISSES), len(found))
