from __future__ import annotations

import pytest

from parsers.definition.error import DefinitionError
from parsers.definition.loader import parse
from parsers.definition.state import STATE, definitions
from parsers.echo1.state_files import StateFiles
from parsers.parser import Source
from parsers.record import Clock, Issue, Record, Timestamp

NO_TIME = " The file holds no time: this is the state when the file was last written."
DIGEST = "0123456789abcdef" * 4
#: Path, content, the sentence before the meaning, and what the fields hold beside the entry's name and the file's.
ONE_OF_EACH = [
    ("system/volume", "77\n", "The file keeps the volume 77.", {"value": "77"}),
    ("system/mute_state", "0", "The file keeps the mute state 0.", {"value": "0"}),
    ("system/guid", DIGEST[:32], f"The file keeps the device's identifier {DIGEST[:32]}.", {"value": DIGEST[:32]}),
    (
        "system/micPwrOffset",
        "-1.5   # in dB\n",
        'The file keeps the value -1.5, with the remark "in dB".',
        {"value": "-1.5", "remark": "in dB"},
    ),
    ("system/persist/booting", "complete", 'The setting "booting" is kept as "complete".', {"value": "complete"}),
    ("system/persist/flag", "", 'The setting "flag" is kept as empty.', {"value": ""}),
    (
        "hostname",
        "dp-ABCDEFGH\n",
        'The file keeps the device\'s name in its network, "dp-ABCDEFGH".',
        {"value": "dp-ABCDEFGH"},
    ),
    (
        "version",
        "3\n",
        "The file keeps 3 as the version of the layout of the data partition.",
        {"value": "3"},
    ),
    (
        "earcon",
        "/usr/local/share/earcon/doppler/en-GB",
        "The device's signal sounds are those of the language en-GB (/usr/local/share/earcon/doppler/en-GB).",
        {"value": "/usr/local/share/earcon/doppler/en-GB", "language": "en-GB"},
    ),
    (
        "appreg-x.db.base.sha256",
        f"{DIGEST}  /etc/appreg.db.base\n",
        f"The file keeps the SHA-256 of /etc/appreg.db.base, {DIGEST}.",
        {"sha256": DIGEST, "value": "/etc/appreg.db.base"},
    ),
]


def _read(path: str, content: str | bytes) -> list[Record | Issue]:
    data = content.encode() if isinstance(content, str) else content
    source = Source.of(data, path)
    assert StateFiles().claims(source)
    return list(StateFiles().parse(source))


@pytest.mark.parametrize(("path", "content", "sentence", "fields"), ONE_OF_EACH)
@pytest.mark.parametrize("home", ["var/local/", "p8/local/", "p8/", "local/", "", "seized.zip!/var/local/"])
def test_setting_is_reported_without_a_time(
    home: str, path: str, content: str, sentence: str, fields: dict[str, str]
) -> None:
    (record,) = _read(home + path, content)

    assert isinstance(record, Record)
    assert (record.data_type, record.locator, record.timestamps) == ("echo:state:setting", "", ())
    assert record.message.startswith(sentence)
    assert record.message.endswith(NO_TIME)
    name = record.fields["name"]
    assert record.fields == {"name": name, "file": path.rsplit("/", 1)[-1], **fields}


def test_volume_as_a_whole_record() -> None:
    assert _read("p8/local/system/volume", "77\n") == [
        Record(
            "echo:state:setting",
            f"The file keeps the volume 77. The scale is not known.{NO_TIME}",
            "",
            fields={"name": "volume", "file": "volume", "value": "77"},
            parser="echo_state",
            parser_version="2",
        )
    ]


def test_identifier_is_a_key_that_other_records_may_share() -> None:
    (record,) = _read("var/local/system/guid", DIGEST[:32] + "\n")

    assert isinstance(record, Record)
    assert record.keys == (f"device-guid:{DIGEST[:32]}",)


def test_last_known_date() -> None:
    (record,) = _read("var/local/last-known-date", "022903042024.05\n")

    assert isinstance(record, Record)
    assert record.data_type == "echo:state:last_known_date"
    note = (
        "The device's clock, to the second. The device's logs are written in UTC. The zone is not recorded; the"
        " definition says that it is UTC."
    )
    assert record.timestamps == (
        Timestamp("Recorded Time", "022903042024.05", Clock.DEVICE, 1_709_175_845_000_000, note),
    )
    assert NO_TIME not in record.message


def test_a_date_that_there_is_not_is_an_issue_beside_the_record() -> None:
    issue, record = _read("var/local/last-known-date", "023003042024.05\n")

    what = 'value: a time of the form %m%d%H%M%Y.%S is expected, not "023003042024.05".'
    assert issue == Issue(what, parser="echo_state")
    assert isinstance(record, Record)
    assert record.timestamps == ()
    assert record.fields["value"] == "023003042024.05"


def test_lines_are_reported_one_by_one() -> None:
    content = "version1\n54\tMainVolume for local\n40\tAlarmVolume\tTemporary Value:40\nNot Muted\n\nwhat?\n"

    *records, issue = _read("var/local/system/audiodVolumes", content)

    found = [(record.locator, record.message) for record in records if isinstance(record, Record)]
    assert found == [
        ("line:2", f'The sound service\'s file keeps 54 as "MainVolume for local".{NO_TIME}'),
        ("line:3", f'The sound service\'s file keeps 40 as "AlarmVolume".{NO_TIME}'),
        ("line:4", f'The sound service\'s file keeps the words "Not Muted".{NO_TIME}'),
    ]
    assert isinstance(records[1], Record)
    assert records[1].fields["more"] == "Temporary Value:40"
    assert issue == Issue(
        'The line is not of the form that the file "audiod_volumes" has.', "line:6", b"what?", "echo_state"
    )


