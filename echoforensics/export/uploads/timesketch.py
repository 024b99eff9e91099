"""Uploads a timeline to Timesketch in batches with Timesketch's import client.

Rows without a time in UTC go to a separate timeline at the start of 1970, as docs/timesketch.md explains: the server
would drop them otherwise.

References:
    https://timesketch.org/guides/user/upload-data/
    https://pypi.org/project/timesketch-import-client/
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from echoforensics.case.row_query import rows as rows_of
from echoforensics.errors import UploadError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from echoforensics.case.case import Case
    from echoforensics.case.exhibits.row import Query, Row

#: What to install.
EXTRA = "echoforensics[timesketch]"
#: The default number of rows per batch.
BATCH = 10_000
#: The name suffix of the timeline whose rows have no time in UTC.
UNDATED = ", time in UTC unknown"
_NOT_A_TIME = {"datetime": "1970-01-01T00:00:00+00:00", "timestamp": 0, "timestamp_desc": "Not a time"}
_LABEL = "jsonl"


@dataclass(frozen=True, slots=True)
class Uploaded:
    """The result of an upload.

    Attributes:
        dated, undated: the number of rows with and without a time in UTC.
        sha256: the hash of all rows as JSON lines in upload order, before the client.
    """

    dated: int
    undated: int
    sha256: str


def sketch_of(number: int, config: Path | None, section: str) -> Any:
    """Return a sketch on the server that the client's configuration names.

    Args:
        number: the number of the sketch.
        config: the configuration file; None for the client's default, ``~/.timesketchrc``.
        section: the section of the configuration.

    Raises:
        UsageError: the client is not installed, or the configuration is missing or incomplete.
        UploadError: the server cannot be reached, or rejects the credentials.
    """
    configuring = _library("timesketch_api_client.config")
    requests = _library("requests")
    path = config or Path.home() / ".timesketchrc"
    if not path.is_file():
        raise UsageError(f"{path}: the configuration of Timesketch's client is not there; docs/timesketch.md has one")
    assistant = configuring.ConfigAssistant()
    try:
        assistant.load_config_file(str(path), section)
        if assistant.missing:
            raise UsageError(f"{path}: section {section} lacks {', '.join(sorted(assistant.missing))}")
        client = assistant.get_client()
        if client is None:
            raise UploadError(f"{assistant.get_config('host_uri')}: the stored credentials are refused")
        return client.get_sketch(number)
    except (requests.RequestException, RuntimeError, ValueError, OSError) as error:
        raise UploadError(f"Timesketch cannot be reached: {_sentence(error)}") from error


def upload(
    case: Case, query: Query, sketch: Any, name: str, batch: int = BATCH,
    report: Callable[[int], None] = lambda _: None,
) -> Uploaded:  # fmt: skip
    """Upload the requested rows.

    Args:
        case: the case.
        query: selects the rows.
        sketch: the target, from :func:`sketch_of`.
        name: the name of the timeline.
        batch: the number of rows per batch; no more are held in memory.
        report: called with the number of rows passed to the client.

    Raises:
        UploadError: the server cannot be reached, or rejects a batch. Earlier batches remain there.
    """
    importer = _library("timesketch_import_client.importer")
    requests = _library("requests")
    whole, counts = hashlib.sha256(), [0, 0]
    try:
        streamers = [_streamer(importer, sketch, each, batch) for each in (name, name + UNDATED)]
        for count, row in enumerate(rows_of(case.store, query), 1):
            whole.update(json.dumps(row, ensure_ascii=False).encode() + b"\n")
            is_undated = row["datetime"] is None
            streamers[is_undated].add_dict(_sent(row))
            counts[is_undated] += 1
            if not count % batch:
                report(count)
        # Not after a failure: the client would send the rejected batch again.
        for streamer in streamers:
            streamer.close()
    except (requests.RequestException, RuntimeError, ValueError) as error:
        raise UploadError(
            f"Timesketch took {sum(counts)} rows or less of {name!r}, and then no more: {_sentence(error)}. Delete that"
            " timeline there before you send it again"
        ) from error
    return Uploaded(counts[0], counts[1], whole.hexdigest())


def _streamer(importer: Any, sketch: Any, name: str, batch: int) -> Any:
    streamer = importer.ImportStreamer()
    streamer.set_sketch(sketch)
    streamer.set_timeline_name(name)
    streamer.set_data_label(_LABEL)
    streamer.set_entry_threshold(batch)
    streamer.set_provider("echoforensics")
    # Otherwise the client sends the command line, which names local folders.
    streamer.set_upload_context(f"timeline of {name}")
    return streamer


def _sent(row: Row) -> dict[str, Any]:
    """Return a row for upload; without a time in UTC, in plaso's form of an event without a time."""
    if row["datetime"] is not None:
        return {**row}
    return {**row, "time_description": row["timestamp_desc"], **_NOT_A_TIME}


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise UsageError(
            f"sending to Timesketch needs what is not installed ({name.partition('.')[0]}): pip install '{EXTRA}'"
        ) from error


def _sentence(error: BaseException) -> str:
    return " ".join(str(error).split())[:400]
