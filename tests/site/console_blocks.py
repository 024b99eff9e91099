"""Blocks of a page that show commands with what they write, and a shell that runs them."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

#: What begins the output of a command that was run, and what ends it.
_MARK = "\x1e"


@dataclass(frozen=True)
class Shown:
    """A command as a page shows it.

    Attributes:
        command: what is typed, without the prompt; with the lines of a here document.
        output: the lines that the page shows of what it writes. ``...`` stands for anything.
    """

    command: str
    output: tuple[str, ...]


class Ran(NamedTuple):
    """What came of a command: its exit code, and what it wrote to both of its outputs."""

    code: int
    output: str


def shown(page: str) -> list[Shown]:
    """The commands of a page's ``console`` blocks, in order."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```$", page, re.DOTALL | re.MULTILINE):
        lines = iter(block.splitlines())
        command, output = "", []
        for line in lines:
            if not line.startswith("$ "):
                assert command, f"a block begins with output: {block}"
                output.append(line)
                continue
            if command:
                found.append(Shown(command, tuple(output)))
            command, output = line[2:], []
            while command.endswith("\\"):
                command += f"\n{next(lines)}"
            if document := re.search(r"<<'(\w+)'", command):
                for each in lines:
                    command += f"\n{each}"
                    if each == document[1]:
                        break
        found.append(Shown(command, tuple(output)))
    return found


def run(commands: Sequence[str], folder: Path, command: Sequence[str]) -> list[Ran]:
    """Run commands one after the other in one bash that begins in a folder; ``echoforensics`` is run by ``command``."""
    programs = folder.parent / "programs"
    programs.mkdir(exist_ok=True)
    wrapper = programs / "echoforensics"
    wrapper.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n')
    wrapper.chmod(0o755)
    script = ["exec 2>&1 < /dev/null", "code=0"]
    for each in commands:
        # A command may ask how the one before it ended.
        script += [f"printf '{_MARK}'", "(exit $code)", each, "code=$?", f"printf '{_MARK}%d' $code"]
    root = Path(__file__).parents[2]
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ["PATH"], "/usr/sbin"]),
        "PYTHONPATH": str(root),
        "HOME": str(folder.parent),
        "XDG_CONFIG_HOME": str(folder.parent / "config"),
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    _, *parts = done.stdout.split(_MARK)
    assert len(parts) == 2 * len(commands), done.stdout + done.stderr
    return [Ran(int(code), output) for output, code in zip(parts[::2], parts[1::2], strict=True)]


def missing(expected: Sequence[str], output: str) -> list[str]:
    """The lines that a page shows and that were not written, or not in this order."""
    written = [line.rstrip() for line in output.splitlines()]
    found = []
    for line in expected:
        if line.strip() == "...":
            continue
        pattern = ".*".join(map(re.escape, line.rstrip().split("...")))
        place = next((number for number, each in enumerate(written) if re.fullmatch(pattern, each)), None)
        if place is None:
            found.append(line)
        else:
            del written[: place + 1]
    return found
