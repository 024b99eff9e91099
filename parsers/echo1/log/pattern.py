"""Patterns for the lines of an interaction. Every value must end at a delimiter, so that damaged lines are not misread.

References:
    Measured on messages_00003921 .. 00003924 of Mich21050/EchoSystemFiles.
"""

from __future__ import annotations

from parsers.formats.lazy_pattern import lazy
from parsers.utterance import FINDER

#: lipc, the device's message bus, logs only this many characters of a value.
LIPC_CUT = 31
#: The detection type of an accepted wake word.
ACCEPTED = "Accept"

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

DETECTION = lazy(r"detection_type=(?P<type>\w{1,60})[,:]")
METRIC = lazy(r"logGroupMetric:action=(?P<action>\w{1,60}),time=(?P<time>\d{1,16}),")
STREAM_ACTION = lazy(r"(?P<verb>open|close)(?P<kind>\w{0,30})StreamToServer")
WORD = lazy(r"WakeupWord=(?P<word>[^,:]{1,40}),beginIndex=(?P<word_begin>\d{1,18}),endIndex=(?P<word_end>\d{1,18}),")
PREROLL = lazy(r"utterance_preroll_ntp_time=(?P<time>\d{1,16}),")
FUNCTION = lazy(r"\w{1,60}:(?P<start_function>\w{1,60}):")
SEQUENCE = lazy(r"[:,]sequence_number=(?P<sequence>\d{1,18}),")
WORD_PLACE = lazy(r"wwStartIndex=(?P<first_in_audio>\d{1,12}),wwEndIndex=(?P<last_in_audio>\d{1,12}):")
REQUEST_CUT = lazy(r"name=(?:voiceRequestIdChanged|encoderStreamingStarted),[^:]{0,80}fparam=(?P<id>[0-9a-f-]{31,36}):")
REQUEST = lazy(rf"source=(?P<source>\w{{1,40}}),.{{0,200}}data='(?P<id>{_UUID})'")
THINKING = lazy(rf"thinkingMode(?P<what>Started|Stopped):.{{0,80}}?voiceRequestId=(?P<id>{_UUID})[,:]")
REASON = lazy(r"[:,]reason=(?P<reason>[^,:]{1,60})[,:]")
TIMEOUT = lazy(r"[:,]timeout=(?P<timeout>\d{1,9})[,:]")
ANSWER = lazy(r"handleMessage:messageId=(?P<message>[^,:]{1,60}),utteranceId=")
STREAM_NAMED = lazy(r"asrStreamId=")
FINISHED = lazy(r"finalize_stream\w{0,30}:start_seqnum=(?P<start>\d{1,18}),end_seqnum=(?P<end>\d{1,18}):")
SENT = lazy(r"status=(?P<status>\w{1,40}),.{0,200}messageType=Microphone\.")
BYTES = lazy(r"totalBytesWritten=(?P<bytes>\d{1,15})[,:]")

_SCORES = {
    "recognition_id": lazy(r"recognition_id=([^\s:,]{1,80})[:,\s]"),
    "segmentation_score": lazy(r"segmentation_score=([^\s:,]{1,24})[:,]"),
    "classifier_score": lazy(r"classifier_score=([^\s:,]{1,24})[:,]"),
    "active_threshold": lazy(r"active_threshold=([^\s:,]{1,24})[:,]"),
}
#: All of them as they are usually written, and what none of them may be written before.
_USUAL_SCORES = lazy(
    r"recognition_id=(?P<recognition_id>[^\s:,=]{1,80}): segmentation_score=(?P<segmentation_score>[^\s:,=]{1,24}),"
    r"classifier_score=(?P<classifier_score>[^\s:,=]{1,24}),active_threshold=(?P<active_threshold>[^\s:,=]{1,24})[:,]"
)
_SCORE_NAME = lazy(r"_id=|_score=|_threshold=")
_OTHER_ID = lazy(r"([^\s,]{1,200}?)(?::(?=\s|$)|,|\s)")


def scores(text: str) -> dict[str, str]:
    """The detection's id, scores and threshold, as far as the line gives them."""
    usual = _USUAL_SCORES.search(text)
    if usual and not _SCORE_NAME.search(text, 0, usual.start()):
        return usual.groupdict()
    found = {name: pattern.search(text) for name, pattern in _SCORES.items()}
    return {name: match[1] for name, match in found.items() if match}


def stream_id(text: str, at: int) -> str | None:
    """The stream or utterance id at an offset; other forms as found; None if truncated."""
    match = FINDER.match(text, at)
    if match and text[match.end() : match.end() + 1] in (":", ",", " "):
        return match[0]
    if match:
        return None
    other = _OTHER_ID.match(text, at)
    return other[1] if other else None
