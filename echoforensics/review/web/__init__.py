"""The room over HTTP: routes, their guards, their description, and the server."""
