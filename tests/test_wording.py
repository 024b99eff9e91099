"""No sentence about evidence claims more than the evidence holds: in code, definitions, pages, templates and docs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("chain_of_custody", "echoforensics", "parsers")
#: Where sentences are beside the code.
TEXTS = (
    "README.md", "docs/**/*.md", "parsers/definitions/**/*.yaml", "echoforensics/report/**/*.js",
    "echoforensics/report/**/*.html", "echoforensics/report/**/*.typ",
)  # fmt: skip

#: What speaks of evidence, beside what speaks of the program, of formats and of custody.
OF_EVIDENCE = (
    "parsers/", "echoforensics/case/", "echoforensics/timeline/", "echoforensics/extraction/", "echoforensics/report/",
    "echoforensics/listening/", "docs/artefacts/", "docs/answers.md", "docs/questions.md",
)  # fmt: skip
ANYWHERE = ("",)


class Refused(NamedTuple):
    """Words that a sentence may not have.

    Attributes:
        words: a regular expression.
        reason: why.
        where: the beginnings of the paths where it holds.
    """

    words: str
    reason: str
    where: tuple[str, ...] = ANYWHERE


REFUSED = (
    Refused(r"\bprov(?:e|es|ed|en|ing)\b|\bproofs?\b", "evidence shows; it does not prove"),
    Refused(
        r"\b(?:the )?(?:user|owner|person|speaker|suspect|resident)s? (?:really |actually )?"
        r"(?:said|says|asked|spoke|speaks|wanted|meant|told|ordered|lied)\b",
        "a record says what was written, not what somebody did",
    ),
    Refused(
        r"\b(?:definitely|certainly|undoubtedly|obviously|clearly|unquestionably|conclusive(?:ly)?|irrefutabl[ey])\b"
        r"|\b(?:beyond|without) (?:any |a )?(?:reasonable )?doubt\b",
        "how sure it is follows from the records, and is for the reader",
    ),
    Refused(
        r"\b(?:guilt(?:y)?|innocent of|liar|lied|eavesdropp\w*|sp(?:ied|ying) on)\b", "guilt and intent are for a court"
    ),
    Refused(r"\bmust have (?:been|said|heard|spoken|known|meant|happened)\b", "what must have been is in no record"),
    Refused(
        r"\b(?:all|every one) of the (?:recordings|conversations|utterances|requests)\b"
        r"|\ball (?:recordings|conversations|utterances|speech)\b",
        "what is found is what is left",
    ),
    Refused(r"\b(?:always|never)\b", "a record is of one time, not of all times", OF_EVIDENCE),
)


class Exempt(NamedTuple):
    """A sentence that may say it after all.

    Attributes:
        where: the beginning of the paths for which it holds; empty for any.
        words: a regular expression that matches around the refused words.
        reason: why.
    """

    where: str
    words: str
    reason: str


EXEMPT = (
    Exempt("parsers/", r"never (?:be )?(?:kept|shown|used)", "what the program does with secrets; its tests hold it"),
    Exempt("docs/artefacts/", r"never (?:be )?(?:kept|shown|used)", "the same, in the pages made of it"),
    Exempt("parsers/", r"is always named in an issue", "what the program does; its tests hold it"),
    Exempt("docs/artefacts/", r"is always named in an issue", "the same, in the pages made of it"),
    Exempt("parsers/", r"such a file never is|Android never writes|was never finished|never closed",
           "of a format, whose rules are known"),
    Exempt("", r"never existed", "of made databases, of which every row is known"),
    Exempt("parsers/fireos/wifi_store.py", "never ", "of a saved network, as the file has it: never connected"),
    Exempt("echoforensics/case/schema", "never counted with it", "of the program's own table"),
    Exempt("echoforensics/report/", r"never overwritten|which is always there", "what the program does"),
    Exempt("", r"That the person spoke", "stands under: what it must not be taken for"),
    Exempt("echoforensics/demo/", r"no person speaks", "of made sounds"),
    Exempt("chain_of_custody/", r"proofs?", "of hash trees: a proof is the hashes that lead to the root"),
    Exempt("echoforensics/bundle/", r"proofs?", "of hash trees"),
    Exempt("echoforensics/", r"proofs? that (?:they|a part) belong", "of hash trees"),
    Exempt("docs/bundle.md", r"proofs?", "of hash trees"),
    Exempt("docs/custody.md", r"(?:with )?a proof\b", "of hash trees"),
    Exempt("docs/README.md", r"parts with proofs", "of hash trees"),
    Exempt("docs/glossary.md", r"with proofs that they belong|\| proof \||proof, proves|the user said",
           "of hash trees; and the words that are not used"),
)  # fmt: skip


def sentences_of_code(source: str) -> Iterator[tuple[int, str]]:
    """The texts of several words of a module, with their lines; docstrings, which are for programmers, are left out."""
    tree = ast.parse(source)
    docstrings = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None:
            first = node.body[0]
            docstrings.add(id(first.value) if isinstance(first, ast.Expr) else 0)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
            and " " in node.value
        ):
            yield node.lineno, node.value


def every_sentence() -> Iterator[tuple[str, int, str]]:
    """Path, line and text of each place at which a sentence about evidence can stand."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for line, text in sentences_of_code(path.read_text(encoding="utf-8")):
                yield str(path.relative_to(ROOT)), line, text
    for pattern in TEXTS:
        for path in sorted(ROOT.glob(pattern)):
            for line, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                yield str(path.relative_to(ROOT)), line, text


