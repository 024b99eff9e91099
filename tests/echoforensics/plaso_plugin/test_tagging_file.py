"""The tagging file, through plaso's own reader, filters and analysis plugin."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from plaso.analysis.tagging import TaggingAnalysisPlugin
from plaso.containers.events import EventData, EventObject, EventTag
from plaso.engine.tagging_file import TaggingFile
from plaso.filters.event_filter import EventObjectFilter

import echoforensics.plaso_plugin
from parsers.catalogue import catalogue
from parsers.echo1.log.messages import EchoMessages
from parsers.formats.chromium_cache.block_walk import EntryProvenance
from parsers.formats.sqlite.table_row import RowProvenance
from parsers.parser import Source
from parsers.record import Record
from parsers.registry import claiming

PATH = Path(echoforensics.plaso_plugin.__file__).parent / "data/tag_alexa.txt"
UTTERANCE = "AB72C64C86AW2:1.0/2017/07/17/06/B0F00715535302W5/12:36::TNIH_2V.91ba6538-f8c8-4922-8a1f-8473a8a24c0cZXV"

#: Data types that no label names by itself: settings, inventories, means of reading, and what has no one meaning.
#: A new data type goes into a label, or in here.
UNTAGGED = frozenset((
    "alexa:app:acquired_file", "alexa:app:backup", "alexa:app:backup_file", "alexa:app:cached_image",
    "alexa:app:configuration", "alexa:app:data_item", "alexa:app:event", "alexa:app:kept_device",
    "alexa:app:kept_state", "alexa:app:preferences", "alexa:app:session",
    "alexa:app:store_entry", "alexa:app:sync", "alexa:app:table_row", "alexa:app:user_sync",
    "alexa:cloud:account_country", "alexa:cloud:account_state", "alexa:cloud:device", "alexa:cloud:device_setting",
    "alexa:cloud:do_not_disturb", "alexa:cloud:export_advertising", "alexa:cloud:export_answer_statistic",
    "alexa:cloud:export_app_engagement", "alexa:cloud:export_camera_alert", "alexa:cloud:export_country",
    "alexa:cloud:export_device", "alexa:cloud:export_device_session", "alexa:cloud:export_feedback",
    "alexa:cloud:export_file", "alexa:cloud:export_hunch", "alexa:cloud:export_interaction",
    "alexa:cloud:export_mapped", "alexa:cloud:export_news_preference", "alexa:cloud:export_recommendation",
    "alexa:cloud:export_row", "alexa:cloud:export_show_event", "alexa:cloud:export_skill", "alexa:cloud:gadget",
    "alexa:cloud:linked_service", "alexa:cloud:listed_url", "alexa:cloud:music_account", "alexa:cloud:page",
    "alexa:cloud:response", "alexa:cloud:skill", "alexa:cloud:skill_request", "alexa:cloud:wake_word",
    "alexa:web:address", "alexa:web:cache_index", "alexa:web:cached", "alexa:web:capture",
    "alexa:web:cookie_file", "alexa:web:download",
    "alexa:web:indexed_db", "alexa:web:local_storage", "alexa:web:session_storage", "alexa:web:storage_file",
    "alexa:web:visit", "echo:avs:alert_asset", "echo:avs:context", "echo:avs:event", "echo:avs:focus",
    "echo:avs:notification", "echo:avs:request", "echo:avs:setting", "echo:avs:undelivered_event", "echo:avs:value",
    "echo:event:account", "echo:event:app", "echo:event:broadcast", "echo:event:crash", "echo:event:detector",
    "echo:event:device_event", "echo:event:do_not_disturb", "echo:event:dropbox", "echo:event:notification",
    "echo:event:other", "echo:event:screen", "echo:event:setup", "echo:event:turn_state", "echo:event:volume",
    "echo:event:wifi", "echo:log:authentication", "echo:log:counter", "echo:log:file", "echo:log:named",
    "echo:log:network", "echo:log:process", "echo:log:storage", "echo:metric", "echo:state:alarm_sound",
    "echo:state:android_setting", "echo:state:calendar_event", "echo:state:gadget", "echo:state:gadget_setting",
    "echo:state:last_known_date", "echo:state:last_picture", "echo:state:last_voice_interaction",
    "echo:state:packages", "echo:state:preferences", "echo:state:property", "echo:state:retained_event",
    "echo:state:scheduled_command", "echo:state:screen_snapshot", "echo:state:speech_policy",
    "echo:wifi:configuration",
))  # fmt: skip

#: Examples of rules that ask for more than a data type: label, attributes that match, attributes that do not.
EXAMPLES: tuple[tuple[str, dict[str, str], dict[str, str]], ...] = (
    (
        "alexa_wake_word",
        {"data_type": "alexa:cloud:history", "fields": '{"utteranceType": "WAKE_WORD_ONLY"}'},
        {"data_type": "alexa:cloud:history", "fields": '{"utteranceType": "GENERAL"}'},
    ),
    ("alexa_has_recording", {"data_type": "echo:log:answer", "recording": "ab" * 32}, {"data_type": "echo:log:answer"}),
    ("alexa_transcript", {"data_type": "alexa:cloud:activity", "transcript": "stop"}, {"transcript": "another's"}),
    (
        "alexa_discarded",
        {"data_type": "alexa:cloud:activity", "fields": '{"status": "DISCARDED_NON_DEVICE_DIRECTED_INTENT"}'},
        {"data_type": "alexa:cloud:activity", "fields": '{"a": "\\"status\\": \\"DISCARDED", "status": "SUCCESS"}'},
    ),
    (
        "alexa_discarded",
        {"data_type": "alexa:cloud:dialog_item", "fields": '{"activityStatus": "DISCARDED_X"}'},
        {"data_type": "alexa:cloud:page", "fields": '{"activityStatus": "DISCARDED_X"}'},
    ),
    *(
        (
            "alexa_discarded",
            {"data_type": "alexa:cloud:history", "fields": json.dumps({"utteranceType": kind})},
            {"data_type": "alexa:cloud:activity", "fields": json.dumps({"utteranceType": kind})},
        )
        for kind in ("DISCARDED_X", "DEVICE_ARBITRATION", "ASR_TIMEOUT", "NO_EXPRESSED_INTENT")
    ),
    *(
        (
            "alexa_privacy_switch",
            {"data_type": "echo:log:volume", "fields": json.dumps(fields)},
            {"data_type": "echo:log:volume", "fields": '{"alarm": 40, "main": 66, "mode": 7, "mute": 0}'},
        )
        for fields in ({"name": "HardwareMute", "value": "1"}, {"program": "controld", "text": "mute"})
    ),
    (
        "alexa_privacy_switch",
        {"data_type": "echo:state:setting", "fields": '{"file": "mute_state", "name": "mute_state"}'},
        {"data_type": "echo:state:setting", "fields": '{"file": "volume", "name": "volume"}'},
    ),
    *(
        (
            "alexa_deleted_or_carved",
            {"data_type": "alexa:app:data_item", "fields": json.dumps({"provenance": word})},
            {"data_type": "other:data", "fields": json.dumps({"provenance": word})},
        )
        for word in (
            "recovered from a freelist page",
            "earlier version",
            "written by a transaction that was never finished",
            "in a page that nothing leads to",
            "marked for deletion",
            "unlinked",
        )
    ),
    (
        "alexa_deleted_or_carved",
        {"data_type": "recording:audio", "path": "p2/$Carved/000000400000.wav"},
        {"data_type": "recording:audio", "path": "p2/local/cache/playback.wav"},
    ),
    (
        "alexa_deleted_or_carved",
        {"data_type": "recording:audio", "message": "A recording. It was read from a deleted file whose content was."},
        {"data_type": "recording:audio", "message": "A recording."},
    ),
    (
        "alexa_no_utc_time",
        {"data_type": "echo:state:setting", "timestamp_desc": "Not a time"},
        {"data_type": "echo:state:setting", "timestamp_desc": "Recorded Time"},
    ),
)  # fmt: skip


def _rules() -> dict[str, list[str]]:
    """The rules by label, read apart from plaso's own reader."""
    found: dict[str, list[str]] = {}
    for block in PATH.read_text(encoding="utf-8").split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        if lines:
            label, *rules = lines
            assert label not in found, "plaso keeps only the last of two labels of one name"
            assert all(rule.startswith("  ") for rule in rules), label
            found[label] = [rule.strip() for rule in rules]
    return found


