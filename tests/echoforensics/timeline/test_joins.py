from __future__ import annotations

import json
from collections.abc import Callable

from echoforensics.case.exhibits.row import Row
from echoforensics.case.store import Store
from parsers.record import Clock, Record, Timestamp

STREAM = "AB72C64C86AW2:1.0/2017/07/17/06/B0F00715535302W5/20:31::TNIH_2V.05eed18d-443a-48e7-9373-7bc41ca46012ZXV"
OTHER = "AB72C64C86AW2:1.0/2017/07/17/06/B0F00715535302W5/21:00::TNIH_2V.05eed18d-443a-48e7-9373-7bc41ca46099ZXV"

AddFile = Callable[..., None]
MadeRows = Callable[..., list[Row]]


def _recording(*keys: str) -> Record:
    return Record("recording:audio", "A recording.", "", keys=keys, parser="recording", parser_version="1")


def _record(data_type: str, *keys: str, utterance: str | None = None, times: tuple[int, ...] = ()) -> Record:
    timestamps = tuple(Timestamp("Creation Time", str(t), Clock.CLOUD, t) for t in times)
    return Record(
        data_type, "A record.", "line:1", timestamps, utterance_id=utterance, keys=keys, parser="p", parser_version="1"
    )


def test_recording_is_tied_to_its_utterance_through_the_list_not_by_number(
    add_file: AddFile, made_rows: MadeRows
) -> None:
    add_file("d/9.wav", _recording("numbered-audio:d#9"))
    add_file("d/list.txt", _record("alexa:cloud:listed_url", "numbered-audio:d#9", utterance=STREAM))
    add_file("d/1.json", _record("alexa:cloud:activity", utterance=STREAM + "/1", times=(5,)))
    add_file("d/9.json", _record("alexa:cloud:activity", utterance=OTHER, times=(6,)))

    by_path = {row["path"]: row for row in made_rows()}

    wav = by_path["d/9.wav"]
    assert (wav["utterance_id"], wav["timestamp"], wav["timestamp_desc"], wav["clock"]) == (
        STREAM,
        1500272431000000,
        "Recorded Time",
        "cloud",
    )
    assert (wav["device_serial"], wav["device_type"]) == ("B0F00715535302W5", "AB72C64C86AW2")
    assert "tied to the utterance of 2017-07-17 06:20:31 UTC" in wav["message"]
    assert by_path["d/1.json"]["recording"] == "sha-d/9.wav"
    assert by_path["d/9.json"]["recording"] is None


def test_numbers_hold_within_one_evidence_item_only(add_file: AddFile, made_rows: MadeRows) -> None:
    add_file("1.wav", _recording("numbered-audio:#1"))
    add_file("list.txt", _record("alexa:cloud:listed_url", "numbered-audio:#1", utterance=STREAM), evidence=2)

    (wav, _) = sorted(made_rows(), key=lambda row: str(row["path"]), reverse=False)

    assert (wav["path"], wav["utterance_id"], wav["timestamp_desc"]) == ("1.wav", None, "Not a time")


def test_same_bytes_are_one_recording_with_several_references(add_file: AddFile, made_rows: MadeRows) -> None:
    add_file("a/1.wav", _recording("numbered-audio:a#1"), sha256="same")
    add_file("a/2.wav", _recording("numbered-audio:a#2"), sha256="same")
    add_file("a/list.txt", _record("alexa:cloud:listed_url", "numbered-audio:a#2", utterance=STREAM))

    recordings = [row for row in made_rows() if row["data_type"] == "recording:audio"]

    assert [(row["path"], row["recording"], row["utterance_id"]) for row in recordings] == [("a/1.wav", "same", STREAM)]
    assert "at 2 places" in recordings[0]["message"]


