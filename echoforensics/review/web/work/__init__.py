"""The routes of the work: queues, items, sounds, second opinions, redactions, closing."""
