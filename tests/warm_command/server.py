"""Imports the program once, and answers each request with a fork that runs one command.

Run as ``python server.py SOCKET``; writes a line once it can be asked, and ends when its standard input ends.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import pkgutil
import runpy
import select
import socket
import sys
import threading
import time
from importlib import import_module

import echoforensics
from parsers import registry

#: Not imported ahead: these import large packages that few commands need.
_LARGE = ("cluster", "listening", "plaso_plugin", "review", "selftest", "export.uploads")


def main(address: str) -> None:
    """Answer until standard input ends."""
    _import_program()
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen(64)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            ready, _, _ = select.select([listening, sys.stdin], [], [])
            if sys.stdin in ready:
                return
            connection, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                _answer(connection)
                return
            connection.close()
            _reap()


def _import_program() -> None:
    registry.imported()
    for module in pkgutil.walk_packages(echoforensics.__path__, "echoforensics."):
        name = module.name.removeprefix("echoforensics.")
        if name.rpartition(".")[2] != "__main__" and not name.startswith(_LARGE):
            import_module(module.name)


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def _answer(connection: socket.socket) -> None:
    # Of the two processes one runs the command; the other waits for it, so that the server need not.
    length, streams, _, _ = socket.recv_fds(connection, 4, 3)
    message = connection.makefile("rb").read(int.from_bytes(length, "big"))
    child = os.fork()
    if child:
        for each in streams:
            os.close(each)
        _, status = os.waitpid(child, 0)
        connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())
        os._exit(0)
    connection.close()
    for number, each in enumerate(streams):
        os.dup2(each, number)
        os.close(each)
    _run(**json.loads(message))


def _run(arguments: list[str], folder: str, environment: dict[str, str]) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    # As Python opens them when it begins: whether a stream can be sought in is found out then.
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115
    sys.argv = ["echoforensics", *arguments]
    try:
        runpy.run_module("echoforensics", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        _end(ended.code)


def _end(code: str | int | None) -> None:
    """End as Python does, but without taking apart all that was imported, which takes longer than a short command."""
    if isinstance(code, str):
        sys.stderr.write(f"{code}\n")
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    os._exit(code or 0)


if __name__ == "__main__":
    main(sys.argv[1])
