"""The work of a review room: codes, queues, decisions, second opinions, redactions. It holds no SQL and no web."""
