"""The parser: one record a file, and issues for what is wrong with it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from parsers.locator import resolve
from parsers.parser import Source
from parsers.record import Clock, Issue, Record, Timestamp
from parsers.recording.names import number, utterance, voice
from parsers.recording.parser import RecordingParser
from parsers.registry import claiming, imported

FIXTURES = Path(__file__).parents[1] / "formats/audio/fixtures"
WAV = (FIXTURES / "speech_pcm16.wav").read_bytes()
SPOKEN = "AB72C64C86AW2:1.0/2017/07/17/06/B0F00715535302W5/12:36::TNIH_2V.91ba6538-f8c8-4922-8a1f-8473a8a24c0cZXV/0"
PLAIN = SPOKEN.replace(":", "_").replace("/", "_")
LATER = "AB72C64C86AW2:1.0/2021/12/31/16/DEVICE_UNSPECIFIED/52:12::TNIH_2V.062147d1-25ba-4ea5-b1c9-bdf4c3ad72d1LPM"


def _parse(content: bytes, path: str) -> list[Record | Issue]:
    source = Source.of(content, path)
    assert RecordingParser().claims(source)
    return list(RecordingParser().parse(source))


def _record(path: str) -> Record:
    (record,) = _parse(WAV, path)
    assert isinstance(record, Record)
    return record


def test_a_whole_recording_is_one_record() -> None:
    assert _parse(WAV, "scrape/speech.wav") == [
        Record(
            data_type="recording:audio",
            message="A recording of 0.600 s (WAV, PCM 16-bit little-endian, 16000 Hz, mono), well formed.",
            locator="",
            fields={
                "container": "WAV",
                "codec": "PCM 16-bit little-endian",
                "rate_hz": 16000,
                "channels": 1,
                "duration_us": 600_000,
                "bits": 16,
                "whole": True,
                "fault": "",
                "end": 19244,
                "end_reason": "its header gives the length",
                "trailing": 0,
                "metadata": {},
                "notes": [],
            },
        )
    ]


def test_registered_and_alone_in_claiming() -> None:
    assert any(isinstance(parser, RecordingParser) for parser in imported())
    assert [parser.name for parser in claiming(Source.of(WAV, "1.wav"))] == ["recording"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("speech.opus", "A recording of 0.600 s (Ogg, Opus, 48000 Hz, mono), well formed."),
        ("speech.flac", "A recording of 0.600 s (FLAC, 16000 Hz, mono), well formed."),
        ("stereo_id3v24.mp3", "A recording of 0.287 s (MP3, MPEG-1 Layer III, 44100 Hz, stereo), well formed."),
        ("speech.aac", "A recording of 0.704 s (AAC (ADTS), AAC-LC, 16000 Hz, mono), well formed."),
        ("speech.m4a", "A recording of 0.600 s (M4A, AAC-LC, 16000 Hz, mono), well formed."),
        ("speech.amr", "A recording of 0.600 s (AMR, AMR-NB, 8000 Hz, mono), well formed."),
    ],
)
def test_messages(name: str, message: str) -> None:
    (record,) = _parse((FIXTURES / name).read_bytes(), name)
    assert isinstance(record, Record)
    assert record.message == message


def test_truncated() -> None:
    record, issue = _parse(WAV[:3044], "1.wav")
    assert isinstance(record, Record)
    assert record.message == (
        "A recording of 0.094 s (WAV, PCM 16-bit little-endian, 16000 Hz, mono),"
        " truncated: 3044 of 19244 bytes are present."
    )
    assert record.fields["whole"] is False
    assert record.locator == ""
    assert issue == Issue("The recording is truncated: 3044 of 19244 bytes are present.")


def test_followed_by_other_bytes() -> None:
    content = WAV + b"hidden" * 20
    record, issue = _parse(content, "1.wav")
    assert isinstance(record, Record)
    assert isinstance(issue, Issue)
    assert record.message.endswith("mono), well formed up to byte 19244; 120 bytes follow its end.")
    assert record.locator == "bytes:0+19244"
    assert resolve(io.BytesIO(content), record.locator).content == WAV
    assert issue == Issue(
        "120 bytes follow the end of the recording at byte 19244; nothing in them was recognised as a part of it.",
        "bytes:19244+120",
        (b"hidden" * 20)[:64],
    )
    assert resolve(io.BytesIO(content), issue.locator).content == b"hidden" * 20


def test_recording_without_index() -> None:
    record, issue = _parse((FIXTURES / "speech.m4a").read_bytes()[:1500], "message.m4a")
    assert isinstance(record, Record)
    assert isinstance(issue, Issue)
    assert record.message.startswith("A recording of unknown duration (M4A, unknown coding), truncated: 1500 of")
    assert issue.what.startswith("The recording is truncated: 1500 of")


def test_sound_beside_moving_pictures_is_a_recording() -> None:
    (record,) = _parse((FIXTURES / "video.mp4").read_bytes(), "video.mp4")
    assert isinstance(record, Record)
    assert record.message == "A recording of 0.250 s (M4A, AAC-LC, 8000 Hz, mono), well formed."
    assert "It also holds moving pictures, which are not described." in str(record.fields["notes"])


def test_moving_pictures_without_sound_give_neither_record_nor_issue() -> None:
    content = (FIXTURES / "video.mp4").read_bytes().replace(b"soun", b"text")
    assert _parse(content, "video.mp4") == []


def test_mp4_of_any_size_is_read_where_it_lies(tmp_path: Path) -> None:
    content = (FIXTURES / "faststart.m4a").read_bytes()
    path = tmp_path / "long.m4a"
    size = 300 * 1024 * 1024
    with path.open("wb") as file:
        file.write(content[:28] + size.to_bytes(4, "big") + b"free")
        file.seek(28 + size)
        file.write(content[28:])
    source = Source("long.m4a", path.stat().st_size, path.read_bytes()[:65536], lambda: path.open("rb"))
    assert RecordingParser().claims(source)
    record = next(iter(RecordingParser().parse(source)))
    assert isinstance(record, Record)
    assert (record.fields["duration_us"], record.fields["end"]) == (600_000, size + len(content))


@pytest.mark.parametrize(
    ("content", "path"),
    [
        (b"", "empty.wav"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "a.webp"),
        (b"RIFF\x10\0\0\0AVI LIST....movi", "a.avi"),
        (bytes(range(256)) * 4, "sound.bin"),
        (b"PK\3\4" + bytes(range(256)), "stems.wav"),
        (b"\0\5\x16\7" + bytes(range(256)), "._song.mp3"),
        (bytes(range(256)) * 4, "._song.mp3"),
        (("Grüße " * 40).encode("utf-16"), "lyrics.mp3"),
        (("Grüße " * 200).encode(), "lyrics.mp3"),
        (b"/var/local/earcon/system_communications_sms_received_02.mp3", "noticeEarcon.mp3"),
        (b"ID3", "short.mp3"),
        (bytes(range(256)) * 4, "disk.raw"),
        (bytes(range(256)) * 4, "chaudio/disk.raw"),
        (bytes(range(255)) * 2 + b"\x55\xaa", "sound/floppy.ima"),
        (b"OggS", "short.ogg"),
        (b'{"activities": []}', "1.wav"),
        (bytes(2000), "zeros.wav"),
    ],
)
def test_not_claimed(content: bytes, path: str) -> None:
    source = Source.of(content, path)
    assert not RecordingParser().claims(source)
    assert list(RecordingParser().parse(source)) == []


@pytest.mark.parametrize(
    "name",
    [
        "1.wav",
        "VOICE/A.MP3",
        "rec.m4a",
        "call.amr",
        "x.sbc",
        "x.ima",
        "x.sd2",
        "mic0_16k.raw",
        "wakeword/a.raw",
        "a.pcm",
    ],
)
def test_file_called_sound_that_is_not_known_is_an_issue(name: str) -> None:
    content = bytes(range(200, 256)) + bytes(range(200))
    (issue,) = _parse(content, name)
    assert isinstance(issue, Issue)
    ending = name[name.rindex(".") :].lower()
    assert issue.what.startswith(
        f"The file's name ends in {ending}, as names of sound files do, but its first bytes are"
    )
    assert issue.excerpt == content[:64]


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("scrape/9.WAV", ("numbered-audio:scrape#9",)),
        ("a/b c/014.wav", ("numbered-audio:a/b c#14",)),
        ("16..wav", ("numbered-audio:#16",)),
        ("7", ("numbered-audio:#7",)),
        ("scrape/9a.wav", ()),
        ("scrape/-9.wav", ()),
        ("scrape/.wav", ()),
        ("scrape/²3.wav", ()),
        ("scrape/1234567890.wav", ()),
        ("9/speech.wav", ()),
    ],
)
def test_numbers_in_names(path: str, keys: tuple[str, ...]) -> None:
    assert _record(path).keys == keys
    assert number("name.wav") is None


@pytest.mark.parametrize(
    ("name", "written", "text"),
    [
        (PLAIN + ".wav", PLAIN, SPOKEN),
        (SPOKEN.replace(":", "-").replace("/", "_") + " (1).WAV", SPOKEN.replace(":", "-").replace("/", "_"), SPOKEN),
        (SPOKEN.replace(":", "%3A").replace("/", "%2F") + ".wav", SPOKEN, SPOKEN),
        ("data_id=" + SPOKEN.replace(":", "%3a").replace("/", "%2f"), SPOKEN, SPOKEN),
        (PLAIN.removesuffix("_0") + ".wav", PLAIN.removesuffix("_0"), SPOKEN.removesuffix("/0")),
        (LATER.replace(":", "_").replace("/", "_") + ".wav", LATER.replace(":", "_").replace("/", "_"), LATER),
    ],
)
def test_utterance_id_in_the_name(name: str, written: str, text: str) -> None:
    record = _record("export/" + name)
    assert record.utterance_id == text
    assert record.fields["utterance_id_in_name"] == written
    assert record.device_type == "AB72C64C86AW2"
    assert record.device_serial == (None if text == LATER else "B0F00715535302W5")
    assert record.transcript is None
    assert record.keys == ()
    (start,) = record.timestamps
    assert (start.description, start.clock) == ("Start Time", Clock.CLOUD)
    assert start.timestamp == (1_640_969_532_000_000 if text == LATER else 1_500_271_956_000_000)
    assert start.recorded == ("2021/12/31/16 52:12" if text == LATER else "2017/07/17/06 12:36")


@pytest.mark.parametrize(
    "name",
    [
        PLAIN.replace("2017_07_17", "2017_02_30") + ".wav",
        PLAIN.replace("91ba6538", "91ba653") + ".wav",
        "_" * 5000 + ".wav",
        "A_1.0_" * 2000 + ".wav",
        "%" * 3000,
    ],
)
def test_no_utterance_id_in_the_name(name: str) -> None:
    assert utterance(name) is None
    assert _record(name).utterance_id is None


def test_name_given_by_cift() -> None:
    record = _record("VOICE/(2017-07-17T08_12_36+0200)_TEXT(alexa how could (you) do this).wav")
    assert record.fields["name_text"] == "alexa how could (you) do this"
    assert record.transcript is None
    assert record.timestamps == (
        Timestamp(
            "Start Time",
            "2017-07-17T08_12_36+0200",
            Clock.EXAMINER,
            1_500_271_956_000_000,
            "From the file's name, which CIFT made from the utterance id, in the time zone of the workstation it ran"
            " on: the start of the audio stream, to the second.",
        ),
    )


@pytest.mark.parametrize(
    ("name", "stamp"),
    [
        ("(2017-07-17T02_12_36-0400)_TEXT(TRANSCRIPT NOT AVAILABLE).wav", 1_500_271_956_000_000),
        ("(2017-07-17T11:42:36+0530)_TEXT().wav", 1_500_271_956_000_000),
        ("(2017-07-17T08_12_36)_TEXT(stop).wav", None),
        ("(2017-02-30T08_12_36+0200)_TEXT(stop).wav", None),
    ],
)
def test_zones_of_cift_names(name: str, stamp: int | None) -> None:
    found = voice(name)
    assert found is not None
    assert found.timestamp.timestamp == stamp


def test_no_cift_name() -> None:
    for name in ("(2017-07-17)_TEXT(stop).wav", "TEXT(stop).wav", "(2017-07-17T08_12_36+0200)_TEXT(stop", "(" * 5000):
        assert voice(name) is None


def test_records_can_be_written_as_json() -> None:
    for path in FIXTURES.iterdir():
        source = Source.of(path.read_bytes(), path.name)
        for found in RecordingParser().parse(source) if RecordingParser().claims(source) else ():
            if isinstance(found, Record):
                assert json.loads(json.dumps(dict(found.fields))) == found.fields


def test_about_speaks_of_what_is_yielded() -> None:
    about = RecordingParser.about
    assert about.data_types == ("recording:audio",)
    assert about.known_by
    assert about.validated_on
    assert about.limits
    assert about.references
