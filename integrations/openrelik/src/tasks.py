"""The task: files of a workflow in, a sealed case and its timeline out."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from openrelik_worker_common.file_utils import create_output_file
from openrelik_worker_common.task_utils import create_task_result, get_input_files

import echoforensics as ef
from echoforensics.case.exhibits.row import Query
from echoforensics.errors import LaterPartError, SourceError
from echoforensics.evidence.source import open_source
from echoforensics.export.output import Target, export
from echoforensics.version import __version__

from .app import celery

#: The name under which OpenRelik registers the task, and puts it into the queue.
TASK_NAME = "openrelik-worker-echoforensics.tasks.extract"
#: What its page shows.
TASK_METADATA = {
    "display_name": "echoforensics: Amazon Echo and Alexa",
    "description": "Voice recordings and an activity timeline from Echo devices and Alexa accounts, as a sealed case",
    "task_config": [
        {"name": "examiner", "label": "Examiner", "description": "Who examines", "type": "text", "required": False},
        {"name": "agency", "label": "Agency", "description": "For whom", "type": "text", "required": False},
        {"name": "reference", "label": "Reference", "description": "Of the matter", "type": "text", "required": False},
        {
            "name": "timezone",
            "label": "Time zone",
            "description": "IANA zone in which the case is also to be read, such as Europe/Berlin",
            "type": "text",
            "required": False,
        },
        {
            "name": "no_carve",
            "label": "Do not carve",
            "description": "Do not search images for recordings and records by their own bytes",
            "type": "checkbox",
            "required": False,
            "default_value": False,
        },
    ],
}
#: A key on the worker's machine with which cases are signed; without one they are not.
KEY = "ECHOFORENSICS_KEY"


@celery.task(bind=True, name=TASK_NAME, metadata=TASK_METADATA)
def extract(
    self: Any,
    pipe_result: str | None = None,
    input_files: list[dict[str, Any]] | None = None,
    output_path: str | None = None,
    workflow_id: str | None = None,
    task_config: dict[str, Any] | None = None,
) -> str:
    """Extract the files of a workflow into one case.

    Args:
        pipe_result: what the task before it in the workflow gave.
        input_files: the workflow's files, where there was none before it.
        output_path: where files are written.
        workflow_id: of the workflow.
        task_config: the options of :data:`TASK_METADATA`, as they were filled in.

    Returns:
        The result as OpenRelik reads it, in Base64: the sealed case as a zip, and its timeline.

    Raises:
        RuntimeError: there is no file, or none can be read.
    """
    files = get_input_files(pipe_result, input_files or [])
    if not files or output_path is None:
        raise RuntimeError("there is no file to read")
    config = task_config or {}
    stated = {name: str(config.get(name) or "") for name in ("examiner", "agency", "reference", "timezone")}
    with tempfile.TemporaryDirectory(prefix="echoforensics-", dir=output_path) as folder:
        sources = _named(files, Path(folder) / "evidence")
        case_path = Path(folder) / "case"
        try:
            case = ef.extract(
                sources, case_path, key=os.getenv(KEY) or None, carve=not config.get("no_carve"), skip_unreadable=True,
                argv=[TASK_NAME, *map(str, sources)], workers=1, report=_report(self), **stated,
            )  # fmt: skip
        except SourceError as error:
            raise RuntimeError(f"no file can be read: {error}") from error
        with case:
            made = _outputs(case, case_path, output_path)
            meta = {**case.counts()._asdict(), "signed": bool(os.getenv(KEY)), "ledger_head": (case.head or (0, ""))[1]}
    return create_task_result(
        output_files=made, workflow_id=workflow_id, command=f"echoforensics {__version__} extract", meta=meta
    )


def _named(files: list[dict[str, Any]], folder: Path) -> list[Path]:
    """The files under the names that they had: OpenRelik's own names are ids, and segments find each other by names.

    Returns:
        Those that are sources: a later segment of an image is read with the first.
    """
    sources = []
    for file in files:
        name = Path(str(file.get("display_name") or Path(str(file["path"])).name)).name
        beside = folder
        while (beside / name).exists():
            beside /= "more"
        beside.mkdir(parents=True, exist_ok=True)
        try:
            os.link(file["path"], beside / name)
        except OSError:
            shutil.copyfile(file["path"], beside / name)
        sources.append(beside / name)
    return [source for source in sources if not _is_later_part(source)]


def _is_later_part(source: Path) -> bool:
    try:
        with closing(open_source(source, ())):
            return False
    except LaterPartError:
        return True
    except SourceError:
        # A single file that only a parser knows; or one that cannot be read, which becomes an issue.
        return False


def _outputs(case: ef.Case, case_path: Path, output_path: str) -> list[dict[str, Any]]:
    timeline = create_output_file(output_path, "timeline", "jsonl", "echoforensics:timeline:jsonl")
    export(case, Query(), Target("jsonl", Path(timeline.path)), None)
    # OpenRelik knows what the task names; the file about the export is in the case's ledger in another form.
    Path(f"{timeline.path}.about.json").unlink()
    sealed = create_output_file(output_path, "case", "zip", "echoforensics:case:zip")
    shutil.make_archive(sealed.path.removesuffix(".zip"), "zip", case_path.parent, case_path.name)
    return [timeline.to_dict(), sealed.to_dict()]


def _report(task: Any) -> Any:
    """What the page of the workflow shows while the task runs."""
    last = ""

    def report(doing: str, done: int, total: int) -> None:
        nonlocal last
        stage = doing.partition(":")[0]
        if stage != last:
            last = stage
            task.send_event("task-progress", data={"stage": stage, "done": done, "of": total})

    return report
