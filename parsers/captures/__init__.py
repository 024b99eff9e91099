"""Captured traffic and copied answers: HAR, Burp, mitmproxy, CIFT, text copied from a browser."""
