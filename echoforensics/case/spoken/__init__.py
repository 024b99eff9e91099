"""What a case keeps of interactions and gaps, and the records of which they are made."""
