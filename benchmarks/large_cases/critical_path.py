"""What a cluster of two workers gains, from processor seconds: ``python -m benchmarks.large_cases.critical_path``.

Wall time says nothing on a busy machine. Each worker has one thread, as on a machine of its own with one processor, and
is compared with a single process on one processor. On an idle cluster, a run takes at most what the command's process
and the busiest worker take one after the other. It takes at least what the busiest worker takes, and what the command
does from the last part on: it adds the others while workers are busy. All are counted from the first
source on: the start of Python and the import of the parsers come once, and do not grow with the evidence. The scheduler
is a process of its own and runs beside them. Two processes that share a machine's caches and memory take more processor
time than one: how much is seen from two plain runs side by side, each with half of the images, which no cluster can
surpass.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import resource
import shutil
import tempfile
from pathlib import Path
from random import Random

import distributed

from benchmarks.scale.echo_disk import build
from echoforensics.case.case import Case
from echoforensics.case.sealing.seal import table_digests
from echoforensics.cluster.connection import forked_workers
from echoforensics.extraction.options import Options
from echoforensics.extraction.parts.cluster_run import PRELOAD, extract_on_cluster
from echoforensics.extraction.run import extract
from parsers.registry import imported

_WORKERS = 2
#: The front of each image is a disk as an Echo has it; what follows is as of a disk that was written over at random.
_FRONT = 16
_MEBIBYTE = 1024 * 1024


def _used() -> float:
    """Processor seconds of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _silent(*_: object) -> None:
    """Reports nothing."""


def made_images(work: Path, count: int, mebibytes: int) -> list[Path]:
    """Images with few rows, whose search and hashes take most of the time."""
    build(work / "front", _FRONT)
    images = []
    for number in range(count):
        image, draw = work / f"{number}.dd", Random(number)
        shutil.copyfile(work / "front", image)
        with image.open("ab") as stream:
            for _ in range(mebibytes - _FRONT):
                stream.write(draw.randbytes(_MEBIBYTE))
        images.append(image)
    return images


def _side_by_side(work: Path, images: list[Path]) -> list[float]:
    """Processor seconds of plain runs at the same time, each with its share of the images."""
    context = multiprocessing.get_context("fork")
    taken = context.SimpleQueue()

    def run(number: int) -> None:
        begun = _used()
        extract(images[number::_WORKERS], work / f"beside-{number}", None, Options(workers=1), _silent)
        taken.put(_used() - begun)

    processes = [context.Process(target=run, args=(number,)) for number in range(_WORKERS)]
    for process in processes:
        process.start()
    found = sorted(taken.get() for _ in processes)
    for process in processes:
        process.join()
    return found


def own_cluster() -> distributed.SpecCluster:
    """A scheduler and workers, each a process of its own."""
    scheduler = {
        "cls": distributed.deploy.subprocess.SubprocessScheduler,
        "options": {"scheduler_kwargs": {"host": "127.0.0.1", "port": 0, "dashboard": False}},
    }
    worker = {"cls": distributed.Nanny, "options": {"host": "127.0.0.1", "nthreads": 1, "dashboard": False}}
    return distributed.SpecCluster(
        scheduler=scheduler, workers=dict.fromkeys(range(_WORKERS), worker), silence_logs=logging.CRITICAL + 1
    )


def section(work: Path, images: list[Path]) -> str:
    """A part of the results."""
    imported()
    begun = _used()
    extract(images, work / "single", None, Options(workers=1), _silent)
    single = _used() - begun
    beside = _side_by_side(work, images)
    with forked_workers(PRELOAD), own_cluster() as cluster, distributed.Client(cluster) as client:
        last_part = 0.0

        def note(message: str, *_: int) -> None:
            nonlocal last_part
            if message.startswith("verifying "):
                last_part = _used()

        before, of_scheduler, begun = client.run(_used), client.run_on_scheduler(_used), _used()
        extract_on_cluster(
            list(map(str, images)), work / "cluster", None, Options(workers=_WORKERS), note,
            cluster.scheduler_address,
        )  # fmt: skip
        command, tail = _used() - begun, _used() - last_part
        of_scheduler = client.run_on_scheduler(_used) - of_scheduler
        workers = sorted(used - before[worker] for worker, used in client.run(_used).items())
    with Case.open(work / "single") as one, Case.open(work / "cluster") as other:
        same = table_digests(one.store) == table_digests(other.store)
        rows = one.counts().rows
    size = sum(image.stat().st_size for image in images) // _MEBIBYTE
    return "\n".join((
        "## Two workers, from processor seconds", "",
        f"{len(images)} image(s), {size:,} MiB together, with {rows:,} rows; the tables are"
        f" {'the same' if same else 'NOT THE SAME'}.", "",
        "| | processor s |", "|---|---|", f"| one process | {single:.1f} |",
        *(f"| a process beside another, with half of the images | {used:.1f} |" for used in beside),
        f"| the command | {command:.1f} |", f"| of it from the last part on | {tail:.1f} |",
        f"| the scheduler | {of_scheduler:.1f} |",
        *(f"| a worker | {used:.1f} |" for used in workers),
        f"| the command and the busiest worker | {command + workers[-1]:.1f} |",
        f"| the busiest worker, and the command from the last part on | {tail + workers[-1]:.1f} |", "",
        f"One process takes {single / (command + workers[-1]):.2f} to {single / (tail + workers[-1]):.2f} times as"
        f" long; two plain processes side by side gain {single / beside[-1]:.2f}.", "",
    ))  # fmt: skip


def main() -> None:
    """Print the part of the results."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--images", type=int, default=2)
    arguments.add_argument("--mebibytes", type=int, default=512, help="size of each image")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="echoforensics-bench-") as folder:
        print(section(Path(folder), made_images(Path(folder), given.images, given.mebibytes)))


if __name__ == "__main__":
    main()
