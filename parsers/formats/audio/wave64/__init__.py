"""Wave64, Sony's WAV variant with 64-bit sizes: the description of a recording."""