def _event(attributes: dict[str, str]) -> tuple[EventObject, EventData]:
    event, data = EventObject(), EventData(data_type=attributes.get("data_type"))
    event.timestamp, event.timestamp_desc = 0, attributes.get("timestamp_desc", "Recorded Time")
    for name, value in attributes.items():
        if name not in ("data_type", "timestamp_desc"):
            setattr(data, name, value)
    return event, data


def _labels(attributes: dict[str, str]) -> set[str]:
    """The labels that plaso's plugin gives an event."""
    plugin, tags = TaggingAnalysisPlugin(), list[EventTag]()
    plugin.SetAndLoadTagFile(str(PATH))
    mediator: Any = SimpleNamespace(ProduceEventTag=tags.append)
    event, data = _event(attributes)
    plugin.ExamineEvent(mediator, event, data, None)
    return {label for tag in tags for label in tag.labels}


def _of_record(record: Record) -> set[str]:
    fields = json.dumps(dict(record.fields), ensure_ascii=False, sort_keys=True)
    attributes = {"data_type": record.data_type, "message": record.message, "fields": fields}
    return _labels(attributes | ({"transcript": record.transcript} if record.transcript else {}))


def _records(answer: object) -> list[Record]:
    source = Source.of(json.dumps(answer).encode(), "answer.json")
    return [found for parser in claiming(source) for found in parser.parse(source) if isinstance(found, Record)]


def test_plaso_compiles_every_label_with_its_rules() -> None:
    rules = _rules()

    assert list(TaggingFile(str(PATH)).GetEventTaggingRules()) == list(rules)
    assert all(rules.values()), "a label without a rule is given to every event"
    tag = EventTag()
    tag.AddLabels(list(rules))
    assert tag.labels == list(rules)


