"""Each container and coding, described exactly."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from parsers.formats.audio.facts import AudioFacts, Ending, Undescribed, microseconds
from parsers.formats.audio.formats import FORMATS, AudioFormat, recognise
from parsers.record import Clock, Timestamp

FIXTURES = Path(__file__).parent / "fixtures"
_BY = "Written into the {} tag by the software that made or edited the file; {}."
_DAY = "a day without a time"
_NO_ZONE = "no time zone is given, so it is left unknown"
_ZONE = "the zone is given in the tag"
_PADDED = (
    "The encoder (Lavf lame) put 576 samples of silence before the sound and {} after it;"
    " they are counted in the duration."
)
_QUARTER, _LONG = 250_000, 600_000
#: 2017-07-17T06:12:36Z
_STAMP = 1_500_271_956_000_000


def _wav(codec: str, end: int, bits: int, **more: object) -> AudioFacts:
    given: dict[str, object] = {"rate_hz": 8000, "channels": 1, "duration_us": _QUARTER, "bits": bits}
    return AudioFacts("WAV", codec, end, Ending.DECLARED, **(given | more))  # type: ignore[arg-type]


def _made(tag: str, recorded: str, stamp: int | None, how: str, what: str = "Creation Time") -> tuple[Timestamp, ...]:
    return (Timestamp(what, recorded, Clock.UNKNOWN, stamp, _BY.format(tag, how)),)


_PCM = "PCM 16-bit little-endian"
_LAVF = {"muxing application": "Lavf", "writing application": "Lavf"}
EXPECTED = {
    "speech_pcm16.wav": _wav(_PCM, 19244, 16, rate_hz=16000, duration_us=_LONG),
    "info_list.wav": _wav(
        _PCM,
        4130,
        16,
        metadata={"IART": "Echo", "ICMT": "made for a test", "ICRD": "2017-07-17", "INAM": "kitchen"},
        timestamps=_made("ICRD", "2017-07-17", None, _DAY),
    ),
    "bext.wav": _wav(
        _PCM,
        4654,
        16,
        metadata={
            "bext description": "door",
            "bext originator": "ef",
            "bext date": "2017-07-17",
            "bext time": "15:12:36",
        },
        timestamps=_made("bext", "2017-07-17 15:12:36", None, _NO_ZONE),
    ),
    "pcm8.wav": _wav("PCM 8-bit unsigned", 2044, 8),
    "float32.wav": _wav("PCM 32-bit float little-endian", 8080, 32),
    "mulaw.wav": _wav("mu-law", 2058, 8),
    "ima_adpcm.wav": _wav("IMA ADPCM", 1084, 4, duration_us=255_125),
    "pcm24_extensible.wav": _wav("PCM 24-bit little-endian", 12068, 24, channels=2),
    "streamed.wav": AudioFacts(
        "WAV",
        _PCM,
        4044,
        Ending.OPEN,
        8000,
        1,
        _QUARTER,
        16,
        "of unknown length: its header gives none, as when sound is written while it is recorded;"
        " 4000 bytes of sound are present",
    ),
    "speech.opus": AudioFacts(
        "Ogg",
        "Opus",
        1489,
        Ending.LAST_PAGE,
        48000,
        1,
        _LONG,
        metadata={"encoder software": "ffmpeg", "encoder": "Lavc libopus", "title": "kitchen"},
        notes=("The encoder was given sound at 16000 Hz.",),
    ),
    "speech_vorbis.ogg": AudioFacts(
        "Ogg",
        "Vorbis",
        5605,
        Ending.LAST_PAGE,
        16000,
        1,
        _LONG,
        metadata={
            "encoder software": "ffmpeg",
            "encoder": "Lavc libvorbis",
            "title": "kitchen",
            "DATE": "2017-07-17T06:12:36Z",
        },
        timestamps=_made("DATE", "2017-07-17T06:12:36Z", _STAMP, _ZONE),
    ),
    "speech.spx": AudioFacts(
        "Ogg",
        "Speex",
        2332,
        Ending.LAST_PAGE,
        16000,
        1,
        591_063,
        metadata={"encoder software": "ffmpeg", "encoder": "Lavc libspeex"},
    ),
    "flac_in_ogg.oga": AudioFacts(
        "Ogg",
        "FLAC",
        2878,
        Ending.LAST_PAGE,
        8000,
        1,
        _QUARTER,
        16,
        metadata={"encoder software": "ffmpeg", "encoder": "Lavc flac"},
    ),
    "speech.flac": AudioFacts(
        "FLAC",
        "FLAC",
        18876,
        Ending.LAST_FRAME,
        16000,
        1,
        _LONG,
        16,
        metadata={"encoder software": "ffmpeg", "title": "kitchen"},
    ),
    "stereo.flac": AudioFacts(
        "FLAC",
        "FLAC",
        8049,
        Ending.LAST_FRAME,
        44100,
        2,
        _QUARTER,
        16,
        metadata={"encoder software": "reference libFLAC 1.4.2 20221022", "Comment": "Processed by SoX"},
    ),
    "id3v2_xing.mp3": AudioFacts(
        "MP3",
        "MPEG-2 Layer III",
        3187,
        Ending.LAST_FRAME,
        16000,
        1,
        684_000,
        metadata={
            "TIT2": "kitchen",
            "TPE1": "Echo",
            "TYER": "2017",
            "ID3v1 title": "kitchen",
            "ID3v1 artist": "Echo",
            "ID3v1 year": "2017",
        },
        notes=(_PADDED.format(768),),
    ),
    "cbr_plain.mp3": AudioFacts("MP3", "MPEG-2 Layer III", 2052, Ending.LAST_FRAME, 16000, 1, 684_000),
    "stereo_id3v24.mp3": AudioFacts(
        "MP3",
        "MPEG-1 Layer III",
        2576,
        Ending.LAST_FRAME,
        44100,
        2,
        287_347,
        metadata={"TIT2": "kitchen", "TDRC": "2017-07-17T06:12:36"},
        timestamps=_made("TDRC", "2017-07-17T06:12:36", None, _NO_ZONE, "Recorded Time"),
        notes=(_PADDED.format(1071),),
    ),
    "speech.aac": AudioFacts("AAC (ADTS)", "AAC-LC", 2256, Ending.LAST_FRAME, 16000, 1, 704_000),
    "speech.m4a": AudioFacts(
        "M4A",
        "AAC-LC",
        3053,
        Ending.LAST_BOX,
        16000,
        1,
        _LONG,
        metadata={"©nam": "kitchen", "©too": "Lavf59.27.100"},
        timestamps=(
            Timestamp(
                "Creation Time",
                "3583116756",
                Clock.UNKNOWN,
                _STAMP,
                "Seconds since 1904-01-01 UTC, set by the software that wrote the file;"
                " some software counts local time.",
            ),
        ),
    ),
    "faststart.m4a": AudioFacts("M4A", "AAC-LC", 2985, Ending.LAST_BOX, 16000, 1, _LONG),
    "fragmented.mp4": AudioFacts(
        "M4A", "AAC-LC", 3348, Ending.LAST_BOX, 16000, 1, 664_000, notes=("Its file type is 'iso5'.",)
    ),
    "alac.m4a": AudioFacts("M4A", "Apple Lossless", 3358, Ending.LAST_BOX, 8000, 1, _QUARTER, 16),
    "speech.amr": AudioFacts("AMR", "AMR-NB", 396, Ending.LAST_FRAME, 8000, 1, _LONG),
    "amr.3gp": AudioFacts("M4A", "AMR-NB", 1000, Ending.LAST_BOX, 8000, 1, _LONG, notes=("Its file type is '3gp4'.",)),
    "rf64.wav": AudioFacts(
        "WAV",
        "PCM 16-bit little-endian",
        4080,
        Ending.DECLARED,
        8000,
        1,
        250000,
        16,
        notes=("Its header begins with RF64.",),
    ),
    "speech.aiff": AudioFacts(
        "AIFF", "PCM 16-bit big-endian", 4070, Ending.DECLARED, 8000, 1, 250000, 16, metadata={"NAME": "kitchen"}
    ),
    "ima4.aifc": AudioFacts("AIFF", "IMA ADPCM", 1160, Ending.DECLARED, 8000, 1, 256000),
    "speech.caf": AudioFacts("CAF", "PCM 16-bit little-endian", 4092, Ending.LAST_BOX, 8000, 1, 250000, 16),
    "alac.caf": AudioFacts("CAF", "Apple Lossless", 3151, Ending.LAST_BOX, 8000, 1, 512000),
    "speech.w64": AudioFacts("Wave64", "PCM 16-bit little-endian", 4104, Ending.DECLARED, 8000, 1, 250000, 16),
    "speech.au": AudioFacts(
        "AU", "mu-law", 2040, Ending.DECLARED, 8000, 1, 250000, metadata={"annotation": "Title=kitchen"}
    ),
    "speech.webm": AudioFacts(
        "WebM",
        "Opus",
        1081,
        Ending.DECLARED,
        48000,
        1,
        258000,
        metadata={"title": "kitchen", **_LAVF, "ENCODER": "Lavc libopus", "DURATION": "00:00:00.258000000"},
        timestamps=(
            Timestamp(
                "Creation Time",
                "521964756000000000",
                Clock.UNKNOWN,
                _STAMP,
                "Nanoseconds since 2001-01-01 UTC, set by the software that wrote the file.",
            ),
        ),
    ),
    "streamed.webm": AudioFacts(
        "WebM",
        "Opus",
        990,
        Ending.OPEN,
        48000,
        1,
        261000,
        metadata={**_LAVF, "ENCODER": "Lavc libopus"},
        notes=("The duration is reckoned from the last block of sound that is present.",),
    ),
    "speech.mka": AudioFacts(
        "Matroska",
        "AAC-LC",
        2727,
        Ending.DECLARED,
        16000,
        1,
        664000,
        metadata={**_LAVF, "ENCODER": "Lavc aac", "DURATION": "00:00:00.664000000"},
    ),
    "video.mkv": AudioFacts(
        "Matroska",
        "AAC-LC",
        1982,
        Ending.DECLARED,
        8000,
        1,
        528000,
        metadata={
            **_LAVF,
            "ENCODER": "Lavc mpeg4",
            "DURATION": "00:00:00.528000000",
            "ENCODER (2)": "Lavc aac",
            "DURATION (2)": "00:00:00.378000000",
        },
        notes=(
            "It also holds moving pictures, which are not described.",
            "The duration is that of the whole file, pictures included.",
        ),
    ),
    "speech.ts": AudioFacts("MPEG-TS", "AAC-LC", 3384, Ending.LAST_FRAME, 16000, 1, 704000),
    "mp3.m2ts": AudioFacts("MPEG-TS", "MPEG-2.5 Layer III", 6144, Ending.LAST_FRAME, 8000, 1, 432000),
    "speech.latm": AudioFacts("AAC (LATM)", "AAC-LC", 2241, Ending.LAST_FRAME, 16000, 1, 704000),
    "speech.ac3": AudioFacts("AC-3", "AC-3", 2496, Ending.LAST_FRAME, 32000, 1, 624000),
    "speech.eac3": AudioFacts("E-AC-3", "E-AC-3", 2496, Ending.LAST_FRAME, 32000, 2, 624000),
    "video.mp4": AudioFacts(
        "M4A",
        "AAC-LC",
        2723,
        Ending.LAST_BOX,
        8000,
        1,
        250_000,
        notes=("It also holds moving pictures, which are not described.", "Its file type is 'isom'."),
    ),
}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_facts(name: str) -> None:
    content = (FIXTURES / name).read_bytes()
    known = recognise(content[:65536], name)
    assert known is not None
    assert known.describe(io.BytesIO(content), len(content)) == EXPECTED[name]


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_exactly_one_format_matches(name: str) -> None:
    head = (FIXTURES / name).read_bytes()[:65536]
    matching = [known.name for known in FORMATS if known.matches(head, name)]
    facts = EXPECTED[name]
    assert matching == [{"WebM": "Matroska", "E-AC-3": "AC-3"}.get(facts.container, facts.container)]


def test_each_fixture_is_expected() -> None:
    found = {path.name for path in FIXTURES.iterdir() if path.suffix not in {".md", ".sh"}}
    assert found == set(EXPECTED)


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.name)
def test_foreign_bytes_are_undescribed(known: AudioFormat) -> None:
    for content in (b"", b"\0" * 100, b"plain text, no sound\n" * 20):
        assert isinstance(known.describe(io.BytesIO(content), len(content)), Undescribed)
        assert not known.matches(content, "sound.mp3")


def test_microseconds_round_and_refuse_the_absurd() -> None:
    assert microseconds(1, 3) == 333_333
    assert microseconds(2, 3) == 666_667
    assert microseconds(0, 8000) == 0
    assert microseconds(1, 0) is None
    assert microseconds(366 * 86400, 1) == 366 * 86400 * 1_000_000
    assert microseconds(366 * 86400 + 1, 1) is None
