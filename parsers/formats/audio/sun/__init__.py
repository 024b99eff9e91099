"""AU, the sound format of Sun and NeXT: the description of a recording."""
