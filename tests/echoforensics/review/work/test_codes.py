from __future__ import annotations

from pathlib import Path

import pytest

from echoforensics.errors import UsageError
from echoforensics.review.work.codes import Code, codes_of_room, default_codes, parse_codes


def test_a_new_room_gets_the_usual_codes_one_key_each(tmp_path: Path) -> None:
    codes = codes_of_room(tmp_path)

    assert [(code.key, code.id) for code in codes] == [
        ("1", "responsive"), ("2", "privileged"), ("3", "unintended"), ("4", "distress"), ("5", "child"),
        ("6", "third-party"), ("7", "unsure"),
    ]  # fmt: skip
    assert [code.id for code in codes if code.distress] == ["distress"]
    assert (tmp_path / "codes.yaml").read_text() == default_codes()
    assert [path.name for path in tmp_path.iterdir()] == ["codes.yaml"]


def test_a_room_keeps_its_own_codes(tmp_path: Path) -> None:
    (tmp_path / "codes.yaml").write_text("codes:\n- {id: hot, key: h, label: Hot, second: true}\n")

    assert codes_of_room(tmp_path) == (Code("hot", "h", "Hot", "Hot", distress=False, second=True),)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("codes: [", "is not YAML in line 1"),
        ("[1]", "is to hold one list, `codes`"),
        ("codes: []", "at least one code"),
        ("codes: [{id: a, key: c, label: A}]\nmore: 1", "nothing beside it"),
        ("codes: [x]", "code 1 is not written as {id: ..., key: ..., label: ...}"),
        ("codes: [{id: a, key: c}]", "code 1 lacks `label`; add it"),
        ("codes: [{id: a, key: c, label: A, colour: red}]", "code 1 has `colour`; a code may have distress, id"),
        ("codes: [{id: A b, key: c, label: A}]", "code 1: write its `id` in lower-case letters"),
        ("codes: [{id: a, key: cc, label: A}]", "code a: its `key` is to be one digit or one lower-case letter"),
        ("codes: [{id: a, key: true, label: A}]", "code a: its `key` is to be one digit"),
        ("codes: [{id: a, key: n, label: A}]", "the key `n` does something else in the room; give it one of 0 1 2"),
        ("codes: [{id: a, key: c, label: \"A\\nB\"}]", "its `label` is to be a text of 1 to 60 characters on one line"),
        ("codes: [{id: a, key: c, label: A, distress: maybe}]", "`distress` is to be true or false"),
        ("codes: [{id: a, key: c, label: A}, {id: b, key: c, label: B}]", "the key `c` is given to two codes"),
        ("codes: [{id: a, key: c, label: A}, {id: a, key: d, label: B}]", "the id `a` is given to two codes"),
        ("codes: [&a [*a]]", "code 1 is not written"),
        ("codes: [!!python/object:os.system {}]", "is not YAML"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_and_says_what_to_do(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "codes.yaml").write_text(text)

    with pytest.raises(UsageError) as caught:
        codes_of_room(tmp_path)

    assert str(caught.value).startswith(f"{tmp_path / 'codes.yaml'}: ")
    assert says in str(caught.value)


def test_a_key_may_be_written_as_a_number() -> None:
    assert parse_codes("codes: [{id: a, key: 0, label: A}]")[0].key == "0"


def test_too_long_or_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "codes.yaml").write_bytes(b"#" * 100_001)
    with pytest.raises(UsageError, match="longer than 100000 bytes"):
        codes_of_room(tmp_path)
    (tmp_path / "codes.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="is not UTF-8"):
        codes_of_room(tmp_path)
