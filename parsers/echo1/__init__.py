"""The first-generation Echo: its logs, metrics, state and registration."""
