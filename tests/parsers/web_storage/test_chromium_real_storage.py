"""What a real Chromium writes when a page under the service's address stores items, changes and removes them."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from parsers.locator import resolve
from parsers.record import Issue, Record
from parsers.web_storage.leveldb_storage import LevelDbStorage

Files = dict[str, bytes]
Read = Callable[..., tuple[list[Record], list[Issue]]]

CHROMIUM = Path("/usr/bin/chromium")
#: Milliseconds: how long a browser may take on a busy machine.
PATIENCE = 600_000
WAKE_WORDS = {"wakeWords": [{"active": True, "wakeWord": "ALEXA", "deviceSerialNumber": "G0SAMPLE"}]}
LONG = "".join(f"{number} " for number in range(20_000))
_ITEMS = """async ([wakeWords, long]) => {
  localStorage.setItem('answer', wakeWords);
  localStorage.setItem('answerWide', wakeWords + ' '.repeat(3) + '\\u2003'.trim());
  localStorage.setItem('umlaut', 'spiel M\\u00fcsik');
  localStorage.setItem('wide', '\\u0438\\u0433\\u0440\\u0430\\u0439');
  localStorage.setItem('long', long);
  localStorage.setItem('changed', 'first');
  localStorage.setItem('gone', 'it was here');
  sessionStorage.setItem('view', 'cards \\u4f60');
  const opened = indexedDB.open('alexaStore', 3);
  opened.onupgradeneeded = () => opened.result.createObjectStore('cards');
  await new Promise((done) => { opened.onsuccess = done; });
  const write = async (writes) => {
    const all = opened.result.transaction('cards', 'readwrite');
    writes(all.objectStore('cards'));
    await new Promise((done) => { all.oncomplete = done; });
  };
  await write((cards) => {
    cards.put({title: 'Wetter', when: new Date(1710018864169), counts: [1, -2, 2.5, 1710018864169], none: null,
      yes: true, by: new Map([['a', 1]]), of: new Set(['x']), raw: new Uint8Array(3), big: 2n ** 64n,
      inner: {deep: ['\\u4f60', undefined]}}, 'object');
    cards.put(new Blob(['hello'], {type: 'text/plain'}), 17);
    cards.put(JSON.parse(wakeWords), 'answer');
    cards.put(long, 'long');
    cards.put('old', 'changed');
    cards.put('removed', ['list', 2]);
  });
  await write((cards) => { cards.put('new', 'changed'); cards.delete(['list', 2]); });
  opened.result.close();
}"""
_CHANGES = "() => { localStorage.setItem('changed', 'second'); localStorage.removeItem('gone'); }"

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not installed")


@pytest.fixture(scope="module")
def profile(browser_driver: Any, tmp_path_factory: pytest.TempPathFactory) -> Files:
    """The stores of a profile after a page was shown twice, in two runs of the browser."""
    folder = tmp_path_factory.mktemp("profile")
    for visit in range(2):
        browser = browser_driver.chromium.launch_persistent_context(
            str(folder), executable_path=str(CHROMIUM), headless=True, args=["--no-sandbox", "--disable-gpu"]
        )
        browser.route("**/*", lambda route: route.fulfill(body="<html></html>", content_type="text/html"))
        page = browser.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto("https://alexa.amazon.com/spa/")
        if visit:
            page.evaluate(_CHANGES)
        else:
            page.evaluate(_ITEMS, [json.dumps(WAKE_WORDS), LONG])
            _until_written(page, folder / "Default" / "Session Storage", b"view")
            _until_written(page, folder / "Default" / "Local Storage", b"it was here")
            # The browser empties it when it starts again.
            tabs = _files(folder / "Default" / "Session Storage", folder / "Default")
        browser.close()
    found = tabs
    for name in ("Local Storage", "IndexedDB"):
        found |= _files(folder / "Default" / name, folder)
    return found


def _files(folder: Path, top: Path) -> Files:
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _until_written(page: Any, folder: Path, content: bytes) -> None:
    for _ in range(PATIENCE // 100):
        if any(content in path.read_bytes() for path in folder.rglob("*.log")):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"the browser did not write {content!r}")


def items(records: list[Record], data_type: str) -> list[tuple[Any, ...]]:
    """The key, the value and what became of each item, sorted."""
    found = [one for one in records if one.data_type == data_type and "value" in one.fields]
    return sorted(tuple(str(one.fields[name]) for name in ("key", "value", "provenance")) for one in found)


def test_a_real_browsers_stores_give_what_the_page_stored(profile: Files, read_beside: Read) -> None:
    records, issues = read_beside(LevelDbStorage(), profile)
    assert issues == []
    deleted, old = "deleted, and still in the file", "earlier version"
    assert items(records, "alexa:web:local_storage") == [
        ("changed", "first", old), ("changed", "second", "live"), ("gone", "it was here", deleted),
        ("long", LONG[:8192], "live"), ("umlaut", "spiel Müsik", "live"), ("wide", "играй", "live"),
    ]  # fmt: skip
    answers = [one for one in records if one.data_type == "alexa:cloud:wake_word"]
    assert [(one.fields["storage"], one.fields["key"]) for one in answers] == [
        ("Local Storage", "answer"), ("Local Storage", "answerWide"), ("IndexedDB", "answer"),
    ]  # fmt: skip
    cards = items(records, "alexa:web:indexed_db")
    assert [(key, provenance) for key, _, provenance in cards] == [
        ("17", "live"), ("['list', 2]", deleted), ("changed", "live"), ("changed", old), ("long", "live"),
        ("object", "live"),
    ]  # fmt: skip
    (card,) = [one for one in records if one.fields.get("key") == "object"]
    assert (card.fields["database"], card.fields["object_store"]) == ("alexaStore", "cards")
    assert card.fields["value"] == {
        "title": "Wetter", "when": "2024-03-09T21:14:24.169Z", "counts": [1, -2, 2.5, 1710018864169], "none": None,
        "yes": True, "by": [["a", 1]], "of": ["x"], "raw": "3 bytes", "big": "0x10000000000000000",
        "inner": {"deep": ["你", None]},
    }  # fmt: skip
    (blob,) = [one for one in records if one.fields.get("key") == "17"]
    blobs = blob.fields["blobs"]
    assert isinstance(blobs, list)
    (listed,) = blobs
    assert isinstance(listed, dict)
    assert (listed["type"], listed["bytes"]) == ("text/plain", 5)
    folder = "Default/IndexedDB/https_alexa.amazon.com_0.indexeddb.blob/"
    assert profile[f"{folder}{listed['file']}"] == b"hello"


def test_the_notes_on_the_origin_are_of_the_visit(profile: Files, read_beside: Read) -> None:
    records, _ = read_beside(LevelDbStorage(), profile)
    now = time.time() * 1_000_000
    notes = [one for one in records if "last changed" in one.message]
    assert {one.fields["provenance"] for one in notes} == {"earlier version", "live"}
    for one in notes:
        (timestamp,) = one.timestamps
        assert timestamp.timestamp
        assert now - PATIENCE * 10_000 < timestamp.timestamp < now


def test_every_item_is_where_its_locator_leads(profile: Files, read_beside: Read) -> None:
    records, _ = read_beside(LevelDbStorage(), profile)
    (gone,) = [one for one in records if one.fields.get("key") == "gone"]
    place = f"Default/Local Storage/leveldb/{gone.file}"
    assert resolve(io.BytesIO(profile[place]), gone.locator).content.endswith(b"\x01it was here")
    (tab,) = [one for one in records if one.data_type == "alexa:web:session_storage"]
    assert tab.message == 'Session Storage of https://alexa.amazon.com/ has the item "view", "cards 你".'
    assert resolve(io.BytesIO(profile[f"Session Storage/{tab.file}"]), tab.locator).content.endswith(b"\x60\x4f")
