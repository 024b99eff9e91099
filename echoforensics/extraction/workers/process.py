"""A worker: a process that parses files for the one that writes the case.

It is forked from that process, so that it starts at once and has the same parsers. It runs only the parsers:
it never touches the database, it inherits no signal handler that matters, and it ends without cleaning up after its
parent. It dies with its parent, even where that is killed.
"""

from __future__ import annotations

import gc
import marshal
import os
import pickle
import signal
import sys
import time
import traceback
from collections import deque
from contextlib import suppress
from functools import partial
from multiprocessing import Pipe
from pathlib import Path
from select import POLLOUT, poll
from typing import TYPE_CHECKING

from echoforensics.case.record_table import PreparedRecord, with_forms
from echoforensics.errors import EchoforensicsError
from echoforensics.extraction.file_parsing import FoundChunk
from echoforensics.extraction.workers.lifetime import begin_as_child
from echoforensics.extraction.workers.messages import Answer, Ask, Begins, Done, Failed, ParseFile
from parsers.record import Issue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from multiprocessing.connection import Connection
    from typing import NoReturn

    from echoforensics.case.entry_table import KeptFile
    from echoforensics.extraction.file_parsing import FileParser
    from echoforensics.extraction.workers.messages import Message

    #: Makes a worker's parser; receives a function that finds a file of the evidence item by its path.
    MakeParser = Callable[[Callable[[str], KeptFile | None]], FileParser]

#: Maximum seconds between chunks while there are findings.
_BEAT = 1.0
#: How much sooner than others the system kills a worker when memory runs out (0 to 1000).
_FIRST_TO_GO = 500
#: Number of new objects before a garbage collection: there are many records, and hardly any reference cycles.
_COLLECT_AFTER = 50_000
#: First byte of a chunk, of one that ends its file, and of one of unprepared records; no pickle starts with any.
_CHUNK, _LAST_CHUNK, _UNPREPARED = b"c", b"l", b"u"


class WorkerEnded(Exception):  # noqa: N818 (it says what happened)
    """The worker has ended by itself."""


class Worker:
    """A worker, seen from the process that writes the case.

    Attributes:
        connection: receives its messages; wait for it with :func:`multiprocessing.connection.wait`.
        files: the files it has yet to parse, the current one first.
        size, characters: bytes of these files, and characters of their paths.
    """

    def __init__(self, make_parser: MakeParser, others: Iterable[Worker], only: memoryview) -> None:
        """Start the worker.

        Args:
            make_parser: makes the worker's parser.
            others: running workers: it closes their inherited connections.
            only: in shared memory: the number of the entry whose findings are taken, if only one worker parses; or 0.
        """
        self.files: deque[ParseFile] = deque()
        self.size = self.characters = 0
        self._to_send: list[ParseFile] = []
        self.connection, end = Pipe()
        parent = os.getpid()
        inherited = [self.connection, *(other.connection for other in others)]
        # Ctrl-C reaches every process of the terminal; only the parent acts on it, and not while it forks.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        self._process = os.fork()
        if not self._process:
            _run(partial(_Serving, end, make_parser, only), inherited, parent)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        end.close()
        self._progress_at, self._bytes_read = time.monotonic(), 0

    def give(self, task: ParseFile) -> None:
        """Give the worker a file to parse. It is sent by :meth:`send_files`."""
        if not self.files:
            self._progress_at = time.monotonic()
        self.files.append(task)
        self.size += task.file.size
        self.characters += len(task.file.path)
        self._to_send.append(task)

    def send_files(self) -> None:
        """Send the files that it was given, in one message."""
        if self._to_send:
            self._send(self._to_send)
            self._to_send = []

    def take_done(self) -> ParseFile:
        """Remove the current file from those it has yet to parse, and return it."""
        task = self.files.popleft()
        self.size -= task.file.size
        self.characters -= len(task.file.path)
        return task

    def answer(self, file: KeptFile | None) -> None:
        """Answer the worker's question."""
        self._send(Answer(file))

    def _send(self, what: list[ParseFile] | Answer) -> None:
        # A worker that has ended is noticed on reading.
        with suppress(OSError):
            self.connection.send(what)

    def receive(self) -> bytes:
        """Return the next message (see :func:`unpacked`). Raises WorkerEnded if there will be none."""
        try:
            received = self.connection.recv_bytes()
        except (EOFError, OSError) as error:
            raise WorkerEnded from error
        self._progress_at = time.monotonic()
        return received

    def stalled(self, seconds: float) -> bool:
        """Whether it had no finding and no read for this long, though it has a file to parse."""
        now = time.monotonic()
        if not self.files or now - self._progress_at < min(seconds, _BEAT):
            return False
        if self.connection.poll():
            self._progress_at = now  # it waits for us
            return False
        if (read := _bytes_read(self._process)) > self._bytes_read:
            self._bytes_read, self._progress_at = read, now
        return now - self._progress_at >= seconds

    def close(self) -> int:
        """End the worker. Returns its exit code, or the negative number of the signal that ended it."""
        self.connection.close()
        with suppress(ProcessLookupError):
            os.kill(self._process, signal.SIGKILL)
        return os.waitstatus_to_exitcode(os.waitpid(self._process, 0)[1])


