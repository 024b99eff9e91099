"""MP4, M4A and 3GP: their boxes, tracks and tags, and what a recording in them is."""
