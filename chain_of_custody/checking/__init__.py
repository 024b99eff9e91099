"""Checking what was sealed: where it is read from, and the checks one by one."""
