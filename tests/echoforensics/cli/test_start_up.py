"""What a command imports before it runs. Importing is what starting takes; see benchmarks for the times."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete

from echoforensics.cli.main import SUMMARIES, cli

ROOT = Path(__file__).parents[3]
#: What reads and writes evidence; none of it is needed to say what a command does.
_HEAVY = {
    "brotli", "concurrent", "construct", "Crypto", "dask", "dfvfs", "hyperscan", "lz4", "multiprocessing", "numpy",
    "plaso", "pyarrow", "pyewf", "pyfsext", "pytsk3", "rich", "sqlite3", "yaml", "zstandard",
}  # fmt: skip


def _imported(*arguments: str) -> set[str]:
    """What is imported by a command that ends by itself."""
    code = (
        "import json, sys\nfrom echoforensics.cli.main import cli\ntry:\n"
        f"    cli({list(arguments)!r}, standalone_mode=False)\n"
        "finally:\n    print('\\n' + json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("-h",)], ids=" ".join)
def test_help_imports_no_command(arguments: tuple[str, ...]) -> None:
    found = _imported(*arguments)

    assert not {name.partition(".")[0] for name in found} & _HEAVY
    ours = {name for name in found if name.partition(".")[0] in {"echoforensics", "parsers", "chain_of_custody"}}
    assert ours == {
        "echoforensics", "echoforensics.installation", "echoforensics.version", "echoforensics.errors",
        "echoforensics.cli", "echoforensics.cli.main", "echoforensics.cli.lazy_group", "echoforensics.cli.plaso_tools",
        "parsers", "chain_of_custody",
    }  # fmt: skip


@pytest.mark.parametrize("command", sorted(SUMMARIES))
def test_help_of_a_command_imports_little(command: str) -> None:
    found = {name.partition(".")[0] for name in _imported(command, "--help")}

    # The digest's names are those extract offers; the formats of a timeline are named by what writes them.
    allowed = {"extract": {"concurrent"}, "timeline": {"sqlite3"}}.get(command, set())
    assert not (found & _HEAVY) - allowed


def test_a_report_without_a_pdf_imports_nothing_of_one(copy_of_sealed: Path, tmp_path: Path) -> None:
    assert not _imported("report", str(copy_of_sealed), "-o", str(tmp_path / "report")) & {"typst", "pyhanko"}


@pytest.mark.parametrize("name", sorted(SUMMARIES))
def test_what_the_list_says_is_the_first_sentence_of_the_help(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)

    assert command is not None
    assert command.get_short_help_str(limit=1000).rstrip(".") == SUMMARIES[name].rstrip(".")
    assert command.name == name


def test_every_module_of_a_command_is_listed() -> None:
    declared = {
        path.stem
        for path in (ROOT / "echoforensics/cli").rglob("*.py")
        # Commands of the group case are listed by it.
        if path.parent.name != "case_commands"
        if "\n@click.command(" in path.read_text() or "\n@click.group(" in path.read_text()
    }
    # A command of a group is listed by its group.
    assert declared - {"main", "drop", "set_matter"} == set(SUMMARIES)


def test_names_and_options_are_completed() -> None:
    complete = ShellComplete(cli, {}, "echoforensics", "_ECHOFORENSICS_COMPLETE")

    found = {item.value: item.help for item in complete.get_completions([], "t")}
    assert found == {name: SUMMARIES[name] for name in ("timeline", "timesketch", "trace")}
    assert {"--search", "--to"} <= {item.value for item in complete.get_completions(["timeline"], "--")}
    assert {item.value for item in complete.get_completions([], "--v")} == {"--version"}


def test_an_unknown_command_is_refused() -> None:
    with pytest.raises(click.UsageError, match="No such command 'parser'"):
        cli(["parser"], standalone_mode=False)
