"""The pages of the review room: their HTML, and the scripts and styles that they share with the report."""
