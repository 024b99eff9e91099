"""What cases of many sources and of many rows cost."""
