"""Runs a command and waits for all that it started, also what it left behind, so that their processor time counts.

Processes that a server of forks made are no children of the command, and end after it.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys

#: ``PR_SET_CHILD_SUBREAPER`` of prctl(2): processes without a parent become children of this one.
_SUBREAPER = 36


def main() -> int:
    """Run the command of the arguments; return its exit code."""
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    code = subprocess.run(sys.argv[1:], check=False).returncode
    try:
        while True:
            os.wait()
    except ChildProcessError:
        return code


if __name__ == "__main__":
    sys.exit(main())
