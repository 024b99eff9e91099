"""Logs in the zips that a Fire OS device packs them into, whole and broken off."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

WAKE = "04-07 17:53:57.748        1714  1714 I ECS_ECService: Received event: WAKE_WORD"


@pytest.mark.parametrize("broken", [False, True])
def test_in_the_zips_of_a_device(
    tmp_path: Path, extract_rows: Callable[..., list[dict[str, Any]]], broken: bool
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Log.main_0", WAKE + "\n")
        archive.writestr("Log.main_1", WAKE.replace("WAKE_WORD", "PRIVACY_MODE_ON") + "\n")
    content = packed.getvalue()
    name = "Log.main@1680897600000.txt.zip"
    if broken:
        content, name = content[: content.index(b"PK\x01\x02")], f"{name}.corrupt"
    (tmp_path / "logd").mkdir()
    (tmp_path / "logd" / name).write_bytes(content)
    rows = [row for row in extract_rows(tmp_path / "logd") if row["data_type"].startswith("echo:event:")]
    assert [(row["data_type"], row["datetime"], row["path"]) for row in rows] == [
        ("echo:event:wake_word", "2023-04-07T17:53:57.748000+00:00", f"{name}!/Log.main_0"),
        ("echo:event:privacy_mode", "2023-04-07T17:53:57.748000+00:00", f"{name}!/Log.main_1"),
    ]
