"""Log lines: logcat, syslog, the systemd journal, and years that timestamps omit."""
