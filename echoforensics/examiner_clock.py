"""Tells whether a time server keeps the examiner's clock, as far as the system reports it.

The ledger's times come from that clock. Nothing here needs privileges or the network, and nothing fails: whatever the
system does not report is unknown.

References:
    adjtimex(2); timedatectl(1), ``show``; chronyc(1), ``tracking`` in CSV
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

#: How long a program may take to answer, in seconds.
_TIME_LIMIT = 3.0
#: The beginning of ``struct timex`` of Linux.
_TIMEX = "modes offset freq maxerror esterror status constant precision tolerance"
_UNSYNCHRONISED, _NANOSECONDS, _TIMEX_SIZE = 0x0040, 0x2000, 512


class _Timex(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_uint if name == "modes" else ctypes.c_int if name == "status" else ctypes.c_long)
        for name in _TIMEX.split()
    ] + [("rest", ctypes.c_byte * _TIMEX_SIZE)]  # fmt: skip


def clock_state() -> dict[str, Any]:
    """Return the system's report on its clock, for the ledger.

    Returns:
        ``synchronised`` (True, False, or None for unknown); ``source``, where the answer comes from: ``chrony``,
            ``timedatectl``, ``kernel`` or ``unknown``; ``service``, the program that sets the clock, if known;
            ``offset_us``, the clock's last measured error in microseconds, and ``maximum_error_us``, or None.
    """
    found = _chrony() or _timedatectl() or {}
    kernel = _kernel()
    if not found:
        found = kernel or {"synchronised": None, "source": "unknown"}
    for name in ("offset_us", "maximum_error_us"):
        found.setdefault(name, kernel.get(name) if found["synchronised"] else None)
    return found


def clock_words(state: Mapping[str, Any]) -> str:
    """Describe a ledger entry's clock state in one sentence."""
    synchronised = state.get("synchronised")
    if synchronised is None:
        return "whether the computer's clock was kept by a time server is unknown"
    source = state.get("source")
    asked = {"kernel": "the kernel", "timedatectl": "timedatectl"}.get(str(source), str(source))
    if not synchronised:
        return f"the computer's clock was NOT synchronised, according to {asked}"
    service, offset = state.get("service"), state.get("offset_us")
    by = f" by {service}" if service else ""
    off = f"; offset {offset} microseconds as last measured" if isinstance(offset, int) else ""
    return f"the computer's clock was synchronised{by}, according to {asked}{off}"


def _chrony() -> dict[str, Any] | None:
    """Ask chronyd. None if it does not run."""
    parts = (_answer("chronyc", "-n", "-c", "tracking") or "").strip().split(",")
    # The fields: id, name, stratum, time, clock offset, last offset, ..., leap status.
    if len(parts) < 14:
        return None
    try:
        offset = round(float(parts[4]) * 1e6)
    except ValueError:
        return None
    synchronised = parts[-1] != "Not synchronised"
    state: dict[str, Any] = {"synchronised": synchronised, "source": "chrony", "service": "chronyd"}
    return {**state, "offset_us": offset} if synchronised else state


def _timedatectl() -> dict[str, Any] | None:
    """Ask systemd. None if it does not run."""
    lines = (_answer("timedatectl", "show") or "").splitlines()
    shown = dict(line.split("=", 1) for line in lines if "=" in line)
    if shown.get("NTPSynchronized") not in ("yes", "no"):
        return None
    state: dict[str, Any] = {"synchronised": shown["NTPSynchronized"] == "yes", "source": "timedatectl"}
    return {**state, "service": "the system's time service"} if shown.get("NTP") == "yes" else state


def _kernel() -> dict[str, Any]:
    """Ask the kernel. Empty if it does not answer."""
    if not sys.platform.startswith("linux"):
        return {}
    try:
        state = _Timex()
        if ctypes.CDLL(None).adjtimex(ctypes.byref(state)) < 0:
            return {}
    except (OSError, AttributeError):
        return {}
    synchronised = not state.status & _UNSYNCHRONISED
    offset = state.offset // 1000 if state.status & _NANOSECONDS else state.offset
    if not synchronised:
        return {"synchronised": False, "source": "kernel"}
    return {
        "synchronised": True, "source": "kernel", "offset_us": int(offset), "maximum_error_us": int(state.maxerror),
    }  # fmt: skip


def _answer(program: str, *arguments: str) -> str | None:
    """Return the output of a system program. None if it is missing, fails or takes too long."""
    found = shutil.which(program)
    if found is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 (a program of the system, with arguments of ours)
            [found, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIME_LIMIT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode(errors="replace") if done.returncode == 0 else None
