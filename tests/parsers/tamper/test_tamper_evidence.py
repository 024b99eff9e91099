from __future__ import annotations

import gzip
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from parsers.record import Issue, Record

EVIDENCE = Path(__file__).parents[3].parent / "shared/evidence"
pytestmark = pytest.mark.skipif(not EVIDENCE.exists(), reason="../shared/evidence is absent")


def _files() -> Iterator[tuple[str, bytes]]:
    for path in sorted(EVIDENCE.rglob("*")):
        if not path.is_file():
            continue
        name, content = path.relative_to(EVIDENCE).as_posix(), path.read_bytes()
        yield name, content
        if content.startswith(b"\x1f\x8b") and path.suffix == ".gz":
            yield f"{name}!/{path.stem}", gzip.decompress(content)
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for member in archive.infolist():
                    yield f"{name}!/{member.filename}", archive.read(member)


def test_the_signs_on_a_rooted_echo_and_on_nothing_else(read: Callable[..., list[Record | Issue]]) -> None:
    found: Counter[tuple[str, object]] = Counter()
    for path, content in _files():
        for item in read(path, content):
            assert isinstance(item, Record)
            found[path.partition("/")[0], item.fields["rule"]] += 1

    # kern.log records seven times that the running system was made writable, on a device its owner had rooted.
    assert found == {
        ("echo-1st-gen", "log_system_made_writable"): 7,
        ("echo-1st-gen", "log_system_was_writable"): 8,
        ("echo-1st-gen", "log_update_service_killed"): 1,
        ("echo-1st-gen", "log_diagnostic_partition"): 1,
        ("echo-1st-gen", "update_or_registration_flag"): 2,
    }
