"""OpenRelik's worker: its task through a queue in Redis, on files of this machine."""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from echoforensics.verification import verify_case
from tests.echoforensics.conftest import Sealed, sample_sources, sealed, signing_key  # noqa: F401 (fixtures)

celery = pytest.importorskip("celery")
pytest.importorskip("openrelik_worker_common")

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "integrations/openrelik"
QUEUE, TASK = "openrelik-worker-echoforensics", "openrelik-worker-echoforensics.tasks.extract"


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of Redis of our own."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("redis")
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with subprocess.Popen([program, *options], stdout=subprocess.DEVNULL) as server:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with socket.socket() as there:
                if there.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"redis://127.0.0.1:{port}/0"
        server.terminate()


@pytest.fixture(scope="module")
def queue(redis: str) -> Iterator[Any]:
    """OpenRelik's side of the queue, with the worker at the other."""
    command = [sys.executable, "-m", "celery", "--app=src.app", "worker", "--task-events", "--pool=solo",
               "--loglevel=ERROR", "-Q", QUEUE]  # fmt: skip
    environment = {**os.environ, "REDIS_URL": redis, "PYTHONPATH": os.pathsep.join(map(str, (FOLDER, ROOT)))}
    with subprocess.Popen(command, env=environment, cwd=FOLDER, stdout=subprocess.DEVNULL) as worker:
        yield celery.Celery(broker=redis, backend=redis)
        worker.terminate()


def run(queue: Any, files: list[dict[str, str]], folder: Path, **config: object) -> dict[str, Any]:
    sent = queue.send_task(TASK, queue=QUEUE, kwargs={
        "input_files": files, "output_path": str(folder), "workflow_id": "1", "task_config": config,
    })  # fmt: skip
    found: dict[str, Any] = json.loads(base64.b64decode(sent.get(timeout=300)))
    return found


def kept_under_ids(paths: list[Path], folder: Path) -> list[dict[str, str]]:
    """Files as OpenRelik keeps them."""
    files = []
    for number, path in enumerate(paths):
        kept = folder / f"{number:032x}"
        shutil.copyfile(path, kept)
        files.append({"path": str(kept), "display_name": path.name})
    return files


def test_the_task_gives_a_sealed_case_and_its_timeline(queue: Any, sealed: Sealed, tmp_path: Path) -> None:  # noqa: F811
    sources = [path for path in sealed.sources if path.is_file()]
    assert len(sources) == 2
    output = tmp_path / "output"
    output.mkdir()

    found = run(queue, kept_under_ids(sources, tmp_path), output, examiner="E. Xaminer", reference="R-1")

    timeline, case = found["output_files"]
    assert (timeline["display_name"], case["display_name"]) == ("timeline.jsonl", "case.zip")
    rows = [json.loads(line) for line in Path(timeline["path"]).read_text(encoding="utf-8").splitlines()]
    assert {row["evidence"] for row in rows} == {path.name for path in sources}
    with zipfile.ZipFile(case["path"]) as packed:
        packed.extractall(tmp_path / "unpacked")
    result = verify_case(tmp_path / "unpacked/case", sources=False)
    assert result.complete
    assert not [check.name for check in result.checks.checks if not check.ok and check.made]
    assert (found["meta"]["rows"], found["meta"]["ledger_head"]) == (len(rows), result.head)
    assert sorted(path.name for path in output.iterdir()) == sorted(
        Path(file["path"]).name for file in found["output_files"]
    ), "nothing else is left"


def test_the_task_is_registered_with_what_its_page_shows(queue: Any) -> None:
    (registered,) = queue.control.inspect(timeout=30, limit=1).registered("metadata").values()
    assert any(each.startswith(TASK) and "display_name" in each and "examiner" in each for each in registered)


def test_files_that_cannot_be_read_fail_the_task(queue: Any, tmp_path: Path) -> None:
    path = tmp_path / "unknown.bin"
    path.write_bytes(b"nothing that is known")
    with pytest.raises(RuntimeError, match="no file can be read"):
        run(queue, [{"path": str(path), "display_name": path.name}], tmp_path)


def test_the_dockerfile_starts_the_worker_that_the_test_starts() -> None:
    text = (FOLDER / "Dockerfile").read_text(encoding="utf-8")
    assert f'"{QUEUE}"' in text
    assert "--app=src.app" in text
    for line in text.splitlines():
        if line.startswith("COPY ") and not line.startswith("COPY . "):
            assert (ROOT / line.split()[1]).exists()
