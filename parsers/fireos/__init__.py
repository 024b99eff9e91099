"""Devices with Fire OS: logs, pictures, Wi-Fi."""
