"""Puts the result of a check into words."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from chain_of_custody.verify import Check, Verification

#: The most problems per check to show; the JSON output has them all.
_SHOWN = 20
#: Characters that control a terminal or reverse text (Unicode general categories).
_STEERING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def check_lines(checks: Verification, notes: list[str]) -> list[str]:
    """Return one line per check, its problems below it, then the notes. Terminal control characters are escaped."""
    lines = [line for check in checks.checks for line in lines_of(check)]
    return [plain(line) for line in [*lines, *(f"note  {note}" for note in notes)]]


def verdict(checks: Verification, *, signed: bool) -> str:
    """Return the last line: the overall result."""
    if any(check.made and not check.ok for check in checks.checks):
        return "VERIFICATION FAILED"
    if not checks.ok:
        return "NOT VERIFIED: not everything was checked. What was checked passed."
    return "Verified." if signed else "Whole, but UNSIGNED."


def plain(text: str) -> str:
    """Escape whatever a terminal would interpret, such as escape sequences and U+202E."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_written(mark) if unicodedata.category(mark) in _STEERING else mark for mark in text)


def _written(mark: str) -> str:
    return f"\\u{ord(mark):04x}" if ord(mark) < 0x10000 else f"\\U{ord(mark):08x}"


def lines_of(check: Check) -> Iterator[str]:
    """Yield a check as a line, followed by its problems."""
    mark = "ok  " if check.ok else "FAIL" if check.made else "--  "
    yield f"{mark}  {check.name}: {check.detail}"
    for problem in check.problems[:_SHOWN]:
        yield f"      {problem.file}"
        yield f"        expected  {problem.expected}"
        yield f"        found     {problem.found}"
        yield f"        {problem.meaning}"
    if len(check.problems) > _SHOWN:
        yield f"      and {len(check.problems) - _SHOWN} more; --json names them all"
