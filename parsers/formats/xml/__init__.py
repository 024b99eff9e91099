"""XML, streamed, without entities."""
