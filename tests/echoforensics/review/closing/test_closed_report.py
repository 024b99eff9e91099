from __future__ import annotations

from pathlib import Path

import pytest

from chain_of_custody.folder_check import check_sealed
from echoforensics.bundle.write import BundleRequest, write_bundle
from echoforensics.case.case import Case
from echoforensics.export.interaction_list import interaction_rows
from echoforensics.report.bundle import write_report
from echoforensics.report.sections.blocks import texts
from echoforensics.report.sections.context import ReportContext
from echoforensics.report.sections.method import method_section
from echoforensics.report.sections.recordings import recording_list
from echoforensics.report.words.language import language
from echoforensics.zones import zone
from tests.echoforensics.conftest import Sealed
from tests.echoforensics.review.conftest import NewPerson
from tests.echoforensics.review.room_client import RoomClient
from tests.echoforensics.review.work.conftest import MakeQueue, decide

SPOKEN = "turn <b>off</b> the lights"


@pytest.fixture
def closed(make_queue: MakeQueue, new_person: NewPerson, supervisor: RoomClient, sealed: Sealed) -> Path:
    """A case with the results of a review: one clip is written down, and decided by two people."""
    rita, saul = new_person(), new_person("saul")
    queue = make_queue("rita", "saul", second={"sample": 1}, filter={"text": "lights"})
    (item,) = [one["id"] for one in rita.get(f"/api/queues/{queue}/items")["items"]]
    for version, text in enumerate(("first try", SPOKEN)):
        segment = {"from": 0, "to": 1, "text": text, "unsure": []}
        rita.put(f"/api/items/{item}/transcript", version=version, segments=[segment])
    decide(rita, item, "responsive")
    decide(saul, item)
    supervisor.post("/api/close", confirm=True)
    return sealed.path


def test_report_and_exports_have_the_human_transcript_beside_the_services(closed: Path, tmp_path: Path) -> None:
    with Case.open(closed) as case:
        report = write_report(case, tmp_path / "report", zone("UTC"))
        (spoken,) = [one for one in case.interactions() if one.human_transcripts]
        (row,) = [one for one in interaction_rows(case.interactions(), None) if one["human_transcript"]]
        (recording,) = [one for one in case.recordings() if one.human]

    assert (row["transcript"], row["human_transcript"]) == ("alexa turn off the lights", SPOKEN)
    assert recording.human[0][1:] == (SPOKEN, "Rita")
    assert spoken.human_transcripts[0].fields["author"] == "Rita"
    data = report.parent / "data" if report.is_file() else report / "data"
    scripts = "".join(path.read_text() for path in sorted(data.glob("*.js")))
    assert SPOKEN not in scripts, "it is no markup"
    page = "".join(path.read_text() for path in sorted(data.parent.glob("*.html")))
    assert "<b>off</b>" not in page
    assert "turn &lt;b&gt;off&lt;/b&gt; the lights" in page
    assert "Review by people" in page
    assert "Cohen" in page
    assert "Rita" in page
    assert "human transcript" in scripts


def test_the_method_section_states_the_agreement_in_german_too(closed: Path) -> None:
    with Case.open(closed) as case:
        context = ReportContext.of(case, language("de"))
        method = "\n".join(texts(method_section(context)))
        listed = "\n".join(texts(recording_list(context)))

    assert "Durchsicht durch Personen" in method
    assert "angehört und mit Codes versehen von Rita, Saul: 1 von 1 Einheiten wurden entschieden." in method
    assert "Cohens Kappa" in method
    assert "100.0%" in method
    assert f"Mitgeschrieben von Rita: \n{SPOKEN}" in listed


def test_a_bundle_of_it_holds(closed: Path, sealed: Sealed, tmp_path: Path) -> None:
    with Case.open(closed) as case:
        write_bundle(case, BundleRequest(tmp_path / "bundle"), sealed.key)

    assert check_sealed(tmp_path / "bundle").ok
