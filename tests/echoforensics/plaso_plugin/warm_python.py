"""Runs Python's command line in forks of a process that has imported plaso: importing it takes longer than most tests.

Reads one request a line from standard input, a JSON object with ``arguments``, ``folder``, ``stdout`` and ``stderr``
(files to write to); writes the exit code of each. Nothing of ours is registered in this process, so that plain plaso
stays plain.
"""

from __future__ import annotations

import copy
import gc
import json
import os
import re
import runpy
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import artifacts
import yaml
from plaso.cli import tools

from echoforensics.plaso_plugin import overlay
from parsers import registry

_PRELOADED = (
    "plaso.scripts.log2timeline", "plaso.scripts.psort", "plaso.scripts.psteal", "plaso.scripts.pinfo",
    "plaso.scripts.image_export", "echoforensics.cli.main", "echoforensics.extraction.run",
    "echoforensics.export.output",
)  # fmt: skip


def serve() -> None:
    """Answer requests until standard input ends; in a fork, return so that Python ends as it always does."""
    for name in _PRELOADED:
        import_module(name)
    registry.imported()
    _remember_yaml()
    # plaso waits fifteen seconds so that a warning is read, as that a format is an old one.
    tools.CLITool._WaitUserWarning = lambda _: None
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _run(**json.loads(line))
            return
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _remember_yaml() -> None:
    """Have YAML documents that were read once not parsed again: plaso parses thousands whenever it starts."""
    load_all = yaml.safe_load_all
    known: dict[str, list[Any]] = {}

    def safe_load_all(stream: Any) -> Iterator[Any]:
        text = stream if isinstance(stream, (str, bytes)) else stream.read()
        if isinstance(text, bytes):
            text = text.decode()
        for document in re.split(r"(?m)^---$", text):
            if document not in known:
                known[document] = [found for found in load_all(document) if found is not None]
            yield from copy.deepcopy(known[document])

    yaml.safe_load_all = safe_load_all
    with tempfile.TemporaryDirectory() as data:
        overlay.build(overlay.of_plaso(), Path(data))
        for folder in (Path(data), Path(artifacts.__file__).parent / "data"):
            for path in sorted(folder.rglob("*.yaml")):
                for _ in safe_load_all(path.read_text("utf-8")):
                    pass


def _run(arguments: list[str], folder: str, stdout: str, stderr: str) -> None:
    os.chdir(folder)
    for number, path in ((1, stdout), (2, stderr)):
        written = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(written, number)
        os.close(written)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    kind, rest = arguments[0], arguments[1:]
    sys.path.insert(0, folder)
    if kind == "-m":
        sys.argv = rest
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    elif kind == "-c":
        sys.argv = ["-c", *rest[1:]]
        exec(compile(rest[0], "<string>", "exec"), {"__name__": "__main__"})
    else:
        raise ValueError(f"not supported: {arguments}")


if __name__ == "__main__":
    serve()
