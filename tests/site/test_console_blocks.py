"""Every command that the site shows is run, and writes what the site shows of it."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from echoforensics.cli.main import cli
from echoforensics.demo.run import run_demo
from echoforensics.examiner_key import create_key
from tests.site.console_blocks import Shown, missing, run, shown
from tests.site.not_run import ELSEWHERE, NOT_RUN
from tests.warm_command.warm_command import WarmCommand

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = {str(path.relative_to(DOCS)): path.read_text(encoding="utf-8") for path in sorted(DOCS.rglob("*.md"))}
WITH_COMMANDS = [name for name, text in PAGES.items() if "```console" in text]
#: Programs whose names begin a line that shows a command.
PROGRAMS = "|".join(
    ("echoforensics", "psort", "log2timeline", "psteal", "pinfo", "openssl", "sha256sum", "pip", "python3?", "make",
     "docker", "timesketch_importer", "sh", "sqlite3")
)  # fmt: skip


def _fill_demo(folder: Path) -> None:
    run_demo(folder / "sample", lambda path: create_key(path, None, name="Demo Examiner")[0], lambda _: None)


@pytest.fixture
def sample(made_once: Callable[[str, Callable[[Path], None]], Path], tmp_path: Path) -> Path:
    """A folder as the demo makes it, for one page."""
    if shutil.which("mkfs.ext4", path="/usr/sbin:/sbin:/usr/bin:/bin") is None:
        pytest.skip("mkfs.ext4 is not installed")
    folder = tmp_path / "sample"
    shutil.copytree(made_once("console-demo", _fill_demo) / "sample", folder)
    return folder


#: Programs that a page may use and a machine that runs the tests may lack.
_OF_THE_SYSTEM = {"openssl", "sqlite3", "ssh-keygen", "unzip"}


def _why_not_run(page: str, command: str) -> str | None:
    return next((reason for name, start, reason in NOT_RUN if name == page and command.startswith(start)), None)


@pytest.mark.parametrize("page", WITH_COMMANDS)
def test_commands_of_a_page(page: str, sample: Path, warm_command: WarmCommand) -> None:
    commands = [each for each in shown(PAGES[page]) if _why_not_run(page, each.command) is None]
    lacking = {each.command.split()[0] for each in commands} & {
        name for name in _OF_THE_SYSTEM if not shutil.which(name)
    }
    if lacking:
        pytest.skip(f"not installed: {', '.join(sorted(lacking))}")
    ran = run([each.command for each in commands], sample, warm_command.words) if commands else []

    for number, (each, came) in enumerate(zip(commands, ran, strict=True)):
        asked = number + 1 < len(commands) and commands[number + 1].command == "echo $?"
        assert came.code == 0 or asked, f"$ {each.command}\nends with {came.code}:\n{came.output}"
        assert missing(each.output, came.output) == [], f"$ {each.command}\nwrites:\n{came.output}"


@pytest.mark.parametrize("page", WITH_COMMANDS)
def test_commands_that_are_not_run_have_the_options_they_show(page: str) -> None:
    for each in shown(PAGES[page]):
        if _why_not_run(page, each.command) is None or not each.command.startswith("echoforensics "):
            continue
        words = shlex.split(each.command, comments=True)
        done = CliRunner().invoke(cli, [*words[1:], "--help"])
        assert done.exit_code == 0, f"$ {each.command}\n{done.output}"


def test_every_reason_is_of_a_command() -> None:
    for page, start, reason in NOT_RUN:
        assert any(each.command.startswith(start) for each in shown(PAGES[page])), f"{page}: {start}"
        assert reason


def test_commands_are_shown_in_console_blocks() -> None:
    left = []
    for page, text in PAGES.items():
        if page in ELSEWHERE:
            continue
        # In what is not such a block: lines of other blocks, and no sentences.
        other = re.sub(r"^```console\n.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
        blocks = [
            *re.findall(r"^```\w*\n(.*?)^```$", other, re.DOTALL | re.MULTILINE),
            *re.findall(r"^ {4,}.*$", other, re.MULTILINE),
        ]
        for block in blocks:
            left += [f"{page}: {line}" for line in re.findall(rf"^ *(?:\$ )?(?:{PROGRAMS}) .*$", block, re.MULTILINE)]
    assert left == []


@pytest.mark.parametrize(("page", "test"), sorted(ELSEWHERE.items()))
def test_commands_in_other_blocks_are_run_by_another_test(page: str, test: str) -> None:
    assert Path(page).name in (ROOT / test).read_text(encoding="utf-8")


def test_commands_in_sentences_exist() -> None:
    wrong = []
    context = cli.make_context("echoforensics", [], resilient_parsing=True)
    known = set(cli.list_commands(context))
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for page, text in {**PAGES, **_beside()}.items():
        wrong += [f"{page}: {name}" for name in re.findall(r"`echoforensics ([a-z]\w*)", text) if name not in known]
        wrong += [f"{page}: make {name}" for name in re.findall(r"`make ([\w-]+)`", text) if name not in targets]
    assert wrong == []


def _beside() -> dict[str, str]:
    return {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md")}


def test_what_is_shown_is_found() -> None:
    page = "```console\n$ one \\\n  more\nout...\n$ cat <<'END'\n$ text\nEND\n$ two\n```\n"
    assert shown(page) == [
        Shown("one \\\n  more", ("out...",)),
        Shown("cat <<'END'\n$ text\nEND", ()),
        Shown("two", ()),
    ]


def test_a_line_that_was_not_written_is_found() -> None:
    assert missing(["...", "b ... d", "e"], "a\nb c d\ne\n") == []
    assert missing(["e", "b..."], "a\nb c d\ne\n") == ["b..."]
    assert missing(["b"], "ab\n") == ["b"]


def test_commands_are_run_in_one_shell(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    folder.mkdir()
    done = run(["name=value", "echo $name >&2", "false", "echo $?"], folder, ("echoforensics",))
    assert [(each.code, each.output) for each in done] == [(0, ""), (0, "value\n"), (1, ""), (0, "1\n")]
