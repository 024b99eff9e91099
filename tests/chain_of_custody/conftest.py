from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from Crypto.PublicKey import ECC

from chain_of_custody import Ledger, SigningKey

#: The private key that the DSSE protocol publishes with its test vectors.
DSSE_KEY = 97358161215184420915383655311931858321456579547487070936769975997791359926199

ACTIONS: list[tuple[str, dict[str, object]]] = [
    ("source hashed", {"path": "/evidence/écho.raw", "sha256": "ab" * 32, "size": 7_818_182_656}),
    ("extracted", {"argv": ["tool", "extract", 'a"b\\c', "line\nbreak\u2028"], "files": 4021, "note": None}),
    ("exported", {"nested": {"z": [1, -2, True, {"a": []}], "a": "\u0000\U0001f50a"}, "empty": {}}),
    ("source hashed", {"unchanged": True}),
]


def make_clock() -> Callable[[], datetime]:
    start = datetime(2026, 11, 23, 4, 0, 0, 123456, tzinfo=UTC)
    ticks = iter(range(1_000_000))
    return lambda: start + timedelta(seconds=next(ticks))


def write_ledger(path: Path, key: SigningKey | None) -> Ledger:
    ledger = Ledger.open(path, key, "A. Examiner", clock=make_clock())
    for action, detail in ACTIONS:
        ledger.append(action, detail)
    return ledger


@pytest.fixture(scope="session")
def key() -> SigningKey:
    return SigningKey(ECC.construct(curve="P-256", d=DSSE_KEY))


@pytest.fixture(scope="session")
def other_key() -> SigningKey:
    return SigningKey.generate()


@pytest.fixture(scope="session")
def clock() -> Callable[[], datetime]:
    return make_clock()


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory, key: SigningKey) -> bytes:
    path = tmp_path_factory.mktemp("signed") / "custody.jsonl"
    write_ledger(path, key)
    return path.read_bytes()


@pytest.fixture(scope="session")
def unsigned(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("unsigned") / "custody.jsonl"
    write_ledger(path, None)
    return path.read_bytes()


@pytest.fixture(scope="session")
def forged(tmp_path_factory: pytest.TempPathFactory, other_key: SigningKey) -> bytes:
    path = tmp_path_factory.mktemp("forged") / "custody.jsonl"
    write_ledger(path, other_key)
    return path.read_bytes()


@pytest.fixture(scope="session")
def openssl() -> str:
    binary = shutil.which("openssl")
    if binary is None:
        pytest.skip("the openssl command is not installed")
    return binary
