"""Maps that an investigator writes for the tables of a legal-process return."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import wave
import zipfile
from pathlib import Path

import pytest

from echoforensics.case.case import Case
from echoforensics.case.exhibits.row import Query
from echoforensics.case.row_query import rows
from echoforensics.errors import SourceError, UsageError
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract
from echoforensics.verification import verify_case

ROOT = Path(__file__).parents[3]
MAP = re.search(r"```yaml\n(.*?)```", (ROOT / "docs/maps.md").read_text(), re.DOTALL)[1]  # type: ignore[index]
TABLE = (
    "Request Time,Transcript,Device Serial,Customer Id,Audio File\r\n"
    '05/04/2024 21:14:22,"alexa, stop",G0EXAMPLE,A1EXAMPLE,1.wav\r\n'
    "not a time,,G0EXAMPLE,A1EXAMPLE,\r\n"
)


@pytest.fixture
def returned(tmp_path: Path) -> Path:
    """A return: a table and a recording in a zip."""
    with wave.open(str(tmp_path / "1.wav"), "wb") as sound:
        sound.setparams((1, 2, 16000, 0, "NONE", ""))
        sound.writeframes(bytes(3200))
    with zipfile.ZipFile(tmp_path / "return.zip", "w") as archive:
        archive.writestr("production/transcripts.csv", TABLE)
        archive.write(tmp_path / "1.wav", "production/1.wav")
    return tmp_path / "return.zip"


def _extract(source: Path, *maps: str) -> Path:
    case = source.parent / f"case-{len(maps)}"
    options = Options(argv=("test",), maps=tuple((f"{number}.yaml", text) for number, text in enumerate(maps)))
    extract([source], case, None, options, lambda *_: None)
    return case


def test_the_map_of_the_documentation_reads_its_table(returned: Path) -> None:
    with Case.open(_extract(returned, MAP)) as case:
        found = [row for row in rows(case.store, Query()) if row["data_type"] == "alexa:cloud:export_mapped"]
        issues = [what for (what,) in case.store.db.execute("SELECT what FROM issues")]
        kept = [entry.detail["maps"] for entry in case.actions() if "maps" in entry.detail]
    first, second = found
    assert (first["timestamp"], first["timestamp_desc"], first["recorded_time"]) == (
        1714857262000000, "Recorded Time", "05/04/2024 21:14:22",
    )  # fmt: skip
    assert first["message"] == "The return lists a request with the transcript alexa, stop, recording 1.wav."
    assert (first["transcript"], first["device_serial"], first["account"]) == ("alexa, stop", "G0EXAMPLE", "A1EXAMPLE")
    assert first["path"] == "production/transcripts.csv"
    assert second["message"] == "The return lists a request with the transcript none, recording none named."
    assert issues == ['requesttime: a time of the form %m/%d/%Y %H:%M:%S is expected, not "not a time".']
    assert kept == [[{"file": "0.yaml", "content": MAP}]]


def test_a_loose_table_that_only_a_map_knows(tmp_path: Path) -> None:
    table = tmp_path / "transcripts.txt"
    table.write_text(TABLE)
    with pytest.raises(SourceError):
        _extract(table)
    case_path = _extract(table, MAP)
    with Case.open(case_path) as case:
        found = [row for row in rows(case.store, Query()) if row["data_type"] == "alexa:cloud:export_mapped"]
        traced = case.trace(found[0]["exhibit"])
    assert [(row["path"], row["parser"]) for row in found] == [("transcripts.txt", "alexa_export_csv")] * 2
    assert (traced.origin, traced.unchanged) == ("evidence", True)
    assert traced.found is not None
    assert traced.found.content.startswith(b"05/04/2024")
    assert verify_case(case_path).ok


def test_an_unknown_zone_stays_unknown(returned: Path) -> None:
    with Case.open(_extract(returned, MAP.replace("zone: UTC ", "zone: unknown "))) as case:
        times = [row["timestamp"] for row in rows(case.store, Query()) if row["data_type"].endswith("export_mapped")]
    assert times == [None, None]


def test_a_map_holds_for_its_extraction_alone(returned: Path) -> None:
    _extract(returned, MAP)
    with Case.open(_extract(returned)) as case:
        assert not [row for row in rows(case.store, Query()) if row["data_type"] == "alexa:cloud:export_mapped"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "0.yaml: not YAML"),
        ("- a", "0.yaml: a mapping is expected"),
        (MAP.replace("title:", "titel:"), "0.yaml: titel: the key is unknown"),
        (MAP.replace("Recorded Time\n", "Birthday\n"), "0.yaml: times[0].description: 'Birthday' is not one of"),
        (MAP.replace("zone: UTC ", "zone: CEST "), "0.yaml: times[0].zone: 'CEST' is not one of UTC, unknown"),
        (MAP.replace("{Audio File|", "{Audio|"), "0.yaml: 'audio' is not one of the columns"),
    ],
)
def test_a_map_that_is_wrong_is_refused_before_anything_is_written(returned: Path, text: str, expected: str) -> None:
    with pytest.raises(UsageError, match=re.escape(expected)):
        _extract(returned, text)
    assert not (returned.parent / "case-1").exists()


def _sheet(*rows: str) -> str:
    inner = "".join(f'<row r="{number}">{row}</row>' for number, row in enumerate(rows, 1))
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{main}"><sheetData>{inner}</sheetData></worksheet>'


def _spreadsheet(path: Path, sheet: str, shared: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        archive.writestr("xl/sharedStrings.xml", shared)


def test_a_sheet_of_a_spreadsheet(tmp_path: Path) -> None:
    shared = "".join(f"<si><t>{text}</t></si>" for text in ("Request Time", "Transcript", "Device Serial", "stop"))
    names = '<c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c>'
    first = '<c r="A2"><v>45416.884976851848</v></c><c r="B2" t="s"><v>3</v></c>'
    first += '<c r="C2" t="inlineStr"><is><t>G0X</t></is></c>'
    second = '<c r="A3"><v>1e99</v></c><c r="C3" t="s"><v>77</v></c>'
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    _spreadsheet(tmp_path / "return.xlsx", _sheet(names, first, second), f'<sst xmlns="{main}">{shared}</sst>')
    days = MAP.replace('format: "%m/%d/%Y %H:%M:%S"', "unit: excel")
    with Case.open(_extract(tmp_path / "return.xlsx", days)) as case:
        found = [row for row in rows(case.store, Query()) if row["data_type"] == "alexa:cloud:export_mapped"]
        issues = [what for (what,) in case.store.db.execute("SELECT what FROM issues")]
        traced = case.trace(found[0]["exhibit"]).found
    assert [(row["transcript"], row["device_serial"]) for row in found] == [
        ("stop", "G0X"), (None, "shared text 77, not there"),
    ]  # fmt: skip
    assert abs((found[0]["timestamp"] or 0) - 1714857262000000) < 1000
    assert issues == ['requesttime: a number of days is expected, not "1e99".']
    assert traced is not None
    assert traced.content.startswith(b'<row r="2">')


@pytest.mark.parametrize(
    "sheet", ["<worksheet", _sheet("<c><v>1</v></c>")[:-30], "<!DOCTYPE a [<!ENTITY b 'c'>]><worksheet>&b;"]
)
def test_a_sheet_that_is_broken(tmp_path: Path, sheet: str) -> None:
    _spreadsheet(tmp_path / "return.xlsx", sheet, "<sst")
    with Case.open(_extract(tmp_path / "return.xlsx", MAP)) as case:
        issues = [what for (what,) in case.store.db.execute("SELECT what FROM issues ORDER BY what")]
    assert [what[:14] for what in issues] == ["The sheet cann", "The texts that"]


def test_from_the_command_line(returned: Path, tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(MAP)
    command = [
        sys.executable,
        "-m",
        "echoforensics",
        "extract",
        returned,
        "-c",
        tmp_path / "case",
        "--unsigned",
        "--json",
    ]
    done = subprocess.run(
        [*map(str, command), "--map", str(tmp_path / "map.yaml")],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 3, done.stderr
    assert json.loads(done.stdout)["recordings"] == 1
