"""Tables of the lines of logs that become records."""
