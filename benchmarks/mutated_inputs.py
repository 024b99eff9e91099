"""Files of a folder, altered at random, through every parser that claims them: writes what escaped, and what was slow.

Each altered file is parsed as a run parses it: behind the fence, and with a bound on what is taken of one file. What
a parser raises is counted by its message; a parse that takes more processor time than the bound, or lets the process
grow beyond the bound, is listed with the seed that makes the file again.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from itertools import islice
from multiprocessing import Pool
from pathlib import Path

from echoforensics.extraction.findings import findings
from parsers.parser import HEAD_SIZE, Parser, Source
from parsers.record import Issue
from parsers.registry import claiming

RESULTS = Path(__file__).with_name("RESULTS-mutated.md")
_ESCAPED = "the parser ended with an error of its own"
#: Larger files are cut, so that many fit into an hour; and this many findings are taken of one file.
_MOST_BYTES = 256 * 1024
_MOST_FINDINGS = 200_000


@dataclass
class Outcome:
    """What a share of the altered files gave.

    Attributes:
        files: how many were parsed by some parser.
        unclaimed: how many no parser claims.
        escaped: what parsers raised, by parser and message, with how often.
        slow: (seconds, seed, name, parser) of each parse beyond the bound.
        largest: the most memory that the process held, KiB.
    """

    files: int = 0
    unclaimed: int = 0
    escaped: Counter[tuple[str, str]] = field(default_factory=Counter)
    slow: list[tuple[float, int, str, str]] = field(default_factory=list)
    largest: int = 0


def main() -> None:
    """Alter and parse; write the results."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path, nargs="+", help="files to alter lie below these")
    arguments.add_argument("--count", type=int, default=1_000_000, help="altered files in all")
    arguments.add_argument("--seconds", type=float, default=5.0, help="processor time that one parse may take")
    arguments.add_argument("--processes", type=int, default=2)
    arguments.add_argument("--output", type=Path, default=RESULTS, help="where to write the results")
    given = arguments.parse_args()
    names = sorted(path for folder in given.folder for path in folder.rglob("*") if path.is_file())
    shares = [(names, range(share, given.count, given.processes), given.seconds) for share in range(given.processes)]
    with Pool(given.processes) as pool:
        outcomes = pool.starmap(_run, shares)
    text = _report(outcomes, len(names), given.seconds)
    given.output.write_text(text)
    print(text)


def _run(names: list[Path], seeds: range, bound: float) -> Outcome:
    outcome = Outcome()
    for seed in seeds:
        path = names[seed % len(names)]
        content = altered(path, seed)
        source = Source(
            path.as_posix().lstrip("/"), len(content), content[:HEAD_SIZE], lambda raw=content: BytesIO(raw)
        )
        parsers = claiming(source)
        outcome.files += bool(parsers)
        outcome.unclaimed += not parsers
        for parser in parsers:
            began = time.process_time()
            _parse(parser, source, outcome)
            if (taken := time.process_time() - began) > bound:
                outcome.slow.append((taken, seed, path.name, parser.name))
    outcome.largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return outcome


def _parse(parser: Parser, source: Source, outcome: Outcome) -> None:
    for found in islice(findings(parser, source), _MOST_FINDINGS):
        if isinstance(found, Issue) and found.what.startswith(_ESCAPED):
            outcome.escaped[parser.name, found.what.partition("(")[2].rpartition(");")[0]] += 1


def altered(path: Path, seed: int) -> bytes:
    """The content of a file, at most 256 KiB of it, with a few things altered; the same for the same seed."""
    with path.open("rb") as stream:
        content = bytearray(stream.read(_MOST_BYTES))
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 6)):
        content = bytearray(b"".join(_step(content, chance)))
    return bytes(content)


def _step(content: bytearray, chance: random.Random) -> Iterator[bytes]:
    at = chance.randrange(len(content) + 1)
    length = chance.choice((1, 2, 4, 8, 64, 4096))
    kind = chance.randrange(6)
    yield bytes(content[:at])
    if kind == 0:  # other bytes
        yield chance.randbytes(length)
    elif kind == 1:  # the extremes of a number
        yield chance.choice((b"\0", b"\xff", b"\x7f", b"\x80")) * length
    elif kind == 2:  # a bit
        yield bytes(byte ^ 1 << chance.randrange(8) for byte in content[at : at + 1])
        length = 1
    elif kind == 3:  # bytes of another place
        other = chance.randrange(len(content) + 1)
        yield bytes(content[other : other + length])
    elif kind == 4:  # twice the same
        yield bytes(content[at : at + length]) * 2
    else:  # the end is gone
        length = len(content) if chance.random() < 0.3 else length
    yield bytes(content[at + length :])


def _report(outcomes: list[Outcome], files: int, bound: float) -> str:
    escaped: Counter[tuple[str, str]] = sum((each.escaped for each in outcomes), Counter())
    slow = sorted((found for each in outcomes for found in each.slow), reverse=True)
    parsed, unclaimed = sum(each.files for each in outcomes), sum(each.unclaimed for each in outcomes)
    lines = [
        "# Altered files through every parser",
        "",
        f"{parsed + unclaimed} altered files were made of {files} files; parsers claimed {parsed} of them.",
        f"{sum(escaped.values())} parses ended with an error of the parser's own; {len(slow)} took more than"
        f" {bound:g} s of processor time; the largest process held"
        f" {max(each.largest for each in outcomes) // 1024} MiB.",
        "",
    ]
    lines += [f"- {count} times `{parser}`: {what}" for (parser, what), count in escaped.most_common()]
    lines += [f"- {taken:.1f} s: `{parser}`, {name}, seed {seed}" for taken, seed, name, parser in slow[:50]]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
