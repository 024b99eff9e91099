"""Chromium's simple cache, made byte by byte: good files, and files that are damaged or lie."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from parsers.browser.simple_cache import SimpleCache
from parsers.browser.simple_index import SimpleIndexParser
from parsers.formats.chromium_cache.hashes import super_fast_hash
from parsers.parser import Source
from parsers.record import Clock, Issue, Record, Timestamp

Files = dict[str, bytes]
Read = Callable[..., tuple[list[Record], list[Issue]]]

FOLDER = "data/data/com.amazon.dee.app/cache/org.chromium.android_webview/"
URL = "https://alexa.amazon.com/api/wake-word?_=1499931336585"
KEY = f"1/0/_dk_https://amazon.com https://amazon.com {URL}"
BODY = json.dumps({"wakeWords": [{"active": True, "deviceSerialNumber": "G000SAMPLE000001", "wakeWord": "ALEXA"}]})
UTTERANCE = "A0SAMPLETYPE1:1.0/2020/05/04/10/G000SAMPLE000001/15:07::TNIH_2V.0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0ZXV/1"
AUDIO_KEY = f"https://alexa.amazon.com/api/utterance/audio/data?id={UTTERANCE}"
SOUND = b"ID3\x04" + bytes(3000)
NOTE = "Microseconds since 1601-01-01 UTC, by the clock of the machine that held the cache."


@pytest.fixture
def read_simple(read_cache: Read) -> Callable[[Files, str], tuple[list[Record], list[Issue]]]:
    return lambda files, path: read_cache(files, path, SimpleCache(), SimpleIndexParser())


def test_an_answer_comes_with_its_times_and_headers(made: Any, read_simple: Read) -> None:
    info = made.http_info(("Content-Type: application/json", "Content-Encoding: gzip", "Date: Thu, 13 Jul 2017"))
    name = made.simple_name(KEY)
    files = {
        f"{FOLDER}{name}_0": made.simple_main(KEY, info, gzip.compress(BODY.encode(), mtime=0)),
        f"{FOLDER}index-dir/the-real-index": made.simple_index({"00" * 8: made.SENT, name: made.USED}),
    }
    records, issues = read_simple(files, f"{FOLDER}{name}_0")
    assert issues == []
    (record,) = [one for one in records if one.data_type != "alexa:cloud:page"]
    assert record.data_type == "alexa:cloud:wake_word"
    assert record.device_serial == "G000SAMPLE000001"
    assert record.locator.endswith(";coding:gzip;json:/wakeWords/0")
    sent, came, asked = record.timestamps
    note_at = sent.locator
    assert sent == Timestamp(
        "Sent Time", str(made.SENT), Clock.PHONE, 1_499_932_800_123_456, f"When the request was sent. {NOTE}", note_at
    )
    assert (came.description, came.timestamp, came.clock) == ("Recorded Time", 1_499_932_800_373_456, Clock.PHONE)
    assert (asked.description, asked.recorded, asked.clock) == ("Recorded Time", "1499931336585", Clock.PHONE)
    assert record.fields["request_url"] == URL
    assert record.fields["cache_key"] == KEY
    assert record.fields["cache_entry"] == name
    assert record.fields["cache_last_used_time"] == str(made.USED)
    assert record.fields["http_status"] == 200
    assert record.fields["http_date"] == "Thu, 13 Jul 2017"
    assert record.fields["asked_from_site"] == "https://amazon.com"
    assert "doubts" not in record.fields
    assert f"content-sha1:{hashlib.sha1(BODY.encode()).hexdigest()}" in record.keys


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("sha", [False, True])
def test_every_form_of_the_structures_is_read(made: Any, read_simple: Read, packed: bool, sha: bool) -> None:
    content = made.simple_main(URL, made.http_info(), BODY.encode(), packed, sha)
    records, issues = read_simple({"x": content}, "x")
    assert issues == []
    assert [record.data_type for record in records] == ["alexa:cloud:wake_word"]
    assert records[0].timestamps[0].clock is Clock.UNKNOWN


@pytest.mark.parametrize(
    "key",
    [
        URL, f"1/0/{URL}", f"0/{URL}", f"1/12345/_dk_https://x.org https://y.org {URL}",
        f"_dk_https://x.org {URL}", f"1/0/_dk_s_https://x.org https://y.org {URL}",
        f"1/0/_dk_cn_https://x.org https://x.org {URL}",
    ],
)  # fmt: skip
def test_the_address_is_found_in_every_form_of_key(made: Any, read_simple: Read, key: str) -> None:
    records, issues = read_simple({"x": made.simple_main(key, made.http_info(), BODY.encode())}, "x")
    assert issues == []
    assert records[0].fields["request_url"] == URL
    site = records[0].fields.get("asked_from_site")
    assert site == ("https://x.org" if "x.org" in key else None)


@pytest.mark.parametrize(
    "key",
    [
        "https://example.org/", "https://images.amazon.com/a.png", "not an address", "_dk_https://alexa.amazon.com",
        "1/0/_dk_https://alexa.amazon.com https://alexa.amazon.com https://example.org/api/cards",
    ],
)  # fmt: skip
def test_entries_of_other_addresses_are_not_claimed(made: Any, key: str) -> None:
    assert not SimpleCache().claims(Source.of(made.simple_main(key, made.http_info(), b"{}")))


def test_a_recording_that_came_in_parts_is_put_together(made: Any, read_simple: Read) -> None:
    name = made.simple_name(AUDIO_KEY)
    info = made.http_info(("Content-Type: audio/mpeg",), "HTTP/1.1 206 Partial Content")
    files = {
        f"{FOLDER}{name}_0": made.simple_main(AUDIO_KEY, info, b""),
        f"{FOLDER}{name}_s": made.simple_parts(AUDIO_KEY, [(1000, SOUND[1000:]), (0, SOUND[:1000])]),
    }
    (record,), issues = read_simple(files, f"{FOLDER}{name}_0")
    assert issues == []
    assert record.data_type == "alexa:web:recording"
    expected = "The cache holds a recording of 3004 bytes, answered to /api/utterance/audio/data."
    assert record.message.startswith(expected)
    assert record.utterance_id == UTTERANCE
    assert record.device_serial == "G000SAMPLE000001"
    assert record.fields["sha256"] == hashlib.sha256(SOUND).hexdigest()
    assert record.file == f"{name}_s"
    assert [timestamp.description for timestamp in record.timestamps] == ["Sent Time", "Recorded Time", "Start Time"]
    assert len(record.fields["body_pieces"]) == 2  # type: ignore[arg-type]
    assert read_simple(files, f"{FOLDER}{name}_s") == ([], [])


def test_a_gap_between_parts_is_reported(made: Any, read_simple: Read) -> None:
    name = made.simple_name(AUDIO_KEY)
    files = {
        f"{name}_0": made.simple_main(AUDIO_KEY, made.http_info(("Content-Type: audio/mpeg",)), b""),
        f"{name}_s": made.simple_parts(AUDIO_KEY, [(0, SOUND[:1000]), (2000, SOUND[2000:])]),
    }
    (record,), issues = read_simple(files, f"{name}_0")
    assert record.fields["body_bytes"] == 1000
    assert [issue.what for issue in issues] == ["The bytes 1000 to 1999 of the body are not in the cache."]
    assert record.fields["doubts"] == ["The bytes 1000 to 1999 of the body are not in the cache."]


def test_parts_without_the_main_file_are_still_reported(made: Any, read_simple: Read) -> None:
    name = made.simple_name(AUDIO_KEY)
    (record,), issues = read_simple({f"{name}_s": made.simple_parts(AUDIO_KEY, [(0, SOUND)])}, f"{name}_s")
    assert record.utterance_id == UTTERANCE
    assert record.fields["sha256"] == hashlib.sha256(SOUND).hexdigest()
    assert [timestamp.description for timestamp in record.timestamps] == ["Start Time"]
    assert [issue.what for issue in issues] == [
        "The entry's main file (_0), which holds the answer's times and headers, is not beside this file."
    ]


def test_what_was_made_from_a_body_gives_nothing_beside_the_main_file(made: Any, read_simple: Read) -> None:
    name = made.simple_name(URL)
    side = made.simple_header(URL) + b"code" + made.simple_end(b"code")
    files = {f"{name}_0": made.simple_main(URL, made.http_info(), BODY.encode()), f"{name}_1": side}
    assert read_simple(files, f"{name}_1") == ([], [])
    (record,), issues = read_simple({f"{name}_1": side}, f"{name}_1")
    assert record.message == "The cache holds an entry for /api/wake-word, with no content."
    assert len(issues) == 2


@pytest.mark.parametrize(
    ("url", "headers", "body", "kind"),
    [
        ("https://www.amazon.com/alexa-privacy/apd/rvh/audio?uid=1", (), b"\0\1\2", "alexa:web:recording"),
        ("https://www.amazon.com/alexa-privacy/apd/rvh/audio?uid=1", (), b"<html>", "alexa:web:cached"),
        ("https://alexa.amazon.com/x", ("Content-Type: audio/ogg",), b"\0\1\2", "alexa:web:recording"),
        ("https://alexa.amazon.com/x", ("Content-Type: image/png",), b"\x89PNG\r\n", "alexa:web:cached"),
        ("https://alexa.amazon.com/x", (), b"fLaC\0\0\0\x22" + bytes(60), "alexa:web:recording"),
    ],
)
def test_sound_is_known_by_its_address_type_or_bytes(
    made: Any, read_simple: Read, url: str, headers: tuple[str, ...], body: bytes, kind: str
) -> None:
    (record,), issues = read_simple({"x": made.simple_main(url, made.http_info(headers), body)}, "x")
    assert (record.data_type, issues) == (kind, [])
    assert record.fields["body_sha256"] == hashlib.sha256(body).hexdigest()


def test_a_page_is_one_short_record(made: Any, read_simple: Read) -> None:
    url = "https://alexa.amazon.com/spa/index.html"
    content = made.simple_main(url, made.http_info(("Content-Type: text/html; charset=utf-8",)), b"<html></html>")
    (record,), issues = read_simple({"x": content}, "x")
    assert issues == []
    assert record.data_type == "alexa:web:cached"
    assert record.message == (
        "The cache holds what was answered, HTTP/1.1 200 OK, to /spa/index.html: 13 bytes of text/html."
    )
    assert record.fields["body_sha256"] == hashlib.sha256(b"<html></html>").hexdigest()


def test_an_answer_that_was_confirmed_later_has_both_times(made: Any, read_simple: Read) -> None:
    info = made.http_info(first=made.SENT - 10_000_000)
    (record,), issues = read_simple({"x": made.simple_main(URL.partition("?")[0], info, BODY.encode())}, "x")
    assert issues == []
    assert [(timestamp.description, int(timestamp.recorded) - made.SENT) for timestamp in record.timestamps] == [
        ("Sent Time", 0), ("Recorded Time", 250_000), ("Recorded Time", -10_000_000),
    ]  # fmt: skip


def test_times_of_nought_are_no_times(made: Any, read_simple: Read) -> None:
    info = made.http_info(sent=0, came=-1)
    (record,), issues = read_simple({"x": made.simple_main(URL.partition("?")[0], info, BODY.encode())}, "x")
    assert (record.timestamps, issues) == ((), [])


def test_an_entry_marked_for_deletion_says_so(made: Any, read_simple: Read) -> None:
    path = f"todelete_{made.simple_name(URL)}_0_7"
    records, issues = read_simple({path: made.simple_main(URL, made.http_info(), BODY.encode())}, path)
    assert issues == []
    assert records[0].message.endswith("The browser had marked the entry for deletion.")
    assert records[0].fields["provenance"] == "marked for deletion"


@pytest.mark.parametrize(
    ("find", "put", "expected"),
    [
        (b"ALEXA", b"BLEXA", "The body does not match its checksum."),
        (b"200 OK", b"201 OK", "The note on the answer does not match its checksum."),
    ],
)
def test_a_wrong_checksum_is_reported_and_the_content_given(
    made: Any, read_simple: Read, find: bytes, put: bytes, expected: str
) -> None:
    content = made.simple_main(URL, made.http_info(), BODY.encode()).replace(find, put)
    records, issues = read_simple({"x": content}, "x")
    assert [issue.what for issue in issues] == [expected]
    assert records[0].data_type == "alexa:cloud:wake_word"
    assert records[0].fields["doubts"] == [expected]


def test_a_key_or_name_that_does_not_fit_is_reported(made: Any, read_simple: Read) -> None:
    content = bytearray(made.simple_main(URL, made.http_info(), BODY.encode()))
    content[16] ^= 1
    name = f"{'0' * 16}_0"
    records, issues = read_simple({name: bytes(content)}, name)
    assert [issue.what for issue in issues] == [
        "The key does not match the hash in the header.", "The file's name is not the one that its key makes.",
    ]  # fmt: skip
    assert records[0].fields["doubts"] == [issue.what for issue in issues]


@pytest.mark.parametrize("left", [0, 10, 30, 100, 150])
def test_a_file_cut_off_still_gives_the_body(made: Any, read_simple: Read, left: int) -> None:
    content = made.simple_main(URL, made.http_info(), BODY.encode())
    body_end = content.index(BODY.encode()) + len(BODY)
    records, issues = read_simple({"x": content[: body_end + left]}, "x")
    assert issues[0].what.startswith("The file's end is not as it should be")
    assert "alexa:cloud:wake_word" in {record.data_type for record in records}


def test_a_body_that_cannot_be_decoded_is_kept_by_its_digest(made: Any, read_simple: Read) -> None:
    body = b"\x1f\x8b\x08\x00broken"
    info = made.http_info(("Content-Encoding: gzip", "Content-Type: application/json"))
    (record,), issues = read_simple({"x": made.simple_main(URL, info, body)}, "x")
    assert record.data_type == "alexa:web:cached"
    assert record.fields["body_sha256"] == hashlib.sha256(body).hexdigest()
    assert issues[0].what.startswith("The body cannot be decoded as gzip")


def test_a_body_that_breaks_off_encoded_gives_what_is_whole(made: Any, read_simple: Read) -> None:
    many = json.dumps({"wakeWords": [{"active": True, "wakeWord": f"ALEXA {number}"} for number in range(400)]})
    coded = gzip.compress(many.encode(), mtime=0)
    info = made.http_info(("Content-Encoding: gzip", "Content-Type: application/json"))
    records, issues = read_simple({"x": made.simple_main(URL, info, coded[: len(coded) // 2])}, "x")
    words = [record for record in records if record.data_type == "alexa:cloud:wake_word"]
    assert 50 < len(words) < 400
    assert words[0].locator.startswith("bytes:")
    what = "The body cannot be decoded whole as gzip: it is cut off. What was decoded was read."
    assert issues[0].what == what
    assert words[0].fields["doubts"] == [what]


def test_a_body_kept_decoded_beside_its_header_is_read(made: Any, read_simple: Read) -> None:
    info = made.http_info(("Content-Encoding: gzip", "Content-Type: application/json"))
    records, issues = read_simple({"x": made.simple_main(URL, info, BODY.encode())}, "x")
    assert issues == []
    assert records[0].data_type == "alexa:cloud:wake_word"


def test_json_that_breaks_off_gives_what_is_whole(made: Any, read_simple: Read) -> None:
    two = json.dumps({"wakeWords": [{"active": True, "wakeWord": "ALEXA"}, {"active": False, "wakeWord": "ECHO"}]})
    info = made.http_info(truncated=True)
    records, issues = read_simple({"x": made.simple_main(URL, info, two[:-5].encode())}, "x")
    assert [record.data_type for record in records][:1] == ["alexa:cloud:wake_word"]
    assert issues[0].what == "The browser noted that the body broke off."
    assert "breaks off" in issues[1].what


def test_the_index_tells_how_many_entries_there_are(made: Any, read_simple: Read) -> None:
    path = "Cache_Data/index-dir/the-real-index"
    content = made.simple_index({f"{number:016x}": made.USED for number in range(1, 8)})
    (record,), issues = read_simple({path: content}, path)
    assert issues == []
    assert record.data_type == "alexa:web:cache_index"
    assert record.message.startswith("The index of a browser's cache lists 7 entries.")
    assert record.timestamps[0].recorded == str(made.USED)
    assert read_simple({path: made.simple_index({})}, path) == ([], [])
    (cut,), issues = read_simple({path: content[:-9]}, path)
    assert (cut.fields["entries"], cut.timestamps) == (7, ())
    assert [issue.what for issue in issues] == [
        "The index does not match its length and checksum; it was cut off or changed."
    ]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("devices-v2/device", 2319123493), ("todos", 2278767843), ("cards?_=1499931336585", 1788608662),
        ("utterance/audio/data?id=X", 2182076919),
    ],
)  # fmt: skip
def test_hashes_are_those_that_chromium_wrote(key: str, expected: int) -> None:
    whole = f"1/0/_dk_https://amazon.com https://amazon.com https://alexa.amazon.com/api/{key}"
    assert super_fast_hash(whole.encode()) == expected


def test_hashes_of_other_lengths_are_those_that_chromium_wrote() -> None:
    start = "1/0/_dk_https://amazon.com https://amazon.com https://alexa.amazon.com/"
    part = f"Range_{start}api/utterance/audio/data?id=X:2fbf85d4c4d8c6:0"
    assert [super_fast_hash(key.encode()) for key in (start + "spa/index.html", start + "favicon.ico", part)] == [
        1895519705, 2636066214, 3937257719,
    ]  # fmt: skip
    assert super_fast_hash(b"") == 0
