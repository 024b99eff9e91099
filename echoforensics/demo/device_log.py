"""The system log of a first-generation Echo, written as the device writes it."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

from echoforensics.demo.story import NearMiss, Utterance, milliseconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BUILD = 669701320
_DECODER = "DecoderID=doppler_decoder_0xbe801a58: recognition_id=doppler_decoder_0xbe801a58"
_RATE = 16_000
_PREROLL = 8_000
_CHATTER_SECONDS = 30

Line = tuple[datetime, str]


def log(start: datetime, end: datetime, events: Iterable[Utterance | NearMiss]) -> bytes:
    """The log from one time to another: events among the chatter of a device at rest."""
    numbers = count(28)
    lines: list[Line] = list(_chatter(start, end))
    for event in events:
        number = next(numbers)
        lines += _spoken(event, number) if isinstance(event, Utterance) else _near_miss(event, number)
    lines.sort(key=lambda line: line[0].replace(microsecond=0))
    return "".join(f"{when:%Y%m%d:%H%M%S} {text}\n" for when, text in lines).encode()


def boot(when: datetime) -> list[Line]:
    """What a boot leaves in the log."""
    return [(when, "system: I bootbegins:reinitializingLipcDaemonFlags::")]


def _chatter(start: datetime, end: datetime) -> Iterator[Line]:
    when = start
    while when < end:
        yield when, "wifid[1607]: I wmgr:wconn:rssi=-62,noise=500,snr=-562,bar=5::~:"
        yield when, "audioproxyd[1449]: W audioproxyd:W:Mic Average Power 41.714339 dB (0.000000):"
        when += timedelta(seconds=_CHATTER_SECONDS)


def _scores(number: int, segmentation: float, classifier: float, threshold: str, kind: str) -> str:
    return (
        f"ASRD[1596]: I ASRD:logCallbackFunction:level=4,levelString=INFO,message={_DECODER}-{number}:"
        f" segmentation_score={segmentation},classifier_score={classifier},active_threshold={threshold},"
        f"detection_type={kind}:"
    )


def _near_miss(event: NearMiss, number: int) -> list[Line]:
    return [(event.when, _scores(number, event.segmentation, event.classifier, "-2", "NearMiss"))]


def _spoken(event: Utterance, number: int) -> list[Line]:
    """One interaction: accepted, streamed, named by the cloud, answered."""
    start, request = event.start, event.request
    heard, opened = start + timedelta(milliseconds=1439), start + timedelta(milliseconds=1669)
    answered, closed = start + timedelta(milliseconds=3620), start + timedelta(milliseconds=3845)
    first = milliseconds(start) * _RATE // 1000 % 10**10
    last = first + int((closed - start).total_seconds() * _RATE)
    metric = "WhadGroupLoggingUtil:logGroupMetric:action"
    lines = [
        (heard, _scores(number, event.segmentation, event.classifier, "0.1", "Accept")),
        (heard, f"ASRD[1596]: I {metric}=wakeWordReceived,time={milliseconds(heard)},build={_BUILD}:"),
        (heard, f"ASRD[1596]: I ASRD:sendWakeUpWordwithSeqNum_locked:WakeupWord=ALEXA,beginIndex={first + _PREROLL},"
                f"endIndex={first + 18720},beginIndexMonotonic=9617530,endIndexMonotonic=9618200:"),
        (heard, f"audioencoderd[1312]: I AudioEncoderDaemon:wakeword_lipc_cb_start:sequence_number={first},"
                f"utterance_preroll_monotonic_time=9617006,utterance_preroll_ntp_time={milliseconds(start)},"
                f"wwStartIndex={_PREROLL},wwEndIndex=18720:Received signal to start transmitting encoded audio."),
        (opened, "audioencoderd[1312]: I lipc:evts:name=voiceRequestIdChanged, origin=com.doppler.audioencoderd,"
                 f" fparam={request[:31]}:Event sent"),
        (opened, "AudioCtrl[1293]: I AudioCtrl:sendUpdates:Mode 7 Speak 66 Main 66 Phon 40 Alarm 40 40 Mute 0:"),
        (opened, f"AlexaDaemon[1100]: I {metric}=openWWStreamToServer,time={milliseconds(opened)},build={_BUILD}:"),
        (opened, "MetricsCollector[1034]: I MetricsRule:emitMetric:reason=metricemitted,type=1,source=asrd,"
                 f"name=WakewordToOpenASRStream,ret=true:metric processed;value=230;data='{request}'"),
        (opened + timedelta(seconds=1), "AlexaDaemon[1100]: I AlexaASRStreamIDHandler:ASRStreamID:"
                                        f"asrStreamId={event.stream_id}:"),
    ]  # fmt: skip
    if event.answer:
        lines += _answer(event, answered)
    lines += [
        (closed, f"AlexaDaemon[1100]: I {metric}=closeWWStreamToServer,time={milliseconds(closed)},build={_BUILD}:"),
        (closed, "AlexaDaemon[1100]: I AlexaDaemon:sendDataMessageToServer:status=success,"
                 f"messageId={request},messageType=Microphone.doppler.metadata.media,"
                 "clientName=com.doppler.audioencoderd.alexa,totalBytesRead=32000,totalBytesWritten=32000:"),
        (closed, "audioencoderd[1312]: I AudioEncoderDaemon:finalize_stream_complete:"
                 f"start_seqnum={first},end_seqnum={last}:Sender stream ended."),
    ]  # fmt: skip
    return lines


def _answer(event: Utterance, when: datetime) -> list[Line]:
    thinking = when - timedelta(milliseconds=300)
    ended = when + timedelta(milliseconds=2500)
    metric = "AlexaSpeechPlayer[1368]: I WhadGroupLoggingUtil:logGroupMetric:action"
    return [
        (thinking, "AlexaDaemon[1100]: I AlexaThinkingMode:thinkingModeStarted:"
                   f"voiceRequestId={event.request},timeout=6000:"),
        (when, f"{metric}=playTTSStart,time={milliseconds(when)},build={_BUILD}:"),
        (when, "AlexaSpeechPlayer[1368]: I AlexaSpeechPlayer:handleMessage:"
               f"messageId={event.request},utteranceId={event.stream_id}/0:"),
        (when, "AlexaDaemon[1100]: I AlexaThinkingMode:thinkingModeStopped:reason=stopped,"
               f"voiceRequestId={event.request},timeout=6000:"),
        (ended, f"{metric}=playTTSEnd,time={milliseconds(ended)},build={_BUILD}:"),
    ]  # fmt: skip