def test_scheduled_commands() -> None:
    content = "# table\nPATH=/bin\n*/5 * * * *\t/usr/local/bin/save-the-date &> /dev/null\n@reboot /bin/x\n"

    first, second = _read("p8/spool/cron/root", content)

    assert first == Record(
        "echo:state:scheduled_command",
        'The table of the user "root" schedules a command at "*/5 * * * *": /usr/local/bin/save-the-date &> /dev/null.'
        f" The table does not show that it ran.{NO_TIME}",
        "line:3",
        fields={
            "name": "scheduled_command",
            "file": "root",
            "schedule": "*/5 * * * *",
            "value": "/usr/local/bin/save-the-date &> /dev/null",
        },
        parser="echo_state",
        parser_version="2",
    )
    assert isinstance(second, Record)
    assert second.fields["schedule"] == "@reboot"


def test_hotspots_and_hosts() -> None:
    hotspot, other = _read("local/system/hid.csv", "net_a, @x.com, us, A, B\r\nnet_b, @x.com, us, C, D")
    (host,) = _read("local/hosts", "127.0.0.1   localhost   dp-1\n")

    assert isinstance(hotspot, Record)
    assert isinstance(other, Record)
    assert isinstance(host, Record)
    assert (hotspot.fields["ssid"], hotspot.fields["value"]) == ("net_a", "@x.com, us, A, B")
    assert (other.locator, other.fields["ssid"]) == ("line:2", "net_b")
    assert host.fields == {"name": "hosts", "file": "hosts", "value": "127.0.0.1", "names": "localhost   dp-1"}


@pytest.mark.parametrize(
    ("path", "content", "what"),
    [
        ("var/local/system/volume", "loud", 'The content is not of the form that the file "volume" has.'),
        ("p8/local/system/volume", "", 'The file "volume" is empty.'),
        ("var/local/system/volume", "7" * 5000, 'The content is not of the form that the file "volume" has.'),
        ("var/local/hosts", "", 'The file "hosts" is empty.'),
    ],
)
def test_content_of_another_form_is_an_issue_where_the_folder_is_certain(path: str, content: str, what: str) -> None:
    assert _read(path, content) == [Issue(what, excerpt=content.encode()[:64], parser="echo_state")]


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("backup/system/volume", "loud"),
        ("usr/local/version", "4"),
        ("etc/hostname", "dp-1"),
        ("docs/version", "4"),
        ("var/local/system/volume.txt", "4"),
        ("hostname", "two words"),
        ("system/persist/x/y", "true"),
    ],
)
def test_other_files_are_not_claimed(path: str, content: str) -> None:
    assert not StateFiles().claims(Source.of(content.encode(), path))


def test_path_that_the_table_does_not_name_is_an_issue() -> None:
    assert list(StateFiles().parse(Source.of(b"4", "x/y"))) == [
        Issue("The path is none of those that a definition of state files names.")
    ]


def test_every_file_of_the_definition_has_an_example_here() -> None:
    (definition,) = (made for made in definitions() if made.name == "echo_state")
    with_lines = {"audiod_volumes", "scheduled_command", "hotspots", "hosts", "last_known_date"}
    whole = {"volume", "mute_state", "guid", "microphone_power_offset", "persistent_setting", "hostname"}
    whole |= {"layout_version", "earcon", "registry_digest", "machine_id"}
    assert {file.name for file in definition.files} == with_lines | whole
    (record,) = _read("var/lib/dbus/machine-id", DIGEST[:32] + "\n")
    assert isinstance(record, Record)
    assert record.fields["name"] == "machine_id"


FILE = "{name: a, paths: [x], content: x, message: m}"


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (FILE.replace("}", ", colour: red}"), "state[0].colour: the key is unknown"),
        (FILE.replace("name: a, ", ""), "state[0].name: the key is missing"),
        (FILE.replace("}", ", lines: [{pattern: x}]}"), "state[0]: one of the keys content, lines is expected"),
        (FILE.replace(", message: m", ""), "state[0]: one of the keys message, lines is expected"),
        (FILE.replace("content: x", "content: '('"), "state[0].content: '(' is not a regular expression"),
        (FILE.replace("message: m", "message: '{y}'"), "state[0]: 'x' has no group y"),
        (FILE.replace("}", ", keys: ['a:{y}']}"), "state[0]: 'x' has no group y"),
        (FILE.replace("message: m", "message: '{'"), "state[0].message: a brace is not part of a gap"),
        (FILE.replace("[x]", "[]"), "state[0].paths: a list is expected"),
        (FILE.replace("[x]", "x"), "state[0].paths: a list is expected"),
        ("{name: a, paths: [x], lines: []}", "state[0].lines: a list is expected"),
        ("{name: a, paths: [x], lines: [{pattern: x, colour: y}]}", "state[0].lines[0].colour: the key is unknown"),
        ("{name: a, paths: [x], lines: [{pattern: 1}]}", "state[0].lines[0].pattern: text is expected, not 1"),
        (FILE.replace("}", ", data_type: y}"), "state[0].data_type: 'y' is not of the form expected"),
        (f"{FILE}, {FILE}", "state: two files have the name 'a'"),
        ("7", "state[0]: a mapping is expected"),
    ],
)
def test_a_file_that_is_not_understood_is_an_error(file: str, expected: str) -> None:
    head = "{name: x, version: '1', title: t, data_type: 'echo:state:x', shows: s, does_not_show: d, state: ["
    assert parse(STATE, f"{head}{FILE}]}}", "x.yaml").files[0].name == "a"
    with pytest.raises(DefinitionError) as raised:
        parse(STATE, f"{head}{file}]}}", "x.yaml")
    assert str(raised.value).startswith(f"x.yaml: {expected}")
