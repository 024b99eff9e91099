"""What a user sets in a file, and what of it is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from echoforensics.configuration import Configuration, configuration_path, configuration_text, read_configuration
from echoforensics.errors import UsageError


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "settings" / "echoforensics.toml"
    path.parent.mkdir()
    monkeypatch.setenv("ECHOFORENSICS_CONFIG", str(path))
    return path


def test_the_file_lies_with_the_users_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ECHOFORENSICS_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert configuration_path() == tmp_path / "echoforensics" / "config.toml"
    assert read_configuration() == Configuration(tmp_path / "echoforensics" / "config.toml", found=False)


def test_what_is_written_is_read_back(file: Path) -> None:
    values = {"agency": 'The "Lab" \\ 🔊', "examiner": "Zoë", "timezone": "Europe/Berlin", "key": "keys/lab.pem"}
    file.write_text(configuration_text(values), encoding="utf-8")
    found = read_configuration()
    assert found == Configuration(file, found=True, values=values)
    assert found.key() == str(file.parent / "keys" / "lab.pem")


def test_what_is_not_set_is_a_comment(file: Path) -> None:
    file.write_text(configuration_text({}), encoding="utf-8")
    assert read_configuration().values == {}
    assert read_configuration().key() == ""
    assert '# agency = ""\n' in file.read_text()


def test_a_key_on_a_card_is_no_path(file: Path) -> None:
    file.write_text('key = "pkcs11:token=lab;object=examiner"\nexaminer = "  "\n')
    assert read_configuration().key() == "pkcs11:token=lab;object=examiner"
    assert "examiner" not in read_configuration().values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('agncy = "x"', "no such setting: 'agncy'; did you mean agency?"),
        ('colour = "x"', "no such setting: 'colour'; there are agency, examiner, key, timezone"),
        ("[extract]\nexaminer = 'x'", "no such setting: 'extract'"),
        ("agency = 1", "agency must be text in quotation marks, not 1"),
        ("agency = 1979-05-27", 'agency must be text in quotation marks, not "1979-05-27"'),
        ('agency = "a\\nb"', "agency must be one line"),
        ('timezone = "Mars/Base"', "timezone: there is no time zone 'Mars/Base'"),
        ("agency = ", "is not TOML"),
    ],
)
def test_what_cannot_be_is_refused_and_the_file_is_named(file: Path, text: str, expected: str) -> None:
    file.write_text(text)
    with pytest.raises(UsageError) as raised:
        read_configuration()
    assert str(raised.value).startswith(f"{file}: ")
    assert expected in str(raised.value)


def test_a_file_that_cannot_be_read_is_refused(file: Path) -> None:
    with pytest.raises(UsageError, match=r"does not exist, but \$ECHOFORENSICS_CONFIG names it"):
        read_configuration()
    file.write_bytes(b"agency = '\xff'")
    with pytest.raises(UsageError, match="cannot be read"):
        read_configuration()
    file.unlink()
    file.mkdir()
    with pytest.raises(UsageError, match="is not a regular file"):
        read_configuration()
    file.rmdir()
    os.mkfifo(file)
    with pytest.raises(UsageError, match="is not a regular file"):
        read_configuration()


def test_a_home_that_is_nobodys_and_deep_nesting_are_refused(file: Path) -> None:
    file.write_text('key = "~nobody-of-this-name/key.pem"\n')
    with pytest.raises(UsageError, match="there is no such user"):
        read_configuration()
    file.write_text(f"agency = {'[' * 5000}{']' * 5000}\n")
    with pytest.raises(UsageError, match="is nested too deeply"):
        read_configuration()