def test_nothing_is_joined_where_the_evidence_allows_two_answers(
    store: Store, add_file: AddFile, made_rows: MadeRows
) -> None:
    add_file("1.wav", _recording("numbered-audio:#1"))
    add_file("list.txt", _record("alexa:cloud:listed_url", "numbered-audio:#1", utterance=STREAM))
    add_file("list2.txt", _record("alexa:cloud:listed_url", "numbered-audio:#1", utterance=OTHER))

    assert [row["utterance_id"] for row in made_rows() if row["path"] == "1.wav"] == [None]
    assert store.count("joins") == 0


def test_segment_goes_before_stream(add_file: AddFile, made_rows: MadeRows) -> None:
    for segment in ("/0", "/1", ""):
        recording = Record(
            "recording:audio", "A recording.", "", utterance_id=STREAM + segment, parser="r", parser_version="1"
        )
        add_file(f"x{segment.strip('/') or 'whole'}.wav", recording)
    for segment in ("/0", "/1", "/2"):
        add_file(f"y{segment[1]}", _record("alexa:cloud:activity", utterance=STREAM + segment, times=(1,)))

    joined = {row["path"]: row["recording"] for row in made_rows() if str(row["path"]).startswith("y")}

    assert joined == {"y0": "sha-x0.wav", "y1": "sha-x1.wav", "y2": "sha-xwhole.wav"}


def test_device_and_account_corroborate_each_other_and_not_themselves(add_file: AddFile, made_rows: MadeRows) -> None:
    add_file("a-log", _record("echo:log:wake_word", "voice-request:v", times=(1,)))
    add_file("b-log", _record("echo:log:audio_stream", "voice-request:v", utterance=STREAM, times=(2, 3)))
    add_file("c-activity", _record("alexa:cloud:activity", utterance=STREAM + "/1", times=(4, 5)))
    add_file("d-card", _record("alexa:cloud:card", utterance=STREAM + "/0", times=(6,)))

    found = {(row["path"], row["timestamp"]): row["corroborated_by"] for row in made_rows()}

    assert found == {
        ("a-log", 1): ["EF-0000004", "EF-0000006"],
        ("b-log", 2): ["EF-0000004", "EF-0000006"],
        ("b-log", 3): ["EF-0000004", "EF-0000006"],
        ("c-activity", 4): ["EF-0000001", "EF-0000002"],
        ("c-activity", 5): ["EF-0000001", "EF-0000002"],
        ("d-card", 6): ["EF-0000001", "EF-0000002"],
    }


def test_answer_without_a_time_gets_the_time_of_its_request(add_file: AddFile, made_rows: MadeRows) -> None:
    asked = Timestamp("Recorded Time", "1499931336651", Clock.PHONE, 1499931336651000)
    saved = Timestamp("Added Time", "2018-03-19 04:43:36", Clock.EXAMINER, 1521434616000000)
    listed = Record(
        "alexa:app:acquired_file", "A list.", "line:2", (asked, saved), keys=("content-sha1:ab",), parser="c",
        parser_version="1",
    )  # fmt: skip
    add_file("list.csv", listed)
    add_file("body.json", _record("alexa:cloud:player", "content-sha1:ab"))

    (body,) = [row for row in made_rows() if row["path"] == "body.json"]

    assert (body["timestamp"], body["clock"], body["recorded_time"]) == (1499931336651000, "phone", "1499931336651")


def test_joins_are_made_anew_and_rows_stay_the_same(store: Store, add_file: AddFile, made_rows: MadeRows) -> None:
    add_file("1.wav", _recording("numbered-audio:#1"))
    add_file("list.txt", _record("alexa:cloud:listed_url", "numbered-audio:#1", utterance=STREAM))

    first = json.dumps(made_rows())
    second = json.dumps(made_rows())

    assert first == second
    assert store.db.execute("SELECT what, basis FROM joins ORDER BY what").fetchall() == [
        ("recording", "the recording carries the same utterance id"),
        ("utterance_id", "shares the number 1 with line:1 of list.txt"),
    ]
