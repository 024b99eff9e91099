"""Sending a timeline by Timesketch's own client to a server that answers as Timesketch's does."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from echoforensics.case.case import Case
from echoforensics.case.custody.names import EXPORTED
from echoforensics.case.exhibits.row import Query
from echoforensics.cli.main import cli
from echoforensics.errors import UploadError, UsageError
from echoforensics.export.uploads.timesketch import UNDATED, sketch_of, upload
from tests.echoforensics.conftest import Sealed
from tests.sketch_server import SketchServer

pytest.importorskip("timesketch_import_client")


@pytest.fixture
def server() -> Iterator[SketchServer]:
    with SketchServer() as made:
        yield made


@pytest.fixture
def config(server: SketchServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    path = tmp_path / "timesketchrc"
    path.write_text(
        f"[timesketch]\nhost_uri = {server.address}\nusername = u\npassword = p\nauth_mode = userpass\nverify = True\n"
    )
    return path


def test_every_row_arrives_in_batches(sealed: Sealed, server: SketchServer, config: Path) -> None:
    with Case.open(sealed.path) as case:
        sent = upload(case, Query(), sketch_of(7, config, "timesketch"), "Case", batch=20)

    ours = sealed.rows()
    dated, undated = server.timelines["Case"], server.timelines["Case" + UNDATED]
    assert (sent.dated, sent.undated) == (len(dated), len(undated)) == (len(ours) - 4, 4)
    for theirs, row in zip(dated, [row for row in ours if row["datetime"]], strict=True):
        assert theirs["timestamp"] == row["timestamp"]
        assert datetime.fromisoformat(theirs["datetime"]) == datetime.fromisoformat(row["datetime"] or "")
        assert {**theirs, "datetime": row["datetime"]} == row
    for theirs, row in zip(undated, [row for row in ours if not row["datetime"]], strict=True):
        assert theirs["datetime"].startswith("1970-01-01T00:00:00")
        assert (theirs["time_description"], theirs["timestamp_desc"]) == (row["timestamp_desc"], "Not a time")
        assert theirs["recorded_time"] == row["recorded_time"]
    batches = [(count, more) for name, count, more in server.batches if name == "Case"]
    assert batches == [(20, "True"), (20, "True"), (20, "True"), (len(dated) - 60, "False")]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ours)
    assert sent.sha256 == hashlib.sha256(lines.encode()).hexdigest()
    assert len(server.logins) == 1


def test_a_batch_that_is_refused_ends_it(sealed: Sealed, server: SketchServer, config: Path) -> None:
    server.refuses_after = 1
    with Case.open(sealed.path) as case, pytest.raises(UploadError, match=r"\[413\] .*Delete that timeline"):
        upload(case, Query(), sketch_of(7, config, "timesketch"), "Case", batch=20)
    assert len(server.timelines["Case"]) == 20


def test_the_command_records_what_was_sent(
    copy_of_sealed: Path, sealed: Sealed, server: SketchServer, config: Path, tmp_path: Path
) -> None:
    sealed.key.save(tmp_path / "examiner.pem", "secret")
    command = ["timesketch", str(copy_of_sealed), "--sketch", "7", "--name", "Case", "--config", str(config),
               "--type", "recording", "--key", str(tmp_path / "examiner.pem")]  # fmt: skip
    done = CliRunner(env={"ECHOFORENSICS_PASSPHRASE": "secret"}).invoke(cli, command)
    assert done.exit_code == 0, (done.output, done.exception)
    (line,) = [entry.detail for entry in Case.open(copy_of_sealed).actions() if entry.action == EXPORTED]
    assert (line["format"], line["sketch"], line["rows"]) == ("timesketch", 7, sum(map(len, server.timelines.values())))
    assert str(line["sha256"]) in done.output
    assert line["server"] == f"{server.address}/api/v1"


def test_what_is_missing_is_named(
    sealed: Sealed, tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match="is not there"):
        sketch_of(7, tmp_path / "none", "timesketch")
    with pytest.raises(UsageError, match="section other lacks"):
        sketch_of(7, config, "other")
    config.write_text(config.read_text().replace("password = p", "password = wrong"))
    with pytest.raises(UploadError, match="Invalid username or password"):
        sketch_of(7, config, "timesketch")
    monkeypatch.setitem(sys.modules, "timesketch_import_client.importer", None)
    with Case.open(sealed.path) as case, pytest.raises(UsageError, match=r"pip install 'echoforensics\[timesketch\]'"):
        upload(case, Query(), object(), "Case")
