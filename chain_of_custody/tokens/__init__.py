"""Keys on a smart card or a hardware module."""
