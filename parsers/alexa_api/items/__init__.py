"""What answers are made of: bodies with the places of their values, addresses, utterance ids, times."""
