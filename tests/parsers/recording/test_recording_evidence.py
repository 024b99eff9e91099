"""Real recordings: the fourteen of the DFRWS 2017 challenge, and what an Echo has that is none."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from parsers.parser import Source
from parsers.record import Record
from parsers.recording.parser import RecordingParser

EVIDENCE = Path(__file__).parents[4] / "shared/evidence"
SCRAPE = EVIDENCE / "dfrws2017/005-Amazon-Echo-Alexa-Web-Scrape.zip"
ECHO = EVIDENCE / "echo-1st-gen"
#: Milliseconds by the number in the file's name; the same as ffprobe 5.1 gives.
DURATIONS = {
    1: 5560,
    2: 5560,
    3: 5720,
    4: 5720,
    5: 6980,
    6: 6980,
    7: 7420,
    8: 5820,
    9: 6760,
    10: 6760,
    11: 4860,
    12: 4860,
    13: 5420,
    14: 4680,
}


@pytest.mark.skipif(not SCRAPE.exists(), reason="../shared/evidence is absent")
def test_recordings_of_the_web_scrape() -> None:
    found: dict[int, int] = {}
    digests: dict[str, int] = {}
    with zipfile.ZipFile(SCRAPE) as scrape:
        for member in scrape.infolist():
            content = scrape.read(member)
            source = Source.of(content, member.filename)
            if not RecordingParser().claims(source):
                assert not member.filename.lower().endswith(".wav")
                continue
            (record,) = RecordingParser().parse(source)
            assert isinstance(record, Record)
            fields = dict(record.fields)
            assert (fields["container"], fields["codec"]) == ("WAV", "PCM 16-bit little-endian")
            assert (fields["rate_hz"], fields["channels"], fields["bits"]) == (16000, 1, 16)
            assert (fields["whole"], fields["trailing"], fields["end"]) == (True, 0, len(content))
            assert (fields["metadata"], fields["notes"], record.timestamps, record.locator) == ({}, [], (), "")
            folder, _, name = member.filename.rpartition("/")
            numbered = int(name.split(".")[0])
            assert record.keys == (f"numbered-audio:{folder}#{numbered}",)
            assert isinstance(fields["duration_us"], int)
            assert fields["duration_us"] == (len(content) - 44) // 2 * 1_000_000 // 16000
            found[numbered] = fields["duration_us"] // 1000
            digest = hashlib.sha256(content).hexdigest()
            digests[digest] = digests.get(digest, 0) + 1
    assert found == DURATIONS
    assert sorted(digests.values()) == [1, 1, 1, 1, 2, 2, 2, 2, 2]


@pytest.mark.skipif(not ECHO.exists(), reason="../shared/evidence is absent")
def test_nothing_on_the_echo_is_a_recording() -> None:
    paths = [path for path in ECHO.rglob("*") if path.is_file()]
    assert any(path.name == "noticeEarcon.mp3" for path in paths)
    claimed = [path.name for path in paths if RecordingParser().claims(Source.of(path.read_bytes(), path.name))]
    assert claimed == []
