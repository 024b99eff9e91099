"""AMR and AMR-WB: their frames, and what a recording made of them is."""
