"""A bundle of the sample case, cases made to measure, full of hostile text, and a real browser."""

from __future__ import annotations

import hashlib
import io
import wave
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chain_of_custody.ledger import Ledger
from echoforensics.case.case import Case
from echoforensics.case.entry_table import NewEntry, add_entry
from echoforensics.case.evidence_table import EvidenceState, Opening, add_evidence, set_hashes, set_state
from echoforensics.case.issue_table import add_issue
from echoforensics.case.record_table import add_prepared, prepare
from echoforensics.case.store import Store
from echoforensics.report.bundle import write_report
from echoforensics.timeline.numbering import number_rows
from echoforensics.zones import zone
from parsers.record import Clock, Issue, Record, Timestamp, Value

#: Text that does harm in a page that does not take care.
HOSTILE = (
    '<img src=x onerror="window.hurt=1"></script><script>window.hurt=1</script>\u202egnp.exe\u2028&amp;\'" \x07'
    "</title></q></td><a href=https://example.org/>x</a>';window.hurt=1;//\\';window.hurt=1;//${window.hurt=1}<!--"
)


@pytest.fixture
def hostile_text() -> str:
    return HOSTILE


@pytest.fixture
def bundle(sealed: Any, tmp_path: Path) -> Path:
    with Case.open(sealed.path) as case:
        return write_report(case, tmp_path / "bundle", zone("Asia/Seoul"))


def tone(number: int = 0) -> bytes:
    """A WAV of one second; each number gives another."""
    written = io.BytesIO()
    with wave.open(written, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(number.to_bytes(2, "little") * 8000)
    return written.getvalue()


class CaseMaker:
    """Makes an unsigned case that was never sealed, row by row, with the same text wherever text can stand."""

    def __init__(self, path: Path, text: str, hashes: dict[str, Any] | None = None) -> None:
        self.path = path
        self._text = text
        self._number = 0
        (path / "artefacts").mkdir(parents=True)
        ledger = Ledger.open(path / "custody.jsonl", None, text.replace("\x07", ""))
        ledger.append("extraction begun", {"x": text})
        self.store = Store(path / "case.db", create=True, write=True)
        self.store.begin()
        for key in ("examiner", "agency", "reference"):
            self.store.set_info(key, text)
        self.evidence = add_evidence(self.store, text, Path("/nowhere/at/all"), "folder", [text], Opening())
        set_hashes(self.store, self.evidence, 1, "s", hashes or {"sha256": text})
        set_state(self.store, self.evidence, EvidenceState.HASHED_AGAIN)
        self._entry = self.entry(text, b"file")

    def entry(self, path: str, content: bytes | None, *, artefact: bool = False, **other: Any) -> int:
        """Add a file."""
        sha256 = None if content is None else hashlib.sha256(content).hexdigest()
        if artefact and content is not None and sha256 is not None:
            target = self.path / "artefacts" / sha256[:2] / sha256
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(content)
        new = NewEntry(
            evidence_id=self.evidence, path=path, addresses=(path,), kind="file", state="allocated", note="", times={},
            size=len(content or b""), sha256=sha256, artefact=artefact, mode=None, read_by=(), remark="", parsed=True,
        )  # fmt: skip
        return add_entry(self.store, replace(new, **other))

    def record(
        self,
        *timestamps: Timestamp,
        transcript: str | None = None,
        kind: str = "activity",
        status: Value = HOSTILE,
        provenance: str = "live",
    ) -> None:
        """Add a record; without moments, one of one time in UTC."""
        number, text = self._number, self._text
        self._number += 1
        if not timestamps:
            timestamps = (Timestamp("Creation Time", text, Clock.CLOUD, 1_700_000_000_000_000 + number * 1_000_000),)
        record = Record(
            f"alexa:cloud:{kind}", f"Row {number}: {text}", "", timestamps, text, "T", text, text, None,
            transcript or f"{text} number {number}",
            {"status": status, "utteranceType": status, "provenance": provenance},
            parser="p", parser_version="1",
        )  # fmt: skip
        self._add(self._entry, number, record)

    def recording(
        self, content: bytes, container: str = "WAV", codec: str = "PCM 16-bit little-endian", path: str = ""
    ) -> None:
        """Add a recording."""
        self._number += 1
        path = path or f"{self._number}.sound"
        fields: dict[str, Value] = {"container": container, "codec": codec, "rate_hz": 8000, "channels": 1}
        record = Record(
            "recording:audio",
            "A recording.",
            "",
            fields={**fields, "duration_us": 1_000_000, "whole": True},
            parser="recording",
        )
        self._add(self.entry(path, content, artefact=True), 0, record)

    def _add(self, entry: int, number: int, record: Record) -> None:
        add_prepared(self.store, entry, entry, [prepare(record, f"sha-{entry}", number, self.evidence, number)])

    def issue(self, what: str, path: str = "p") -> None:
        """Add an issue."""
        add_issue(self.store, self.evidence, path, Issue(what, "bytes:0+4", b"\x00=1", "some_parser"))

    def done(self) -> Path:
        """Number the rows; gives the case."""
        self.store.commit()
        number_rows(self.store)
        self.store.close(fold=True)
        return self.path


@pytest.fixture
def maker(tmp_path: Path) -> Callable[..., CaseMaker]:
    """Begins a case: full of hostile text, where nothing else is asked for."""
    count = 0

    def begin(text: str = HOSTILE, hashes: dict[str, Any] | None = None) -> CaseMaker:
        nonlocal count
        count += 1
        return CaseMaker(tmp_path / f"made-{count}", text, hashes)

    return begin


@pytest.fixture
def report_of(tmp_path: Path) -> Callable[..., Path]:
    """Writes the bundle of a made case."""

    def write(made: CaseMaker, local: str = "") -> Path:
        with Case.open(made.done()) as case:
            return write_report(case, tmp_path / f"{made.path.name}-bundle", zone(local))

    return write


@pytest.fixture
def sound() -> Callable[[int], bytes]:
    return tone


def _broken_off(request: Any) -> bool:
    """Whether a player has read as much of a recording as it wants for now."""
    return bool(request.resource_type == "media" and request.failure == "net::ERR_ABORTED")


@pytest.fixture
def open_page(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Opens a page from the disk; fails the test if the page errs or asks for anything but files.

    ``lacking`` names a file of the bundle that is known to be missing; ``script`` switches JavaScript off.
    """
    errors: list[str] = []
    pages = []

    def open_it(index: Path, fragment: str = "", *, lacking: str = "", script: bool = True) -> Any:
        page = chromium.new_page(viewport={"width": 1400, "height": 900}, java_script_enabled=script)
        # Milliseconds: how long a browser may take on a busy machine.
        page.set_default_timeout(600_000)
        pages.append(page)

        def note(text: str, url: str = "") -> None:
            if not (lacking and lacking in url):
                errors.append(f"{text} {url}")

        page.on("console", lambda message: note(message.text, message.location.get("url", "")))
        page.on("pageerror", lambda error: note(str(error)))
        page.on("dialog", lambda dialog: note(dialog.message))
        page.on("request", lambda request: None if request.url.startswith("file:") else note("request", request.url))
        page.on("requestfailed", lambda request: None if _broken_off(request) else note("failed", request.url))
        page.goto(index.as_uri() + fragment)
        if script:
            page.wait_for_selector("html[data-ready=yes]")
        return page

    yield open_it
    for page in pages:
        page.close()
    assert errors == []
