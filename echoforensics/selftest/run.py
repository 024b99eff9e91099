"""All known answers on this installation, and what they came to."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from echoforensics.selftest import clock_answers, evidence_answers, parser_answers, seal_answers
from echoforensics.selftest.answer import KnownAnswer
from echoforensics.selftest.installed_files import AREA as INSTALLATION
from echoforensics.selftest.installed_files import InstalledFiles, installed_files
from echoforensics.selftest.working_case import make_case

#: What is asked, in the order in which it is shown.
AREAS = (
    INSTALLATION, parser_answers.AREA, evidence_answers.CONTAINERS, evidence_answers.DELETED, evidence_answers.CARVER,
    clock_answers.CLOCK, clock_answers.JOINED, seal_answers.AREA,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Selftest:
    """What a selftest came to.

    Attributes:
        answers: every known answer, and whether this installation gave it.
        without_answer: parsers of this installation for which there is none: those of other packages, as a rule.
        package: the files of the installed package.
    """

    answers: tuple[KnownAnswer, ...]
    without_answer: tuple[str, ...]
    package: InstalledFiles

    @property
    def passed(self) -> bool:
        """Whether every answer was right."""
        return all(answer.passed for answer in self.answers)

    def counts(self) -> list[tuple[str, int, int]]:
        """By area: how many answers were right, and how many there are."""
        return [
            (area, sum(answer.passed for answer in of_area), len(of_area))
            for area in AREAS
            if (of_area := [answer for answer in self.answers if answer.area == area])
        ]


def run_selftest(report: Callable[[str], None] = lambda _: None) -> Selftest:
    """Ask every question whose answer is known.

    Args:
        report: called with what is being asked.

    Raises:
        TruthError: a truth set is missing or damaged.
        EchoforensicsError: the case of the truth sets cannot be made at all.
    """
    report("asking about the installed files")
    package = installed_files()
    answers = [*package.answers()]
    report("asking about parsers")
    answers += parser_answers.parser_answers()
    with tempfile.TemporaryDirectory(prefix="echoforensics-selftest-") as name:
        answers += _of_case(Path(name), report)
    return Selftest(tuple(answers), tuple(parser_answers.without_answer()), package)


def _of_case(folder: Path, report: Callable[[str], None]) -> Iterator[KnownAnswer]:
    report("asking about images, archives, carver, clocks")
    with make_case(folder) as case:
        yield from evidence_answers.evidence_answers(case)
        yield from clock_answers.clock_answers(case)
        yield from clock_answers.interaction_answers(case)
        report("asking about seal")
        yield from seal_answers.seal_answers(case, folder)
