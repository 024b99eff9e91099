"""HTTP messages and headers, and the format in which mitmproxy saves them."""
