"""Reading a log from text, and the lines of an interaction as a device writes them, with made-up ids."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from parsers.echo1.log.messages import EchoMessages
from parsers.parser import Source
from parsers.record import Issue, Record

_START = datetime(2022, 1, 2, 9, 3, 38, 29_000, tzinfo=UTC)
_DECODER = "ASRD:logCallbackFunction:level=4,levelString=INFO,message=DecoderID=d_0x1: recognition_id=d_0x1"


@pytest.fixture
def read() -> Callable[..., tuple[list[Record], list[Issue]]]:
    """Parses text or bytes as a log; gives records and issues."""

    def parse(content: str | bytes) -> tuple[list[Record], list[Issue]]:
        data = content.encode() if isinstance(content, str) else content
        found = list(EchoMessages().parse(Source.of(data, "var/log/messages")))
        return [x for x in found if isinstance(x, Record)], [x for x in found if isinstance(x, Issue)]

    return parse


@pytest.fixture
def interaction() -> Callable[..., dict[str, str]]:
    """The lines of one answered interaction, by what they tell, in the order in which the device writes them."""
    return _interaction


def _interaction(number: int = 1, after: int = 0) -> dict[str, str]:
    start = _START + timedelta(seconds=after)
    request, stream = f"{number:08d}-2222-4333-8444-555555555501", _stream(number, start + timedelta(seconds=1))
    first = 1_000 * number

    def line(milliseconds: int, text: str) -> str:
        when = start + timedelta(milliseconds=milliseconds)
        epoch = (when - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
        return f"{when:%Y%m%d:%H%M%S} {text.replace('@', str(epoch))}\n"

    metric = "I WhadGroupLoggingUtil:logGroupMetric:action"
    return {
        "accepted": line(1400, f"ASRD[1596]: I {_DECODER}-{number}: segmentation_score=2.18,classifier_score=0.12,"
                         "active_threshold=0.1,detection_type=Accept:"),
        "received": line(1511, f"ASRD[1596]: {metric}=wakeWordReceived,time=@,build=669701320:"),
        "started": line(1520, "audioencoderd[1312]: I AudioEncoderDaemon:wakeword_lipc_cb_start:sequence_number="
                        f"{first},utterance_preroll_monotonic_time=5,utterance_preroll_ntp_time="
                        f"{line(0, '@').split()[1]},wwStartIndex=8000,wwEndIndex=19680:Received signal"),
        "word": line(1530, f"ASRD[1596]: I ASRD:sendWakeUpWordwithSeqNum_locked:WakeupWord=ALEXA,beginIndex="
                     f"{first + 8000},endIndex={first + 19680},beginIndexMonotonic=1,endIndexMonotonic=2:"),
        "request_cut": line(1600, "audioencoderd[1312]: I lipc:evts:name=encoderStreamingStarted,"
                            f" origin=com.doppler.audioencoderd, fparam={request[:31]}:Event sent"),
        "opened": line(1758, f"AlexaDaemon[1100]: {metric}=openWWStreamToServer,time=@,build=669701320:"),
        "request": line(1800, "MetricsCollector[1034]: I MetricsRule:emitMetric:reason=metricemitted,type=1,"
                        "source=asrd,name=WakewordToOpenASRStream,ret=true:metric processed;value=209;"
                        f"data='{request}'"),
        "stream": line(2500, f"AlexaDaemon[1100]: I AlexaASRStreamIDHandler:ASRStreamID:asrStreamId={stream}:"),
        "thinking": line(3000, "AlexaDaemon[1100]: I AlexaThinkingMode:thinkingModeStarted:"
                         f"voiceRequestId={request},timeout=6000:"),
        "speaking": line(3274, f"AlexaSpeechPlayer[1368]: {metric}=playTTSStart,time=@,build=669701320:"),
        "answer": line(3280, "AlexaSpeechPlayer[1368]: I AlexaSpeechPlayer:handleMessage:messageId=m-1,"
                       f"utteranceId={stream}/0:"),
        "thought": line(3300, "AlexaDaemon[1100]: I AlexaThinkingMode:thinkingModeStopped:reason=stopped,"
                        f"voiceRequestId={request},timeout=6000:"),
        "closed": line(3499, f"AlexaDaemon[1100]: {metric}=closeWWStreamToServer,time=@,build=669701320:"),
        "sent": line(3510, "AlexaDaemon[1100]: I AlexaDaemon:sendDataMessageToServer:status=success,messageId=m-2,"
                     "messageType=Microphone.doppler.metadata.media,clientName=c,totalBytesRead=32000,"
                     "totalBytesWritten=32000:"),
        "finished": line(3520, "audioencoderd[1312]: I AudioEncoderDaemon:finalize_stream_complete:"
                         f"start_seqnum={first},end_seqnum={first + 61440}:Sender stream ended."),
        "spoken": line(5778, f"AlexaSpeechPlayer[1368]: {metric}=playTTSEnd,time=@,build=669701320:"),
    }  # fmt: skip


def _stream(number: int, when: datetime) -> str:
    return (
        f"AB72C64C86AW2:1.0/{when:%Y/%m/%d/%H}/DEVICE_UNSPECIFIED/{when:%M:%S}"
        f"::TNIH_2V.aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeee{number:04d}LPM"
    )
