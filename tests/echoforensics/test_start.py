"""What a small extraction does without: each start would pay for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_STATEMENTS = """
import sys
from echoforensics.library import extract
extract("source", "case", key=None, workers=1).close()
print("\\n".join(sys.modules))
"""
_NOT_NEEDED = (
    "construct", "echoforensics.carving.search", "echoforensics.extraction.parts.cluster_run", "parsers.catalogue",
    "parsers.alexa_api.answers.responses", "parsers.captures.warc", "parsers.databases.all_tables",
    "parsers.formats.audio.ogg.describe",
)  # fmt: skip


def test_an_extraction_of_a_short_text_imports_few_of_the_readers(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "a.txt").write_text("hello\n")
    done = subprocess.run(
        [sys.executable, "-c", _STATEMENTS], cwd=tmp_path, env={"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    modules = done.stdout.split()
    assert {"parsers.tamper.tamper_signs", "parsers.recording.parser"} <= set(modules)
    assert [name for name in modules if name in _NOT_NEEDED] == []