def packed(chunk: FoundChunk, *, is_last: bool = False) -> memoryview:
    """Serialize a chunk. Its first byte distinguishes it from other messages before it is unpacked.

    Records are texts, numbers and tuples of these, which ``marshal`` writes in a fraction of the time of ``pickle``.
    Fields of unprepared ones may be of other types.
    """
    if chunk.unprepared:
        return memoryview(_UNPREPARED + pickle.dumps((chunk.unprepared, chunk.entry)))
    issues = [(issue.what, issue.locator, issue.excerpt, issue.parser) for issue in chunk.issues]
    # ``marshal`` writes no named tuples. What is the same object in many records, as the form, is written once.
    packed_chunk = marshal.dumps(([*map(tuple, chunk.records)], issues, chunk.entry, chunk.text))
    return memoryview((_LAST_CHUNK if is_last else _CHUNK) + packed_chunk)


def is_chunk(received: bytes) -> bool:
    """Whether a message is a chunk."""
    return received.startswith((_CHUNK, _LAST_CHUNK, _UNPREPARED))


def is_last_chunk(received: bytes) -> bool:
    """Whether a message is a chunk that ends its file; no :class:`Done` follows it."""
    return received.startswith(_LAST_CHUNK)


def unpacked(received: bytes) -> FoundChunk | Message:
    """What a worker sent. Records that it did not prepare are prepared; they are no chunk to take whole."""
    if received.startswith(_UNPREPARED):
        unprepared, entry = pickle.loads(memoryview(received)[1:])  # noqa: S301 (sent by ourselves)
        return FoundChunk(with_forms(unprepared), entry=entry)
    if is_chunk(received):
        records, issues, entry, text = marshal.loads(memoryview(received)[1:])  # noqa: S302 (sent by ourselves)
        return FoundChunk([*map(PreparedRecord._make, records)], [Issue(*issue) for issue in issues], entry, text)
    message: FoundChunk | Message = pickle.loads(received)  # noqa: S301 (sent by ourselves)
    return message


def _bytes_read(process: int) -> int:
    """Number of bytes a process has read from files; 0 if the system does not tell."""
    try:
        lines = Path(f"/proc/{process}/io").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("rchar:")), 0)


def _run(make: Callable[[], _Serving], inherited: list[Connection], parent: int) -> NoReturn:
    """Run the worker. It never returns into the code that it was forked from."""
    code = 1
    try:
        begin_as_child(parent)
        with suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text(str(_FIRST_TO_GO), encoding="ascii")
        for connection in inherited:
            connection.close()
        # Existing objects stay shared with the parent: they are exempt from garbage collection.
        gc.freeze()
        gc.set_threshold(_COLLECT_AFTER, *gc.get_threshold()[1:])
        make().serve()
        code = 0
    finally:
        if code and not isinstance(sys.exc_info()[1], BrokenPipeError):
            traceback.print_exc()
        os._exit(code)


class _Serving:
    """The worker's loop."""

    def __init__(self, end: Connection, make_parser: MakeParser, only: memoryview) -> None:
        self._end, self._only = end, only
        self._waiting: deque[ParseFile] = deque()
        self._parser = make_parser(self._ask)
        self._room = poll()
        self._room.register(end.fileno(), POLLOUT)

    def serve(self) -> None:
        """Parse one file after another, until there are none."""
        while True:
            try:
                while not self._waiting:
                    self._waiting.extend(self._end.recv())
            except EOFError:
                return
            try:
                self._parse(self._waiting.popleft())
            except EchoforensicsError as error:
                self._end.send(Failed(error))
                return

    def _ask(self, path: str) -> KeptFile | None:
        """Ask for a file of the evidence item. The next files to parse may come before the answer."""
        self._end.send(Ask(path))
        while not isinstance(received := self._end.recv(), Answer):
            self._waiting.extend(received)
        return received.file

    def _parse(self, task: ParseFile) -> None:
        handed_over = time.monotonic()
        is_due = False

        def hand_over() -> bool:
            nonlocal is_due
            is_due = task.careful or time.monotonic() - handed_over >= _BEAT
            return is_due

        def leaves() -> bool:
            # What was sent is taken: the other process has more time than this one.
            return self._only[0] == task.file.id and bool(self._room.poll(0))

        begins = self._begins if task.careful else _nothing
        held: FoundChunk | None = None
        for chunk in self._parser.parse(task.file, task.passed, task.ordinal, begins, hand_over, leaves):
            if held is not None:
                self._end.send_bytes(packed(held))
            # One that is neither full nor due may be the last: it is sent with the end of the file.
            held = None if chunk.unprepared or chunk.full or is_due else chunk
            if held is None:
                self._end.send_bytes(packed(chunk))
            handed_over = time.monotonic()
        if held is None:
            self._end.send(Done())
        else:
            self._end.send_bytes(packed(held, is_last=True))

    def _begins(self, parser: str) -> None:
        self._end.send(Begins(parser))


def _nothing(_parser: str) -> None:
    """Ignore a parser's start."""
