"""Chromium's block-file cache, made byte by byte: good ones, and ones that are damaged or lie."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable
from typing import Any

import pytest

from parsers.browser.blockfile import BlockFileCache
from parsers.browser.blockfile_members import BlockfileMembers
from parsers.parser import Source
from parsers.record import Clock, Issue, Record

Files = dict[str, bytes]
Read = Callable[..., tuple[list[Record], list[Issue]]]

HOST = "https://alexa.amazon.com"
URL = f"{HOST}/api/wake-word"
BODY = json.dumps({"wakeWords": [{"active": True, "wakeWord": "ALEXA"}]}).encode()
UTTERANCE = "A0SAMPLETYPE1:1.0/2020/05/04/10/G000SAMPLE000001/15:07::TNIH_2V.0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0ZXV/1"
AUDIO = f"{HOST}/api/utterance/audio/data?id={UTTERANCE}"
SOUND = b"ID3\x04" + bytes(range(256)) * 5000
SIGNATURE = 0x2FBF85D4C4D8C6


@pytest.fixture
def read_blocks(read_cache: Read) -> Callable[..., tuple[list[Record], list[Issue]]]:
    return lambda files, path="index": read_cache(files, path, BlockFileCache(), BlockfileMembers())


def _kinds(records: list[Record]) -> list[str]:
    return [record.data_type for record in records]


def test_an_answer_comes_with_its_times(made: Any, read_blocks: Read) -> None:
    blocks = [
        made.Block(URL, (made.http_info(), BODY, b"")),
        made.Block("https://example.org/a", (made.http_info(), b"x", b"")),
        made.Block("https://example.org/b", (made.http_info(), b"y", b"")),
    ]
    files = made.BlockMaker().files(blocks)
    records, issues = read_blocks(files)
    assert issues == []
    assert _kinds(records) == ["alexa:cloud:wake_word", "alexa:web:cache_index"]
    answer, cache = records
    assert [(timestamp.description, int(timestamp.recorded), timestamp.clock) for timestamp in answer.timestamps] == [
        ("Sent Time", made.SENT, Clock.UNKNOWN), ("Recorded Time", made.CAME, Clock.UNKNOWN),
    ]  # fmt: skip
    assert answer.file == "data_1"
    assert answer.locator.endswith("json:/wakeWords/0")
    assert answer.fields["provenance"] == "live"
    assert answer.fields["cache_creation_time"] == str(made.CREATED)
    assert answer.fields["cache_last_used_time"] == str(made.USED)
    assert answer.fields["cache_reused"] == 2
    assert cache.message == (
        "A browser's cache holds 3 entries, 1 of them of the Alexa service. 2 others were not read."
    )
    assert cache.timestamps[0].recorded == str(made.CREATED)
    for name in files:
        if name != "index":
            assert read_blocks(files, name) == ([], [])


@pytest.mark.parametrize(("size", "file"), [(900, "data_1"), (3000, "data_2"), (9000, "data_3"), (40_000, "f_000001")])
def test_a_body_is_found_wherever_it_stands(made: Any, read_blocks: Read, size: int, file: str) -> None:
    body = BODY + b" " * (size - len(BODY))
    records, issues = read_blocks(made.BlockMaker().files([made.Block(URL, (made.http_info(), body, b""))]))
    assert issues == []
    assert (records[0].data_type, records[0].file) == ("alexa:cloud:wake_word", file)


@pytest.mark.parametrize("length", [100, 300, 700, 927, 928, 2500, 9000])
def test_keys_of_every_length_are_read(made: Any, read_blocks: Read, length: int) -> None:
    key = f"{URL}?x=".ljust(length, "y")
    records, issues = read_blocks(made.BlockMaker().files([made.Block(key, (made.http_info(), BODY, b""))]))
    assert issues == []
    assert records[0].fields["request_url"] == key


def test_entries_of_one_place_in_the_table_are_followed(made: Any, read_blocks: Read) -> None:
    blocks = [made.Block(f"{URL}?{number}", (made.http_info(), BODY, b"")) for number in range(40)]
    records, issues = read_blocks(made.BlockMaker(table=1).files(blocks))
    assert issues == []
    assert _kinds(records).count("alexa:cloud:wake_word") == 40


@pytest.mark.parametrize(
    ("allocated", "provenance", "expected"),
    [
        (False, "recovered", "The cache no longer shows the entry; it was recovered from blocks marked as free."),
        (True, "unlinked", "The cache's table does not lead to the entry, though its blocks are marked as in use."),
    ],
)
def test_an_entry_the_table_no_longer_leads_to_is_found(
    made: Any, read_blocks: Read, allocated: bool, provenance: str, expected: str
) -> None:
    gone = made.Block(URL, (made.http_info(), BODY, b""), linked=False, allocated=allocated)
    live = made.Block("https://example.org/a", (made.http_info(), b"x", b""))
    records, issues = read_blocks(made.BlockMaker().files([live, gone]))
    assert issues == []
    assert _kinds(records) == ["alexa:cloud:wake_word", "alexa:web:cache_index"]
    assert records[0].message.endswith(expected)
    assert records[0].fields["provenance"] == provenance
    assert records[0].fields["confidence"] == "lower than that of a live entry"


def test_blocks_in_use_again_are_an_issue(made: Any, read_blocks: Read) -> None:
    gone = made.Block(URL, (made.http_info(), BODY, b""), linked=False, allocated=False)
    files = made.BlockMaker().files([gone])
    bits = bytearray(files["data_1"])
    bits[80] |= 2  # the second block is the body's, after the note
    records, issues = read_blocks(files | {"data_1": bytes(bits)})
    issue_text = "The body's blocks are in use again; they may hold what belongs to another entry."
    assert records[0].fields["doubts"] == [issue_text]
    assert [issue.what for issue in issues] == [f"Chromium block-file cache, entry for /api/wake-word: {issue_text}"]


def _recording(made: Any) -> list[Any]:
    part = 1024 * 1024
    key = f"1/0/{AUDIO}"
    info = made.http_info(("Content-Type: audio/mpeg",), "HTTP/1.1 206 Partial Content")
    whole = made.Block(key, (info, b"", struct.pack("<Q", SIGNATURE).ljust(192, b"\0")), flags=1)
    blocks = [whole]
    for number in range(2):
        piece = SOUND[number * part : (number + 1) * part]
        third = made.block_part(0, piece, SIGNATURE)
        blocks.append(made.Block(f"Range_{key}:{SIGNATURE:x}:{number:x}", (b"", piece, third), flags=2))
    return blocks


def test_a_recording_that_came_in_parts_is_put_together(made: Any, read_blocks: Read) -> None:
    blocks = _recording(made)
    stale = made.Block(blocks[1].key.replace(f"{SIGNATURE:x}", "abc"), (b"", b"ID3\x04old", blocks[1].streams[2]))
    records, issues = read_blocks(made.BlockMaker().files([*blocks, stale]))
    assert [issue.what for issue in issues] == [
        "The entry with the times and headers of an answer that came in parts is not in the cache."
    ]
    recording = next(record for record in records if record.fields.get("http_status") == 206)
    assert recording.data_type == "alexa:web:recording"
    assert recording.utterance_id == UTTERANCE
    assert recording.fields["sha256"] == hashlib.sha256(SOUND).hexdigest()
    assert recording.fields["body_bytes"] == len(SOUND)
    assert len(recording.fields["body_pieces"]) == 2  # type: ignore[arg-type]
    assert records[-1].fields == {"entries": 4, "entries_of_the_service": 4}


@pytest.mark.parametrize(("size", "kind"), [(5000, "alexa:web:recording"), (50_000, "recording:cached")])
def test_a_recording_that_is_a_file_by_itself_can_be_played(made: Any, read_blocks: Read, size: int, kind: str) -> None:
    info = made.http_info(("Content-Type: audio/mpeg",))
    records, issues = read_blocks(made.BlockMaker().files([made.Block(AUDIO, (info, SOUND[:size], b""))]))
    assert issues == []
    assert (records[0].data_type, records[0].utterance_id) == (kind, UTTERANCE)
    assert records[0].fields["sha256"] == hashlib.sha256(SOUND[:size]).hexdigest()


def test_parts_without_the_whole_are_still_reported(made: Any, read_blocks: Read) -> None:
    records, issues = read_blocks(made.BlockMaker().files(_recording(made)[1:]))
    assert records[0].data_type == "alexa:web:recording"
    assert records[0].fields["sha256"] == hashlib.sha256(SOUND).hexdigest()
    assert len(issues) == 1


def test_without_the_index_the_entries_are_looked_for(made: Any, read_blocks: Read) -> None:
    files = made.BlockMaker().files([made.Block(URL, (made.http_info(), BODY, b""))])
    del files["index"]
    records, issues = read_blocks(files, "data_1")
    assert _kinds(records) == ["alexa:cloud:wake_word"]
    assert [issue.what for issue in issues] == [
        "The cache's index is not beside this file; its entries were found by looking through it."
    ]
    assert read_blocks(files, "data_2") == ([], [])
    assert len(read_blocks({"f_00000a": b"x"}, "f_00000a")[1]) == 1


def test_names_that_are_not_strictly_those_of_the_cache_are_not_claimed(read_cache: Read) -> None:
    for name in ("f_00000A", "f_0000a", "f_0000000", "xf_000001", "f_000001.bak"):
        with pytest.raises(AssertionError, match="is not claimed"):
            read_cache({name: b"x"}, name, BlockFileCache(), BlockfileMembers())


@pytest.mark.parametrize(
    ("path", "ours"),
    [("c/f_000001!/f_000001", False), ("c/f_000001", True), ("c.zip!/f_000001", True), ("c.gz!/c/f_000001", True)],
)
def test_what_a_body_unpacks_to_is_not_one_of_the_cache(path: str, ours: bool) -> None:
    assert BlockfileMembers().claims(Source.of(b"{}", path)) is ours


def test_an_index_without_its_blocks_says_so(made: Any, read_blocks: Read) -> None:
    files = made.BlockMaker().files([made.Block(URL, (made.http_info(), BODY, b""))])
    records, issues = read_blocks({"index": files["index"]})
    assert records == []
    assert issues[0].what == "The file data_1, which holds the cache's entries, is not beside the index."
    assert "data_1 is not beside the index" in issues[1].what


def test_a_chain_that_comes_back_ends(made: Any, read_blocks: Read) -> None:
    blocks = [made.Block(f"{URL}?{number}", (made.http_info(), BODY, b"")) for number in range(3)]
    maker = made.BlockMaker(table=1)
    files = maker.files(blocks)
    data = bytearray(files["data_1"])
    # The entry that the chain ends with is the first that was written; after it comes the last again.
    first = files["data_1"].index(f"{URL}?0".encode()) - 96
    data[first + 4 : first + 8] = files["index"][368:372]
    records, issues = read_blocks(files | {"data_1": bytes(data)})
    assert _kinds(records).count("alexa:cloud:wake_word") == 3
    assert any(issue.what.startswith("The chain comes back to the entry at") for issue in issues)
    assert any("does not match the hash that it holds of itself" in issue.what for issue in issues)


@pytest.mark.parametrize("value", [1, 0x80000001, 0x90000000, 0xA0FF0000, 0xA001FFFF, 0xFFFFFFFF])
def test_bad_addresses_are_reported_and_the_rest_is_found(made: Any, read_blocks: Read, value: int) -> None:
    files = made.BlockMaker(table=1).files([made.Block(URL, (made.http_info(), BODY, b""))])
    index = files["index"][:368] + struct.pack("<I", value)
    records, issues = read_blocks(files | {"index": index})
    assert issues[0].what.startswith(f"There is no entry at {value:#010x}")
    assert records[0].fields["provenance"] == "unlinked"


@pytest.mark.parametrize(("at", "size"), [(44, 2**31 - 1), (44, -1), (44, 2000), (40, 2**31 - 1), (40, 0)])
def test_a_wrong_size_of_a_stream_is_reported(made: Any, read_blocks: Read, at: int, size: int) -> None:
    files = made.BlockMaker().files([made.Block(URL, (made.http_info(), BODY, b""))])
    data = bytearray(files["data_1"])
    entry = files["data_1"].index(URL.encode()) - 96
    data[entry + at : entry + at + 4] = struct.pack("<i", size)
    records, issues = read_blocks(files | {"data_1": bytes(data)})
    assert any("cannot be read" in issue.what for issue in issues)
    assert "doubts" in records[0].fields
    assert records[0].fields["request_url"] == URL


def test_two_entries_that_claim_one_place_are_reported(made: Any, read_blocks: Read) -> None:
    files = made.BlockMaker().files([made.Block(f"{URL}?{number}", (made.http_info(), BODY, b"")) for number in (1, 2)])
    data = bytearray(files["data_1"])
    first, second = (files["data_1"].index(f"{URL}?{number}".encode()) - 96 for number in (1, 2))
    data[second + 56 : second + 64] = data[first + 56 : first + 64]
    records, issues = read_blocks(files | {"data_1": bytes(data)})
    assert sum("another entry has its content at" in issue.what for issue in issues) == 2
    assert _kinds(records) == ["alexa:cloud:wake_word", "alexa:web:cached", "alexa:web:cache_index"]


def test_an_index_that_lies_about_its_table_is_read_as_far_as_it_goes(made: Any, read_blocks: Read) -> None:
    files = made.BlockMaker().files([made.Block(URL, (made.http_info(), BODY, b""))])
    index = bytearray(files["index"])
    index[28:32] = struct.pack("<i", 2**31 - 1)
    index[4:8] = struct.pack("<I", 0x90000)
    records, issues = read_blocks(files | {"index": bytes(index)})
    assert _kinds(records)[0] == "alexa:cloud:wake_word"
    assert [issue.what.split(",")[0] for issue in issues] == [
        "The version of the cache's index",
        f"The index says that its table has {4 * (2**31 - 1)} bytes; 1024 are there.",
        "The index's table is longer than 16777216 bytes; the rest of it was not read.",
    ]


def test_an_index_cut_in_its_header_is_an_issue(made: Any, read_blocks: Read) -> None:
    assert [issue.what for issue in read_blocks({"index": b"\xc3\xca\x03\xc1" + bytes(50)})[1]] == [
        "The index of the cache breaks off in its header."
    ]


@pytest.mark.parametrize(
    ("state", "expected"), [(1, "dropped the entry's content"), (2, "marked the entry for deletion")]
)
def test_an_entry_that_was_dropped_says_so(made: Any, read_blocks: Read, state: int, expected: str) -> None:
    records, issues = read_blocks(made.BlockMaker().files([made.Block(URL, state=state)]))
    assert issues == []
    assert records[0].data_type == "alexa:web:cached"
    assert expected in records[0].message
    assert [timestamp.description for timestamp in records[0].timestamps] == [
        "Creation Time", "Last Used Time", "Content Modification Time",
    ]  # fmt: skip
