"""Tags shared by several formats: ID3, APE and Vorbis comments."""
