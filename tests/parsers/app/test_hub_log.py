"""Logs of home-automation hubs: openHAB's events, and Echo Speaks on Hubitat."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.app.hub_log import HubLog
from parsers.parser import Source
from parsers.record import Clock, Issue, Record

EVENTS = """\
2024-03-09 21:14:20.001 [INFO ] [openhab.event.ItemStateChangedEvent ] - Item 'Heating' changed from 20.5 to 20.6
2024-03-09 21:14:23.512 [INFO ] [openhab.event.ThingStatusInfoChangedEvent] - Thing 'amazonechocontrol:echo:a:k' \
changed from OFFLINE to ONLINE
2024-03-09 21:14:24.169 [INFO ] [openhab.event.ItemStateChangedEvent ] - Item 'Kitchen_LastVoiceCommand' changed from \
NULL to go to bed
2024-03-09 21:14:25.000 [INFO ] [openhab.event.ItemStateChangedEvent ] - Item 'Kitchen_LastVoiceCommand' changed from \
go to bed to lights out
2024-03-09 21:14:26.730 [INFO ] [openhab.event.ItemCommandEvent      ] - Item 'EchoKitchen_Volume' received command 25
2024-03-09 21:15:01.100 [INFO ] [openhab.event.ItemChannelLinkAddedEvent] - Link 'Bell-amazonechocontrol:echo:a:k:tts' \
has been added.
2024-03-09 21:15:02.100 [INFO ] [openhab.event.ItemStateUpdatedEvent ] - Item 'Bell' updated to Somebody is there
"""
OLD = """\
2018-11-04 14:50:26.730 [vent.ItemStateChangedEvent] - Echo_LastVoiceCommand changed from  to what is the weather
2018-11-04 14:50:27.730 [ome.event.ItemCommandEvent] - Item 'Lamp' received command ON
"""
HUBITAT = """\
dev:3872021-11-07 09:12:34.567 debugEcho (v4.1.9.9) | lastVoiceActivity: what doors are open
dev:387 2021-11-07 09:12:34.580 PM debug Echo (v4.1.9.9) | wasLastSpokenToDevice: true
app:122021-11-07 09:12:30.070 info EchoApp (v4.1.9.9) | Creating NEW Echo Speaks Device!!!
dev:4002021-11-07 09:09:59.000 infoGarage door is open
"""


def _read(text: str) -> tuple[list[Record], list[Issue]]:
    source = Source.of(text.encode(), "log.txt")
    assert HubLog().claims(source)
    found = list(HubLog().parse(source))
    return [item for item in found if isinstance(item, Record)], [item for item in found if isinstance(item, Issue)]


def test_openhabs_events_about_alexa_are_read() -> None:
    records, issues = _read(EVENTS)
    assert issues == []
    assert [(each.data_type.rpartition(":")[2], each.transcript, each.locator) for each in records] == [
        ("kept_state", None, "line:2"), ("last_called", "go to bed", "line:3"), ("last_called", "lights out", "line:4"),
        ("kept_state", None, "line:5"), ("kept_state", None, "line:6"), ("kept_state", None, "line:7"),
        ("file", None, ""),
    ]  # fmt: skip
    first = records[0]
    assert (
        first.message == "openHAB's log records that the thing amazonechocontrol:echo:a:k went from OFFLINE to ONLINE."
    )
    assert [(time.recorded, time.timestamp, time.clock) for time in first.timestamps] == [
        ("2024-03-09 21:14:23.512", None, Clock.UNKNOWN)
    ]
    assert records[2].fields["from"] == "go to bed"
    assert records[5].fields["value"] == "Somebody is there"


def test_the_form_of_openhab_2_is_read() -> None:
    records, _ = _read(OLD)
    assert [each.transcript for each in records] == ["what is the weather", None]


def test_what_echo_speaks_wrote_on_hubitat_is_read() -> None:
    records, issues = _read(HUBITAT)
    assert issues == []
    assert [(each.transcript, each.timestamps[0].recorded) for each in records[:-1]] == [
        ("what doors are open", "2021-11-07 09:12:34.567"), (None, "2021-11-07 09:12:34.580 PM"),
        (None, "2021-11-07 09:12:30.070"),
    ]  # fmt: skip
    assert records[0].fields["source"] == "dev:387"


def test_lines_of_no_form_are_an_issue() -> None:
    _, issues = _read(EVENTS + "something else\n")
    assert [issue.locator for issue in issues] == ["line:8"]


@pytest.mark.parametrize(
    "text",
    [
        EVENTS.splitlines()[0] + "\n", HUBITAT.splitlines()[3] + "\n",
        EVENTS.replace("amazonechocontrol", "hue").replace("LastVoiceCommand", "Text").replace("Echo", "Eco"), "",
        "Echo (v4.1) | lastVoiceActivity: no time\n",
    ],
)  # fmt: skip
def test_other_logs_are_not_claimed(text: str) -> None:
    assert not HubLog().claims(Source.of(text.encode(), "events.log"))


@given(st.integers(0, len(EVENTS) - 1), st.binary(max_size=6))
def test_changed_bytes_end_without_an_error(at: int, piece: bytes) -> None:
    for text in (EVENTS.encode(), HUBITAT.encode()):
        source = Source.of(text[:at] + piece + text[at + len(piece) :], "log.txt")
        HubLog().claims(source)
        assert all(isinstance(item, (Record, Issue)) for item in HubLog().parse(source))
