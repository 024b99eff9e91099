"""The PDF: what it conforms to, what it says, and that evidence can do nothing in it but be read."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from echoforensics.case.exhibits.row import Query
from echoforensics.errors import CaseError, UsageError
from echoforensics.report.pdf.write import PdfOptions

#: Cases of an earlier version of the program.
KEPT = Path(__file__).parents[2] / "case" / "cases_of_version_4"
#: What does harm where a text is read as Typst's markup or code.
TYPST = (
    '#panic("hurt") [ ] $x$ *bold* _it_ `raw` = Heading @label <label> \\ // /* #read("/etc/passwd")'
    ' #import "@preview/a:1"'
)
ARABIC, CHINESE, EMOJI = "مرحبا", "打开灯", "😀👨‍👩‍👧"


def text_of(path: Path, *options: str) -> str:
    """What ``pdftotext`` reads, without the places at which words may be broken."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    done = subprocess.run(["pdftotext", "-raw", *options, str(path), "-"], capture_output=True, text=True, check=True)
    return done.stdout.replace("\u200b", "")


def joined(path: Path) -> str:
    """The same without white space and hyphens: lines are broken where there is room."""
    return packed(text_of(path))


def packed(text: str) -> str:
    """A text without white space and hyphens, which ``pdftotext`` drops at the end of a line."""
    return re.sub(r"[\s-]+", "", text)


def attachments(path: Path) -> dict[str, bytes]:
    """The files that are attached to a PDF."""
    reader = PdfFileReader(io.BytesIO(path.read_bytes()))
    names = reader.root["/Names"]["/EmbeddedFiles"]["/Names"]
    return {str(names[at]): names[at + 1]["/EF"]["/F"].data for at in range(0, len(names), 2)}


def test_it_is_tagged_and_names_the_standards(sealed: Any, pdf_of: Any) -> None:
    path, written = pdf_of(sealed.path)
    reader = PdfFileReader(io.BytesIO(path.read_bytes()))
    assert reader.root["/MarkInfo"]["/Marked"]
    assert reader.root["/Lang"] == "en"
    assert reader.root["/ViewerPreferences"]["/DisplayDocTitle"]
    metadata = reader.root["/Metadata"].data.decode()
    for part in ("<pdfaid:part>3<", "<pdfaid:conformance>A<", "<pdfuaid:part>1<"):
        assert part in metadata
    titles = [reader.root["/Outlines"]["/First"]["/Title"]]
    assert titles == ["Case"]
    assert (written.rows, written.missing, written.signed) == (len(sealed.rows()), frozenset(), False)


def test_the_same_case_gives_the_same_bytes(sealed: Any, pdf_of: Any) -> None:
    assert pdf_of(sealed.path)[0].read_bytes() == pdf_of(sealed.path)[0].read_bytes()


def test_every_row_is_in_it_whole_and_attached(sealed: Any, pdf_of: Any) -> None:
    path, _ = pdf_of(sealed.path)
    words, rows = joined(path), sealed.rows()
    for row in rows:
        assert packed(row["exhibit"]) in words
        assert packed(row["message"]) in words
    attached = attachments(path)["timeline.jsonl"]
    assert [json.loads(line) for line in attached.splitlines()] == rows
    assert "Everyrowofthecaseishere:74." in words
    assert "Thisdocumentisnotsigned." in words


def test_paper_may_be_letter_and_the_language_german(sealed: Any, pdf_of: Any) -> None:
    path, _ = pdf_of(sealed.path, PdfOptions(paper="letter"), code="de")
    page = PdfFileReader(io.BytesIO(path.read_bytes())).root["/Pages"]["/Kids"][0]
    assert [round(float(each)) for each in page["/MediaBox"]] == [0, 0, 612, 792]
    assert "Zeitleiste" in text_of(path)


@pytest.mark.parametrize("hostile", [TYPST, "\u202egnp.exe\u2066x\u0085\u200bend", "\x07\x1b[31mred", "a" * 5000])
def test_hostile_text_is_only_ever_text(maker: Any, pdf_of: Any, hostile: str) -> None:
    made = maker(hostile.replace("\x07", "").replace("\x1b", ""))
    made.record()
    made.issue(hostile, hostile)
    path, _ = pdf_of(made.done())
    words = joined(path)
    if hostile == TYPST:
        assert packed(TYPST) in words
    assert "\u202e" not in words
    if "\u202e" in hostile:
        assert "[U+202E]gnp.exe[U+2066]x[U+0085][U+200B]end" in words
    if "\x1b" in hostile:
        assert "[U+0007][U+001B][31mred" in words


def test_a_null_and_a_lone_surrogate_are_written_out(maker: Any, pdf_of: Any) -> None:
    made = maker("x")
    made.record(transcript="a", status="b")
    made.issue("nul \x00 and \ud800 end")
    assert "nul[U+0000]and\\ud800end" in joined(pdf_of(made.done())[0])


def test_characters_without_a_font_are_written_out_and_listed(maker: Any, pdf_of: Any) -> None:
    made = maker(f"{CHINESE} {EMOJI} \ue000")
    made.record()
    made.record(transcript=ARABIC)
    path, written = pdf_of(made.done())
    words = joined(path)
    assert {"打", "开", "灯", "\ue000"} <= written.missing
    assert not set(ARABIC) & written.missing
    for each in sorted(written.missing):
        assert f"[U+{ord(each):04X}]" in words
    assert "Charactersthatthisdocumentwritesout" in words
    assert "cjkunifiedideograph6253" in words
    assert CHINESE in attachments(path)["timeline.jsonl"].decode()


