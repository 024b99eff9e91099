"""How the cost of a case grows with its rows and shrinks with its processes, and how fast it is written out."""
