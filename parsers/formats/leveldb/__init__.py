"""LevelDB: the key-value store in which Chromium and WebView keep what web pages store."""
