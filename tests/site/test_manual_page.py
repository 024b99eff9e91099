"""The manual page is that of the commands as they are, and roff reads it without a warning."""

from __future__ import annotations

import importlib.util
import subprocess
from collections.abc import Callable
from configparser import ConfigParser
from pathlib import Path
from types import ModuleType

import click
import pytest

from echoforensics.cli.main import cli

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "man" / "echoforensics.1"


@pytest.fixture(scope="module")
def writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("manual_page", ROOT / ".ci" / "manual_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_page_is_as_make_docs_writes_it(writer: ModuleType) -> None:
    assert PAGE.read_text(encoding="utf-8") == writer.page()


def test_roff_reads_it_without_a_warning(run_program: Callable[..., str]) -> None:
    run_program("groff", "--version")
    done = subprocess.run(
        ["groff", "-man", "-ww", "-Tutf8", "-z", str(PAGE)], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""


def test_every_command_and_option_is_shown(run_program: Callable[..., str]) -> None:
    text = run_program("groff", "-man", "-Tascii", "-P-cbou", "-rLL=200n", PAGE)
    context = cli.make_context("echoforensics", [], resilient_parsing=True)
    for name in cli.list_commands(context):
        assert f"echoforensics {name}" in text
        command = cli.get_command(context, name)
        assert command is not None
        for parameter in command.params:
            if isinstance(parameter, click.Option) and not parameter.hidden:
                assert parameter.opts[-1] in text


def test_text_is_escaped(writer: ModuleType) -> None:
    assert writer.roff(".a\n'b\n-\\") == "\\&.a\n\\&'b\n\\-\\e"
    assert list(writer.paragraphs("one\ntwo\n\n\b\n  a  b\nc")) == [".PP\none two", ".PP\n.nf\n  a  b\nc\n.fi"]


def test_page_is_installed() -> None:
    settings = ConfigParser()
    settings.read(ROOT / "setup.cfg")
    assert settings["options.data_files"]["share/man/man1"].split() == ["docs/man/echoforensics.1"]
