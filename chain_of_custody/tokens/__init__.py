"""Keys that a smart card or a hardware module keeps."""
