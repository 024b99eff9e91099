"""The case that a selftest makes of the truth sets: images, archives, and a household of which all is known."""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chain_of_custody.keys import SigningKey
from echoforensics.case.case import Case
from echoforensics.demo.build import cloud_export, phone_folder
from echoforensics.demo.device_log import log
from echoforensics.demo.story import EARLIER, NEAR_MISSES, UTTERANCES, ZONE
from echoforensics.library import extract
from echoforensics.selftest.truth import EVIDENCE_INPUTS, inputs

#: By how much the clock of the device in the story is ahead, in seconds.
CLOCK_AHEAD = 90
_LOGGED_TIME = re.compile(rb"^(\d{8}:\d{6}) ", re.MULTILINE)
_LOGGED_MILLISECONDS = re.compile(rb"(?<=time=)(\d{13})")


def make_case(folder: Path) -> Case:
    """Write the sources of the truth sets into a folder and extract them into a case there, signed with a new key.

    Everything is done in this process, by the same code as for evidence.
    """
    sources = []
    for name, content in inputs(EVIDENCE_INPUTS).items():
        path = folder / "sources" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        sources.append(path)
    story = folder / "story"
    story.mkdir()
    sources += [_device(story / "device"), cloud_export(story / "account.zip"), phone_folder(story / "phone")]
    return extract(
        sources, folder / "case", key=SigningKey.generate(), examiner="selftest", timezone=ZONE, workers=1,
        argv=("echoforensics", "selftest"),
    )  # fmt: skip


def _device(folder: Path) -> Path:
    """The logs of the device in the story, as the device with a clock that is ahead would have written them."""
    logs = folder / "local" / "log"
    logs.mkdir(parents=True)
    day = datetime(2024, 3, 9, tzinfo=UTC)
    written = {
        "messages_00000101_20240308210000.gz": log(day - timedelta(hours=4), day - timedelta(hours=3), [EARLIER]),
        "messages_00000102_20240309230000.gz": log(
            day.replace(hour=17, minute=30), day.replace(hour=23), [*UTTERANCES, *NEAR_MISSES]
        ),
    }
    for name, content in written.items():
        (logs / name).write_bytes(gzip.compress(_ahead(content), mtime=0))
    return folder


def _ahead(content: bytes) -> bytes:
    """A log with each time by the device's clock moved; what the service wrote into it stays."""

    def moved(found: re.Match[bytes]) -> bytes:
        when = datetime.strptime(found[1].decode(), "%Y%m%d:%H%M%S").replace(tzinfo=UTC)
        return f"{when + timedelta(seconds=CLOCK_AHEAD):%Y%m%d:%H%M%S} ".encode()

    content = _LOGGED_TIME.sub(moved, content)
    return _LOGGED_MILLISECONDS.sub(lambda found: b"%d" % (int(found[1]) + CLOCK_AHEAD * 1000), content)
