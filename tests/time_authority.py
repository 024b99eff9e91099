"""A timestamp authority made with openssl, and served on loopback."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

Answer = tuple[int, dict[str, str], bytes]
_REPLY = {"Content-Type": "application/timestamp-reply"}
_CONFIG = """
[authority]
serial = {folder}/serial
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256, sha384, sha512
signer_digest = sha256
{accuracy}
ess_cert_id_alg = {named_by}
"""


class TimeAuthority:
    """An authority of its own root, which signs as openssl does.

    Attributes:
        folder: where its keys are.
        root: its root certificate, in PEM.
        url: where it is asked; :attr:`answers` may say what it answers at other paths.
        answers: by path, what it answers to a request.
    """

    def __init__(self, folder: Path, *, named_by: str = "sha256", accuracy: bool = True) -> None:
        openssl = shutil.which("openssl")
        if openssl is None:
            pytest.skip("openssl is not installed")
        self._openssl = openssl
        self.folder = folder
        self.root = folder / "root.pem"
        self.url = ""
        self.answers: dict[str, Callable[[bytes], Answer]] = {"/": lambda query: (200, _REPLY, self.answer(query))}
        stated = "accuracy = secs:1, millisecs:500" if accuracy else ""
        (folder / "config").write_text(_CONFIG.format(folder=folder, named_by=named_by, accuracy=stated))
        (folder / "serial").write_text("0A\n")
        self._run("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "root.key")
        self._run(
            "req", "-x509", "-new", "-key", "root.key", "-subj", "/O=Example/CN=Example Root", "-days", "3650",
            "-addext", "keyUsage=critical,keyCertSign", "-out", "root.pem",
        )  # fmt: skip
        self.certify("authority", "extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n")

    def certify(self, name: str, extensions: str, days: int = 3650) -> None:
        """Make a key ``name.key`` and a certificate ``name.pem`` of it."""
        (self.folder / f"{name}.ext").write_text(extensions)
        self._run("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{name}.key")
        self._run("req", "-new", "-key", f"{name}.key", "-subj", f"/O=Example/CN=Example {name}", "-out", "new.csr")
        self._run(
            "x509", "-req", "-in", "new.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial",
            "-days", str(days), "-extfile", f"{name}.ext", "-out", f"{name}.pem",
        )  # fmt: skip

    def answer(self, query: bytes, *options: str, signer: str = "authority") -> bytes:
        """The response to a request, as ``openssl ts -reply`` makes it: with both certificates, in an order not DER's.

        Args:
            options: of ``openssl ts -reply``, such as ``-token_out``.
        """
        (self.folder / "query.tsq").write_bytes(query)
        self._run(
            "ts", "-reply", "-config", "config", "-section", "authority", "-queryfile", "query.tsq",
            "-signer", f"{signer}.pem", "-inkey", f"{signer}.key", "-chain", "root.pem", "-out", "reply.tsr", *options,
        )  # fmt: skip
        return (self.folder / "reply.tsr").read_bytes()

    def openssl_verifies(self, response: bytes, digest: bytes, root: Path | None = None) -> bool:
        """Whether ``openssl ts -verify`` accepts a response."""
        (self.folder / "checked.tsr").write_bytes(response)
        command = [self._openssl, "ts", "-verify", "-in", "checked.tsr", "-digest", digest.hex(), "-CAfile"]
        return (
            subprocess.run([*command, root or self.root], cwd=self.folder, capture_output=True, check=False).returncode
            == 0
        )

    @contextmanager
    def serve(self) -> Iterator[None]:
        """Answer on a port of this machine."""
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                query = self.rfile.read(int(self.headers["Content-Length"]))
                code, headers, content = authority.answers[self.path](query)
                # Who asked may have gone.
                with suppress(ConnectionError):
                    self.send_response(code)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Write nothing."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            server.daemon_threads = True
            self.url = f"http://127.0.0.1:{server.server_address[1]}/"
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                yield
            finally:
                server.shutdown()
                thread.join()

    def _run(self, *arguments: str) -> None:
        done = subprocess.run([self._openssl, *arguments], cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
