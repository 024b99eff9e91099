"""Bluetooth devices that a speaker knows: BlueZ, btmd, and the numbers both use."""
