"""The people of the room: accounts and roles, passwords and second factors, sessions, and rate limits."""
