"""Caches of Android apps: OkHttp's, and the journals of image caches."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable

import pytest

from parsers.browser.glide_journal import GlideJournal
from parsers.browser.okhttp_cache import OkHttpCache
from parsers.parser import Source
from parsers.record import Clock, Issue, Record

Files = dict[str, bytes]
Read = Callable[..., tuple[list[Record], list[Issue]]]

URL = "https://alexa.amazon.com/api/wake-word"
FOLDER = "data/data/com.amazon.dee.app/cache/http/"
NAME = hashlib.md5(URL.encode()).hexdigest()
BODY = json.dumps({"wakeWords": [{"active": True, "wakeWord": "ALEXA"}]}).encode()
KEY = "ab" * 32
IMAGES = "data/data/com.amazon.dee.app/cache/image_manager_disk_cache/"


def note(*more: str, url: str = URL, vary: tuple[str, ...] = ("Accept-Encoding: gzip",)) -> bytes:
    headers = ("content-type: application/json", *more)
    lines = (
        url,
        "GET",
        str(len(vary)),
        *vary,
        "HTTP/1.1 200 OK",
        str(len(headers)),
        *headers,
        "",
        "TLS_X",
        "0",
        "0",
        "",
    )
    return "\n".join(lines).encode()


TIMES = ("OkHttp-Sent-Millis: 1499932800123", "OkHttp-Received-Millis: 1499932800456")


@pytest.fixture
def read_okhttp(read_cache: Read) -> Callable[[Files, str], tuple[list[Record], list[Issue]]]:
    return lambda files, path: read_cache(files, path, OkHttpCache())


def test_an_answer_comes_with_its_times(read_okhttp: Read) -> None:
    files = {
        f"{FOLDER}{NAME}.0": note("content-encoding: gzip", *TIMES),
        f"{FOLDER}{NAME}.1": gzip.compress(BODY, mtime=0),
    }
    (record,), issues = read_okhttp(files, f"{FOLDER}{NAME}.0")
    assert issues == []
    assert record.data_type == "alexa:cloud:wake_word"
    assert record.file == f"{NAME}.1"
    assert record.locator.endswith(";coding:gzip;json:/wakeWords/0")
    assert [
        (timestamp.description, timestamp.recorded, timestamp.clock, timestamp.timestamp)
        for timestamp in record.timestamps
    ] == [
        ("Sent Time", "1499932800123", Clock.PHONE, 1_499_932_800_123_000),
        ("Recorded Time", "1499932800456", Clock.PHONE, 1_499_932_800_456_000),
    ]
    assert record.timestamps[0].note.endswith("Line 9 of the .0 file.")
    assert record.fields["http_method"] == "GET"
    assert record.fields["http_headers"] == {"content-type": "application/json", "content-encoding": "gzip"}
    assert read_okhttp(files, f"{FOLDER}{NAME}.1") == ([], [])


def test_older_names_of_the_times_are_known(read_okhttp: Read) -> None:
    times = ("X-Android-Sent-Millis: 1499932800123", "X-Android-Received-Millis: 1499932800456")
    (record,), _ = read_okhttp({f"{FOLDER}{NAME}.0": note(*times), f"{FOLDER}{NAME}.1": BODY}, f"{FOLDER}{NAME}.0")
    assert [timestamp.recorded for timestamp in record.timestamps] == ["1499932800123", "1499932800456"]


def test_an_answer_without_its_body_is_reported(read_okhttp: Read) -> None:
    (record,), issues = read_okhttp({f"{FOLDER}{NAME}.0": note(*TIMES)}, f"{FOLDER}{NAME}.0")
    assert record.data_type == "alexa:web:cached"
    assert [issue.what for issue in issues] == ["The file with the answer's body (.1) is not beside this one."]


@pytest.mark.parametrize("cut", [60, 90, 120])
def test_a_description_that_breaks_off_is_reported(read_okhttp: Read, cut: int) -> None:
    files = {f"{FOLDER}{NAME}.0": note(*TIMES)[:cut], f"{FOLDER}{NAME}.1": BODY}
    (record,), issues = read_okhttp(files, f"{FOLDER}{NAME}.0")
    assert record.data_type == "alexa:cloud:wake_word"
    assert [issue.what for issue in issues] == ["The description of the answer breaks off, or is not as it should be."]


@pytest.mark.parametrize(
    "content",
    [
        note(url="https://example.org/"), b"https://alexa.amazon.com/api/cards\nGET\n", b"", URL.encode(),
        f"{URL}\nget\n1\n".encode(), f"{URL}\nGET\nx\n".encode(),
    ],
)  # fmt: skip
def test_other_files_are_not_claimed(content: bytes) -> None:
    assert not OkHttpCache().claims(Source.of(content, f"{FOLDER}{NAME}.0"))


def test_bodies_of_other_apps_are_not_claimed() -> None:
    assert not OkHttpCache().claims(Source.of(BODY, f"data/data/org.example/cache/{NAME}.1"))
    assert OkHttpCache().claims(Source.of(BODY, f"{FOLDER}{NAME}.1"))


def journal(*lines: str) -> bytes:
    return "\n".join(("libcore.io.DiskLruCache", "1", "1", "1", "", *lines, "")).encode()


def test_each_picture_of_the_journal_is_reported(read_cache: Read) -> None:
    picture = b"\xff\xd8\xff\xe0" + bytes(60)
    removed, begun = "cd" * 32, "ef" * 32
    files: Files = {
        f"{IMAGES}journal": journal(
            f"DIRTY {KEY}", f"CLEAN {KEY} 64", f"READ {KEY}", f"READ {KEY}", f"DIRTY {removed}", f"CLEAN {removed} 9",
            f"REMOVE {removed}", f"DIRTY {begun}",
        ),
        f"{IMAGES}{KEY}.0": picture,
    }  # fmt: skip
    records, issues = read_cache(files, f"{IMAGES}journal", GlideJournal())
    assert issues == []
    package = "The journal of an image cache of com.amazon.dee.app lists a picture"
    assert [(record.message, record.locator) for record in records] == [
        (f"{package} of 64 bytes. The picture is in the exhibit.", "line:7"),
        (
            f"{package} of 9 bytes. It says that the picture was removed. The picture is not beside the journal.",
            "line:12",
        ),
        (
            f"{package}. It says that writing it was begun, and not that it was finished."
            " The picture is not beside the journal.",
            "line:13",
        ),
    ]
    assert records[0].fields == {
        "key": KEY, "package": "com.amazon.dee.app", "bytes": [64], "times_read": 2, "times_written": 1,
        "removed": False, "sha256": hashlib.sha256(picture).hexdigest(), "file_bytes": 64, "form": "JPEG",
    }  # fmt: skip
    assert read_cache(files, f"{IMAGES}{KEY}.0", GlideJournal()) == ([], [])
    assert len(read_cache({f"{IMAGES}{KEY}.0": picture}, f"{IMAGES}{KEY}.0", GlideJournal())[1]) == 1


def test_a_damaged_journal_gives_what_can_be_read(read_cache: Read) -> None:
    content = journal(f"CLEAN {KEY} 64", "CLEAN x", "JUNK", f"CLEAN {KEY} many")[:-1]
    records, issues = read_cache({f"{IMAGES}journal": content}, f"{IMAGES}journal", GlideJournal())
    assert [record.fields["key"] for record in records] == [KEY, "x"]
    assert [issue.what for issue in issues] == ["The journal breaks off.", "Line 8 of the journal cannot be read."]


@pytest.mark.parametrize("package", ["org.example.app", "com.amazon.mShop.android.shopping", "com.amazon.kindle"])
def test_journals_of_other_apps_are_not_claimed(package: str) -> None:
    assert not GlideJournal().claims(Source.of(journal(f"CLEAN {KEY} 1"), f"data/data/{package}/cache/x/journal"))
    assert not GlideJournal().claims(Source.of(b"", f"data/data/{package}/cache/x/{KEY}.0"))
