"""What happened in the made-up household. Every name, number and id here is invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

DEVICE_TYPE = "AB72C64C86AW2"
SERIAL = "B0DEM0000000EF01"
CUSTOMER = "ADEMOHOUSEHOLD"
ZONE = "Europe/Berlin"


@dataclass(frozen=True, slots=True)
class Utterance:
    """One stream of audio to the cloud.

    Attributes:
        start: when the audio starts (UTC), with milliseconds.
        uuid: of the stream.
        request: the device's id of the request.
        text: what the service made of it; empty if nothing.
        status: the service's word for how it went.
        answer: what was said in return.
        clip: the recording.
        segmentation, classifier: the detector's scores.
    """

    start: datetime
    uuid: str
    request: str
    text: str
    status: str
    answer: str
    clip: str
    segmentation: float
    classifier: float

    @property
    def stream_id(self) -> str:
        """The utterance id of the whole stream."""
        t = self.start
        return f"{DEVICE_TYPE}:1.0/{t:%Y/%m/%d/%H}/{SERIAL}/{t:%M:%S}::TNIH_2V.{self.uuid}ZXV"

    @property
    def created(self) -> int:
        """When the service made its record: epoch milliseconds."""
        return milliseconds(self.start + timedelta(milliseconds=2250))

    @property
    def activity_id(self) -> str:
        """The key of the service's record."""
        return f"{CUSTOMER}#{self.created}#{DEVICE_TYPE}#{SERIAL}"


@dataclass(frozen=True, slots=True)
class NearMiss:
    """The detector heard something, and nothing was sent."""

    when: datetime
    segmentation: float
    classifier: float


def milliseconds(when: datetime) -> int:
    """Epoch milliseconds of a time."""
    return (when - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def _at(hour: int, minute: int, second: int, milli: int) -> datetime:
    return datetime(2024, 3, 9, hour, minute, second, milli * 1000, tzinfo=UTC)


UTTERANCES = (
    Utterance(
        _at(18, 2, 11, 412), "1d4c2a70-5b1e-4f0a-9c3d-000000000001", "a0000001-1111-4222-8333-444444444401",
        "alexa what time is it", "SUCCESS", "It's six oh two PM.", "what-time-is-it.wav", 14.2, 2.31,
    ),
    Utterance(
        _at(18, 7, 3, 96), "1d4c2a70-5b1e-4f0a-9c3d-000000000002", "a0000002-1111-4222-8333-444444444402",
        "alexa turn off the lights", "SUCCESS", "OK.", "turn-off-the-lights.wav", 11.8, 1.77,
    ),
    Utterance(
        _at(21, 14, 22, 730), "1d4c2a70-5b1e-4f0a-9c3d-000000000003", "a0000003-1111-4222-8333-444444444403",
        "", "DISCARDED_NON_DEVICE_DIRECTED_INTENT", "", "the-letter.wav", 2.4, 0.14,
    ),
    Utterance(
        _at(22, 40, 5, 208), "1d4c2a70-5b1e-4f0a-9c3d-000000000004", "a0000004-1111-4222-8333-444444444404",
        "alexa stop", "SUCCESS", "", "stop.wav", 12.9, 1.02,
    ),
)  # fmt: skip

#: An evening earlier. Its log was removed from the device, and its recording from the phone.
EARLIER = Utterance(
    datetime(2024, 3, 8, 20, 31, 47, 655000, tzinfo=UTC), "1d4c2a70-5b1e-4f0a-9c3d-000000000005",
    "a0000005-1111-4222-8333-444444444405", "alexa never mind", "SUCCESS", "", "never-mind.wav", 9.7, 0.88,
)  # fmt: skip

NEAR_MISSES = (
    NearMiss(_at(18, 5, 40, 0), 2.18, -1.58),
    NearMiss(_at(21, 13, 58, 0), 0.5, -1.96),
)
