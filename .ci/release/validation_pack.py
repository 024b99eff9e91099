"""The validation pack: truth sets, test cases with expected results, error rates and known limits, as one archive."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import lzma
import math
import os
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_TRUTH = "echoforensics/selftest/data"
_MEASURED = "echoforensics/report/assets"
#: What of the commit goes into the pack as it is, by where it goes.
_COPIED = {
    "VALIDATION.md": "docs/validation.md", "selftest.md": "docs/selftest.md", "truth": _TRUTH,
    "limits/artefacts": "docs/artefacts", "limits/bounds.md": "docs/bounds.md", "limits/carving.md": "docs/carving.md",
    "limits/times.md": "docs/times.md", "limits/listening.md": "docs/listening.md",
    "measured/RESULTS.md": "benchmarks/RESULTS.md", "measured/RESULTS-recovered.md": "benchmarks/RESULTS-recovered.md",
    "measured/RESULTS-listening.md": "benchmarks/RESULTS-listening.md",
    "measured/RESULTS-endurance.md": "benchmarks/RESULTS-endurance.md",
}  # fmt: skip
_HEADER = (
    "case", "requirement", "area", "name", "input", "sha256 of the input", "expected result", "accepted if",
    "outcome", "by", "date",
)  # fmt: skip
_VERSION = re.compile(r'__version__ = "([^"]+)"')


def write_pack(source: Path, output: Path) -> Path:
    """Write the pack of a commit.

    Args:
        source: the files of the commit.
        output: the folder that the archive is written into.
    """
    found = _VERSION.search((source / "echoforensics" / "version.py").read_text(encoding="utf-8"))
    assert found
    name = f"echoforensics-{found[1]}-validation"
    files = dict(_copied(source))
    files["test-cases.csv"] = _table(source)
    files["error-rates.md"] = _rates(source).encode()
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in sorted(files.items()))
    files["SHA256SUMS"] = sums.encode()
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, data in sorted(files.items()):
            member = tarfile.TarInfo(f"{name}/{path}")
            member.size, member.mtime = len(data), int(os.environ["SOURCE_DATE_EPOCH"])
            archive.addfile(member, io.BytesIO(data))
    path = output / f"{name}.tar.gz"
    path.write_bytes(gzip.compress(content.getvalue(), mtime=int(os.environ["SOURCE_DATE_EPOCH"])))
    return path


def _copied(source: Path) -> Iterator[tuple[str, bytes]]:
    for target, origin in _COPIED.items():
        path = source / origin
        for each in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if each.is_file():
                inside = each.relative_to(path).as_posix()
                yield (target if path == each else f"{target}/{inside}"), each.read_bytes()


def _table(source: Path) -> bytes:
    """Every test case of the truth sets, with room for a laboratory's outcome."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_HEADER)
    folder = source / _TRUTH
    for number, row in enumerate((*_evidence(folder), *_parsers(folder), *_others(folder)), 1):
        writer.writerow((f"T-{number:03}", *row, "", "", ""))
    return text.getvalue().encode("utf-8")


def _evidence(folder: Path) -> Iterator[tuple[str, ...]]:
    truth = json.loads((folder / "evidence.json").read_text(encoding="utf-8"))
    for name, stated in truth["sources"].items():
        place = f"truth/evidence.tar.xz, {name}"
        given = "; ".join(f"{path} {sha256}" for path, sha256 in stated["files"].items()) or "no file"
        yield (
            "V-02",
            "images and archives",
            name,
            place,
            stated["sha256"],
            given,
            "these files and no others, each hash equal",
        )
        if stated["deleted"]:
            gone = "; ".join(f"{path} {sha256}" for path, sha256 in stated["deleted"].items())
            yield "V-03", "deleted files", name, place, stated["sha256"], gone, "found, state deleted, hash equal"
    image = truth["sources"]["carved.img"]["sha256"]
    for planted in truth["carved"]:
        where = f"at byte {planted['offset']}, {planted['size']} bytes, {planted['sha256']}"
        yield (
            "V-04", "carver", planted["kind"], "truth/evidence.tar.xz, carved.img", image, where,
            "place, length and hash equal; nothing else is given",
        )  # fmt: skip


