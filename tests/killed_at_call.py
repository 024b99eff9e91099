"""A command in a process that kills itself at the call of a function of a given number, whichever it is."""

from __future__ import annotations

_PROGRAM = """
import atexit, os, signal, sys, threading
from echoforensics.cli.main import main
{before}
last, calls, process = int(sys.argv.pop(1)), 0, os.getpid()
def count(frame, event, argument):
    global calls
    if event in ("call", "c_call"):
        calls += 1
        if calls >= last > 0 and os.getpid() == process:
            os.kill(process, signal.SIGKILL)
atexit.register(lambda: os.getpid() == process and print(calls, flush=True))
threading.setprofile(count)
sys.setprofile(count)
main()
"""


def killing_program(before: str = "") -> str:
    """The program for ``python -c``. Its first argument is the number of the call, 0 for none; the rest the command.

    Where it is not killed it prints, last, how many calls there were.

    Args:
        before: what it does first, once the command was imported.
    """
    return _PROGRAM.format(before=before)
