"""A bundle of the sample case, a case full of hostile text, and a real browser."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from chain_of_custody.ledger import Ledger
from echoforensics.case.case import Case
from echoforensics.case.store import Store
from echoforensics.report.bundle import write_report
from echoforensics.timeline.correlation import correlate
from echoforensics.timeline.numbering import number_rows
from echoforensics.timeline.query import zone
from parsers.record import Clock, Moment, Record

#: Text that does harm in a page that does not take care.
HOSTILE = '<img src=x onerror="window.hurt=1"></script><script>window.hurt=1</script>\u202egnp.exe\u2028&amp;\'" \x07'
_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
)  # fmt: skip


@pytest.fixture
def hostile_text() -> str:
    return HOSTILE


@pytest.fixture
def bundle(sealed: Any, tmp_path: Path) -> Path:
    with Case.open(sealed.path) as case:
        return write_report(case, tmp_path / "bundle", zone("Asia/Seoul"))


@pytest.fixture
def make_case(tmp_path: Path) -> Callable[[int], Path]:
    """Makes a case with a number of rows, each with hostile text wherever text can stand."""

    def make(count: int) -> Path:
        path = tmp_path / f"case-{count}"
        (path / "artefacts").mkdir(parents=True)
        Ledger.open(path / "custody.jsonl", None, HOSTILE.replace("\x07", "")).append(
            "extraction begun", {"x": HOSTILE}
        )
        store = Store(path / "case.db", create=True, write=True)
        store.begin()
        for key in ("examiner", "agency", "reference"):
            store.set_info(key, HOSTILE)
        evidence = store.add_evidence(
            {
                "name": HOSTILE, "location": "/nowhere/at/all", "kind": "folder", "size": 1, "sha256": "s",
                "hashes": json.dumps({"sha256": HOSTILE}), "described": json.dumps([HOSTILE]), "state": "hashed again",
            }
        )  # fmt: skip
        entry = store.add_entry(
            {
                "evidence_id": evidence, "path": HOSTILE, "address": '["x"]', "kind": "file", "state": "allocated",
                "note": "", "times": "{}", "size": 1, "sha256": "f" * 64, "artefact": 0,
            }
        )  # fmt: skip
        for number in range(count):
            moment = Moment("Creation Time", HOSTILE, Clock.CLOUD, 1_700_000_000_000_000 + number * 1_000_000)
            record = Record(
                "alexa:cloud:activity", f"Row {number}: {HOSTILE}", "", (moment,), HOSTILE, "T", HOSTILE, HOSTILE, None,
                f"{HOSTILE} number {number}", {"status": HOSTILE}, parser="p", parser_version="1",
            )  # fmt: skip
            store.add_record(entry, number, "o", evidence, record)
        correlate(store)
        number_rows(store)
        store.commit()
        store.close(fold=True)
        return path

    return make


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=list(_FLAGS))
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[[Path], Any]]:
    """Opens a page from the disk; fails the test if the page errs or asks for anything but files."""
    errors: list[str] = []
    pages = []

    def open_it(index: Path, fragment: str = "") -> Any:
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.on("console", lambda message: errors.append(message.text))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("dialog", lambda dialog: errors.append(dialog.message))
        page.on("request", lambda request: errors.extend([] if request.url.startswith("file:") else [request.url]))
        page.on("requestfailed", lambda request: errors.append(f"failed: {request.url}"))
        page.goto(index.as_uri() + fragment)
        page.wait_for_selector("html[data-ready=yes]", timeout=30_000)
        pages.append(page)
        return page

    yield open_it
    for page in pages:
        page.close()
    assert errors == []
