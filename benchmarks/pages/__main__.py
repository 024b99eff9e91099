"""``python -m benchmarks.pages [--rows N] [--others]``: a report of N rows, Tabulator and a plain table, in Chromium.

With ``--others`` Tabulator (MIT) and DataTables are taken from the npm registry into a temporary folder; without, or
where they cannot be had, the report stands alone. Wall time is that of this machine as busy as it was; the processor's
time of the renderer is beside it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import sync_playwright

from benchmarks.pages.made_report import make_report, row

_FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
#: Seconds after which a page is given up.
_PATIENCE = 120
_COLUMNS = ("exhibit", "recorded_time", "timestamp_desc", "message", "data_type", "clock", "device_serial", "account",
            "transcript", "evidence", "path", "locator")  # fmt: skip


def main() -> None:
    """Measure, and print a table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--others", action="store_true")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as driver:
        folder = Path(name)
        pages = [("the report", make_report(folder / "report", given.rows).as_uri() + "#timeline", _Report())]
        if given.others:
            pages += _others(folder, given.rows)
        print(f"{given.rows:,} rows, Chromium, from file://")
        print(
            "| page | ready | its processor time | first filter | next filter | memory when ready | after filtering |"
            " files |"
        )
        print("|---|---|---|---|---|---|---|---|")
        for title, address, measure in pages:
            try:
                print(_line(title, address, _measured(driver, address, measure)))
            except PlaywrightTimeout:
                print(f"| {title} | not within {_PATIENCE} s | | | | | | |")


def _line(title: str, address: str, found: Figures) -> str:
    size = sum(path.stat().st_size for path in _folder(address).rglob("*") if path.is_file()) / 1e6
    return (
        f"| {title} | {found.ready:.2f} s | {found.processor:.2f} s | {found.first:.0f} ms | {found.following:.0f} ms |"
        f" {found.memory:.0f} MB | {found.later:.0f} MB | {size:.1f} MB |"
    )


def _folder(address: str) -> Path:
    return Path(address.removeprefix("file://").partition("#")[0]).parent


class Figures(NamedTuple):
    """Seconds until a page is ready, elapsed and of its renderer's processor; milliseconds of two filters; MB."""

    ready: float
    processor: float
    first: float
    following: float
    memory: float
    later: float


def _measured(driver: Any, address: str, measure: Any) -> Figures:
    browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=list(_FLAGS))
    try:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(_PATIENCE * 1000)
        session = browser.new_browser_cdp_session()
        page.goto(address, wait_until="commit")
        ready = measure.ready(page)
        pid, processor = _renderer(session)
        memory = _resident(pid)
        first, following = measure.filters(page)
        return Figures(ready, processor, first, following, memory, _resident(pid))
    finally:
        browser.close()


def _renderer(session: Any) -> tuple[int, float]:
    """The process of the page, which is the renderer that has worked most, and its seconds of processor time."""
    found = [one for one in session.send("SystemInfo.getProcessInfo")["processInfo"] if one["type"] == "renderer"]
    most = max(found, key=lambda one: one["cpuTime"])
    return most["id"], most["cpuTime"]


def _resident(pid: int) -> float:
    """Resident memory of a process, in MB."""
    return int(Path(f"/proc/{pid}/status").read_text().partition("VmRSS:")[2].split()[0]) / 1024


class _Report:
    """How the report is measured."""

    @staticmethod
    def ready(page: Any) -> float:
        page.wait_for_selector(".pane .row:not(:has(.waiting))")
        found: float = page.evaluate("performance.now()")
        return found / 1000

    @staticmethod
    def filters(page: Any) -> tuple[float, float]:
        page.wait_for_selector("html[data-searchable]")
        return _filter(page, "number 777"), _filter(page, "kitchen")


def _filter(page: Any, text: str) -> float:
    """Milliseconds from the letter to the next frame, without the pause that waits for more letters."""
    found: float = page.evaluate(
        """async text => {
          const begun = performance.now();
          const hits = await EF.search(text, () => false, () => {});
          EF.filterRows({ text }, hits);
          await new Promise(done => requestAnimationFrame(done));
          return performance.now() - begun;
        }""",
        text,
    )
    return found


def _others(folder: Path, count: int) -> list[tuple[str, str, Any]]:
    """Pages of other libraries with the same rows; those that cannot be had are left out, and that is said."""
    try:
        subprocess.run(
            ["npm", "install", "--silent", "--prefix", folder / "npm", "tabulator-tables@6.5.3", "datatables.net@2.3.4",
             "jquery@3.7.1"],
            check=True, capture_output=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"Tabulator and DataTables could not be had: {error}")
        return []
    found = folder / "npm" / "node_modules"
    data = json.dumps([{name: row(number)[name] for name in _COLUMNS} for number in range(count)])
    made = []
    for name, scripts, begin, measure in (
        ("Tabulator 6.5.3", [found / "tabulator-tables/dist/js/tabulator.min.js"], _TABULATOR,
         _Other("T.setFilter('message', 'like', text)")),
        ("a LEAPP-style page (DataTables on a table of HTML)",
         [found / "jquery/dist/jquery.min.js", found / "datatables.net/js/dataTables.min.js"], _DATATABLES,
         _Other("T.search(text).draw()")),
    ):  # fmt: skip
        target = folder / f"other-{len(made)}"
        target.mkdir()
        for script in scripts:
            shutil.copy(script, target / script.name)
        tags = "".join(f'<script src="{script.name}"></script>' for script in scripts)
        if begin is _DATATABLES:
            head = "".join(f"<th>{each}</th>" for each in _COLUMNS)
            rows = "".join(
                "<tr>" + "".join(f"<td>{row(n)[each] or ''}</td>" for each in _COLUMNS) + "</tr>" for n in range(count)
            )
            body = f'<table id="t"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
        else:
            (target / "rows.js").write_text(f"window.ROWS = {data};")
            body, tags = '<div id="t"></div>', tags + '<script src="rows.js"></script>'
        page = f"<!DOCTYPE html><meta charset=utf-8>{body}{tags}<script>{begin}</script>"
        (target / "index.html").write_text(page)
        made.append((name, (target / "index.html").as_uri(), measure))
    return made


_TABULATOR = (
    "window.T = new Tabulator('#t', { data: ROWS, height: 600, layout: 'fitColumns', columns: "
    + json.dumps([{"title": name, "field": name} for name in _COLUMNS])
    + " }); T.on('tableBuilt', () => requestAnimationFrame(() => { window.READY = performance.now(); }));"
)
_DATATABLES = (
    "window.T = new DataTable('#t', { pageLength: 50 });"
    " requestAnimationFrame(() => { window.READY = performance.now(); });"
)
_TIMED = (
    "async (text) => { const begun = performance.now(); %s;"
    " await new Promise(done => requestAnimationFrame(done)); return performance.now() - begun; }"
)


class _Other:
    """How a page of another library is measured."""

    def __init__(self, filtering: str) -> None:
        self._run = _TIMED % filtering

    def ready(self, page: Any) -> float:
        page.wait_for_function("window.READY")
        found: float = page.evaluate("window.READY")
        return found / 1000

    def filters(self, page: Any) -> tuple[float, float]:
        return page.evaluate(self._run, "number 777"), page.evaluate(self._run, "account")


if __name__ == "__main__":
    main()
