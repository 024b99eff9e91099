"""Records of the Alexa cloud account: what its web service answers, in the forms investigators receive it."""
