"""Tags that recordings of several formats carry: ID3, APE and Vorbis comments."""
