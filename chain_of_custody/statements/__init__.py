"""What is said of keys and of hand-overs, and signed: certificates of keys, and custody transfers."""
