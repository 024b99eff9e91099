"""The truth set of the parsers: inputs of their own tests, and the records that this version makes of them.

Inputs are taken again with ``--inputs``. Without it the answers alone are stated again, which is due whenever a
parser's version was raised; what changed is then seen in the difference of ``parsers.jsonl``, and reviewed there.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.known_answers.archive import write_archive
from benchmarks.known_answers.evidence import DATA
from benchmarks.known_answers.recorder import OUTPUT_VARIABLE, RecordedInput
from echoforensics.selftest.parser_answers import read
from echoforensics.selftest.truth import PARSER_ANSWERS, PARSER_INPUTS, inputs, stated
from parsers.registry import load


def record_inputs() -> None:
    """Run the parsers' own tests and write ``parsers.tar.xz`` from what they read."""
    with tempfile.TemporaryDirectory() as name:
        output = Path(name) / "kept"
        program = [sys.executable, "-m", "pytest", "-p", "benchmarks.known_answers.recorder", "-p", "no:xdist"]
        subprocess.run(
            [*program, "tests/parsers"], check=True, env={**os.environ, OUTPUT_VARIABLE: str(output)}
        )  # fmt: skip
        kept: dict[str, RecordedInput] = pickle.loads(output.read_bytes())
    files = {f"{name}/{path}": content for name, each in kept.items() for path, content in each.files.items()}
    write_archive(DATA / PARSER_INPUTS, files)
    inputs.cache_clear()
    samples = [
        {"name": name, "read_by": each.read_by, "path": each.path, "mode": each.mode}
        for name, each in sorted(kept.items())
    ]
    _write(samples)


def state_answers() -> None:
    """Write ``parsers.jsonl``: what this version makes of the inputs that are there."""
    _write(stated(PARSER_ANSWERS))


def _write(samples: list[dict[str, Any]]) -> None:
    readers = {parser.name: parser for parser in load()}
    lines = []
    for sample in samples:
        about = {key: sample[key] for key in ("name", "read_by", "path", "mode")}
        lines.append(
            json.dumps({**about, **read(readers[sample["read_by"]], about)}, ensure_ascii=False, sort_keys=True)
        )
    (DATA / PARSER_ANSWERS).write_text("\n".join(lines) + "\n", encoding="utf-8")
