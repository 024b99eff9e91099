"""The numbered list of addresses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from parsers.captures.api_url_list import MAX_ISSUES, MAX_LINE, ApiUrlList
from parsers.parser import Source
from parsers.record import Clock, Issue, Record, Timestamp

Parse = Callable[..., list[Record | Issue]]
SERIAL = "G000SAMPLE000001"
STREAM = f"A0SAMPLETYPE1:1.0/2020/05/04/10/{SERIAL}/15:07::TNIH_2V.0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0ZXV"
KEY = f"A0SAMPLECUSTOMER#1588587309512#A0SAMPLETYPE1#{SERIAL}"
HOST = "https://pitangui.amazon.com/api"

SPOKEN = Timestamp(
    "Recorded Time",
    "2020/05/04/10 15:07",
    Clock.CLOUD,
    1588587307000000,
    "From the utterance id, UTC, in whole seconds: the start of the audio stream.",
)

CREATED = Timestamp(
    "Creation Time",
    "1588587309512",
    Clock.CLOUD,
    1588587309512000,
    "Epoch milliseconds within the key of the activity: when the service created it, not when it was spoken.",
)


def test_whole_records(fixture_bytes: Callable[[str], bytes], parse_all: Parse) -> None:
    found = parse_all(ApiUrlList(), fixture_bytes("api_list.txt"), "case/web/list.txt")
    audio = f"{HOST}/utterance/audio/data?id={STREAM}"
    activity = f"{HOST}/activities/{KEY.replace('#', '%23')}"
    assert len(found) == 4
    assert found[0] == Record(
        data_type="alexa:cloud:listed_url",
        message="A list names, as number 1, the address of the recording of an utterance.",
        locator="line:2",
        timestamps=(SPOKEN,),
        device_serial=SERIAL,
        device_type="A0SAMPLETYPE1",
        utterance_id=STREAM,
        fields={"section": "audio api", "number": "1", "request_url": audio, "id": STREAM},
        keys=("numbered-audio:case/web#1",),
    )
    second, third, fourth = found[1:]
    assert isinstance(second, Record)
    assert (second.locator, second.keys) == ("line:3", ("numbered-audio:case/web#2",))
    assert isinstance(third, Record)
    assert third == Record(
        data_type="alexa:cloud:listed_url",
        message="A list names, as number 1, the address of an activity.",
        locator="line:6",
        timestamps=(
            CREATED,
            third.timestamps[1],
        ),
        device_serial=SERIAL,
        device_type="A0SAMPLETYPE1",
        account="A0SAMPLECUSTOMER",
        fields={
            "section": "json api",
            "number": "1",
            "request_url": f"{activity}?_=1588600000100",
            "request_time_ms": 1588600000100,
        },
        keys=(f"activity:{KEY}",),
    )
    assert (third.timestamps[1].recorded, third.timestamps[1].clock) == ("1588600000100", Clock.UNKNOWN)
    assert isinstance(fourth, Record)
    assert (fourth.fields["number"], fourth.locator, len(fourth.timestamps)) == ("13", "line:7", 1)


@pytest.mark.parametrize("prefix", ["1. ", "18 .", "13.", "2) ", "3: ", "4 ", "  5.\t", "- ", "* ", "", "007. "])
def test_any_numbering(parse_all: Parse, prefix: str) -> None:
    line = f"{prefix}{HOST}/utterance/audio/data?id={STREAM}"
    found = parse_all(ApiUrlList(), f"{line}\n{line}".encode())
    number = "".join(c for c in prefix if c.isdigit()).lstrip("0")
    assert [item.keys for item in found if isinstance(item, Record)] == [
        (f"numbered-audio:#{number}",) if number else ()
    ] * 2


def test_an_address_with_percent_signs_and_one_with_an_unknown_id(parse_all: Parse) -> None:
    quoted = STREAM.replace(":", "%3A").replace("/", "%2F")
    content = f"1. {HOST}/utterance/audio/data?id={quoted}\n2. {HOST}/utterance/audio/data?id=something-else\n"
    first, second = parse_all(ApiUrlList(), content.encode())
    assert isinstance(first, Record)
    assert first.utterance_id == STREAM
    assert isinstance(second, Record)
    assert (second.utterance_id, second.timestamps, second.keys) == (None, (), ("numbered-audio:#2",))
    assert second.fields["id"] == "something-else"


def test_what_is_no_address_is_an_issue(parse_all: Parse) -> None:
    line = f"1. {HOST}/activities/{KEY.replace('#', '%23')}\n"
    content = line + "notes of 2017\n" + f"3. {HOST}/cards?_=1588600000100\n" + "4. https://example.org/api/\n" + line
    found = parse_all(ApiUrlList(), content.encode())
    assert [(type(item), item.locator) for item in found] == [
        (Record, "line:1"),
        (Issue, "line:2"),
        (Record, "line:3"),
        (Issue, "line:4"),
        (Record, "line:5"),
    ]
    assert isinstance(found[2], Record)
    assert found[2].message == "A list names, as number 3, an address of the Alexa service, /api/cards."


@pytest.mark.parametrize(
    "content",
    [
        f"1. {HOST}/activities/aaaaaaaaaaaa\n",
        f'{{"a": "{HOST}/activities/aaaaaaaaaaaa",\n"b": "{HOST}/activities/aaaaaaaaaaaa"}}\n',
        f"1,{HOST}/activities/aaaaaaaaaaaa,x\n2,{HOST}/activities/aaaaaaaaaaaa,x\n",
        "1. https://example.org/\n2. https://example.org/\n",
    ],
)
def test_other_files_are_left_alone(content: str) -> None:
    assert not ApiUrlList().claims(Source.of(content.encode(), "json and audio api.txt"))


def test_hostile_text_ends_in_issues() -> None:
    line = f"1. {HOST}/activities/{KEY.replace('#', '%23')}\n".encode()
    content = line * 2 + b"a" * (3 * MAX_LINE) + b"\n" + b"no\n" * 1000 + line
    found = list(ApiUrlList().parse(Source.of(content)))
    issues = [item for item in found if isinstance(item, Issue)]
    assert len(found) - len(issues) == 3
    assert issues[0] == Issue(f"Line 3 is longer than {MAX_LINE} bytes; not read.", "line:3")
    assert len(issues) == 1 + MAX_ISSUES + 1
    assert issues[-1].what == f"{1000 - MAX_ISSUES} more lines hold no address of the Alexa service."
    assert isinstance(found[-2], Record)
    assert found[-2].locator == "line:1004"
