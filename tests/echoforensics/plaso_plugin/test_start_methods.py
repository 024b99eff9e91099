"""However plaso starts its processes, they have our parser; where they have not, the run is refused."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import WHOLE_SERIES

#: Runs log2timeline as its console script would, with a start method. plaso gives a new process eight seconds to begin;
#: on a busy machine it may need more.
SCRIPT = """
import multiprocessing, sys
if __name__ == "__main__":
    from plaso.multi_process.engine import MultiProcessEngine
    MultiProcessEngine._RPC_SERVER_TIMEOUT, MultiProcessEngine._MAXIMUM_RPC_ERRORS = 3600.0, 100_000
    multiprocessing.set_start_method(sys.argv[1])
    from echoforensics.cli.main import main
    sys.argv = ["echoforensics", "log2timeline", *sys.argv[2:]]
    main()
"""
#: The same, with plaso as if it made its configuration otherwise: nothing then brings our parser into a new process.
LOST = SCRIPT.replace(
    "    sys.argv =",
    """    from plaso.engine import configurations
    theirs = configurations.ProcessingConfiguration
    from echoforensics.plaso_plugin import registration
    configurations.ProcessingConfiguration = theirs
    sys.argv =""",
)
OPTIONS = ("--unattended", "-q", "--status_view", "none", "--logfile", "plaso.log", "--parsers", "alexa")

#: The methods of other systems, or of a Python to come. For each a new Python imports plaso several times.
_ELSEWHERE = ["spawn", "forkserver"] if WHOLE_SERIES else []

Run = Callable[..., Any]
Events = Callable[[Path], list[dict[str, Any]]]


def _rows(made: Path) -> Counter[tuple[Any, ...]]:
    """What extract makes of a source, but for deleted files, which plaso does not read."""
    rows = [json.loads(line) for line in (made / "rows.jsonl").read_text("utf-8").splitlines()]
    assert len(rows) == 38
    live = [row for row in rows if "It was read from a deleted file" not in row["message"]]
    assert len(live) == 32
    return Counter(
        (row["data_type"], row["timestamp"] or 0, row["record"], row["locator"], row["sha256"]) for row in live
    )


def _events(found: list[dict[str, Any]]) -> Counter[tuple[Any, ...]]:
    return Counter(
        (event["data_type"], event["timestamp"], event["record"], event.get("locator", ""), event["sha256"])
        for event in found
    )


@pytest.mark.parametrize("method", ["fork", *_ELSEWHERE])
def test_every_start_method_gives_the_same_events(
    method: str,
    cold_python: Run,
    demo_evidence: Path,
    demo_case: Callable[[str], Path],
    tmp_path: Path,
    read_events: Events,
) -> None:
    (tmp_path / "tool.py").write_text(SCRIPT)
    image = demo_evidence / "echo-data.img"
    cold_python("tool.py", method, *OPTIONS, "--workers", "2", "--storage_file", "x.plaso", image)

    assert _events(read_events(tmp_path / "x.plaso")) == _rows(demo_case("echo-data.img"))


def test_a_single_process_gives_the_same_events(
    demo_case: Callable[[str], Path], demo_store: Callable[[str], Path], read_events: Events
) -> None:
    assert _events(read_events(demo_store("echo-data.img"))) == _rows(demo_case("echo-data.img"))


@pytest.mark.parametrize("method", ["spawn", *_ELSEWHERE[1:]])
def test_a_run_whose_workers_lack_our_parser_is_refused(
    method: str, cold_python: Run, demo_evidence: Path, tmp_path: Path, read_events: Events
) -> None:
    (tmp_path / "tool.py").write_text(LOST)
    arguments = (*OPTIONS, "--workers", "1", "--storage_file", "x.plaso", demo_evidence / "phone")
    done = cold_python("tool.py", method, *arguments, code=2)

    assert "without the echoforensics parser" in done.stderr
    assert "do not use it" in done.stderr
    assert read_events(tmp_path / "x.plaso") == []


def test_lists_and_help_are_not_taken_for_a_lost_run(python: Run) -> None:
    listed = python("-m", "echoforensics", "log2timeline", "--parsers", "list").stdout
    assert "echoforensics" in listed
    assert "alexa_activities" not in listed.partition("Plugins")[0]
    assert "--storage_file" in python("-m", "echoforensics", "log2timeline", "--help").stdout
    assert python("-m", "echoforensics", "psort", "-V").stdout.startswith("plaso - psort version")
