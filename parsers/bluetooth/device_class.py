"""Describe a Bluetooth class of device.

References:
    Bluetooth SIG, Assigned Numbers, section 2.8 "Class of Device".
"""

from __future__ import annotations

_SERVICES = {
    13: "limited discoverable", 14: "LE audio", 16: "positioning", 17: "networking", 18: "rendering",
    19: "capturing", 20: "object transfer", 21: "audio", 22: "telephony", 23: "information",
}  # fmt: skip
_MAJOR = {
    0: "miscellaneous", 1: "computer", 2: "phone", 3: "network access point", 4: "audio/video", 5: "peripheral",
    6: "imaging", 7: "wearable", 8: "toy", 9: "health", 31: "uncategorised",
}  # fmt: skip
_MINOR: dict[int, dict[int, str]] = {
    1: {1: "desktop", 2: "server", 3: "laptop", 4: "handheld", 5: "palm-size", 6: "wearable computer", 7: "tablet"},
    2: {1: "cellular", 2: "cordless", 3: "smartphone", 4: "modem or voice gateway", 5: "ISDN access"},
    4: {
        1: "headset", 2: "hands-free", 4: "microphone", 5: "loudspeaker", 6: "headphones", 7: "portable audio",
        8: "car audio", 9: "set-top box", 10: "hi-fi audio", 11: "video recorder", 12: "video camera",
        13: "camcorder", 14: "video monitor", 15: "video display and loudspeaker", 16: "video conferencing",
        18: "gaming or toy",
    },
    7: {1: "wrist watch", 2: "pager", 3: "jacket", 4: "helmet", 5: "glasses"},
    8: {1: "robot", 2: "vehicle", 3: "doll", 4: "controller", 5: "game"},
    9: {
        1: "blood pressure monitor", 2: "thermometer", 3: "weighing scale", 4: "glucose meter", 5: "pulse oximeter",
        6: "heart rate monitor", 7: "health data display", 8: "step counter",
    },
}  # fmt: skip
_PERIPHERAL_HIGH = {1: "keyboard", 2: "pointing device", 3: "keyboard and pointing device"}
_PERIPHERAL_LOW = {
    1: "joystick", 2: "gamepad", 3: "remote control", 4: "sensing device", 5: "digitiser tablet", 6: "card reader",
}  # fmt: skip


def in_words(number: int) -> str:
    """Describe the kind of device and the services that its class lists.

    Args:
        number: the class, 24 bits.
    """
    major, minor = number >> 8 & 0x1F, number >> 2 & 0x3F
    kind = _MAJOR.get(major, f"major class {major}")
    if more := _minor(major, minor):
        kind = f"{kind}, {more}"
    services = [word for bit, word in _SERVICES.items() if number >> bit & 1]
    return f"{kind}; services: {', '.join(services)}" if services else kind


def _minor(major: int, minor: int) -> str:
    if major == 5:
        words = [_PERIPHERAL_HIGH.get(minor >> 4), _PERIPHERAL_LOW.get(minor & 15)]
        return ", ".join(word for word in words if word)
    if major == 6:
        bits = {2: "display", 3: "camera", 4: "scanner", 5: "printer"}
        return ", ".join(word for bit, word in bits.items() if minor >> bit & 1)
    known = _MINOR.get(major)
    if known is None or minor == 0:
        return ""
    return known.get(minor, f"minor class {minor}")
