"""The files that pages play: a recording out of the vault, or a derivative of it; and outlines."""

from __future__ import annotations

import os
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from echoforensics.case.disk import case_disk
from echoforensics.listening.derivative import write_derivative
from echoforensics.listening.peaks import PARTS, peaks_of
from echoforensics.listening.sound import NotDecodedError
from echoforensics.review.store.decision_table import keep_outline, outline_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from echoforensics.report.media import Recording
    from echoforensics.review.store.room_database import RoomDatabase
    from echoforensics.review.work.room_case import RoomCase

#: The folder of derivatives in the room's folder.
FOLDER = "derivatives"
#: A recording that is longer than this is not decoded while somebody waits for it: microseconds.
_LONG_US = 300_000_000
_TYPES = {
    "wav": "audio/wav", "ogg": "audio/ogg", "mp3": "audio/mpeg", "flac": "audio/flac", "aac": "audio/aac",
    "m4a": "audio/mp4", "webm": "audio/webm",
}  # fmt: skip


class OpenSound(NamedTuple):
    """A sound that is open for reading.

    Attributes:
        stream: its bytes.
        size: their number.
        media_type: media type for the browser.
    """

    stream: BinaryIO
    size: int
    media_type: str


class SoundFiles:
    """Opens sounds and computes outlines, each once. It is thread-safe.

    Args:
        folder: the room's folder.
        database: the room's database.
    """

    def __init__(self, folder: Path, database: RoomDatabase) -> None:
        self._folder = folder / FOLDER
        self._database = database
        self._working: dict[str, threading.Lock] = {}
        self._ahead = ThreadPoolExecutor(1, thread_name_prefix="outlines")
        self._lock = threading.Lock()

    def prepare(self, case: RoomCase, recordings: Iterable[Recording]) -> None:
        """Compute outlines and derivatives in advance, one after the other, while people work.

        If one fails, whoever opens the item sees why.
        """
        for recording in recordings:
            self._ahead.submit(self.details, case, recording)

    def close(self) -> None:
        """Finish the current computation, and drop the rest."""
        self._ahead.shutdown(cancel_futures=True)

    def shown(self, case: RoomCase, recording: Recording) -> dict[str, Any]:
        """What the page is given of a recording's sound, at once: of a long one a flat outline until it is worked out.

        Raises:
            OSError: a file of the case cannot be read.
            CaseDiskError: the room's folder cannot be written.
        """
        length = recording.found.fields.get("duration_us")
        if not (isinstance(length, int) and length > _LONG_US and recording.playable):
            return self.details(case, recording)
        if (kept := self._kept(recording.found.sha256)) is not None:
            return kept
        self.prepare(case, [recording])
        return {"peaks": [0] * (2 * PARTS), "why_not": "", "decoded_ms": length // 1000, "outline_later": True}

    def details(self, case: RoomCase, recording: Recording) -> dict[str, Any]:
        """What the page is given of a recording's sound: its outline, and its derivative where there is one.

        Raises:
            OSError: a file of the case cannot be read.
            CaseDiskError: the room's folder cannot be written.
        """
        sha256 = recording.found.sha256
        if (kept := self._kept(sha256)) is not None:
            return kept
        with self._lock:
            working = self._working.setdefault(sha256, threading.Lock())
        with working:
            if (kept := self._kept(sha256)) is not None:
                return kept
            made = self._made(case, recording)
            with self._database.transaction() as change:
                keep_outline(change.db, sha256, made)
        return made

    def _kept(self, sha256: str) -> dict[str, Any] | None:
        with self._database.reading() as db:
            kept: dict[str, Any] | None = outline_of(db, sha256)
        if kept is not None and "derivative" in kept and not (self._folder / f"{sha256}.wav").is_file():
            return None
        return kept

    def _made(self, case: RoomCase, recording: Recording) -> dict[str, Any]:
        found = recording.found
        peaks = peaks_of(case.vault, found.sha256, found.fields)
        made: dict[str, Any] = {
            "peaks": [value for pair in peaks.pairs for value in pair], "why_not": peaks.why_not,
            "decoded_ms": round(peaks.seconds * 1000),
        }  # fmt: skip
        if recording.playable or peaks.why_not:
            return made
        name = f"{found.sha256}.wav"
        try:
            with case_disk(self._folder):
                self._folder.mkdir(mode=0o700, exist_ok=True)
                handle, partial = tempfile.mkstemp(suffix=".wav", dir=self._folder)
                os.close(handle)
                derivative = write_derivative(case.vault, found.sha256, found.fields, Path(partial))
                Path(partial).replace(self._folder / name)
        except NotDecodedError as error:
            return {**made, "why_not": str(error)}
        shown = f"{recording.name.rpartition('.')[0]}_derivative.wav"
        return {**made, "derivative": {"name": shown, "sha256": derivative.sha256, "label": derivative.label}}

    def open(self, case: RoomCase, recording: Recording) -> OpenSound:
        """Open the audio that a page plays for a recording.

        Raises:
            OSError: it cannot be read.
            CaseDiskError: a derivative cannot be written.
        """
        sha256 = recording.found.sha256
        if not recording.playable and "derivative" in self.details(case, recording):
            stream: BinaryIO = (self._folder / f"{sha256}.wav").open("rb")
            kind = "audio/wav"
        else:
            stream = case.vault.open(sha256)
            kind = _TYPES.get(recording.name.rpartition(".")[2], "application/octet-stream")
        return OpenSound(stream, os.fstat(stream.fileno()).st_size, kind)
