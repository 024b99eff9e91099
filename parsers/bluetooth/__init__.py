"""Bluetooth devices known to a speaker: BlueZ, btmd, and the assigned numbers of both."""
