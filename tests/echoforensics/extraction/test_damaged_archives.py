"""What was read from data whose check failed has the state ``damaged``, and so has every row made of it."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

import pytest

from echoforensics.case.case import Case
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract

LOG = b"".join(b"03-09 21:%02d:%02d.169  1234  1256 I Alexa%d: text\n" % (n // 60, n % 60, n) for n in range(3000))
REMARK = " It was read from data whose check failed: it may differ from what was stored."
WRONG = (
    f"{len(LOG)} bytes were read, and its checksum does not match what was read of it: from some byte on, they may"
    " differ from what was stored"
)


def _checksum_wrong(content: bytes) -> bytes:
    packed = bytearray(gzip.compress(content))
    packed[-8] ^= 1
    return bytes(packed)


def _tar(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "path", "issues"),
    [
        ("logcat.gz", _checksum_wrong(LOG), "logcat", [("logcat", WRONG)]),
        (
            "logs.tar.gz",
            _checksum_wrong(_tar("logcat", LOG)),
            "logcat",
            [("", "its checksum does not match what was read of it")],
        ),
    ],
)
def test_rows_are_damaged(name: str, content: bytes, path: str, issues: list[tuple[str, str]], tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)

    extract([tmp_path / name], tmp_path / "case", None, Options(argv=("test",)), lambda *_: None)

    with Case.open(tmp_path / "case") as case:
        rows = list(case.rows())
        damaged = [row["exhibit"] for row in case.rows(state=["damaged"])]
        assert [(issue.path, issue.what) for issue in case.issues()] == issues
    assert rows
    assert {row["path"] for row in rows} == {path}
    assert all(row["message"].endswith(REMARK) for row in rows)
    assert damaged == [row["exhibit"] for row in rows]
