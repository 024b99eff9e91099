"""The parts of answers: bodies with the places of their values, addresses, utterance ids, times."""
