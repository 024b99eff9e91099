"""``--json`` of commands that say what they did: one value, and all that the text says."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from echoforensics.cli.main import cli

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Invoke = Callable[..., Any]


@pytest.fixture
def invoke() -> Invoke:
    """Runs a command in this process, and gives the JSON that it writes to standard output."""

    def run(*words: object) -> object:
        done = CliRunner().invoke(cli, [str(word) for word in words])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    return run


@pytest.fixture
def case(demo: Path, tmp_path: Path) -> Path:
    shutil.copytree(demo / "case", tmp_path / "case")
    for name in ("examiner.pem", "examiner.pem.passphrase"):
        shutil.copyfile(demo / name, tmp_path / name)
    return tmp_path / "case"


def test_a_bundle(run: Run, case: Path, tmp_path: Path) -> None:
    done = run("bundle", case, "-o", "hand-over", "--key", "examiner.pem", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    checked = json.loads(run("verify", "hand-over", "--json").stdout)
    assert (found["bundle"], found["request"], found["not_recorded"]) == ("hand-over", "hand-over.tsq", "")
    assert (found["head"], found["fingerprint"]) == (checked["head"], checked["fingerprint"])
    assert (found["left_out"], found["failures"], found["timestamps"]) == (0, [], [])
    assert run("bundle", "hand-over", "--attach", "hand-over.tsq", "--json").returncode == 2


def test_hand_overs(run: Run, case: Path) -> None:
    assert json.loads(run("custody", case, "--json").stdout) == {"hand_overs": []}
    assert run("custody", case, "--to", "The Defence", "--purpose", "trial", "--key", "examiner.pem").returncode == 0
    (given,) = json.loads(run("custody", case, "--json").stdout)["hand_overs"]
    assert (given["to"], given["purpose"], given["from"]) == ("The Defence", "trial", "Demo Examiner")
    assert given["signed_by"] == {"giver": given["giver_key"], "receiver": None}
    refused = run("custody", case, "--json", "--to", "Another")
    assert (refused.returncode, "--json shows the hand-overs" in refused.stderr) == (2, True)


def test_the_state_of_plaso(run: Run) -> None:
    found = json.loads(run("plaso", "status", "--json").stdout)
    assert set(found) == {"plaso", "tested", "supported", "hook"}
    assert isinstance(found["hook"]["installed"], bool)


#: Commands whose output is rows, which have their own formats, and plaso's own tools.
_WITHOUT = {"query", "log2timeline", "psteal", "psort", "pinfo", "image_export"}


def _commands(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        if isinstance(found, click.Group):
            yield from _commands(found, f"{before}{name} ")
        else:
            yield before + name, found


def test_every_command_that_reports_takes_json() -> None:
    without = {
        name for name, found in _commands(cli) if not any("--json" in parameter.opts for parameter in found.params)
    }
    assert without == _WITHOUT


def test_a_report(invoke: Invoke, case: Path, tmp_path: Path) -> None:
    folder = tmp_path / "report"
    found = invoke("report", case, "-o", folder, "--state", "live", "--key", tmp_path / "examiner.pem", "--json")
    assert (found["folder"], found["open"], found["pdf"]) == (str(folder), str(folder / "index.html"), None)
    assert found["part"]["filters"] == {"states": ["live"]}
    assert found["fingerprint"] == json.loads((folder / "custody.dsse.json").read_bytes())["signatures"][0]["keyid"]
    assert "recorded in the ledger" in found["recorded"]


def test_what_a_timeline_wrote(invoke: Invoke, case: Path, tmp_path: Path) -> None:
    rows, plot = tmp_path / "rows.jsonl", tmp_path / "plot.svg"
    first, second = invoke("timeline", case, "--type", "recording", "-o", rows, "--plot", plot, "--json")["written"]
    assert first["files"] == [str(rows), f"{rows}.about.json"]
    assert (first["format"], first["rows"], first["filters"]) == ("jsonl", 6, {"types": ["recording"]})
    assert (second["files"], second["format"]) == ([str(plot)], "plot")
    refused = CliRunner().invoke(cli, ["timeline", str(case), "--json"])
    assert (refused.exit_code, "Rows as JSON: -f jsonl" in refused.output) == (2, True)


def test_a_certificate(invoke: Invoke, case: Path, tmp_path: Path) -> None:
    draft = tmp_path / "draft.txt"
    found = invoke("certificate", case, "-o", draft, "--json")
    assert (found["draft"], found["style"], found["items"][0]["name"]) == (str(draft), "us", "echo-data.img")
    assert found["head"] in draft.read_text()
    assert invoke("certificate", case, "--json")["draft"] is None


def test_keys(invoke: Invoke, tmp_path: Path) -> None:
    path, request, certificate = tmp_path / "k.pem", tmp_path / "k.csr", tmp_path / "k.crt"
    made = invoke("key", "create", path, "--unattended", "--json")
    assert (made["key"], made["passphrase_file"]) == (str(path), f"{path}.passphrase")
    named = invoke("key", "name", "A. Examiner", path, "--json")
    assert (named["name"], named["fingerprint"], named["recorded_in"]) == ("A. Examiner", made["fingerprint"], [])
    asked = invoke("key", "request", "CN=A. Examiner", path, "-o", request, "--json")
    assert (asked["file"], asked["request"]) == (str(request), request.read_text())
    if shutil.which("openssl"):
        authority, public = tmp_path / "ca.pem", tmp_path / "k.pub"
        public.write_text(made["public_key"])
        for command in (
            f"ecparam -name prime256v1 -genkey -noout -out {authority}",
            f"x509 -req -in {request} -signkey {authority} -force_pubkey {public} -out {certificate}",
        ):
            subprocess.run(["openssl", *command.split()], check=True, capture_output=True)
        bound = invoke("key", "bind", certificate, path, "--json")
        assert bound["certificate"]["subject"] == "CN=A. Examiner"


def test_settings(invoke: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECHOFORENSICS_CONFIG", str(tmp_path / "config.toml"))
    made = invoke("config", "init", "--agency", "A Laboratory", "--json")
    assert (made["file"], made["settings"]["agency"]) == (str(tmp_path / "config.toml"), "A Laboratory")
