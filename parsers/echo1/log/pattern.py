"""Patterns for the lines of an interaction. Every value must end at a delimiter, so that damaged lines are not misread.

References:
    Measured on messages_00003921 .. 00003924 of Mich21050/EchoSystemFiles.
"""

from __future__ import annotations

import re

from parsers.utterance import FINDER

#: lipc, the device's message bus, logs only this many characters of a value.
LIPC_CUT = 31
#: The detection type of an accepted wake word.
ACCEPTED = "Accept"

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

DETECTION = re.compile(r"detection_type=(?P<type>\w{1,60})[,:]")
METRIC = re.compile(r"logGroupMetric:action=(?P<action>\w{1,60}),time=(?P<time>\d{1,16}),")
STREAM_ACTION = re.compile(r"(?P<verb>open|close)(?P<kind>\w{0,30})StreamToServer")
WORD = re.compile(
    r"WakeupWord=(?P<word>[^,:]{1,40}),beginIndex=(?P<word_begin>\d{1,18}),endIndex=(?P<word_end>\d{1,18}),"
)
PREROLL = re.compile(r"utterance_preroll_ntp_time=(?P<time>\d{1,16}),")
FUNCTION = re.compile(r"\w{1,60}:(?P<start_function>\w{1,60}):")
SEQUENCE = re.compile(r"[:,]sequence_number=(?P<sequence>\d{1,18}),")
WORD_PLACE = re.compile(r"wwStartIndex=(?P<first_in_audio>\d{1,12}),wwEndIndex=(?P<last_in_audio>\d{1,12}):")
REQUEST_CUT = re.compile(
    r"name=(?:voiceRequestIdChanged|encoderStreamingStarted),[^:]{0,80}fparam=(?P<id>[0-9a-f-]{31,36}):"
)
REQUEST = re.compile(rf"source=(?P<source>\w{{1,40}}),.{{0,200}}data='(?P<id>{_UUID})'")
THINKING = re.compile(rf"thinkingMode(?P<what>Started|Stopped):.{{0,80}}?voiceRequestId=(?P<id>{_UUID})[,:]")
REASON = re.compile(r"[:,]reason=(?P<reason>[^,:]{1,60})[,:]")
TIMEOUT = re.compile(r"[:,]timeout=(?P<timeout>\d{1,9})[,:]")
ANSWER = re.compile(r"handleMessage:messageId=(?P<message>[^,:]{1,60}),utteranceId=")
STREAM_NAMED = re.compile(r"asrStreamId=")
FINISHED = re.compile(r"finalize_stream\w{0,30}:start_seqnum=(?P<start>\d{1,18}),end_seqnum=(?P<end>\d{1,18}):")
SENT = re.compile(r"status=(?P<status>\w{1,40}),.{0,200}messageType=Microphone\.")
BYTES = re.compile(r"totalBytesWritten=(?P<bytes>\d{1,15})[,:]")

_SCORES = {
    "recognition_id": re.compile(r"recognition_id=([^\s:,]{1,80})[:,\s]"),
    "segmentation_score": re.compile(r"segmentation_score=([^\s:,]{1,24})[:,]"),
    "classifier_score": re.compile(r"classifier_score=([^\s:,]{1,24})[:,]"),
    "active_threshold": re.compile(r"active_threshold=([^\s:,]{1,24})[:,]"),
}
_OTHER_ID = re.compile(r"([^\s,]{1,200}?)(?::(?=\s|$)|,|\s)")


def scores(text: str) -> dict[str, str]:
    """The detection's id, scores and threshold, as far as the line gives them."""
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
