"""Tables of log lines that become records."""
