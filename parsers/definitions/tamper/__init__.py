"""Rules for signs of tampering."""
