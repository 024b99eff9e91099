"""The beginnings of a new parser: a definition, a fixture folder and a test that runs, to be filled in."""

from __future__ import annotations

import re
from string import Template
from typing import TYPE_CHECKING

from echoforensics.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
KINDS = ("json", "sqlite")

_COMMON = """\
times:
  - {field: made, unit: ms, clock: cloud, description: Creation Time, note: When the service made it.}
columns: {device_serial: serial}
message: >-
  The record names $thing {"label"}.
shows: That $thing was recorded.
does_not_show: Who made it.
validated_on: ["Made files only."]
limits: [None known.]
references: ["Say where the knowledge of the format comes from: a paper, a repository and path, own measurement."]
"""
_JSON = """\
name: $name
version: "1"
title: $title
data_type: alexa:cloud:$name
json:
  urls: [/api/$url]
  top: [$name]
  item: [label, made]
  items: /$name
"""
_SQLITE = """\
name: $name
version: "1"
title: $title
data_type: alexa:app:$name
sqlite:
  tables: [$name]
  needs: [label, made]
"""
_JSON_SAMPLE = """\
{"$name": [{"label": "first", "made": 1500271959818, "serial": "G0EXAMPLE"}]}
"""
_SQLITE_SAMPLE = """\
CREATE TABLE $name (label TEXT, made INTEGER, serial TEXT);
INSERT INTO $name VALUES ('first', 1500271959818, 'G0EXAMPLE');
"""
_README = """\
# Fixtures of $name

Say of each file how it was made, or where it was published and under which licence. Real evidence is never copied here.

- `$sample`: written by hand, in the form that the definition describes.
"""
_TEST = """\
from __future__ import annotations

$imports
from parsers.record import Issue, Record
$more_imports
FIXTURES = Path(__file__).parent / "fixtures" / "$name"


def test_a_whole_record($arguments) -> None:
$read
    assert [item for item in found if isinstance(item, Issue)] == []
    (record,) = found
    assert isinstance(record, Record)
    assert (record.data_type, record.parser) == ("$data_type", "$name")
    assert record.message == 'The record names $thing "first".'
    assert [(timestamp.description, timestamp.timestamp) for timestamp in record.timestamps] == [
        ("Creation Time", 1500271959818000)
    ]
    assert record.device_serial == "G0EXAMPLE"
"""
_JSON_READ = """\
    parser = ApiJson()
    source = Source.of((FIXTURES / "$sample").read_bytes(), "$sample")
    assert parser.claims(source)
    found = list(parser.parse(source))
"""
_SQLITE_READ = """\
    files = make_database(*(FIXTURES / "$sample").read_text().split(";")[:-1])
    parser = SqliteTables()
    source = source_in(files)
    assert parser.claims(source)
    found = list(parser.parse(source))
"""


def begin(root: Path, name: str, kind: str) -> list[Path]:
    """Write the beginnings of a parser into a checkout of the project.

    Args:
        root: the checkout's top folder.
        name: the parser's name: lower case, words joined by ``_``.
        kind: ``json`` for a list in an answer of the service, ``sqlite`` for a table of a database.

    Returns:
        The files written.

    Raises:
        UsageError: the name is not of that form or is taken, or the folder is no checkout.
    """
    if not NAME.fullmatch(name):
        raise UsageError(f"{name!r}: a name is lower-case words joined by _")
    definitions, room = ("definitions/api", "alexa_api") if kind == "json" else ("definitions/sqlite", "databases")
    if not (root / "parsers" / definitions).is_dir() or not (root / "tests" / "parsers").is_dir():
        raise UsageError(
            f"{root}: is not a checkout of the project; run this in its top folder, or name it with --into"
        )
    tests = root / "tests" / "parsers" / room
    sample = f"{name}.{'json' if kind == 'json' else 'sql'}"
    files = {
        root / "parsers" / definitions / f"{name}.yaml": (_JSON if kind == "json" else _SQLITE) + _COMMON,
        tests / "fixtures" / name / sample: _JSON_SAMPLE if kind == "json" else _SQLITE_SAMPLE,
        tests / "fixtures" / name / "README.md": _README,
        tests / f"test_{name}.py": _TEST,
    }
    if taken := [path for path in files if path.exists()]:
        raise UsageError(f"{taken[0]}: is there already")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_filled(text, name, kind, sample), encoding="utf-8")
    return list(files)


def _filled(text: str, name: str, kind: str, sample: str) -> str:
    words = {
        "name": name,
        "title": name.replace("_", " ").capitalize(),
        "thing": "an item of " + name.replace("_", " "),
        "url": name.replace("_", "-"),
        "sample": sample,
        "data_type": f"alexa:{'cloud' if kind == 'json' else 'app'}:{name}",
    }
    if kind == "json":
        words["arguments"] = ""
        words["imports"] = "from pathlib import Path\n\nfrom parsers.alexa_api.api_json import ApiJson"
        words["imports"] += "\nfrom parsers.parser import Source"
        words["more_imports"] = ""
        words["read"] = Template(_JSON_READ).substitute(words).rstrip()
    else:
        words["arguments"] = "make_database: Callable[..., dict[str, bytes]], source_in: Callable[..., Source]"
        words["imports"] = "from collections.abc import Callable\nfrom pathlib import Path\n\n"
        words["imports"] += "from parsers.parser import Source"
        words["more_imports"] = "from parsers.databases.sqlite_tables import SqliteTables\n"
        words["read"] = Template(_SQLITE_READ).substitute(words).rstrip()
    return Template(text).substitute(words)
