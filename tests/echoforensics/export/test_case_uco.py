"""Graphs of CASE/UCO, judged by the validator of its makers and read by rdflib."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import rdflib

from echoforensics.case.exhibits.row import Query, Row
from echoforensics.export.about import Written

Export = Callable[..., Written]
OBSERVABLE = "https://ontology.unifiedcyberontology.org/uco/observable/"
PREFIXES = {
    "observable": OBSERVABLE,
    "core": "https://ontology.unifiedcyberontology.org/uco/core/",
    "investigation": "https://ontology.caseontology.org/case/investigation/",
    "action": "https://ontology.unifiedcyberontology.org/uco/action/",
    "types": "https://ontology.unifiedcyberontology.org/uco/types/",
}


def _validated(path: Path) -> subprocess.CompletedProcess[str]:
    program = "from case_utils.case_validate import main; main()"
    arguments = ["--built-version", "case-1.4.0", str(path)]
    return subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False)


def _asked(path: Path, query: str) -> list[tuple[Any, ...]]:
    graph = rdflib.Graph().parse(path, format="json-ld")
    answer: Iterable[Any] = graph.query(query, initNs=PREFIXES)
    return [tuple(map(str, found)) for found in answer]


def test_it_conforms(write: Export, tmp_path: Path) -> None:
    write(tmp_path / "x.jsonld")
    done = _validated(tmp_path / "x.jsonld")
    assert done.returncode == 0, done.stdout + done.stderr
    # The validator says so of a graph with a word that is not in the ontology, too.
    wrong = (tmp_path / "x.jsonld").read_text("utf-8").replace("eventRecordText", "eventRecordTexts")
    (tmp_path / "wrong.jsonld").write_text(wrong, encoding="utf-8")
    assert _validated(tmp_path / "wrong.jsonld").returncode != 0


def test_every_row_leads_to_its_file_and_evidence(write: Export, all_rows: list[Row], tmp_path: Path) -> None:
    assert write(tmp_path / "x.jsonld").rows == len(all_rows)
    found = _asked(
        tmp_path / "x.jsonld",
        """
        SELECT ?id ?type ?text ?path ?hash ?item WHERE {
            ?event a observable:EventRecord ; core:hasFacet ?facet .
            ?facet observable:eventRecordID ?id ; observable:eventType ?type ; observable:eventRecordText ?text .
            ?in core:source ?event ; core:target ?file .
            ?file core:hasFacet ?names, ?content . ?names observable:filePath ?path .
            ?content observable:hash/types:hashValue ?hash .
            ?deep core:source ?file ; core:target ?evidence . ?record core:object ?evidence ;
                a investigation:ProvenanceRecord ; core:name ?item .
        }
        """,
    )
    keys = ("exhibit", "data_type", "message", "path", "sha256", "evidence")
    expected = sorted(tuple(str(dict(row)[key]) for key in keys) for row in all_rows)
    assert sorted((*one[:4], one[4].lower(), one[5]) for one in found) == expected


def test_times_are_those_of_the_rows(write: Export, all_rows: list[Row], tmp_path: Path) -> None:
    write(tmp_path / "x.jsonld")
    found = _asked(
        tmp_path / "x.jsonld",
        "SELECT ?id ?time WHERE { ?f observable:eventRecordID ?id ; observable:startTime ?time }",
    )
    assert {exhibit: datetime.fromisoformat(time) for exhibit, time in found} == {
        row["exhibit"]: datetime.fromisoformat(row["datetime"]) for row in all_rows if row["datetime"]
    }


def test_it_says_what_it_is(write: Export, tmp_path: Path) -> None:
    write(tmp_path / "x.jsonld", query=Query(types=("alexa:cloud:activity",)), local="Asia/Seoul")
    ((who, what),) = _asked(
        tmp_path / "x.jsonld",
        "SELECT ?who ?what WHERE { ?a a investigation:InvestigativeAction ; core:description ?what ;"
        " action:performer/core:name ?who }",
    )
    assert who == "E. Xaminer & <Söhne>"
    assert "Zone of times: UTC and Asia/Seoul; Filters: types: alexa:cloud:activity" in what


def test_the_same_rows_give_the_same_names(write: Export, tmp_path: Path) -> None:
    names = []
    for name in ("one", "two"):
        write(tmp_path / f"{name}.jsonld")
        names.append(
            _asked(
                tmp_path / f"{name}.jsonld", "SELECT ?event WHERE { ?event a observable:EventRecord } ORDER BY ?event"
            )
        )
    assert names[0] == names[1]