def test_further_fonts_are_used(maker: Any, pdf_of: Any, tmp_path: Path) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    text = "\u2d30\u1680\u1401"
    made = maker(text)
    made.record()
    case = made.done()
    without, given = pdf_of(case)[1], pdf_of(case, PdfOptions(fonts=(fonts,)))[1]
    assert given.missing < without.missing
    (tmp_path / "none").mkdir()
    with pytest.raises(UsageError, match="holds no readable font"):
        pdf_of(case, PdfOptions(fonts=(tmp_path / "none",)))


def test_a_part_holds_nothing_of_the_others_and_is_named_a_part(sealed: Any, pdf_of: Any) -> None:
    wanted = [row for row in sealed.rows() if row["data_type"] == "echo:log:wake_word"]
    path, written = pdf_of(sealed.path, PdfOptions(query=Query(types=("echo:log:wake_word",))))
    words = joined(path)
    assert (written.rows, written.asked) == (len(wanted), len(wanted))
    assert words.count("THISISAPART:the5rowsthatwereaskedfor,of74.") == 2
    assert "PARTOFTHECASE" in words
    others = {row["exhibit"] for row in sealed.rows()} - {row["exhibit"] for row in wanted}
    members = {row["exhibit"] for row in sealed.rows() if row["interaction"]}
    assert not {exhibit for exhibit in others - members if packed(exhibit) in words}
    chosen = pdf_of(sealed.path, PdfOptions(exhibits=frozenset({"EF-0000003"})))[1]
    assert chosen.rows == 1


def test_beyond_the_bound_rows_of_interactions_are_chosen_and_it_says_so(sealed: Any, pdf_of: Any) -> None:
    path, written = pdf_of(sealed.path, PdfOptions(most=20))
    assert written.rows == 20
    attached = [json.loads(line) for line in attachments(path)["timeline.jsonl"].splitlines()]
    assert all(row["interaction"] or row["recording"] for row in attached)
    words = joined(path)
    assert "THISISAPART:20ofthe74rowsthatwereaskedfor,of74inthecase." in words
    assert "Thewholetimeline:echoforensicstimelineCASE." in words


def test_warnings_are_on_the_first_page_and_on_each(maker: Any, pdf_of: Any) -> None:
    made = maker("x")
    made.record()
    path, _ = pdf_of(made.done())
    first = text_of(path, "-l", "1")
    assert "This case is UNSIGNED" in first
    assert "NOT COMPLETE" in first
    assert "UNSIGNED CASE" in text_of(path, "-f", "3", "-l", "3")


@pytest.mark.parametrize("name", ["signed", "unsigned"])
def test_a_case_of_an_earlier_version_is_written(name: str, pdf_of: Any, tmp_path: Path) -> None:
    with zipfile.ZipFile(KEPT / f"{name}.zip") as kept:
        kept.extractall(tmp_path / "kept")
    (case,) = {path.parent for path in (tmp_path / "kept").rglob("case.db")}
    path, written = pdf_of(case)
    attached = [json.loads(line) for line in attachments(path)["timeline.jsonl"].splitlines()]
    assert written.rows == len(attached) > 0
    assert all(packed(row["exhibit"]) in joined(path) for row in attached[:5])


def test_what_is_there_is_not_overwritten(sealed: Any, pdf_of: Any, tmp_path: Path) -> None:
    (tmp_path / "report-1.pdf").write_text("mine")
    with pytest.raises(CaseError, match="a report is never overwritten"):
        pdf_of(sealed.path)
    assert (tmp_path / "report-1.pdf").read_text() == "mine"


def test_nothing_of_what_is_left_out_is_in_a_part(sealed: Any, pdf_of: Any) -> None:
    path, written = pdf_of(sealed.path, PdfOptions(query=Query(types=("echo:log:wake_word",))))
    words, attached = joined(path), attachments(path)["timeline.jsonl"].decode()
    kept = {row["exhibit"]: row for row in map(json.loads, attached.splitlines())}
    rest = [row for row in sealed.rows() if row["exhibit"] not in kept]
    assert (len(kept), len(rest)) == (written.rows, len(sealed.rows()) - written.rows)
    assert "Onlysomerecordsofthisinteractionareinthisreport." in words
    texts = [text for row in rest for text in (row["exhibit"], row["message"], row["account"]) if text]
    for text in (*texts, *(row["transcript"] for row in rest if row["transcript"] and len(row["transcript"]) > 8)):
        assert packed(text) not in words, text
        assert text not in attached, text
    assert f"echo_messages,version2:{len({row['record'] for row in kept.values()})}records." in words
    assert "alexa_activities" not in words
    assert "Recordingsthatbelongtorecords" not in words


def test_no_room_for_temporary_files_is_said(sealed: Any, pdf_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("echoforensics.report.pdf.typesetter.TemporaryDirectory", full)
    with pytest.raises(CaseError, match=r"temporary files: .*No space left"):
        pdf_of(sealed.path)
