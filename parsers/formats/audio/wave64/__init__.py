"""Wave64, the form of WAV with sizes of 64 bits that Sony made: what a recording in such a file is."""