def test_every_data_type_is_one_that_a_parser_declares() -> None:
    declared = {data_type for entry in catalogue() for data_type in entry.about.data_types}
    named = re.findall(r"data_type is '([^']*)'", PATH.read_text(encoding="utf-8"))

    assert len(named) > 50
    assert [name for name in named if name not in declared] == []


def test_every_data_type_bears_a_label_or_is_listed_as_one_that_bears_none() -> None:
    declared = {data_type for entry in catalogue() for data_type in entry.about.data_types}
    named = set(re.findall(r"data_type is '([^']*)'", PATH.read_text(encoding="utf-8")))

    assert declared - named == UNTAGGED


@pytest.mark.parametrize("label", list(_rules()))
def test_each_rule_matches_its_example_and_not_its_counter_example(label: str) -> None:
    for rule in _rules()[label]:
        compiled = EventObjectFilter()
        compiled.CompileFilter(rule)
        examples = [(yes, no) for name, yes, no in EXAMPLES if name == label]
        if simple := re.fullmatch(r"data_type is '([^']*)'", rule):
            examples = [({"data_type": simple[1]}, {"data_type": simple[1] + "_other"})]
        matched = [(yes, no) for yes, no in examples if compiled.Match(*_event(yes), None, None)]
        assert matched, rule
        for _, no in matched:
            assert not compiled.Match(*_event(no), None, None), rule


def test_each_example_bears_its_label_and_each_counter_example_does_not() -> None:
    for label, yes, no in EXAMPLES:
        assert label in _labels(yes)
        assert label not in _labels(no)


def test_events_of_other_parsers_bear_no_label() -> None:
    other = {"data_type": "syslog:line", "transcript": "a", "recording": "ab", "path": "$Carved/", "fields": "{}"}

    assert _labels(other) == set()
    assert (
        _labels({"data_type": "syslog:line", "timestamp_desc": "Not a time", "message": "from a deleted file"}) == set()
    )


def test_what_the_parsers_write_is_what_the_rules_ask_for() -> None:
    discarded = {"activityStatus": "DISCARDED_NON_DEVICE_DIRECTED_INTENT", "utteranceId": UTTERANCE}
    (activity,) = _records({"activity": {**discarded, "creationTimestamp": 1500271959818}})
    (kept,) = _records({"activity": {**discarded, "activityStatus": "SUCCESS", "creationTimestamp": 1500271959818}})

    assert activity.data_type == kept.data_type == "alexa:cloud:activity"
    assert _of_record(activity) == {"alexa_utterance", "alexa_discarded"}
    assert _of_record(kept) == {"alexa_utterance"}
    for kind, label in (("WAKE_WORD_ONLY", "alexa_wake_word"), ("DEVICE_ARBITRATION", "alexa_discarded")):
        (history,) = _records(
            {"customerHistoryRecords": [{"recordKey": "A#1500271959818#T#S", "utteranceType": kind, "timestamp": 1}]}
        )
        assert history.data_type == "alexa:cloud:history"
        assert _of_record(history) == {"alexa_utterance", label}


def test_what_a_log_records_of_mute_is_a_switch_and_its_sound_settings_are_none() -> None:
    settings = b"20220102:090345 audiod: I AudioCtrl:sendUpdates:Mode 7 Speak 66 Main 66 Phon 40 Alarm 40 40 Mute 0\n"
    mute = b"20220102:090346 controld[1]: I lipc:evts:name=muteStateChanged, origin=com.doppler.controld, fparam=1:\n"
    found = EchoMessages().parse(Source.of(settings + mute, "var/log/messages"))
    first, second = (one for one in found if isinstance(one, Record) and one.data_type == "echo:log:volume")

    assert _of_record(first) == set()
    assert _of_record(second) == {"alexa_privacy_switch"}


@pytest.mark.parametrize("word", [*RowProvenance, *EntryProvenance])
def test_what_is_no_longer_live_is_labelled(word: str) -> None:
    event = {"data_type": "alexa:app:data_item", "fields": json.dumps({"provenance": word, "row": 1})}

    assert ("alexa_deleted_or_carved" in _labels(event)) == (not word.startswith("live"))


def test_a_recording_from_a_deleted_file_is_labelled(sealed: Any) -> None:
    wanted = ("data_type", "message", "path", "recording", "transcript", "timestamp_desc")
    found = [{name: row[name] for name in wanted if row[name]} for row in sealed.rows()]
    deleted = [row for row in found if "alexa_deleted_or_carved" in _labels(row)]

    # The demo deletes these two files; every row that was read from them says so, and no other.
    log = "local/log/messages_00000101_20240308210000.gz"
    files = ("local/cache/playback.wav", f"{log}!/{log.rpartition('/')[2].removesuffix('.gz')}")
    assert deleted == [row for row in found if row["path"] in files]
    assert {row["path"] for row in deleted} == set(files)
