"""IndexedDB as Chromium stores it in LevelDB: its keys, and the values stored by scripts."""
