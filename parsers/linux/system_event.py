"""Lines of a Linux system log that become records: which lines, of what kind, and in what words.

To support another event, add an entry to :data:`EVENTS`: the program, what the text contains (named groups
become fields and may be used in the sentence), the data type and the sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsers.formats.lazy_pattern import lazy

_ADDRESS = rb"(?P<address>(?:[0-9A-Fa-fXx]{2}[:-]){5}[0-9A-Fa-fXx]{2})"
_IP = rb"(?P<ip>\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f:]{4,39})"


@dataclass(frozen=True, slots=True)
class Event:
    """One kind of line.

    Attributes:
        data_type: the record's data type.
        program: the full name of the program that writes it.
        text: the expression that the line's text must match.
        sentence: the record's sentence, with the text's groups in braces.
    """

    data_type: str
    program: re.Pattern[bytes]
    text: re.Pattern[bytes]
    sentence: str


def _event(data_type: str, program: bytes, text: bytes, sentence: str) -> Event:
    return Event(f"echo:log:{data_type}", lazy(program), lazy(text), sentence)


#: The seconds by which the clock was stepped, and the minutes by which cron saw it move.
STEP = lazy(rb"step time server \S{1,80} offset (-?\d{1,12}(?:\.\d{1,9})?) sec")
DISPARITY = lazy(rb"time disparity of (?P<minutes>\d{1,9}) minutes detected")

EVENTS = (
    _event("boot", rb"kernel", rb"(?<!Reference )Linux version (?P<version>\S{1,80})",
           "The kernel log records that the system started, Linux {version}."),
    _event("boot", rb"kernel", rb"Kernel command line: (?P<arguments>.{1,500})",
           "The kernel log records the arguments with which the system was started: {arguments}"),
    _event("process", rb"kernel|init",
           rb"init: (?P<service>[\w.-]{1,60}) (?:main|pre-start|post-start|pre-stop) process \((?P<pid>\d{1,7})\)"
           rb" (?P<end>killed by \w{1,12} signal|terminated with status \d{1,4})",
           "The kernel log records that the process of {service} was {end}."),
    _event("process", rb"kernel|init", rb"init: (?P<service>[\w.-]{1,60}) (?:main )?process ended, respawning",
           "The kernel log records that {service} ended and was started again."),
    _event("storage", rb"kernel",
           rb"(?P<host>mmc\d): new (?P<kind>[\w -]{0,40}(?:SD|SDHC|SDXC)) card at address (?P<at>\w+)",
           "The kernel log records a memory card ({kind}) at {host}."),
    _event("storage", rb"kernel", rb"usb [\d.-]{1,12}: new (?P<kind>[\w -]{1,40}) USB device",
           "The kernel log records a new USB device ({kind})."),
    _event("storage", rb"kernel", rb"\((?P<partition>mmcblk\dp\d{1,2})\): recovery complete",
           "The kernel log records that the file system of {partition} had not been closed and was recovered."),
    _event("clock_change", rb"ntpdate", STEP.pattern.replace(rb"(-?", rb"(?P<seconds>-?"),
           "The log records that the clock was set by {seconds} seconds, from a time server."),
    _event("clock_change", rb"ntpd", rb"adjusting local clock by (?P<seconds>-?[\d.]{1,20})s",
           "The log records that the clock is being adjusted by {seconds} seconds."),
    _event("clock_change", rb"crond", DISPARITY.pattern,
           "The log records that the clock moved by {minutes} minutes."),
    _event("network", rb"avahi-daemon",
           rb"Registering new address record for " + _IP + rb" on (?P<interface>[\w-]{1,30})",
           "The log records that the device had the address {ip} on {interface}."),
    _event("network", rb"avahi-daemon",
           rb"Withdrawing address record for " + _IP + rb" on (?P<interface>[\w-]{1,30})",
           "The log records that the device gave up the address {ip} on {interface}."),
    _event("network", rb"dnsmasq-dhcp",
           rb"DHCP(?P<kind>ACK|OFFER|REQUEST|DISCOVER|RELEASE)\((?P<interface>[\w-]{1,30})\)(?: " + _IP + rb")? ?"
           + _ADDRESS + rb"(?: (?P<name>\S{1,80}))?",
           "The log records a DHCP {kind} on the device's own network {interface}: {address} {name}"),
    _event("network", rb"udhcpc", rb"[Ll]ease of " + _IP + rb" obtained, lease time (?P<seconds>\d{1,10})",
           "The log records that the device was given the address {ip} for {seconds} seconds."),
    _event("network", rb"wpa_supplicant",
           rb"(?P<interface>\w{1,16}): (?P<what>Associated with|CTRL-EVENT-CONNECTED|CTRL-EVENT-DISCONNECTED|Trying to"
           rb" associate with)(?P<rest>.{0,200})",
           "The log records on {interface}: {what}{rest}"),
    _event("authentication", rb"login|su|sudo|sshd|dropbear|telnetd|passwd|getty",
           rb"(?P<text>.{1,400})", "The log records of {program}: {text}"),
    _event("authentication", rb"dbus", rb"(?P<text>Rejected .{1,300})",
           "The log records that the message bus refused a message: {text}"),
    _event("bluetooth", rb"bluetoothd", rb"HCI dev (?P<number>\d) (?P<what>up|down|registered|unregistered)",
           "The log records that the Bluetooth adapter {number} is {what}."),
    _event("bluetooth", rb"bluetoothd", rb"Adapter for device " + _ADDRESS + rb" has been (?P<what>enabled|disabled)",
           "The log records that the Bluetooth adapter {address} was {what}."),
    _event("bluetooth", rb"btmd",
           rb"Adapter:propertyChanged::obj=(?P<address>[\w-]{1,30}),prop=(?P<property>Discoverable|Pairable|Powered|Discovering):"
           rb"new=(?P<new>true|false),old=(?P<old>true|false)",
           "The log records that the Bluetooth adapter's setting {property} was {old} and is {new}."),
    _event("bluetooth", rb"btmd",
           rb"Device:propertyChanged::obj=(?P<address>[\w-]{1,40}),prop=(?P<property>Connected|Paired|Trusted|Name|Alias):"
           rb"new=(?P<new>.{1,80}?),old=(?P<old>.{1,80})",
           "The log records that of the Bluetooth device {address} the property {property} was {old} and is {new}."),
    _event("bluetooth", rb"bluetoothd", rb"(?:plugins/\S{1,40}:|src/\S{1,40}:)?(?P<what>conn_complete|disconn_complete|"
           rb"link_key_notify|auth_complete|pin_code_request|user_confirm_request|bonding_complete)\S{0,20}(?P<rest>.{0,160})",
           "The log records the Bluetooth event {what}{rest}"),
    _event("bluetooth", rb"bluetoothd", rb"(?P<text>(?:Connect|Disconnect|Device|Pairing|Authori[sz]ation)\b.{0,160}"
           + _ADDRESS + rb".{0,160})", "The log records of Bluetooth: {text}"),
)  # fmt: skip
#: How many programs have their events cached while a log is read.
_MAX_PROGRAMS = 1000
TYPES = tuple(sorted({event.data_type for event in EVENTS}))


def step(program: bytes, text: bytes) -> float | None:
    """The seconds by which a line says the clock was just set forward; None if it does not say so."""
    if program == b"ntpdate" and (found := STEP.search(text)):
        return float(found[1])
    if program == b"crond" and (found := DISPARITY.search(text)):
        return 60.0 * int(found["minutes"])
    return None


class SystemEventFinder:
    """Finds the event of each line of one log."""

    def __init__(self) -> None:
        self._by_program: dict[bytes, tuple[Event, ...]] = {}

    def find(self, program: bytes, text: bytes) -> tuple[Event, dict[str, str]] | None:
        """The event of a line and its fields, or None."""
        for event in self._events(program):
            if found := event.text.search(text):
                groups = found.groupdict(b"").items()
                return event, {name: value.decode("utf-8", "backslashreplace") for name, value in groups}
        return None

    def _events(self, program: bytes) -> tuple[Event, ...]:
        """The events that a program may log."""
        found = self._by_program.get(program)
        if found is None:
            if len(self._by_program) >= _MAX_PROGRAMS:
                self._by_program.clear()
            found = tuple(event for event in EVENTS if event.program.fullmatch(program))
            self._by_program[program] = found
        return found
