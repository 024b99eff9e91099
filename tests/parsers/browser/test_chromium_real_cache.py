"""What a real Chromium writes when it asks a server that answers as the Alexa service does, under its real address."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import shutil
import ssl
import threading
import time
import wave
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import brotli
import pytest
import zstandard

from parsers.alexa_api.api_json import ApiJson
from parsers.browser.blockfile import BlockFileCache
from parsers.browser.blockfile_members import BlockfileMembers
from parsers.browser.simple_cache import SimpleCache
from parsers.browser.simple_index import SimpleIndexParser
from parsers.parser import Source
from parsers.record import Issue, Record

Files = dict[str, bytes]

CHROMIUM = Path("/usr/bin/chromium")
HOST = "alexa.amazon.com"
#: Milliseconds: how long a browser may take on a busy machine.
PATIENCE = 600_000
WHOLE = ("alexa:cloud:page", "alexa:web:cached")
UTTERANCE = "A0SAMPLETYPE1:1.0/2020/05/04/10/G000SAMPLE000001/15:07::TNIH_2V.0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0ZXV/1"
AUDIO = f"/api/utterance/audio/data?id={UTTERANCE}"
_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
)  # fmt: skip
_CODINGS: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (
    ("gzip", gzip.compress), ("br", brotli.compress), ("zstd", zstandard.ZstdCompressor().compress),
    ("", bytes),
)  # fmt: skip
_PAGE = """<html><body><audio id=a preload=auto></audio><script>
(async () => {
  for (const url of ADDRESSES) await (await fetch(url)).text();
  const audio = document.getElementById('a');
  audio.oncanplaythrough = audio.onerror = () => { document.title = 'done'; };
  audio.src = AUDIO;
})()</script></body></html>"""

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not installed")


def sound() -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(8000)
        made.writeframes(bytes(range(256)) * 62 + bytes(128))
    return written.getvalue()


def _handler(answers: dict[str, bytes]) -> type[BaseHTTPRequestHandler]:
    order = list(answers)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

        def do_GET(self) -> None:
            if self.path in answers:
                coding, encode = _CODINGS[order.index(self.path) % len(_CODINGS)]
                more = [("Content-Encoding", coding)] if coding else []
                self._send(
                    200, encode(answers[self.path]), "application/json", [*more, ("x-amz-access-token", "a-secret")]
                )
            elif self.path.startswith("/api/utterance"):
                first = int((self.headers.get("Range") or "bytes=0-")[6:].partition("-")[0])
                content = sound()
                ranges = [("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}"), ("ETag", '"1"')]
                self._send(206, content[first:], "audio/wav", ranges)
            else:
                page = _PAGE.replace("ADDRESSES", json.dumps(order)).replace("AUDIO", json.dumps(AUDIO))
                self._send(200, page.encode(), "text/html", [])

        def _send(self, status: int, body: bytes, media: str, headers: list[tuple[str, str]]) -> None:
            self.send_response(status)
            length = ("Content-Length", str(len(body)))
            for name, value in (("Content-Type", media), ("Cache-Control", "max-age=3600"), length, *headers):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    return Handler


@contextmanager
def _server(folder: Path, answers: dict[str, bytes], run_program: Callable[..., str]) -> Iterator[tuple[int, str]]:
    """A TLS server; its port, and the digest of its key by which the browser trusts it."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    run_program(
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
        key, "-out", certificate, "-days", "2", "-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}",
    )  # fmt: skip
    public = run_program("openssl", "x509", "-in", certificate, "-pubkey", "-noout")
    der = base64.b64decode("".join(public.strip().splitlines()[1:-1]))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(answers))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1], base64.b64encode(hashlib.sha256(der).digest()).decode()
    finally:
        server.shutdown()
        server.server_close()


