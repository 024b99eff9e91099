"""AU, the sound files of Sun and NeXT: what a recording in such a file is."""
