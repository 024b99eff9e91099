"""Logs of Linux systems, on whatever device: system logs, the kernel's own, the journal."""
