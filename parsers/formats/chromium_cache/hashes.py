"""The 32-bit hash that Chromium's caches store beside their keys and structures.

References:
    Paul Hsieh, "Hash functions", http://www.azillionmonkeys.com/qed/hash.html (the function as described there, with
    the length as first value); checked against keys and entries that Chromium 156 wrote.
"""

from __future__ import annotations

_MASK = 0xFFFFFFFF


def super_fast_hash(data: bytes) -> int:
    """The hash of some bytes; 0 if there are none."""
    if not data:
        return 0
    value = len(data) & _MASK
    whole = len(data) // 4 * 4
    for at in range(0, whole, 4):
        value = (value + (data[at] | data[at + 1] << 8)) & _MASK
        value = ((value << 16) ^ ((data[at + 2] | data[at + 3] << 8) << 11) ^ value) & _MASK
        value = (value + (value >> 11)) & _MASK
    return _avalanche(_rest(value, data[whole:]))


def _rest(value: int, rest: bytes) -> int:
    """Process the one to three bytes after the last four. The last byte of an odd number is signed."""
    if len(rest) >= 2:
        value = (value + (rest[0] | rest[1] << 8)) & _MASK
    if len(rest) == 3:
        value ^= (value << 16) & _MASK
        value = (value ^ (_signed(rest[2]) << 18)) & _MASK
        return (value + (value >> 11)) & _MASK
    if len(rest) == 2:
        value = (value ^ (value << 11)) & _MASK
        return (value + (value >> 17)) & _MASK
    if len(rest) == 1:
        value = (value + _signed(rest[0])) & _MASK
        value = (value ^ (value << 10)) & _MASK
        return (value + (value >> 1)) & _MASK
    return value


def _signed(byte: int) -> int:
    return byte - 256 if byte > 127 else byte


def _avalanche(value: int) -> int:
    for left, right in ((3, 5), (4, 17), (25, 6)):
        value = (value ^ (value << left)) & _MASK
        value = (value + (value >> right)) & _MASK
    return value
