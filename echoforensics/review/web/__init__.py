"""The room over HTTP: routes, what guards them, their description, and the server."""
