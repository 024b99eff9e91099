"""docs/containers.md, of what was measured."""

from __future__ import annotations

from benchmarks.containers.judged import NAMED, READ, SKIPPED, WRONG, Judged

_HEAD = """# Images and archives: what is read, measured

Written by `python -m benchmarks.containers`, which takes some minutes. It makes each image and archive by script, of
the same six files: two recordings, two compressed logs, a log, a small file. It extracts each, and compares the rows
with those of the plain folder: data type, times, message and recording of each, but not the path.

- *{read}*: the same rows. An issue may be given beside them, where something was damaged and did not matter.
- *{named}*: not all of it, or nothing, and an issue or error that says why and what to do.
- *{wrong}*: less without an issue, or what the folder does not give.
- *{skipped}*: the program that would make it is not on the machine that wrote this page, or cannot make it.
"""


def page(judged: list[Judged]) -> str:
    """The page."""
    counts = {result: sum(each.result == result for each in judged) for result in (READ, NAMED, WRONG, SKIPPED)}
    made = len(judged) - counts[SKIPPED]
    lines = [
        _HEAD.format(read=READ, named=NAMED, wrong=WRONG, skipped=SKIPPED),
        f"**{made} images and archives: {counts[READ]} read as the folder is; {counts[NAMED]} named;"
        f" {counts[WRONG]} silent or wrong.** {counts[SKIPPED]} could not be made.",
        "",
    ]
    lines += _groups(judged)
    lines += ["", "## Each", "", "| kind | how it was made | result | issue |", "|---|---|---|---|"]
    lines += [row(each) for each in judged]
    return "\n".join(lines) + "\n"


def _groups(judged: list[Judged]) -> list[str]:
    lines = [f"| group | made | {READ} | {NAMED} | {WRONG} |", "|---|---|---|---|---|"]
    for group in dict.fromkeys(each.kind.group for each in judged):
        results = [each.result for each in judged if each.kind.group == group and each.result != SKIPPED]
        counts = " | ".join(str(results.count(result)) for result in (READ, NAMED, WRONG))
        lines.append(f"| {group} | {len(results)} | {counts} |")
    return lines


def row(each: Judged) -> str:
    """A row of the table of all."""
    kind = f"{each.kind.group}: {each.kind.name}"
    return "| " + " | ".join(_cell(text) for text in (kind, each.how, each.result, each.detail)) + " |"


def _cell(text: str) -> str:
    printable = "".join(character if character.isprintable() else f"\\x{ord(character):02x}" for character in text)
    return printable.replace("|", "\\|")