def refused_in(text: str, path: str, used: set[Exempt]) -> Iterator[str]:
    """Why a text is refused; which exemptions spared it goes into ``used``."""
    exempt = [
        (one, match.span())
        for one in EXEMPT
        if path.startswith(one.where)
        for match in re.finditer(one.words, text, re.IGNORECASE)
    ]
    for each in REFUSED:
        if not path.startswith(each.where):
            continue
        for match in re.finditer(each.words, text, re.IGNORECASE):
            around = [one for one, (start, end) in exempt if start <= match.start() and match.end() <= end]
            used.update(around)
            if not around:
                yield f"{match[0]!r}: {each.reason}: {text[max(0, match.start() - 60) : match.end() + 60]!r}"


def test_no_sentence_claims_more_than_the_evidence_holds() -> None:
    used: set[Exempt] = set()
    found = [f"{path}:{line}: {why}" for path, line, text in every_sentence() for why in refused_in(text, path, used)]
    assert found == []
    assert [one for one in EXEMPT if one not in used] == [], "exemptions that spare nothing"


@pytest.mark.parametrize(
    "claim",
    [
        "The log proves that the light was on.", "This is proof.", "The user said stop.", "the owner asked for music",
        "The device definitely heard it.", "beyond reasonable doubt", "He is guilty.", "Somebody must have spoken.",
        "Alexa always listens.", "All recordings are here.", "all of the conversations", "It never woke.",
    ],
)  # fmt: skip
def test_a_claim_is_found(claim: str) -> None:
    assert len(list(refused_in(claim, "parsers/x.py", set()))) == 1


@pytest.mark.parametrize(
    "sentence",
    [
        "The record says that the service recognised a text.", "Tokens are never shown.", "improved provenance",
        "All records of the device.", "A recording belongs to it.", "The person that the service recognised.",
    ],
)  # fmt: skip
def test_a_sentence_that_claims_no_more_passes(sentence: str) -> None:
    assert list(refused_in(sentence, "parsers/x.py", set())) == []


def test_docstrings_are_left_to_programmers() -> None:
    source = '"""Always."""\ndef f() -> str:\n    """Never."""\n    return "it always", "never"\n'
    assert list(sentences_of_code(source)) == [(4, "it always")]
