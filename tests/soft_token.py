"""Tokens of SoftHSM, which keeps keys as a card does."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from chain_of_custody import PublicKey

_MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")


@dataclass(frozen=True)
class SoftToken:
    """A token "Lab card" with the keys "signing" and "without" (its public half), and one of another curve, "other".

    Attributes:
        module: SoftHSM's library.
        folder: where it keeps them.
        pin: of the token.
    """

    module: str
    folder: Path
    pin: str = "271828"

    @classmethod
    def make(cls, folder: Path) -> SoftToken:
        """Make it; skips the test where SoftHSM is not installed."""
        module = next((path for path in _MODULES if Path(path).exists()), None)
        program, openssl = shutil.which("softhsm2-util"), shutil.which("openssl")
        if module is None or program is None or openssl is None:
            pytest.skip("softhsm2 is not installed")
        pytest.importorskip("pkcs11")
        (folder / "tokens").mkdir()
        (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\n")
        # The library reads it when it is loaded, which is once in a process.
        os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
        made = cls(module, folder)
        made._run(program, "--init-token", "--free", "--label", "Lab card", "--so-pin", "314159", "--pin", made.pin)
        for number, (label, curve) in enumerate((("signing", "P-256"), ("other", "P-384"), ("without", "P-256")), 1):
            pem = f"{label}.pem"
            made._run(openssl, "genpkey", "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{curve}", "-out", pem)
            bare = ("--no-public-key",) if label == "without" else ()
            made._run(
                program, "--import", pem, "--token", "Lab card", "--label", label, "--id", f"0{number}", "--pin",
                made.pin, *bare,
            )  # fmt: skip
        return made

    def uri(self, label: str = "signing") -> str:
        """The address of a key, with the library."""
        return f"pkcs11:token=Lab%20card;object={label}?module-path={self.module}"

    def public(self, label: str = "signing") -> PublicKey:
        """The public half of a key, as openssl gives it."""
        done = self._run("openssl", "pkey", "-in", f"{label}.pem", "-pubout")
        return PublicKey.from_pem(done)

    def _run(self, *command: str) -> str:
        done = subprocess.run(command, cwd=self.folder, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout
