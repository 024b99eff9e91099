"""MP4, M4A and 3GP: boxes, tracks, tags, and the description of a recording."""
