"""AMR and AMR-WB: frames, and the description of a recording."""
