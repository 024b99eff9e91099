"""Logs of Linux systems on any device: system logs, kernel logs, the journal."""
