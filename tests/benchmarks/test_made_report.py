from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from benchmarks.pages.made_report import make_report
from echoforensics.case.case import Case
from echoforensics.demo.build import build
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract
from echoforensics.report.bundle import write_report


def _given(script: Path) -> Any:
    """What a script hands on."""
    (quoted,) = re.findall(r"JSON\.parse\('(.*)'\)", script.read_text(encoding="utf-8"), re.DOTALL)
    return json.loads(re.sub(r"\\(.)", r"\1", quoted))


def test_a_made_report_has_the_form_of_a_real_one(tmp_path: Path) -> None:
    phone = next(source for source in build(tmp_path / "evidence") if source.is_dir())
    extract([phone], tmp_path / "case", None, Options(argv=("test",)), lambda *_: None)
    with Case.open(tmp_path / "case") as case:
        real = write_report(case, tmp_path / "real").parent / "data"
    made = make_report(tmp_path / "made", 2_100).parent / "data"

    assert len(list(made.glob("rows-*.js"))) == 2
    for name in ("head.js", "index.js", "rows-0000.js"):
        assert set(_given(made / name)) == set(_given(real / name)), name
    assert set(_given(made / "head.js")["terms"]) == set(_given(real / "head.js")["terms"])
    columns = _given(real / "index.js")["columns"]
    assert {name: code for name, (code, _) in _given(made / "index.js")["columns"].items()} == {
        name: code for name, (code, _) in columns.items()
    }
