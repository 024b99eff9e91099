from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from echoforensics.case.case import Case
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract
from echoforensics.report.sections.blocks import texts
from echoforensics.report.sections.context import ReportContext
from echoforensics.report.sections.missing import issues_section
from echoforensics.report.sections.page import section_html
from echoforensics.report.words.language import language


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "searched by content: 1 find beside the files that were listed"),
        (
            {"carve": False},
            "not searched by content: deleted recordings and records outside its files were not looked for",
        ),
    ],
)
def test_the_report_says_whether_an_image_was_searched(
    options: dict[str, Any], expected: str, tmp_path: Path, make_image: Callable[..., Path]
) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "note.txt").write_bytes(b"a note")
    image = make_image(tmp_path / "root")
    utterance = (
        "AB72C64C86AW2:1.0/2024/03/08/20/B0DEM0000000EF01/31:47::TNIH_2V.1d4c2a70-5b1e-4f0a-9c3d-000000000005ZXV/0"
    )
    with image.open("r+b") as stream:
        stream.seek(7 * 1024 * 1024)
        stream.write(utterance.encode())
    extract([image], tmp_path / "case", None, Options(argv=("test",), **options), lambda *_: None)

    with Case.open(tmp_path / "case") as case:
        shown = section_html(issues_section(ReportContext.of(case, language("en"))), language("en"))

    assert expected in shown
    assert "Images, outside their files" in shown


def test_without_images_nothing_is_reported(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a").write_bytes(b"a note")
    extract([tmp_path / "folder"], tmp_path / "case", None, Options(argv=("test",)), lambda *_: None)

    with Case.open(tmp_path / "case") as case:
        section = issues_section(ReportContext.of(case, language("en")))

    assert "outside their files" not in " ".join(texts(section))
