"""A first-generation Echo's registration with an Amazon account: non-secret values, and which secrets exist."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import ClassVar

from parsers.alexa_api.items.body import JsonPlaces
from parsers.echo1.state_json import read_object, timestamps
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record, Value
from parsers.registry import register
from parsers.secret import hidden, without_secrets
from parsers.small_file import NO_TIME, text_of, whole
from parsers.values import Keeper, shown

_FOLDER, _INFO, _TOKEN = "token", "registrationInfo.json", "token.txt"
_MAX_DEPTH = 4
#: Names for the values of a record's columns, in lower case without "_".
_SERIAL = ("deviceserialnumber", "deviceserial", "dsn", "serialnumber", "serial")
_TYPE = ("devicetype", "devicetypeid")
_ACCOUNT = ("customerid", "directedid", "accountid", "userid", "customername")
_SERIAL_FORM, _TYPE_FORM = re.compile(r"[0-9A-Za-z]{8,64}"), re.compile(r"A[0-9A-Z]{9,15}")


@register
class EchoRegistration(Parser):
    """Reads ``token/registrationInfo.json`` and ``token/token.txt``."""

    name: ClassVar[str] = "echo_registration"
    version: ClassVar[str] = "1"
    needs_path: ClassVar[tuple[str, ...]] = ("token/registrationinfo.json", "token/token.txt")
    about: ClassVar[About] = About(
        title="Registration of a first-generation Echo with an account",
        data_types=("echo:account:registration", "echo:account:token"),
        known_by=("token/registrationInfo.json that is a JSON object", "token/token.txt that is text"),
        shows="That the device kept a registration, and to whom it was registered where the file names the account.",
        does_not_show="That the registration was still in force. Who used the device.",
        validated_on=("made files only",),
        limits=(
            "The files' names are known from a device's folder; their form is not. What a value is, is taken from its"
            " name.",
            "A value whose name or look is that of a token, key or password is never kept: its length is, and its"
            " SHA-256 if it is long.",
        ),
        references=("github.com/Mich21050/EchoSystemFiles: var/local/token (names only)",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the folder, the name and the content match."""
        if source.folder.rsplit("/", 1)[-1] != _FOLDER:
            return False
        if source.name == _INFO:
            return source.head[:256].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
        return source.name == _TOKEN and bool(source.head.strip()) and b"\0" not in source.head

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield one record of the file, without its secrets."""
        if source.name == _TOKEN:
            content, issues = whole(source)
            yield from issues
            text = text_of(content).strip()
            message = f"The device keeps a registration token: {hidden(text)}.{NO_TIME}"
            yield Record("echo:account:token", message, "", fields={"token": hidden(text)})
            return
        loaded = read_object(source)
        yield from loaded.issues
        if loaded.value is not None:
            yield _registration(loaded.value, loaded.places)


def _registration(value: Mapping[str, object], places: JsonPlaces) -> Record:
    kept = without_secrets(value)
    fields: dict[str, Value] = kept if isinstance(kept, dict) else {}
    serial, kind, account = (_find(fields, names, 0) for names in (_SERIAL, _TYPE, _ACCOUNT))
    serial = serial if serial and _SERIAL_FORM.fullmatch(serial) else None
    kind = kind if kind and _TYPE_FORM.fullmatch(kind) else None
    found = timestamps(fields, places)
    message = (
        f"The device keeps a registration: account {shown(account, 100) or 'not named'},"
        f" serial number {serial or 'not named'}."
    )
    return Record(
        "echo:account:registration",
        message + ("" if found else NO_TIME),
        "",
        found,
        device_serial=serial,
        device_type=kind,
        account=shown(account, 200),
        fields=Keeper().fields(fields),
    )


def _find(value: Value, names: tuple[str, ...], depth: int) -> str | None:
    """The first text under one of the names, outermost first, excluding secrets."""
    if not isinstance(value, dict) or depth > _MAX_DEPTH:
        return None
    for key, item in value.items():
        plain = isinstance(item, str) and item and not item.startswith("present, ")
        if plain and key.lower().replace("_", "") in names:
            return str(item)
    below = (_find(item, names, depth + 1) for item in value.values())
    return next((found for found in below if found), None)
