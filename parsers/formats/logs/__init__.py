"""Lines of logs: logcat, syslog, and the year that their times leave out."""
