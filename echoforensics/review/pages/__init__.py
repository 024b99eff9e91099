"""The pages of the review room: their HTML, and the scripts and styles shared with the report."""
