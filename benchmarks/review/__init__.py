"""A review room under load: many reviewers at work over HTTP, on made clips."""
