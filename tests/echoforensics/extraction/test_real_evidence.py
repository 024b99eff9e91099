"""The published evidence, end to end. What is expected here was read from the files by other means."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from echoforensics.case.case import Case
from echoforensics.case.exhibits.row import Query, Row
from echoforensics.case.row_query import rows
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract

EVIDENCE = Path(__file__).parents[4] / "shared/evidence"
pytestmark = pytest.mark.skipif(not EVIDENCE.exists(), reason="../shared/evidence is absent")

#: file: (status, creation time, utterance time, text), from the challenge's own material.
WEB_SCRAPE = {
    "14.json": ("INVALID", "02:57:35.079", "02:57:32", "alexa kinda patton a.m. next monday"),
    "15.json": ("DISCARDED_NON_DEVICE_DIRECTED_INTENT", "03:07:00.218", "03:06:59", ""),
    "16..json": ("DISCARDED_NON_DEVICE_DIRECTED_INTENT", "05:31:04.601", "05:31:03", ""),
    "17.json": ("SUCCESS", "05:45:29.643", "05:45:28", "alexa"),
    "13.json": ("SUCCESS", "05:45:31.742", "05:45:28", "wake up"),
    "18.json": ("SUCCESS", "05:45:43.911", "05:45:42", "alexa stop"),
    "12.json": ("SUCCESS", "06:01:54.400", "06:01:53", "alexa"),
    "11.json": ("SUCCESS", "06:01:55.220", "06:01:53", "turn on tv"),
    "10.json": ("SUCCESS", "06:06:03.907", "06:06:02", "alexa"),
    "9.json": ("SUCCESS", "06:06:06.327", "06:06:02", "turn on pandora"),
    "8.json": ("SUCCESS", "06:12:39.818", "06:12:36", "alexa how could you do this what are the flooding"),
    "6.json": ("SUCCESS", "06:12:58.358", "06:12:57", "alexa"),
    "5.json": ("SUCCESS", "06:13:02.196", "06:12:57", "stop"),
    "4.json": ("SUCCESS", "06:20:05.858", "06:20:04", "alexa"),
    "3.json": ("SUCCESS", "06:20:07.632", "06:20:04", "turn off tv"),
    "2.json": ("SUCCESS", "06:20:32.631", "06:20:31", "alexa"),
    "1.json": ("SUCCESS", "06:20:34.384", "06:20:31", "who yes"),
}


def _case(source: Path, path: Path) -> tuple[Path, list[Row], list[tuple[str, str]]]:
    extract([source], path, None, Options(argv=("test",)), lambda *_: None)
    with Case.open(path) as case:
        issues = case.store.db.execute("SELECT path, what FROM issues ORDER BY path").fetchall()
        return path, list(rows(case.store, Query())), issues


@pytest.fixture(scope="module")
def web_scrape(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Row], list[tuple[str, str]]]:
    source = EVIDENCE / "dfrws2017/005-Amazon-Echo-Alexa-Web-Scrape.zip"
    return _case(source, tmp_path_factory.mktemp("scrape") / "case")


def test_web_scrape_gives_each_activity_with_both_its_times(
    web_scrape: tuple[Path, list[Row], list[tuple[str, str]]],
) -> None:
    _, found, issues = web_scrape
    activities = [row for row in found if row["data_type"] == "alexa:cloud:activity"]
    by_file: dict[str, dict[str, Row]] = {}
    for row in activities:
        by_file.setdefault(str(row["path"]).rsplit("/", 1)[-1], {})[row["timestamp_desc"]] = row

    assert len(activities) == 34
    assert set(by_file) == set(WEB_SCRAPE)
    for name, (status, created, spoken, text) in WEB_SCRAPE.items():
        both = by_file[name]
        assert both["Creation Time"]["datetime"] == f"2017-07-17T{created}000+00:00"
        assert both["Recorded Time"]["datetime"] == f"2017-07-17T{spoken}.000000+00:00"
        for row in both.values():
            assert status in row["message"]
            assert row["transcript"] == text
            assert row["device_serial"] == "B0F00715535302W5"
    assert [path.rsplit("/", 1)[-1] for path, _ in issues] == ["7.json"]


def test_web_scrape_has_nine_recordings_each_joined_to_its_utterance(
    web_scrape: tuple[Path, list[Row], list[tuple[str, str]]],
) -> None:
    path, found, _ = web_scrape
    recordings = [row for row in found if row["data_type"] == "recording:audio"]
    joined = {row["sha256"]: str(row["datetime"])[11:19] for row in recordings}
    with Case.open(path) as case:
        references = case.store.db.execute(
            "SELECT count(*), count(DISTINCT e.sha256) FROM records r JOIN places p ON p.record = r.number"
            " JOIN entries e ON e.id = p.entry_id"
            " JOIN kinds k ON k.id = r.kind WHERE k.data_type = 'recording:audio'"
        ).fetchone()

    assert references == (14, 9)
    assert len(recordings) == 9
    assert sorted(joined.values()) == [
        "02:57:32", "05:45:28", "06:01:53", "06:06:02", "06:12:36", "06:12:47", "06:12:57", "06:20:04", "06:20:31",
    ]  # fmt: skip
    for row in found:
        if row["data_type"] == "alexa:cloud:activity":
            spoken = str(row["utterance_id"]).split("/")[4] + ":" + str(row["utterance_id"]).split("/")[6][:5]
            expected = {time: sha256 for sha256, time in joined.items()}.get(spoken)
            assert row["recording"] == expected, row["path"]
    pairs = {frozenset(p) for p in ((1, 2), (3, 4), (5, 6), (9, 10), (11, 12))}
    by_hash: dict[str, set[int]] = {}
    with Case.open(path) as case:
        for name, sha256 in case.store.db.execute("SELECT path, sha256 FROM entries WHERE lower(path) LIKE '%.wav'"):
            by_hash.setdefault(sha256, set()).add(int(Path(name).stem))
    assert {frozenset(group) for group in by_hash.values() if len(group) > 1} == pairs


def test_web_scrape_traces_lead_to_the_right_bytes(
    web_scrape: tuple[Path, list[Row], list[tuple[str, str]]],
) -> None:
    path, found, _ = web_scrape
    with Case.open(path) as case:
        for row in found:
            traced = case.trace(row["exhibit"])
            assert (traced.origin, traced.unchanged, traced.issue) == ("evidence", True, ""), row
            assert traced.found is not None
            content = traced.found.content.decode("utf-8", "replace")
            if row["timestamp_desc"] == "Creation Time":
                assert str(row["recorded_time"]) in content, row
            if row["data_type"] == "alexa:cloud:activity":
                stream = str(row["utterance_id"]).rpartition("::")[2].split("/")[0]
                assert stream in content or str(row["recorded_time"]) in content


def test_echo_log_has_every_wake_word_joined_to_stream_and_utterance(tmp_path: Path) -> None:
    _, found, issues = _case(EVIDENCE / "echo-1st-gen", tmp_path / "case")
    wake_words = [row for row in found if row["data_type"] == "echo:log:wake_word"]
    counted = _grep("action=wakeWordReceived,time=(\\d+)")

    assert issues == []
    assert len(counted) == 9
    assert sorted(str(row["recorded_time"]) for row in wake_words) == counted
    for row in wake_words:
        assert re.fullmatch(r"202[12]-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}000\+00:00", str(row["datetime"]))
        assert row["utterance_id"] is not None
        streams = [
            other
            for other in found
            if other["data_type"] == "echo:log:audio_stream" and other["utterance_id"] == row["utterance_id"]
        ]
        assert streams
    near = {row["record"] for row in found if row["data_type"] == "echo:log:near_miss"}
    assert len(near) == len(_grep("recognition_id=(\\S+): segmentation_score.*detection_type=NearMiss"))


def _grep(pattern: str) -> list[str]:
    found = []
    for path in (EVIDENCE / "echo-1st-gen/var/local/log").glob("messages_*.gz"):
        found += re.findall(pattern, gzip.decompress(path.read_bytes()).decode("utf-8", "replace"))
    return sorted(found)


def test_api_pairs_leave_no_answer_without_a_record(tmp_path: Path) -> None:
    source = EVIDENCE / "alexa-api-2019"
    _, found, issues = _case(source, tmp_path / "case")
    pairs = json.loads((source / "echo-2nd-gen.json").read_text())
    places = {re.match(r"json:/(\d+)", row["locator"])[1] for row in found}  # type: ignore[index]

    assert issues == []
    assert places == {str(number) for number in range(len(pairs))}
    kinds = Counter(row["data_type"] for row in found if row["timestamp_desc"] == "Creation Time")
    assert kinds["alexa:cloud:activity"] == len(pairs[0]["response"]["activities"])


def test_cift_library_answers_are_joined_to_their_requests(tmp_path: Path) -> None:
    _, found, issues = _case(EVIDENCE / "dfrws2018/cift-library", tmp_path / "case")
    files = {row["path"] for row in found if str(row["path"]).endswith(".json")}

    assert [what for _, what in issues] == ["1 byte stands before the JSON; passed over."]  # a stray backtick
    assert len(files) == len(list((EVIDENCE / "dfrws2018/cift-library/AmazonAlexaClient").glob("*.json")))
    player = [row for row in found if row["data_type"] == "alexa:cloud:player"]
    assert [(row["recorded_time"], row["clock"]) for row in player] == [("1499931336651", "phone")]


def test_same_input_twice_gives_the_same_rows(tmp_path: Path, extract_rows: Callable[..., list[Row]]) -> None:
    for source in (EVIDENCE / "dfrws2017", EVIDENCE / "dfrws2018"):
        assert json.dumps(extract_rows(source)) == json.dumps(extract_rows(source))
