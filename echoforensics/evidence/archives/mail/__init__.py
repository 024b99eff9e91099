"""Mail: messages and mailboxes, opened for the parts that are in them."""
