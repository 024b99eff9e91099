"""A picture of a timeline: what is drawn, and the drawing."""
