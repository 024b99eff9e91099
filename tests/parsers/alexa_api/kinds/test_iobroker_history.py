"""The history that ioBroker keeps of states of Alexa."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.alexa_api.iobroker_history import IobrokerHistory
from parsers.parser import Source
from parsers.record import Clock, Issue, Record

AT = 1704101038009
FOLDER = "iobroker-data/history/20240101"


def _source(value: object, state: str = "alexa2.0.History.summary") -> Source:
    return Source.of(json.dumps(value).encode(), f"{FOLDER}/history.{state}.json")


def test_each_value_is_a_record() -> None:
    source = _source([{"val": "öffne die Tür", "ack": 1, "ts": AT}, {"val": "stopp", "ts": AT + 1000}])
    assert IobrokerHistory().claims(source)
    first, second = IobrokerHistory().parse(source)
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert first.message == 'ioBroker kept as the state alexa2.0.History.summary the value "öffne die Tür".'
    assert (first.data_type, first.transcript, first.device_serial) == ("alexa:app:kept_state", "öffne die Tür", None)
    assert [(time.description, time.recorded, time.timestamp, time.clock) for time in first.timestamps] == [
        ("Recorded Time", str(AT), AT * 1000, Clock.UNKNOWN)
    ]
    assert (first.locator, second.locator, second.transcript) == ("json:/0", "json:/1", "stopp")
    assert first.fields == {"state": "alexa2.0.History.summary", "val": "öffne die Tür", "ack": 1, "ts": AT}


def test_a_state_of_a_device_names_it() -> None:
    (record,) = IobrokerHistory().parse(
        _source([{"val": 30, "ts": AT}], "alexa2.0.Echo-Devices.G000SAMPLE000001.Player.volume")
    )
    assert isinstance(record, Record)
    assert (record.device_serial, record.transcript) == ("G000SAMPLE000001", None)
    assert record.message.endswith('Player.volume the value "30".')


@pytest.mark.parametrize(
    ("value", "described"),
    [({"val": 1}, "A list of values was expected."), ([7], "A value with its time was expected here.")],
)
def test_what_is_not_of_the_form_is_an_issue(value: object, described: str) -> None:
    (issue,) = IobrokerHistory().parse(_source(value))
    assert isinstance(issue, Issue)
    assert issue.what == described


def test_other_states_are_not_claimed() -> None:
    for name in ("history.hue.0.Lamp.on.json", "history.alexa2.0.json", "alexa2.0.History.summary.json"):
        assert not IobrokerHistory().claims(Source.of(b"[]", f"{FOLDER}/{name}"))


@given(st.binary(max_size=60))
def test_any_bytes_raise_nothing(content: bytes) -> None:
    list(IobrokerHistory().parse(Source.of(b"[" + content, f"{FOLDER}/history.alexa2.0.History.summary.json")))
