"""gzip: its members, one by one."""
