"""What browsers and web views keep: answers of the Alexa service in their caches."""