def _browse(driver: Any, folder: Path, backend: str, server: tuple[int, str], requests: Iterable[str]) -> Files:
    """The files of the cache after one page was shown and every request was kept."""
    port, digest = server
    options = (
        *_FLAGS, f"--host-resolver-rules=MAP {HOST} 127.0.0.1:{port}",
        f"--ignore-certificate-errors-spki-list={digest}",
        f"--enable-features=DiskCacheBackendExperiment:backend/{backend}",
    )  # fmt: skip
    profile = folder / "profile"
    browser = driver.chromium.launch_persistent_context(
        str(profile), executable_path=str(CHROMIUM), headless=True, args=list(options)
    )
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"https://{HOST}/spa/index.html")
    page.wait_for_function("document.title === 'done'")
    cache = profile / "Default" / "Cache"
    for _ in range(PATIENCE // 100):
        kept = b"".join(_files(cache).values())
        if all(f"https://{HOST}{request}".encode() in kept for request in requests):
            break
        page.wait_for_timeout(100)
    browser.close()
    found = _files(cache)
    shutil.rmtree(profile)
    return found


def _files(folder: Path) -> Files:
    found = {}
    for path in folder.rglob("*"):
        # The browser may take a file away meanwhile.
        with suppress(FileNotFoundError):
            if path.is_file():
                found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found


@pytest.mark.parametrize(
    ("backend", "main", "parsers"),
    [
        ("simple", "_0", (SimpleCache(), SimpleIndexParser())),
        ("blockfile", "/index", (BlockFileCache(), BlockfileMembers())),
    ],
)
def test_a_real_browsers_cache_gives_what_the_answers_give(
    backend: str,
    main: str,
    parsers: tuple[Any, ...],
    tmp_path: Path,
    run_program: Callable[..., str],
    browser_driver: Any,
    pairs: list[dict[str, Any]],
    read_cache: Callable[..., tuple[list[Record], list[Issue]]],
    without_carrier: Callable[[Record], tuple[Any, ...]],
) -> None:
    answers = {pair["request"]: json.dumps(pair["response"]).encode() for pair in pairs}
    begun = time.time_ns() // 1000
    with _server(tmp_path, answers, run_program) as server:
        files = _browse(browser_driver, tmp_path, backend, server, answers)
    ended = time.time_ns() // 1000
    records: list[Record] = []
    for path in files:
        if path.endswith(main) and not path.endswith("index-dir/the-real-index"):
            found, issues = read_cache(files, path, *parsers)
            assert issues == []
            records += found
    for request, body in answers.items():
        url = f"https://{HOST}{request}"
        here = [record for record in records if record.fields.get("request_url") == url]
        pair = json.dumps([{"request": url, "response": json.loads(body)}]).encode()
        expected = [item for item in ApiJson().parse(Source.of(pair)) if isinstance(item, Record)]
        # What is recorded of an answer as a whole depends on whether its carrier told when it was asked for.
        compared = [without_carrier(record) for record in here if record.data_type not in WHOLE]
        assert compared == [without_carrier(record) for record in expected if record.data_type not in WHOLE], request
        assert any("Sent Time" in {timestamp.description for timestamp in record.timestamps} for record in here)
        assert all(record.fields["http_status"] == 200 for record in here)
        assert all(record.fields["http_headers"]["x-amz-access-token"] == "present, 8 characters" for record in here)  # type: ignore[index,call-overload]
    carried = [
        timestamp
        for record in records
        for timestamp in record.timestamps
        if "machine that held the cache" in timestamp.note
    ]
    assert {timestamp.description for timestamp in carried} >= {"Sent Time", "Recorded Time", "Last Used Time"}
    for timestamp in carried:
        assert timestamp.timestamp is not None
        assert begun - 1_000_000 <= timestamp.timestamp <= ended, timestamp
    (recording,) = [record for record in records if record.data_type == "alexa:web:recording"]
    assert recording.utterance_id == UTTERANCE
    assert recording.fields["sha256"] == hashlib.sha256(sound()).hexdigest()
    assert (recording.fields["container"], recording.fields["whole"]) == ("WAV", True)
    assert (
        recording.file.rpartition("_")[2] == "s" if backend == "simple" else recording.file.startswith(("data_", "f_"))
    )
