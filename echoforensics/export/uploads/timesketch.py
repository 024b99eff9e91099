"""Sending a timeline to Timesketch in batches, by Timesketch's own import client.

Rows without a time in UTC go to a timeline of their own, at the start of 1970, as docs/timesketch.md says: sent as they
are, the server would lose them.

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
    from echoforensics.case.row_query import Query, Row

#: What to install.
EXTRA = "echoforensics[timesketch]"
#: Rows that are sent at once, unless another number is asked for.
BATCH = 10_000
#: What is put behind the name of the timeline whose rows have no time in UTC.
UNDATED = ", time in UTC unknown"
_NOT_A_TIME = {"datetime": "1970-01-01T00:00:00+00:00", "timestamp": 0, "timestamp_desc": "Not a time"}
_LABEL = "jsonl"


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What was sent.

    Attributes:
        dated, undated: how many rows have a time in UTC, and how many have none.
        sha256: of all rows as lines of JSON, in the order in which they were sent, before the client.
    """

    dated: int
    undated: int
    sha256: str


def sketch_of(number: int, config: Path | None, section: str) -> Any:
    """A sketch of the server that the client's configuration names.

    Args:
        number: of the sketch.
        config: the configuration; None for the client's own, ``~/.timesketchrc``.
        section: of the configuration.

    Raises:
        UsageError: the client is not installed, or the configuration is missing or lacks something.
        UploadError: the server cannot be reached, or refuses who asks.
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
    """Send the rows asked for.

    Args:
        case: the case.
        query: which rows.
        sketch: where to: one of :func:`sketch_of`.
        name: of the timeline.
        batch: rows that are sent at once; more are not held.
        report: called with how many rows were handed to the client.

    Raises:
        UploadError: the server cannot be reached, or refuses a batch. What was sent before is there.
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
        # Not where it failed: the client would send the batch that was refused once more.
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
    # Without it the client sends the command line, which names folders of this machine.
    streamer.set_upload_context(f"timeline of {name}")
    return streamer


def _sent(row: Row) -> dict[str, Any]:
    """A row as it is sent: one without a time in UTC as plaso sends an event without a time."""
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