def _parsers(folder: Path) -> Iterator[tuple[str, ...]]:
    with tarfile.open(fileobj=io.BytesIO(lzma.decompress((folder / "parsers.tar.xz").read_bytes()))) as archive:
        hashes = {
            member.name: hashlib.sha256(stream.read()).hexdigest()
            for member in archive.getmembers()
            if (stream := archive.extractfile(member))
        }
    for number, line in enumerate((folder / "parsers.jsonl").read_text(encoding="utf-8").splitlines(), 1):
        stated = json.loads(line)
        inside = f"{stated['name']}/{stated['path']}"
        kinds = ", ".join(sorted({record["data_type"] for record in stated["records"]})) or "none"
        counts = f"{len(stated['records'])} records ({kinds}), {len(stated['issues'])} issues"
        expected = f"truth/parsers.jsonl, line {number}: {counts}"
        yield (
            "V-05", "parsers", stated["name"], f"truth/parsers.tar.xz, {inside}", hashes[inside], expected,
            "every field of every record equal",
        )  # fmt: skip


def _others(folder: Path) -> Iterator[tuple[str, ...]]:
    for name, requirement, area, accepted in (
        ("clocks.json", "V-08", "clock", "every instant equal; the clock's error within the bounds"),
        ("seal.json", "V-10", "seal", "what is whole passes; what was altered fails"),
    ):
        sha256 = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        yield requirement, area, f"all of {name}", f"truth/{name}", sha256, f"as truth/{name} states", accepted
    yield (
        "V-09", "interactions", "the made-up household", "made by the program (echoforensics/demo/story.py)", "",
        "five interactions and two near misses, as echoforensics/demo/story.py states them",
        "text, status and recording of each equal; nothing else is joined",
    )  # fmt: skip


def _rates(source: Path) -> str:
    """The measured error rates, each with the bounds of 95 % after Wilson."""
    carved = _json(source, "carved_recordings")
    rows = _json(source, "recovered_rows")
    heard = _json(source, "listening")["all"]
    lines = [
        "# Error rates", "",
        "Measured on material that was made for it, of which everything is known; how, VALIDATION.md says. In brackets"
        " the bounds of 95 %: after Wilson for carving and recovered rows, as stated in measured/RESULTS-listening.md"
        " for listening.", "",
        "| what | measured | rate |", "|---|---|---|",
        _line("planted recordings that were given back byte for byte", carved["exact"], carved["planted"]),
        f"| other things given as recordings | {carved['other']} | |",
        _line("rows given as deleted that never existed", rows["invented"], rows["given"]),
        _line("deleted rows still there that were missed", rows["missed"], rows["there"]),
    ]  # fmt: skip
    for name, words in (
        ("word_errors", "words wrong in transcripts, without a hotword"),
        ("word_errors_with_hotword", "words wrong in transcripts, with the hotword"),
        ("speech_precision", "of what is given as speech, speech"), ("speech_recall", "of speech, found"),
        ("wake_word_hits", "wake word said, detector above its threshold"),
        ("wake_word_false_alarms", "wake word not said, detector above its threshold"),
    ):  # fmt: skip
        lines.append(f"| {words} | {_json(source, 'listening')['clips']} clips | {_shares(*heard[name])} |")
    return "\n".join(lines) + "\n"


def _json(source: Path, subject: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((source / _MEASURED / f"{subject}.json").read_text(encoding="utf-8"))
    return found


def _line(words: str, count: int, total: int) -> str:
    return f"| {words} | {count} of {total} | {_shares(count / total, *wilson(count, total))} |"


def _shares(share: float, low: float, high: float) -> str:
    return f"{share:.2%} ({low:.2%} to {high:.2%})"


def wilson(count: int, total: int) -> tuple[float, float]:
    """The bounds of 95 % of a share, after Wilson."""
    z = 1.959964
    share, square = count / total, z * z / total
    middle, reach = share + square / 2, z * math.sqrt(share * (1 - share) / total + square / (4 * total))
    return max(0.0, (middle - reach) / (1 + square)), min(1.0, (middle + reach) / (1 + square))
